package controller

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/pipeline"
)

// A pull request that is merged, and not into main, must not hold up the others
// for ever: who can push can retarget and merge it elsewhere behind the decision.
func TestAPullRequestMergedElsewhereHoldsUpNobody(t *testing.T) {
	k := makeKeys(t)
	for name, target := range map[string]string{"into another branch": "elsewhere", "says the forge alone": "main"} {
		t.Run(name, func(t *testing.T) {
			s, h := k.twoPulls(t)
			h.before = func() {
				p := h.pulls["#1"]
				p.Head = s.world.refs[heads+"a-acme"]
				p.Target, p.Open, p.Merged, p.MergeCommit = target, false, true, p.Head
			}
			for range 30 {
				_, _, err := s.run(s.start())
				if err != nil && !Later(err) {
					t.Fatal(err)
				}
				s.clock.pass(time.Minute)
			}
			if !h.pulls["#2"].Merged {
				t.Errorf("#2 waits for ever; log of acme: %s", s.kinds("acme"))
			}
			s.sound(name)
		})
	}
}

// What a forge denies of one pull request (its comments are full, its conversation
// is locked) is told, and ends neither the merge nor the other changes.
func TestWhatCannotBeShownHoldsUpNobody(t *testing.T) {
	k := makeKeys(t)
	var shown []string
	begin := func() (*stage, *hosted) {
		s, h := k.twoPulls(t)
		s.judge.outcome, shown = &pipeline.Outcome{}, nil
		h.show = func(name string) error {
			if shown = append(shown, name); name == "#1" {
				return fmt.Errorf("POST comments: status 403, commenting is disabled: %w", ErrDenied)
			}
			return nil
		}
		return s, h
	}
	s, _ := begin()
	r, _, err := s.run(s.start())
	if err != nil || len(r.Merged) != 2 {
		t.Fatalf("%v %+v", err, r)
	}
	s, h := begin()
	h.reviews = nil // it waits for people
	r, _, err = s.run(s.start())
	if err != nil || !slices.Contains(shown, "#2") || !strings.Contains(strings.Join(r.Problems, " "), "commenting is disabled") {
		t.Errorf("%v, shown %q, told %q", err, shown, r.Problems)
	}
}

// Reviews of one pull request that the forge will not give deny that one.
func TestReviewsThatAreDeniedDenyOneChange(t *testing.T) {
	s, h := makeKeys(t).twoPulls(t)
	h.deny = "#1"
	r, _, err := s.run(s.start())
	if err != nil || len(r.Merged) != 1 || r.Merged[0].Change != "#2" {
		t.Fatalf("%v %+v", err, r)
	}
}

// Squash and rebase make other commits and the same tree: every crash of them ends
// as a merge does (R14, R64).
func TestEveryCrashOfOtherMethodsEndsTheSame(t *testing.T) {
	k := makeKeys(t)
	for _, method := range []string{"squash", "rebase"} {
		begin := func() (*stage, *hosted) {
			s, h := k.twoPulls(t)
			h.method = method
			return s, h
		}
		whole, _ := begin()
		whole.finish()
		want, points := whole.end(), whole.world.effects
		if !strings.Contains(want, "landed 2 spent 4 seen 4") {
			t.Fatal(method, want)
		}
		for n := range points {
			s, h := begin()
			s.world.crashAt = n
			s.run(s.start())
			s.finish()
			if got := s.end(); got != want {
				t.Fatalf("%s, crash at %d (%s):\n%swanted\n%s", method, n, s.world.trace[n], got, want)
			}
			if len(h.asked) > 3 {
				t.Fatalf("%s, crash at %d: %d merges were asked for", method, n, len(h.asked))
			}
		}
	}
}

