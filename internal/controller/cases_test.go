package controller

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/statement"
)

var april = map[string]string{"plans/acme/april.yaml": "plan"}

// M1: the head moves between the decision and the merge.
func TestM1TheHeadMoves(t *testing.T) {
	k := makeKeys(t)
	whole := k.begin(t)
	whole.propose("x", april)
	whole.approve("x", "dana", "erin")
	whole.tick()
	for n := range whole.world.effects {
		s := k.begin(t)
		s.propose("x", april)
		s.approve("x", "dana", "erin")
		s.world.at[n] = func() {
			s.world.refs[heads+"x"] = s.world.put(s.world.refs[heads+"x"], "more", map[string]string{"plans/acme/evil.yaml": "evil"})
		}
		s.tick()
		s.sound("head moved")
	}
}

// M2: the second of two that do not go together is judged on the first's result.
func TestM2TheSecondIsJudgedOnTheFirstsResult(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("one", map[string]string{"plans/acme/march.yaml": "plan 2"})
	s.propose("two", map[string]string{"plans/acme/march.yaml": "plan 3"})
	s.approve("two", "dana", "erin")
	s.tick2(t, "two")
	s.approve("one", "dana", "erin")
	r := s.tick()
	if len(r.Merged) != 0 || len(r.Waiting) != 1 || !slices.Contains(r.Waiting[0].Why, "conflict") {
		t.Errorf("%+v", r)
	}
}

// tick2 is a tick that merges exactly these, in this order.
func (s *stage) tick2(t *testing.T, names ...string) {
	t.Helper()
	var got []string
	for _, m := range s.tick().Merged {
		got = append(got, m.Change)
	}
	if !slices.Equal(got, names) {
		t.Fatalf("merged %v, wanted %v", got, names)
	}
}

// The queue is in the order in which the approvals became complete, not of names.
func TestTheQueueIsTheOrderOfTheLog(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.judge.refuse["a"], s.judge.refuse["b"] = "freeze", "freeze"
	s.propose("a", april)
	s.propose("b", map[string]string{"plans/acme/may.yaml": "plan"})
	s.approve("b", "dana", "erin")
	s.tick2(t)
	s.clock.pass(time.Minute)
	s.approve("a", "dana", "erin")
	s.tick2(t)
	s.clock.pass(time.Minute)
	clear(s.judge.refuse)
	s.tick2(t, "b", "a")
}

// M7: what is closed leaves nothing behind, and closing twice is nothing.
func TestM7AClosedChangeLeavesNothing(t *testing.T) {
	k := makeKeys(t)
	for n := range 30 {
		s := k.begin(t)
		s.propose("x", april)
		s.approve("x", "dana", "erin")
		s.world.at[n] = func() { delete(s.world.refs, heads+"x") }
		s.tick()
		s.tick()
		if st := s.fold(); st.Open != nil {
			t.Fatalf("closed at %d: decision %s is open", n, st.Open.ID)
		}
	}
}

// M10: after new commits a merge is judged like the first time.
func TestM10NewCommitsAreJudgedAfresh(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("x", april)
	s.approve("x", "dana", "erin")
	s.propose("x", map[string]string{"plans/acme/april.yaml": "another plan"})
	s.tick2(t)
	s.approve("x", "dana", "erin")
	s.tick2(t, "x")
	if s.content("plans/acme/april.yaml") != "another plan" {
		t.Error("the approved content is not on main")
	}
}

// M12: the controller's own commits on logs, lease and main void nothing, are no
// changes, and make nobody a contributor.
func TestM12OurOwnCommitsAreNoChanges(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("a", april)
	s.propose("b", map[string]string{"plans/globex/may.yaml": "plan"})
	s.approve("a", "dana", "erin")
	s.approve("b", "dana")
	s.tick2(t, "a")
	s.approve("b", "erin")
	s.tick2(t, "b")
	if r := s.tick(); len(r.Waiting) != 0 || len(r.Done) != 0 {
		t.Errorf("%+v", r)
	}
}

// W20: what was decided before a freeze does not land in it.
func TestW20AFreezeStopsWhatIsQueued(t *testing.T) {
	k := makeKeys(t)
	whole := k.begin(t)
	whole.propose("x", april)
	whole.approve("x", "dana", "erin")
	whole.tick()
	decided := slices.IndexFunc(whole.world.trace, func(l string) bool { return l == "after push of main patchops/lease patchops/log/acme/2026" })
	for n := range decided - 1 {
		s := k.begin(t)
		s.propose("x", april)
		s.approve("x", "dana", "erin")
		// The process ends with the freeze: the next one judges in it.
		s.world.at[n] = func() {
			s.judge.refuse["x"] = "freeze"
			panic(crash{n})
		}
		s.run(s.start())
		s.world.at = map[int]func(){}
		s.finish()
		if s.content("plans/acme/april.yaml") != "" {
			t.Fatalf("freeze at %d of %d: it landed", n, decided)
		}
	}
}

