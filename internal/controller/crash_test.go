package controller

import (
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/statement"
)

// twoChanges is the small plan of the enumerations: two approved changes, of two
// clients, and a third that nobody approved.
func (k *keys) twoChanges(t testing.TB) *stage {
	s := k.begin(t)
	s.propose("a-acme", map[string]string{"plans/acme/april.yaml": "plan", "README.md": "read me"})
	s.propose("b-globex", map[string]string{"plans/globex/april.yaml": "plan", "plans/acme/may.yaml": "plan"})
	s.propose("c-waits", map[string]string{"plans/acme/june.yaml": "plan"})
	s.approve("a-acme", "dana", "erin")
	s.approve("b-globex", "erin", "finn")
	s.approve("c-waits", "dana")
	return s
}

// finish lets processes run until one ends by itself with nothing left to do.
func (s *stage) finish() {
	s.t.Helper()
	s.world.crashAt = -1
	for range 5 {
		_, crashed, err := s.run(s.start())
		if err == nil && !crashed {
			return
		}
		if !errors.Is(err, git.ErrRemote) {
			s.t.Fatalf("after a crash: %v", err)
		}
	}
	s.t.Fatal("it never ends")
}

// end is what must be the same whatever happened in between: main's tree, what
// landed, what was said and by which approvals, each once; and no open decision.
func (s *stage) end() string {
	s.t.Helper()
	st := s.fold()
	s.ok(s.verify())
	var b strings.Builder
	fmt.Fprintln(&b, "tree", s.world.info(s.main()).Tree, "tip", st.Tip == s.main(), "open", st.Open != nil, "tips", len(st.Tips))
	fmt.Fprintln(&b, "landed", len(st.Landed), "spent", len(st.Spent), "seen", len(st.Seen))
	for _, client := range []string{"acme", "globex"} {
		count := map[string]int{}
		for kind := range strings.FieldsSeq(s.kinds(client)) {
			count[strings.TrimSuffix(strings.Replace(kind, "{controller}", "", 1), "{recovered}")]++
		}
		fmt.Fprintln(&b, client, "approvals", count["approval"], "merges", count["merge"], "root", count["root"])
	}
	return b.String()
}

// TestEveryCrashEndsTheSame ends the process before and after every effect, and
// then again before and after every effect of what follows: the end state is that
// of a run without a crash (P6, R61, R64).
func TestEveryCrashEndsTheSame(t *testing.T) {
	t.Parallel()
	begun := makeKeys(t).twoChanges(t)
	whole := begun.fork()
	whole.finish()
	want, points := whole.end(), whole.world.effects
	if !strings.Contains(want, "landed 2 spent 4 seen 5") {
		t.Fatalf("without a crash: %s", want)
	}
	runs := 0
	for first := range points {
		one := begun.fork()
		one.world.crashAt = first
		if _, crashed, err := one.run(one.start()); !crashed {
			t.Fatalf("no crash at %d: %v", first, err)
		}
		crashed := one.fork()
		one.finish()
		if got := one.end(); got != want {
			t.Fatalf("crash at %d (%s):\n%swanted\n%s%s", first, one.world.trace[first], got, want, strings.Join(one.world.trace, "\n"))
		}
		runs++
		more := one.world.effects - first - 1
		if testing.Short() {
			continue
		}
		for second := 1; second <= more; second++ {
			two := crashed.fork()
			two.world.crashAt = first + second
			two.run(two.start())
			two.finish()
			if got := two.end(); got != want {
				t.Fatalf("crashes at %d and %d:\n%swanted\n%s%s", first, first+second, got, want, strings.Join(two.world.trace, "\n"))
			}
			runs++
		}
	}
	t.Logf("%d points, %d runs", points, runs)
}