// A forge that merges with another tree has it noticed: nothing of it is adopted
// with the approvals of what was judged (R14).
func TestAForgeThatMergesAnotherTreeIsBlocked(t *testing.T) {
	for _, method := range []string{"merge", "squash", "rebase"} {
		s, h := makeKeys(t).hosted(t)
		s.propose("a-acme", map[string]string{"plans/acme/april.yaml": "plan"})
		h.open(1, "a-acme")
		h.review(1, 103, "APPROVED")
		h.review(1, 104, "APPROVED")
		h.method, h.extra = method, map[string]string{"plans/acme/evil.yaml": "evil"}
		tip := s.main()
		r, _, err := s.run(s.start())
		if err != nil || len(r.Merged) != 0 || r.Blocked == nil {
			t.Fatalf("%s: %v %+v", method, err, r)
		}
		if got := s.fold().Tip; got != tip {
			t.Errorf("%s: the tip moved to %s", method, got)
		}
		for range 5 { // and no stream of records comes of it
			s.clock.pass(time.Minute)
			s.tick()
		}
		if n := strings.Count(s.kinds("acme"), "blocked"); n > 1 {
			t.Errorf("%s: %s", method, s.kinds("acme"))
		}
	}
}

// A merge that is asked for when the lease is no longer surely ours could be of a
// decision that another controller gave up: asking takes no longer than the lease.
func TestAMergeIsNotAskedForBeyondTheLease(t *testing.T) {
	s, h := makeKeys(t).twoPulls(t)
	var left time.Duration
	h.asking = func(ctx context.Context) {
		at, ok := ctx.Deadline()
		if !ok {
			t.Error("no deadline")
		}
		left = time.Until(at)
	}
	s.tick()
	if left <= 0 || left > leaseTTL-leaseSlack {
		t.Errorf("%s left", left)
	}
}

// On GitHub a dismissal changes the review that it is of: same id, same time.
func TestADismissedReviewNoLongerCounts(t *testing.T) {
	k := makeKeys(t)
	for _, when := range []string{"before it is seen", "after"} {
		s, h := k.hosted(t)
		s.propose("a-acme", map[string]string{"plans/acme/april.yaml": "plan"})
		h.open(1, "a-acme")
		h.review(1, 103, "APPROVED")
		if when == "after" {
			s.tick()
		}
		r := &h.reviews["#1"][0]
		r.State, r.Raw = "DISMISSED", []byte("dismissed")
		h.review(1, 104, "APPROVED")
		if rep := s.tick(); len(rep.Merged) != 0 {
			t.Errorf("%s: merged %+v", when, rep)
		}
		if rep := s.tick(); len(rep.Merged) != 0 {
			t.Errorf("%s: merged later %+v", when, rep)
		}
	}
}

// One pull request that the forge cannot answer for (a server error each time, lists
// that never add up) waits by itself, and the tick says "later"; so does a decision on
// one, which is given up in the end.
func TestAPullRequestThatCannotBeReadHoldsUpNobody(t *testing.T) {
	s, h := makeKeys(t).twoPulls(t)
	h.deny, h.denied = "#1", ErrRemote
	r, _, err := s.run(s.start())
	if !Later(err) || len(r.Merged) != 1 || r.Merged[0].Change != "#2" {
		t.Fatalf("%v %+v", err, r)
	}
	s, h = makeKeys(t).twoPulls(t)
	h.asking = func(context.Context) { h.refuse = ErrRemote } // of whatever is asked first
	for range 30 {
		s.run(s.start())
		s.clock.pass(time.Minute)
		if len(h.asked) > 14 {
			h.asking, h.refuse = nil, nil
		}
	}
	if !h.pulls["#1"].Merged || !h.pulls["#2"].Merged {
		t.Errorf("asked %d times, log: %s", len(h.asked), s.kinds("acme"))
	}
	s.ok(s.verify())
}