// R1: being on main is not being authorised.
func TestR1ContentThatNobodyApproved(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.tick()
	genesis := s.main()
	s.propose("x", april)
	s.approve("x", "dana", "erin")
	s.world.refs[heads+"main"] = s.world.put(s.main(), "evil", map[string]string{"plans/acme/evil.yaml": "evil"})
	r := s.tick()
	if st := s.fold(); r.Blocked == nil || len(r.Merged) != 0 || st.Tip != genesis || st.Blocked == nil || !slices.Equal(st.Blocked.Clients, []string{"acme"}) {
		t.Fatalf("%+v %+v", r, s.fold())
	}
	if got := s.kinds("acme"); !strings.HasSuffix(got, " blocked") {
		t.Errorf("log of acme: %s", got)
	}
	records := len(s.logs()[0].Records)
	s.tick()
	if len(s.logs()[0].Records) != records {
		t.Error("it is recorded again in every tick")
	}
	// One person is not two.
	s.approve(mainChange, "dana")
	if r = s.tick(); r.Blocked == nil {
		t.Fatal("one approval got out of it")
	}
	s.approve(mainChange, "erin")
	s.tick()
	if st := s.fold(); st.Tip != s.main() || st.Blocked != nil {
		t.Fatalf("approved, and blocked: %+v", st.Blocked)
	}
	s.ok(s.verify())
}

func TestARevertGetsOutOfABlock(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.world.refs[heads+"main"] = s.world.put(s.main(), "evil", map[string]string{"plans/acme/evil.yaml": "evil"})
	s.tick()
	s.world.refs[heads+"main"] = s.world.put(s.main(), "revert", map[string]string{"plans/acme/evil.yaml": ""})
	s.propose("x", april)
	s.approve("x", "dana", "erin")
	s.tick2(t, "x")
	s.sound("reverted")
}

// Paths that are never read are adopted: they block nothing.
func TestWhatIsNeverReadBlocksNothing(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("x", april)
	s.approve("x", "dana", "erin")
	s.world.refs[heads+"main"] = s.world.put(s.main(), "typo", map[string]string{"README.md": "read me"})
	s.tick2(t, "x")
	if got := s.kinds("_org"); !strings.Contains(got, "merge{adopted}") {
		t.Errorf("log: %s", got)
	}
}

// A hand merge after proper approvals is adopted, also before anybody saw them,
// and as a squash; without them it is not.
func TestAHandMergeIsAdopted(t *testing.T) {
	for name, people := range map[string][]string{"approved": {"dana", "erin"}, "not": {"dana"}} {
		for _, squash := range []bool{false, true} {
			s := makeKeys(t).begin(t)
			head := s.propose("x", april)
			s.approve("x", people...)
			if squash {
				s.world.refs[heads+"main"] = s.world.put(s.main(), "squash", april)
			} else {
				s.handMerge("x")
			}
			delete(s.world.refs, heads+"x")
			_ = head
			s.tick()
			adopted := s.fold().Tip == s.main()
			if adopted != (name == "approved") {
				t.Errorf("%s, squash %v: adopted %v", name, squash, adopted)
			}
			s.ok(s.verify())
		}
	}
}

// R39, R56, G6: what was seen is still there, or exit 4.
func TestR39ARewindIsFoundOut(t *testing.T) {
	k := makeKeys(t)
	for name, rewind := range map[string]func(*stage){
		"main":          func(s *stage) { s.world.refs[heads+"main"] = s.root.Genesis.Commit },
		"main replaced": func(s *stage) { s.world.refs[heads+"main"] = s.world.put("", "other", april) },
		"main gone":     func(s *stage) { delete(s.world.refs, heads+"main") },
		"a log": func(s *stage) {
			ref := heads + "patchops/log/acme/2026"
			s.world.refs[ref] = s.world.info(s.world.refs[ref]).Parents[0]
		},
		"a log gone": func(s *stage) { delete(s.world.refs, heads+"patchops/log/acme/2026") },
	} {
		s := k.begin(t)
		s.state = t.TempDir()
		s.propose("x", april)
		s.approve("x", "dana", "erin")
		s.tick2(t, "x")
		rewind(s)
		before := s.world.effects
		_, _, err := s.run(s.start())
		if !errors.Is(err, resultlog.ErrIntegrity) {
			t.Errorf("%s: %v, wanted an integrity error", name, err)
		}
		if s.world.effects != before {
			t.Errorf("%s: and then it did %v", name, s.world.trace[before:])
		}
	}
}

