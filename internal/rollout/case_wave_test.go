package rollout

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// nights is a scene with a window of four hours every night and n hosts.
func nights(n int) *scene {
	s := newScene("2026-06-10T00:00:00Z", "Etc/UTC")
	s.window("nightly", "2026-01-01T01:00", "FREQ=DAILY", 4*hour)
	s.hosts(n)
	return s
}

// members are the assets of each wave, "name: a b c".
func members(s *Schedule, plan int) map[string][]string {
	out := map[string][]string{}
	for _, p := range s.Plans[plan].Placements {
		out[p.Wave] = append(out[p.Wave], p.Asset)
	}
	for _, u := range s.Plans[plan].Unplaced {
		out[u.Wave] = append(out[u.Wave], u.Asset)
	}
	return out
}

func sizes(s *Schedule, plan int) string {
	var out []string
	for _, w := range s.Plans[plan].Waves {
		out = append(out, fmt.Sprintf("%s %d", w.Name, w.Assets))
	}
	return strings.Join(out, ", ")
}

func percents(list ...int) []Wave {
	var out []Wave
	for i, n := range list {
		out = append(out, Wave{Name: fmt.Sprintf("w%d", i+1), Percent: n, Advance: 100})
	}
	return out
}

func TestWaveSizesAreCumulative(t *testing.T) {
	for _, c := range []struct {
		hosts int
		waves []Wave
		want  string
	}{
		{100, percents(10, 50, 100), "w1 10, w2 40, w3 50"},
		{7, percents(10, 50, 100), "w1 1, w2 3, w3 3"},
		{3, percents(34, 67, 100), "w1 2, w2 1, w3 0"},
		{1, percents(10, 100), "w1 1, w2 0"},
		{10, []Wave{{Name: "w1", Count: 2}, {Name: "w2", Count: 5}, {Name: "w3", Percent: 100}}, "w1 2, w2 3, w3 5"},
		{4, []Wave{{Name: "w1", Count: 9}}, "w1 4"},
		{10, []Wave{{Name: "w1", Selector: true, Chosen: []int{3, 4}}, {Name: "w2", Percent: 50}, {Name: "w3", Percent: 100}}, "w1 2, w2 3, w3 5"},
		{10, []Wave{{Name: "w1", Percent: 10}, {Name: "w2", Selector: true, Chosen: []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}}, {Name: "w3", Percent: 100}}, "w1 1, w2 9, w3 0"},
	} {
		s := nights(c.hosts)
		for i := range c.waves {
			c.waves[i].Advance = 100
		}
		s.plan("os", "standard", 30).Waves = c.waves
		if got := sizes(s.schedule(t), 0); got != c.want {
			t.Errorf("%d hosts: %s, wanted %s", c.hosts, got, c.want)
		}
	}
}

// The first of two or more waves takes nothing dear, one of each stratum in turn,
// the largest first, and one of each HA group.
func TestCanary(t *testing.T) {
	s := nights(20)
	for i := range s.Assets {
		s.Assets[i].Stratum = "large"
		if i >= 12 {
			s.Assets[i].Stratum = "middle"
		}
		if i >= 17 {
			s.Assets[i].Stratum = "small"
		}
		if i < 8 {
			s.Assets[i].Tier = 0
		}
	}
	for i := 8; i < 12; i++ { // all that is left of the largest is one group
		s.Assets[i].Group = 0
	}
	s.Groups = []Group{{Name: "g", ID: "HAGroup/acme/g", Members: []int{8, 9, 10, 11}, Max: 4, Primary: -1}}
	s.plan("os", "standard", 30).Waves = percents(20, 100)
	s.Plans[0].Work[18].DependsOn = []int{19}
	got := map[string]int{}
	for _, name := range members(s.schedule(t), 0)["w1"] {
		i := slices.IndexFunc(s.Assets, func(a Asset) bool { return a.Name == name })
		got[s.Assets[i].Stratum]++
		if s.Assets[i].Tier == 0 || i == 18 {
			t.Errorf("%s is in the canary", name)
		}
	}
	if got["large"] != 1 || got["middle"] != 2 || got["small"] != 1 {
		t.Errorf("the canary has %v of each stratum, wanted 1 large, 2 middle, 1 small", got)
	}
}

