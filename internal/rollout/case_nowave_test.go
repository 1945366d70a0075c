package rollout

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// An asset that no wave takes has no place, and the schedule says why: it must not
// look planned.
func TestWhatNoWaveTakesHasNoPlace(t *testing.T) {
	chosen := func(assets ...int) Wave {
		return Wave{Name: "chosen", Selector: true, Chosen: assets, Advance: 100}
	}
	for _, c := range []struct {
		name  string
		waves []Wave
		want  string
		left  int
	}{
		{"half", percents(10, 50), "w1 1, w2 4", 5},
		{"counts", []Wave{{Name: "a", Count: 2, Advance: 100}, {Name: "b", Count: 7, Advance: 100}}, "a 2, b 5", 3},
		{"a selector", []Wave{chosen(0, 1, 2)}, "chosen 3", 7},
		{"a count, then a selector", []Wave{{Name: "a", Count: 1, Advance: 100}, chosen(0, 1, 2)}, "", -1},
		{"all", []Wave{{Name: "a", Count: 2, Advance: 100}, {Name: "b", Count: 10, Advance: 100}}, "a 2, b 8", 0},
	} {
		s := nights(10)
		s.plan("os", "standard", 30).Waves = c.waves
		out := s.schedule(t)
		got := &out.Plans[0]
		if c.left >= 0 && (len(got.Unplaced) != c.left || sizes(out, 0) != c.want) {
			t.Errorf("%s: %d are left, wanted %d; %s, wanted %s", c.name, len(got.Unplaced), c.left, sizes(out, 0), c.want)
		}
		for _, u := range got.Unplaced {
			if u.Code != WaveGate || u.By != NoWave || u.Wave != "" || len(u.Tried) > 0 {
				t.Errorf("%s: %+v", c.name, u)
			}
		}
	}
}

// What depends on an asset in no wave is in none either; one under way is not lost.
func TestWhatGoesAfterNoWaveIsInNone(t *testing.T) {
	s := nights(3)
	p := s.plan("os", "standard", 30)
	p.Waves = []Wave{{Name: "some", Selector: true, Chosen: []int{1, 2}, Advance: 100}}
	p.Work[1].DependsOn = []int{0}
	s.expect(t, "os host-002 nightly 2026-06-10T01:00Z 2026-06-10T01:30Z", "os host-000 WAVE_GATE no wave", "os host-001 WAVE_GATE no wave")
	s.Progress.Running = []Running{{Plan: "os", Asset: 0, Start: s.AsOf - 600, End: s.AsOf + 1200}}
	s.expect(t, "os host-000  2026-06-09T23:50Z 2026-06-10T00:20Z",
		"os host-001 nightly 2026-06-10T01:00Z 2026-06-10T01:30Z", "os host-002 nightly 2026-06-10T01:00Z 2026-06-10T01:30Z")
}

// Hosts that waves began with may all be gone, scrapped or called otherwise: what is there now is in
// a wave that takes it, and the schedule holds.
func TestWavesOutliveTheirHosts(t *testing.T) {
	for _, begun := range [][]string{{"w1"}, {"w1", "w2"}, {"w1", "w2", "w3"}} {
		s := nights(3)
		s.plan("os", "standard", 30).Waves = percents(10, 50, 100)
		for _, name := range begun {
			s.Progress.Begun = append(s.Progress.Begun, Begun{Plan: "os", Wave: name})
		}
		if out := s.schedule(t); len(out.Plans[0].Placements) != 3 {
			t.Errorf("%v have begun: %+v, wanted 3 places", begun, out.Plans[0].Unplaced)
		}
	}
}

// A plan without waves has one that takes all, also those that come to it when it has begun.
func TestWhatComesToAPlanWithoutWaves(t *testing.T) {
	s := nights(3)
	s.plan("os", "standard", 30).Waves = nil
	s.Progress.Begun = []Begun{{Plan: "os", Wave: "all"}}
	s.Progress.Pins = []Pin{{Plan: "os", Asset: 0, Wave: "all"}}
	out := s.schedule(t)
	if got := sizes(out, 0); got != "all 3" || len(out.Plans[0].Unplaced) > 0 {
		t.Errorf("%s, %+v, wanted all 3 and all of them placed", got, out.Plans[0].Unplaced)
	}
}

func TestNoWaveIsLiftedByAWave(t *testing.T) {
	s := nights(4)
	s.plan("os", "standard", 30).Waves = percents(25, 50)
	out := s.schedule(t)
	Counterfactuals(s.Input, out, 16)
	u := out.Plans[0].Unplaced
	want := Counterfactual{
		Document: "PatchPlan/acme/os", Path: "spec.waves", Text: "end plan os with a wave of percent 100",
		Window: "nightly", Start: instantOf("2026-06-10T02:00:00Z"), Verified: true,
	}
	if len(u) != 2 || u[0].Counterfactual == nil || *u[0].Counterfactual != want || u[1].SameAs != u[0].Asset {
		t.Errorf("%+v, wanted %+v", u, want)
	}
}

// The verifier knows who may be in no wave: nobody that one takes, nobody placed.
func TestVerifyObjectsToNoWave(t *testing.T) {
	s := nights(4)
	p := s.plan("os", "standard", 30)
	p.Waves = percents(25, 50)
	for name, spoil := range map[string]func(x *PlanSchedule){
		"placed":     func(x *PlanSchedule) { x.Placements[0].Wave = "" },
		"named":      func(x *PlanSchedule) { x.Unplaced[0].Wave = "w2" },
		"not named":  func(x *PlanSchedule) { x.Unplaced[0].By = "wave w1" },
		"other code": func(x *PlanSchedule) { x.Unplaced[0].Code = NoWindow },
	} {
		out := Compute(s.Input)
		spoil(&out.Plans[0])
		if len(Verify(s.Input, out)) == 0 {
			t.Errorf("%s: nothing is wrong", name)
		}
	}
	out := Compute(s.Input)
	p.Waves = percents(25, 100)
	if found := Verify(s.Input, out); !slices.ContainsFunc(found, func(o Objection) bool { return o.Text == "the session's wave is none of the plan's" }) {
		t.Error(fmt.Sprint("a wave takes them, and the verifier says only ", found))
	}
}

// Whatever the rest of the plan: the schedule is sound, nothing in no wave has a
// place, and nothing is missing.
func TestWavesThatDoNotReachAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 2, 8)
		for i := range in.Clients {
			c := &in.Clients[i]
			for j := range c.Plans {
				w := &c.Plans[j].Waves[len(c.Plans[j].Waves)-1]
				switch rapid.IntRange(0, 2).Draw(t, "last wave") {
				case 0:
					w.Percent = rapid.IntRange(1, 99).Draw(t, "percent")
				case 1:
					w.Percent, w.Count = 0, rapid.IntRange(1, 8).Draw(t, "count")
				default:
					w.Percent, w.Selector, w.Chosen = 0, true, []int{0}
				}
			}
		}
		out := Compute(in)
		for _, o := range Verify(in, out) {
			t.Errorf("verifier: %v\n%s", o, dump(in))
		}
		Counterfactuals(in, out, 8)
		for i := range out.Plans {
			for _, u := range out.Plans[i].Unplaced {
				if u.Counterfactual != nil && u.By == NoWave && u.Counterfactual.Verified && u.Counterfactual.Path != "spec.waves" {
					t.Errorf("%s is in no wave, and %+v gives it a place\n%s", u.Asset, u.Counterfactual, dump(in))
				}
			}
		}
	})
}