// A log's old tree on top of it is a foreign commit: mended, with a gap.
func TestM13AForeignCommitIsMended(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("x", april)
	s.approve("x", "dana")
	s.tick()
	ref := heads + "patchops/log/acme/2026"
	old := s.world.refs[ref]
	s.approve("x", "erin")
	s.tick2(t, "x")
	for name, tree := range map[string]map[string]file{
		"old tree": s.world.files(old), "nothing": {},
	} {
		tip := s.world.info(s.world.refs[ref])
		s.world.refs[ref] = s.world.put(s.world.refs[ref], name, nil)
		info := s.world.info(s.world.refs[ref])
		info.ID, info.Tree = info.ID[:39]+"0", s.world.tree(tree)
		s.world.objects[info.ID], s.world.refs[ref] = info, info.ID
		s.tick()
		if got := s.kinds("acme"); !strings.HasSuffix(got, " gap") {
			t.Errorf("%s on %s: log of acme: %s", name, tip.ID, got)
		}
		s.ok(s.verify())
	}
}

// A cold start is recorded; a warm one is none.
func TestAColdStartIsRecorded(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.state = t.TempDir()
	s.propose("x", april)
	s.tick()
	s.approve("x", "dana")
	s.tick()
	s.ok(os.Remove(filepath.Join(s.state, seenFile)))
	s.approve("x", "erin")
	s.tick()
	var cold []bool
	for _, b := range s.logs() {
		for _, r := range b.Records {
			if r.Kind == resultlog.Lease {
				cold = append(cold, r.Cold)
			}
		}
	}
	if !slices.Equal(cold, []bool{true, false, true}) {
		t.Errorf("cold starts %v", cold)
	}
}

// A chain that was rewritten: what was recorded still counts, the rest does not.
func TestARewrittenChainIsNotBelieved(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("x", april)
	s.propose("y", map[string]string{"plans/acme/may.yaml": "plan"})
	s.approve("x", "dana")
	s.tick()
	delete(s.world.refs, heads+chainPrefix+"dana")
	s.approve("y", "dana", "erin")
	s.approve("x", "erin")
	s.tick2(t, "x")
	if r := s.tick(); len(r.Merged) != 0 || !slices.ContainsFunc(r.Problems, func(p string) bool { return strings.Contains(p, "the chain of dana was rewritten") }) {
		t.Errorf("%+v", r)
	}
}

// R57: what was refused is recorded, once for each person's change and verdict.
func TestR57DenialsAreRecordedOnce(t *testing.T) {
	s := makeKeys(t).begin(t)
	for i := range 5 {
		s.propose("x", map[string]string{"plans/acme/april.yaml": strings.Repeat("plan", i+1)})
		if i == 0 {
			s.say("dana", statement.Reject, "x")
		}
		s.tick()
	}
	if got := strings.Count(s.kinds("acme"), "denial"); got != 1 {
		t.Errorf("%d denials, wanted 1: %s", got, s.kinds("acme"))
	}
}

// Several statements on several heads of a change that somebody pushed to main:
// each is recorded once.
func TestActsOnSeveralHeadsAreRecordedOnce(t *testing.T) {
	s := makeKeys(t).begin(t)
	for i := range 3 {
		s.propose("x", map[string]string{"plans/acme/april.yaml": strings.Repeat("plan", i+1)})
		s.approve("x", "dana", "ada")
	}
	s.world.refs[heads+"main"] = s.world.refs[heads+"x"]
	s.approve(mainChange, "dana")
	s.tick()
	s.tick()
	s.ok(s.verify())
	if n := countActs(s.fold(), "x"); n != 6 {
		t.Errorf("%d acts, wanted 6", n)
	}
}

// What cannot be judged is denied, and stops nobody else; on main it blocks.
func TestAChangeThatCannotBeJudgedStopsNobody(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("a", april)
	s.propose("b", map[string]string{"plans/globex/may.yaml": "plan"})
	s.approve("a", "dana", "erin")
	s.approve("b", "dana", "erin")
	s.judge.broken = map[string]bool{"a": true}
	s.tick2(t, "b")
	s.judge.broken[mainChange] = true
	s.world.refs[heads+"main"] = s.world.put(s.main(), "evil", map[string]string{"plans/acme/evil.yaml": "evil"})
	if r := s.tick(); r.Blocked == nil {
		t.Errorf("%+v", r)
	}
	if st := s.fold(); !slices.Equal(st.Blocked.Clients, []string{"_org"}) {
		t.Errorf("blocked for %v", st.Blocked.Clients)
	}
}