func TestCanaryShortAndExempt(t *testing.T) {
	s := nights(10)
	for i := range s.Assets {
		s.Assets[i].Tier = 0
	}
	s.Assets[4].Tier = 2
	s.plan("os", "standard", 30).Waves = percents(30, 50, 100)
	out := s.schedule(t)
	if got := sizes(out, 0); got != "w1 1, w2 4, w3 5" {
		t.Errorf("sizes: %s", got)
	}
	if r := out.Plans[0].Remarks; len(r) != 1 || r[0].ID != "plan/canary-short" || r[0].Wave != "w1" {
		t.Errorf("remarks: %+v", r)
	}
	s.Plans[0].Work = s.Plans[0].Work[:4] // fewer than five: no canary rules
	if got := sizes(s.schedule(t), 0); got != "w1 2, w2 0, w3 2" {
		t.Errorf("sizes: %s", got)
	}
}

func TestAssetsMoveToTheWaveOfWhatTheyWaitFor(t *testing.T) {
	s := nights(12)
	s.plan("os", "standard", 30).Waves = percents(25, 50, 100)
	before := members(s.schedule(t), 0)
	first, last := before["w1"][0], before["w3"][0]
	index := func(name string) int {
		return slices.IndexFunc(s.Assets, func(a Asset) bool { return a.Name == name })
	}
	s.Assets[index(first)].Group, s.Assets[index(last)].Group = 0, 0
	s.Groups = []Group{{Name: "db", ID: "HAGroup/acme/db", Members: []int{index(first), index(last)}, Max: 1, StandbyFirst: true, Primary: index(first)}}
	out := s.schedule(t)
	p, q := placementOf(t, out, 0, first), placementOf(t, out, 0, last)
	if p.Wave == "w1" || p.Start < q.End {
		t.Errorf("the primary is in %s at %d, its standby in %s until %d", p.Wave, p.Start, q.Wave, q.End)
	}
	s.Groups[0].StandbyFirst = false
	s.Plans[0].Work[index(first)].DependsOn = []int{index(last)}
	out = s.schedule(t)
	if p := placementOf(t, out, 0, first); p.Wave != "w3" && p.Wave != placementOf(t, out, 0, last).Wave {
		t.Errorf("%s is in %s, before what it depends on", first, p.Wave)
	}
}

func TestGatesSoakAndStragglers(t *testing.T) {
	s := nights(10)
	s.Windows[0].Capacity = 4
	p := s.plan("os", "standard", 60)
	p.Waves = []Wave{{Name: "w1", Count: 5, Soak: 12 * hour, Advance: 80}, {Name: "w2", Percent: 100, Advance: 100}}
	out := s.schedule(t)
	// Four of five are over at 02:00; the fifth, until 03:00, is a straggler.
	w := out.Plans[0].Waves
	if w[0].Stragglers != 1 || w[1].GateOpens != instantOf("2026-06-10T14:00:00Z") || w[0].PlannedEnd != instantOf("2026-06-10T03:00:00Z") {
		t.Errorf("waves: %+v", w)
	}
	if got := starts(out, 0); got != "2026-06-10T01:00Z 4, 2026-06-10T02:00Z 1, 2026-06-11T01:00Z 4, 2026-06-11T02:00Z 1" {
		t.Errorf("starts: %s", got)
	}
	name := members(out, 0)["w2"][0]
	if got := rejections(out, name); !slices.Equal(got, []string{"nightly WAVE_GATE wave w1 x1"}) {
		t.Errorf("rejected: %q", got)
	}
	p.Waves[0].Soak = 23*hour + 90*minute // the gate opens in the window
	out = s.schedule(t)
	x := placementOf(t, out, 0, name)
	if x.Start != instantOf("2026-06-11T02:30:00Z") || x.Binding != WaveGate {
		t.Errorf("%s starts at %s, bound by %q", name, clock(x.Start), x.Binding)
	}
}

func TestUnplacedMembersDoNotBlockAWave(t *testing.T) {
	s := nights(10)
	p := s.plan("os", "standard", 60)
	p.Waves = percents(50, 100)
	first := members(s.schedule(t), 0)["w1"]
	for i := range p.Work {
		if slices.Contains(first[1:], s.Assets[i].Name) {
			p.Work[i].Blocks = []Block{{Code: Held, By: "PatchPlan/acme/os"}}
		}
	}
	out := s.schedule(t)
	if w := out.Plans[0].Waves; w[0].Placed != 1 || w[1].Placed != 5 || w[1].GateOpens != instantOf("2026-06-10T02:00:00Z") {
		t.Errorf("waves: %+v", w)
	}
	if r := out.Plans[0].Remarks; len(r) != 1 || r[0].ID != "plan/wave-thin" || r[0].Wave != "w1" {
		t.Errorf("remarks: %+v", r)
	}
}

