package controller

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/statement"
)

// TestRandomWords lets people say anything of plans, overrides, keys and changes, in any
// order, over the end of a year: every tick ends, has nothing left to do in the next one, and
// leaves logs that hold.
func TestRandomWords(t *testing.T) {
	t.Parallel()
	schedules := 60
	if testing.Short() {
		schedules = 20
	}
	for seed := range schedules {
		s := withIntern(t)
		s.clock.now = time.Date(2026, 12, 31, 12, 0, 0, 0, time.UTC)
		s.wordsAtRandom(uint64(seed))
	}
}

func (s *stage) wordsAtRandom(seed uint64) {
	random := rand.New(rand.NewPCG(seed, 2))
	people := []string{"dana", "erin", "finn", "gus"}
	var story []string
	s.propose("a", map[string]string{"plans/acme/march.yaml": "plan a"})
	s.propose("b", april)
	for step := range 12 {
		person := people[random.IntN(len(people))]
		what := s.sayAtRandom(random, person)
		story = append(story, person+" "+what)
		if random.IntN(3) > 0 {
			s.clock.pass(time.Duration(random.IntN(5*3600)) * time.Second)
		}
		if random.IntN(2) == 0 {
			continue
		}
		when := fmt.Sprintf("seed %d, step %d: %q", seed, step, story)
		if _, _, err := s.run(s.start()); err != nil {
			s.t.Fatalf("%s: %v", when, err)
		}
		r, _, err := s.run(s.start())
		if err != nil || len(r.Done) > 0 {
			s.t.Fatalf("%s: %v, and again did %q", when, err, r.Done)
		}
		if err := s.verify(); err != nil {
			s.t.Fatalf("%s: %v", when, err)
		}
	}
}

// sayAtRandom has a person say something, and tells what.
func (s *stage) sayAtRandom(random *rand.Rand, person string) string {
	later := resultlog.Instant(s.clock.now.Add(time.Duration(1+random.IntN(4*3600)) * time.Second))
	of := []string{"acme/march", "globex/march"}[random.IntN(2)]
	act := []string{statement.Approve, statement.Approve, statement.Approve, statement.Reject, statement.Withdraw}[random.IntN(5)]
	st := statement.Statement{Act: act, Reason: "because"}
	switch random.IntN(6) {
	case 0, 1:
		if st.Subject = "override:" + of; act == statement.Approve {
			st.Expires = later
		}
	case 2:
		st.Subject = "resume:" + of
	case 3:
		st.Act, st.Subject = []string{statement.Hold, statement.Abort, statement.Recall}[random.IntN(3)], "plan:"+of
	case 4:
		if random.IntN(4) > 0 {
			st.Subject = "gate:" + of + "/canary"
			break
		}
		whose := []string{"dana", "erin", "finn", "gus"}[random.IntN(4)]
		st.Act, st.Subject = statement.Revoke, "key:"+signature.KeyOf(s.people[whose]).Fingerprint()
		if random.IntN(2) == 0 {
			st.Expires = resultlog.Instant(s.clock.now.Add(-time.Hour))
		}
	case 5:
		name := []string{"a", "b"}[random.IntN(2)]
		if s.world.ancestor(s.world.refs[heads+name], s.main()) {
			st.Act, st.Subject = statement.Withdraw, "change:"+name
			break
		}
		s.say(person, act, name)
		return act + " " + name
	}
	s.sayThis(person, st)
	return st.Act + " " + st.Subject
}
