package rollout

import (
	"testing"

	"pgregory.net/rapid"
)

// The properties are worth what the generator reaches: every code, placements that
// are late and on time, and more than one of everything.
func TestGeneratorReachesEveryCode(t *testing.T) {
	seen := map[Code]int{}
	placed, unplaced := 0, 0
	worlds := rapid.Custom(func(t *rapid.T) *Input { return drawInput(t, 3, 6) })
	for seed := range 3000 {
		s := Compute(worlds.Example(seed))
		for i := range s.Plans {
			for _, x := range s.Plans[i].Placements {
				placed++
				for _, r := range x.Rejected {
					seen[r.Code]++
				}
				seen[x.Binding]++
			}
			for _, u := range s.Plans[i].Unplaced {
				unplaced++
				seen[u.Code]++
			}
		}
	}
	for _, code := range append(order, DepCycle, NoWindow, Horizon, NotApproved) {
		if seen[code] == 0 {
			t.Errorf("no world has %s: %v", code, seen)
		}
	}
	if placed < 1000 || unplaced < 1000 {
		t.Errorf("%d sessions have a place and %d have none", placed, unplaced)
	}
	t.Log(placed, unplaced, seen)
}
