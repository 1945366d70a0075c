package controller

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/statement"
)

// another is a second controller, with its own clock, journal and name.
func (s *stage) another(name string, clock *ticker) *Controller {
	s.started++
	c, err := New(Options{
		Root: s.root, Signed: s.signed, Store: s.world.clone(), Judge: s.judge, Forge: s.forge, Journal: &memory{world: s.world},
		Signer: s.signer, Clock: clock.clock(), Holder: name, Process: name, Engine: "test",
	})
	s.ok(err)
	return c
}

// R45, X5: the leader stops at any point; another waits on its own clock, takes
// over and finishes; the first one wakes, and does nothing more.
func TestX5AStoppedLeaderDoesNothingWhenItWakes(t *testing.T) {
	k := makeKeys(t)
	whole := k.twoChanges(t)
	whole.finish()
	want := whole.end()
	for n := range whole.world.effects {
		s := k.twoChanges(t)
		clock := &ticker{now: scriptTime}
		other := s.another("two", clock)
		woken := -1
		s.world.at[n] = func() {
			// Stopped here. The other one watches, and takes the lease if it must.
			for range 20 {
				if _, err := other.Tick(context.Background()); err == nil {
					break
				} else if !errors.Is(err, ErrHeld) {
					t.Fatalf("stopped at %d: the other: %v", n, err)
				}
				clock.pass(15 * time.Second)
			}
			s.clock.pass(10 * time.Minute)
			woken = len(s.world.trace)
		}
		_, _, err := s.run(s.start())
		if err != nil && !Later(err) {
			t.Fatalf("stopped at %d: %v", n, err)
		}
		if woken >= 0 {
			for _, line := range s.world.trace[woken:] {
				if len(line) > 13 && line[:13] == "after push of" && line != "after push of patchops/lease" {
					t.Fatalf("stopped at %d (%s), it woke and did: %s", n, s.world.trace[n], line)
				}
			}
		}
		s.clock.pass(time.Hour)
		s.finish()
		if got := s.end(); got != want {
			t.Fatalf("stopped at %d:\n%swanted\n%s", n, got, want)
		}
	}
}

// Two that start together: one acts, the other stands by or loses the race; nothing
// is lost and nothing happens twice (M11).
func TestM11TwoControllersTogether(t *testing.T) {
	k := makeKeys(t)
	whole := k.twoChanges(t)
	whole.finish()
	want := whole.end()
	for n := range whole.world.effects {
		s := k.twoChanges(t)
		other := s.another("two", s.clock)
		s.world.at[n] = func() {
			if _, err := other.Tick(context.Background()); err != nil && !Later(err) {
				t.Fatalf("the other at %d: %v", n, err)
			}
		}
		if _, _, err := s.run(s.start()); err != nil && !Later(err) {
			t.Fatalf("together at %d: %v", n, err)
		}
		s.clock.pass(time.Hour)
		s.finish()
		if got := s.end(); got != want {
			t.Fatalf("together at %d:\n%swanted\n%s", n, got, want)
		}
	}
}

func TestTheLeaseOfADeadControllerIsFree(t *testing.T) {
	w := &watch{}
	l := Lease{Holder: "other", Fence: 3, TTL: 120}
	w.look("a", 0)
	for _, c := range []struct {
		now  time.Duration
		free bool
	}{{0, false}, {149 * time.Second, false}, {150 * time.Second, true}} {
		if free, _ := w.free(l, "me", c.now); free != c.free {
			t.Errorf("after %s: free %v", c.now, free)
		}
	}
	w.look("b", 160*time.Second)
	if free, wait := w.free(l, "me", 170*time.Second); free || wait != 140*time.Second {
		t.Errorf("it moved, and is free %v, wait %s", free, wait)
	}
	if free, _ := w.free(Lease{Holder: "other", Released: true}, "me", 170*time.Second); !free {
		t.Error("released, and not free")
	}
	// A lease that claims to last for ever does not.
	w.look("c", 0)
	if free, _ := w.free(Lease{Holder: "other", TTL: 1 << 40}, "me", 2*time.Hour); !free {
		t.Error("a lease of 35,000 years")
	}
}

func TestAClockThatIsBehindDoesNothing(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("x", april)
	s.tick()
	s.approve("x", "dana", "erin")
	s.clock.now = s.clock.now.Add(-3 * time.Second)
	before := s.world.effects
	if _, _, err := s.run(s.start()); !errors.Is(err, ErrClock) || s.world.effects != before {
		t.Errorf("%v, and did %v", err, s.world.trace[before:])
	}
}

// R11: each missing part of a break-glass is denied.
func TestR11EachMissingPartOfAnOverride(t *testing.T) {
	k := makeKeys(t)
	const plan = "override:acme/march"
	for name, c := range map[string]struct {
		say  func(*stage)
		want string
	}{
		"complete":    {func(s *stage) { s.say("dana", statement.Approve, plan); s.say("erin", statement.Approve, plan) }, "root override"},
		"one signer":  {func(s *stage) { s.say("dana", statement.Approve, plan) }, "root denial"},
		"twice one":   {func(s *stage) { s.say("dana", statement.Approve, plan); s.say("dana", statement.Approve, plan) }, "root denial"},
		"not a group": {func(s *stage) { s.say("dana", statement.Approve, plan); s.say("ada", statement.Approve, plan) }, "root denial"},
		"ran out": {func(s *stage) {
			s.say("dana", statement.Approve, plan)
			s.clock.pass(3 * time.Hour)
			s.say("erin", statement.Approve, plan)
		}, "root denial"},
	} {
		s := k.begin(t)
		c.say(s)
		s.tick()
		s.tick()
		if got := s.kinds("acme"); got != c.want {
			t.Errorf("%s: log of acme: %s, wanted %s", name, got, c.want)
		}
		s.ok(s.verify())
	}
}

// An override that ran out stops the client's merges until somebody else, or a
// change to that plan, ratifies it.
func TestAnOverrideMustBeRatified(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.say("dana", statement.Approve, "override:acme/march")
	s.say("erin", statement.Approve, "override:acme/march")
	s.tick()
	s.propose("x", april)
	s.propose("y", map[string]string{"plans/globex/may.yaml": "plan"})
	s.clock.pass(5 * time.Hour)
	s.approve("x", "dana", "erin")
	s.approve("y", "dana", "erin")
	s.tick2(t, "y")
	s.say("finn", statement.Approve, "override:acme/march")
	s.tick2(t, "x")
	s.ok(s.verify())
}
