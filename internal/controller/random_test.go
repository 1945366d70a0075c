package controller

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/statement"
)

// TestRandomSchedules lets two controllers, people and accidents act in any order.
// Safety: after each of them the logs verify and nothing is authorised that nobody
// approved. Liveness: in the end, with main put right, everything approved is merged.
func TestRandomSchedules(t *testing.T) {
	t.Parallel()
	schedules := 150
	if testing.Short() {
		schedules = 25
	}
	begun := makeKeys(t).twoChanges(t)
	for seed := range schedules {
		begun.fork().schedule(t, uint64(seed))
	}
}

func (s *stage) schedule(t *testing.T, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 1))
	s.state = t.TempDir()
	clock := &ticker{now: scriptTime}
	other := s.another("two", clock)
	pass := func(d time.Duration) { s.clock.pass(d); clock.pass(d) }
	var story []string
	for step := range 10 {
		what := random.IntN(9)
		story = append(story, fmt.Sprint(what))
		switch what {
		case 0, 1: // a process that ends somewhere
			s.world.crashAt = s.world.effects + random.IntN(30)
			s.run(s.start())
			s.world.crashAt = -1
		case 2: // an answer is lost
			s.world.lies[s.world.effects+random.IntN(12)] = git.ErrRemote
			s.run(s.start())
			clear(s.world.lies)
		case 3:
			if _, err := other.Tick(context.Background()); err != nil && !Later(err) {
				t.Fatalf("seed %d, step %d: the other: %v", seed, step, err)
			}
		case 4:
			s.world.refs[heads+"main"] = s.world.put(s.main(), "evil", map[string]string{"plans/acme/evil.yaml": fmt.Sprint(step)})
		case 5:
			s.handMerge([]string{"a-acme", "b-globex"}[random.IntN(2)])
		case 6:
			s.say("dana", []string{statement.Withdraw, statement.Approve}[random.IntN(2)], "a-acme")
		case 7:
			ref := heads + "patchops/log/acme/2026"
			if s.world.refs[ref] != "" {
				s.world.refs[ref] = s.world.put(s.world.refs[ref], "foreign", map[string]string{"checkpoint": "nonsense"})
			}
		case 8:
			pass(time.Duration(random.IntN(200)) * time.Second)
		}
	}
	pass(10 * time.Minute)
	s.finish()
	s.finish()
	s.sound(fmt.Sprintf("seed %d: %v", seed, story))
	// Main is put right, and people approve what is left.
	tip := s.fold().Tip
	if tip != s.main() {
		s.world.refs[heads+"main"] = s.world.commit(git.CommitSpec{
			Tree: s.world.info(tip).Tree, Parents: []string{s.main()}, Message: "revert", Time: scriptTime,
		})
		s.finish()
	}
	for _, name := range []string{"a-acme", "b-globex"} {
		if !s.world.ancestor(s.world.refs[heads+name], s.main()) {
			s.approve(name, "dana", "erin", "finn")
		}
	}
	pass(time.Hour)
	s.finish()
	for _, file := range []string{"plans/acme/april.yaml", "plans/globex/april.yaml"} {
		if s.content(file) == "" && !s.world.ancestor(s.world.refs[heads+"a-acme"], s.main()) {
			t.Fatalf("seed %d: %v: %s is approved, and not on main", seed, story, file)
		}
	}
	if st := s.fold(); st.Tip != s.main() {
		t.Fatalf("seed %d: %v: main is blocked for ever", seed, story)
	}
	s.sound(fmt.Sprintf("seed %d, in the end", seed))
}