// Pull requests of strangers, however many, use up no requests that those of Persons
// need; each has its turn.
func TestStrangersHaveTheirTurns(t *testing.T) {
	s, h := makeKeys(t).twoPulls(t)
	for n := 3; n < 43; n++ {
		name := fmt.Sprintf("spam-%02d", n)
		s.propose(name, map[string]string{"plans/acme/spam.yaml": name})
		h.open(n, name)
		h.pulls[fmt.Sprintf("#%d", n)].Author = 999
	}
	looked := map[string]bool{}
	for tick := range 4 {
		h.asks = map[string]bool{}
		r := s.tick()
		if tick == 0 && len(r.Merged) != 2 {
			t.Fatalf("%+v", r.Merged)
		}
		if len(h.asks) > mostStrangers+2 {
			t.Errorf("looked at %d", len(h.asks))
		}
		for name := range h.asks {
			looked[name] = true
		}
		s.clock.pass(turn)
	}
	if len(looked) < 42 {
		t.Errorf("%d of 42 had their turn", len(looked))
	}
}

// Checks belong to a commit: a second pull request of the same head, a stranger's
// even, shows its own there. So they are shown anew before each merge is asked for.
func TestChecksAreShownAnewBeforeEachMerge(t *testing.T) {
	s, h := makeKeys(t).twoPulls(t)
	delete(h.pulls, "#2")
	s.judge.outcome = &pipeline.Outcome{}
	var did []string
	h.show = func(name string) error { did = append(did, "show "+name); return nil }
	h.asking = func(context.Context) { did = append(did, "ask") }
	h.refuse = ErrDenied
	c := s.start()
	for range 2 {
		if _, err := c.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.refuse = nil
		s.clock.pass(20 * time.Second)
	}
	if got, asks := strings.Join(did, ", "), len(h.asked); asks != 2 || strings.Count(got, "show #1, ask") != 2 {
		t.Errorf("%d asks: %s", asks, got)
	}
}

// A forge that shows one review on two pull requests has it counted for one of them
// at most.
func TestOneReviewOnTwoPullRequests(t *testing.T) {
	s, h := makeKeys(t).twoPulls(t)
	s.world.refs[heads+"b-globex"] = s.world.refs[heads+"a-acme"] // of the same head
	h.reviews["#2"] = h.reviews["#1"]
	_, _, err := s.run(s.start())
	s.ok(err)
	s.ok(s.verify())
	h.reviews["#2"] = nil
	s.finish()
	if n := s.fold(); len(n.Landed) != 1 {
		t.Errorf("%v %s", n.Landed, s.kinds("acme"))
	}
}

// Who moves an approved head behind each decision, with the same effect, gets one
// decision in a tick; the others land in it.
func TestAHeadThatKeepsMovingHoldsUpNobody(t *testing.T) {
	s, h := makeKeys(t).twoPulls(t)
	n := 0
	h.asking = func(context.Context) {
		if now := s.world.refs[heads+"a-acme"]; h.asked[len(h.asked)-1] == now && n < 50 {
			n++
			s.world.refs[heads+"a-acme"] = s.world.put(now, fmt.Sprint("again ", n), april)
			for i := range h.reviews["#1"] { // approvals of the same effect hold
				r := &h.reviews["#1"][i]
				r.Commit, r.Raw = s.world.refs[heads+"a-acme"], fmt.Appendf(nil, "%d %d", n, i)
			}
		}
	}
	r, _, err := s.run(s.start())
	if err != nil || len(r.Merged) != 1 || n > 1 {
		t.Errorf("%v, decided %d times, merged %+v", err, n, r.Merged)
	}
}

// An older head with a document that is never evaluated keeps nothing of what is said of the
// present one from being recorded: a decision rests on records alone.
func TestAnOldHeadThatIsNeverEvaluatedHoldsUpNobody(t *testing.T) {
	s, _ := makeKeys(t).twoPulls(t)
	s.judge.unread = map[string]bool{"#1": true}
	if r := s.tick(); len(r.Merged) != 2 {
		t.Errorf("%+v", r)
	}
	if got, want := s.kinds("acme"), "root approval approval approval approval decision merge{controller} decision merge{controller}"; got != want {
		t.Errorf("log of acme: %s, wanted %s", got, want)
	}
	s.ok(s.verify())
}