// TestLostAnswers has the server move the refs and not say so.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	begun := makeKeys(t).twoChanges(t)
	whole := begun.fork()
	whole.finish()
	want := whole.end()
	for n := range whole.world.effects {
		s := begun.fork()
		s.world.lies[n] = git.ErrRemote
		s.finish()
		if got := s.end(); got != want {
			t.Fatalf("answer %d lost:\n%swanted\n%s", n, got, want)
		}
	}
}

// TestWhateverOthersDoInBetween lets somebody else act at every point between two
// effects, and the process end there or not: nothing that nobody approved ever
// becomes authorised, and main is never moved back.
func TestWhateverOthersDoInBetween(t *testing.T) {
	t.Parallel()
	begun := makeKeys(t).twoChanges(t)
	whole := begun.fork()
	whole.finish()
	points := whole.world.effects
	acts := map[string]func(*stage){
		"push to main": func(s *stage) {
			s.world.refs[heads+"main"] = s.world.put(s.main(), "evil", map[string]string{"plans/acme/evil.yaml": "evil"})
		},
		"hand merge": func(s *stage) { s.handMerge("a-acme") },
		"withdraw":   func(s *stage) { s.say("dana", statement.Withdraw, "a-acme") },
		"new head": func(s *stage) {
			s.world.refs[heads+"a-acme"] = s.world.put(s.world.refs[heads+"a-acme"], "more", map[string]string{"plans/acme/evil.yaml": "evil"})
		},
		"close":  func(s *stage) { delete(s.world.refs, heads+"a-acme") },
		"freeze": func(s *stage) { s.judge.refuse["a-acme"] = "freeze" },
		"scribble": func(s *stage) {
			ref := heads + "patchops/log/acme/2026"
			s.world.refs[ref] = s.world.put(s.world.refs[ref], "foreign", map[string]string{"checkpoint": "nonsense"})
		},
	}
	for name, act := range acts {
		for n := range points {
			for _, crashes := range []bool{false, true} {
				s := begun.fork()
				s.world.at[n] = func() {
					act(s)
					if crashes {
						panic(crash{n})
					}
				}
				_, _, err := s.run(s.start())
				if err != nil {
					t.Fatalf("%s at %d: %v", name, n, err)
				}
				s.finish()
				s.finish()
				s.sound(fmt.Sprintf("%s at %d, crash %v", name, n, crashes))
			}
		}
	}
}

// handMerge merges a branch into main as a person does.
func (s *stage) handMerge(branch string) {
	w, head := s.world, s.world.refs[heads+branch]
	if head == "" || w.ancestor(head, s.main()) {
		return
	}
	files := map[string]file{}
	maps.Copy(files, w.files(s.main()))
	maps.Copy(files, w.files(head))
	w.refs[heads+"main"] = w.commit(git.CommitSpec{Tree: w.tree(files), Parents: []string{s.main(), head}, Message: "by hand", Time: scriptTime})
}

// sound checks what holds in every state that a process may leave.
func (s *stage) sound(when string) {
	s.t.Helper()
	if err := s.verify(); err != nil {
		s.t.Fatalf("%s: log verify: %v", when, err)
	}
	st := s.fold()
	if st.Open != nil {
		s.t.Fatalf("%s: decision %s is open", when, st.Open.ID)
	}
	for _, tip := range st.Tips {
		if _, evil := s.world.files(tip)["plans/acme/evil.yaml"]; evil {
			s.t.Fatalf("%s: content that nobody approved was authorised\n%s", when, strings.Join(s.world.trace, "\n"))
		}
		if !s.world.ancestor(tip, s.main()) {
			s.t.Fatalf("%s: main lost the authorised %s", when, tip)
		}
	}
	if st.Tip != s.main() && st.Blocked == nil {
		s.t.Fatalf("%s: main is not authorised, and nothing says so", when)
	}
	for _, b := range s.logs() {
		for i, r := range b.Records {
			if r.Seq != int64(i) || r.Kind == resultlog.Merge && r.Via == "" {
				s.t.Fatalf("%s: record %d of %s: %+v", when, i, b.Log.Name.Client, r)
			}
		}
	}
}
