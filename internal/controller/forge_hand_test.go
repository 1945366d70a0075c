package controller

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A forge that does not answer for the pull request that somebody merged by hand is
// asked again: nobody's approved work is recorded as unauthorised for that. Where it
// never answers, main is blocked after all.
func TestAMergeByHandThatIsNotAnsweredFor(t *testing.T) {
	k := makeKeys(t)
	begin := func() (*stage, *hosted) {
		s, h := k.twoPulls(t)
		h.merge("#1")
		h.read = func(name string) error {
			if name == "#1" {
				return ErrRemote
			}
			return nil
		}
		return s, h
	}
	s, h := begin()
	if _, _, err := s.run(s.start()); !errors.Is(err, ErrRemote) {
		t.Errorf("%v, wanted ErrRemote", err)
	}
	h.read = nil
	s.finish()
	if got := s.kinds("acme"); strings.Contains(got, "blocked") || !strings.Contains(got, "merge{adopted}") {
		t.Errorf("log of acme: %s", got)
	}
	s.ok(s.verify())
	s, _ = begin()
	s.clock.pass(patience + time.Minute)
	if r, _, err := s.run(s.start()); err != nil || r.Blocked == nil {
		t.Errorf("%v %+v", err, r)
	}
}

// Commits of main name pull requests, and so do approvals. Each is asked for once in a
// look, however many commits there are to judge.
func TestWhatMainNamesIsAskedForOnce(t *testing.T) {
	s, h := makeKeys(t).twoPulls(t)
	for n := range 8 {
		s.world.refs[heads+"main"] = s.world.put(s.main(), "Merge pull request #9 from x", map[string]string{"plans/acme/evil.yaml": fmt.Sprint(n)})
	}
	asked := 0
	h.read = func(name string) error {
		if name == "#9" {
			asked++
		}
		return nil
	}
	s.tick()
	if asked == 0 || asked > 8 {
		t.Errorf("asked %d times", asked)
	}
}