// WR44: waves of 10, 50 and 100 %; the canary is done, and is not drawn again.
func TestWR44NoSecondCanary(t *testing.T) {
	s := nights(100)
	p := s.plan("os", "standard", 30)
	p.Waves = percents(10, 50, 100)
	before := members(s.schedule(t), 0)
	var left []Work
	for wave, names := range before {
		for _, name := range names {
			i := slices.IndexFunc(s.Assets, func(a Asset) bool { return a.Name == name })
			pin := Pin{Plan: "os", Asset: i, Wave: wave}
			if wave == "w1" {
				pin.Done, pin.End = true, instantOf("2026-06-10T01:30:00Z")
			} else {
				left = append(left, p.Work[i])
			}
			s.Progress.Pins = append(s.Progress.Pins, pin)
		}
	}
	slices.SortFunc(left, func(a, b Work) int { return a.Asset - b.Asset })
	p.Work = left
	s.AsOf = instantOf("2026-06-11T00:00:00Z")
	out := s.schedule(t)
	after := members(out, 0)
	for _, wave := range []string{"w2", "w3"} {
		slices.Sort(before[wave])
		slices.Sort(after[wave])
		if !slices.Equal(before[wave], after[wave]) {
			t.Errorf("%s is %v, and was %v", wave, after[wave], before[wave])
		}
	}
	if len(after["w1"]) > 0 || sizes(out, 0) != "w1 0, w2 40, w3 50" {
		t.Errorf("sizes: %s", sizes(out, 0))
	}
}

// A new asset joins a wave that has not begun, one that has gone leaves its place
// empty.
func TestNewAssetsJoinAWaveThatHasNotBegun(t *testing.T) {
	s := nights(10)
	p := s.plan("os", "standard", 30)
	p.Waves = percents(20, 100)
	for _, names := range members(s.schedule(t), 0) {
		for _, name := range names {
			i := slices.IndexFunc(s.Assets, func(a Asset) bool { return a.Name == name })
			s.Progress.Pins = append(s.Progress.Pins, Pin{Plan: "os", Asset: i, Wave: placementOf(t, s.schedule(t), 0, name).Wave})
		}
	}
	first := slices.IndexFunc(s.Progress.Pins, func(p Pin) bool { return p.Wave == "w1" })
	gone := s.Progress.Pins[first].Asset
	s.Progress.Running = []Running{{Plan: "os", Asset: s.Progress.Pins[first].Asset, Start: s.AsOf - 600, End: s.AsOf + 1200}}
	s.asset("host-100")
	p.Work = append(p.Work, Work{Asset: 10, Patches: []string{"kb1"}, Minutes: 30})
	out := s.schedule(t)
	if got := placementOf(t, out, 0, "host-100").Wave; got != "w2" || sizes(out, 0) != "w1 2, w2 9" {
		t.Errorf("the new asset is in %s; %s", got, sizes(out, 0))
	}
	running := placementOf(t, out, 0, s.Assets[gone].Name)
	if running.Start != s.AsOf-600 || running.End != s.AsOf+1200 || running.Window != "" {
		t.Errorf("the session under way is %+v", running)
	}
}

func TestRings(t *testing.T) {
	s := nights(2)
	p := s.plan("os", "standard", 60)
	p.ID, p.Ring, p.RingName, p.RingSoak = "PatchPlan/_/os", 0, "pilot", 30*hour
	for i, name := range []string{"beta", "gamma"} {
		c := *s.Client
		c.Name = name
		c.Plans = slices.Clone(c.Plans)
		c.Plans[0].Ring, c.Plans[0].RingName, c.Plans[0].RingSoak = 1+i, []string{"broad", ""}[i], 0
		s.Clients = append(s.Clients, c)
	}
	s.Client = &s.Clients[0]
	out := s.expect(t,
		"os host-000 nightly 2026-06-10T01:00Z 2026-06-10T02:00Z", "os host-001 nightly 2026-06-10T01:00Z 2026-06-10T02:00Z",
		"os host-000 nightly 2026-06-12T01:00Z 2026-06-12T02:00Z", "os host-001 nightly 2026-06-12T01:00Z 2026-06-12T02:00Z",
		"os host-000 nightly 2026-06-12T02:00Z 2026-06-12T03:00Z", "os host-001 nightly 2026-06-12T02:00Z 2026-06-12T03:00Z")
	if r := out.Plans[1].Placements[0].Rejected; len(r) != 1 || r[0].Code != WaveGate || r[0].By != "ring pilot" || r[0].Count != 2 {
		t.Errorf("rejected: %+v", r)
	}
}
