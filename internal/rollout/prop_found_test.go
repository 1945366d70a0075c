package rollout

import (
	"testing"

	"github.com/patchops/patchops/internal/window"
)

// found starts what the properties found, made small by hand: one client with one
// window from 00:00 to 12:00, and assets without anything special.
func found(assets int, plans ...Plan) *Input {
	utc := zoneOf("Etc/UTC")
	c := Client{
		Name: "acme", Zone: utc, Business: &window.Week{Zone: utc},
		Windows: []Window{fixedWindow("night", at("00:00"), at("12:00"))},
		Agreements: []Agreement{{
			Name: "2026", ID: "ClientAgreement/acme/2026", From: at("00:00") - 9*day, Until: farAway, Windows: []int{0}, CostCap: -1,
		}},
		Plans: plans,
	}
	for i := range assets {
		c.Assets = append(c.Assets, Asset{Name: string(rune('a' + i)), Windows: []int{0}, Group: -1, RunsOn: -1, Relay: -1, Tier: -1})
	}
	return &Input{AsOf: at("00:00"), Horizon: day, Clients: []Client{c}}
}

// simple is a plan of one wave over work.
func simple(name string, work ...Work) Plan {
	for i := range work {
		work[i].Patches = []string{"kb1"}
	}
	return Plan{
		Name: name, ID: "PatchPlan/acme/" + name, Change: "standard", Ring: -1, Deadline: at("23:00"),
		Waves: []Wave{{Name: "all", Percent: 100, Advance: 100}}, Work: work,
	}
}

// A kept placement must not stay where what it depends on has no place.
func TestFoundNotifiedBeforeItsDependency(t *testing.T) {
	ring := simple("ring", Work{Asset: 1, Minutes: 5}, Work{Asset: 2, Minutes: 20})
	in := found(3, simple("p", Work{Asset: 0, Minutes: 5, Due: at("00:00")}, Work{Asset: 1, Minutes: 5, DependsOn: []int{0}}, Work{Asset: 2, Minutes: 30}), ring)
	in.Clients[0].Windows[0] = fixedWindow("night", at("00:00"), at("01:00"))
	in.Clients[0].Agreements[0].MaxUnavailable = Amount{Set: true, N: 1}
	in.Clients[0].Progress.Notified = []Notified{{Plan: "p", Asset: 1, Occurrence: at("00:00"), Start: at("00:05"), End: at("00:10")}}
	for _, o := range Verify(in, Compute(in)) {
		t.Errorf("%+v", o)
	}
}

// Where one of two notified sessions has to give way, the other stays.
func TestFoundOnlyWhatIsInTheWayMoves(t *testing.T) {
	in := found(3, simple("p",
		Work{Asset: 0, Minutes: 55},
		Work{Asset: 1, Minutes: 75, DependsOn: []int{0}},
		Work{Asset: 2, Minutes: 120, DependsOn: []int{0}, Due: at("05:00")}))
	in.Clients[0].Windows[0] = fixedWindow("night", at("00:00"), at("05:00"))
	in.Clients[0].Agreements[0].MaxUnavailable = Amount{Set: true, N: 1}
	in.Clients[0].Progress.Notified = []Notified{
		{Plan: "p", Asset: 1, Occurrence: at("00:00"), Start: at("00:54"), End: at("02:09")},
		{Plan: "p", Asset: 2, Occurrence: at("00:00"), Start: at("02:09"), End: at("04:09")},
	}
	s := Compute(in)
	if got := s.Plans[0].Placements[1]; got.Asset != "c" || got.Start != at("02:09") || got.Moved != "" {
		t.Errorf("%+v", got)
	}
}

// A primary may also depend on its standby; it gives up its place once.
func TestFoundPrimaryThatDependsOnItsStandby(t *testing.T) {
	in := found(2, simple("p", Work{Asset: 0, Minutes: 55}, Work{Asset: 1, Minutes: 75, DependsOn: []int{0}}))
	c := &in.Clients[0]
	c.Assets[0].Group, c.Assets[1].Group = 0, 0
	c.Groups = []Group{{Name: "db", ID: "HAGroup/acme/db", Members: []int{0, 1}, Max: 1, StandbyFirst: true, Primary: 1}}
	c.Progress.Notified = []Notified{{Plan: "p", Asset: 1, Occurrence: at("00:00"), Start: at("00:54"), End: at("02:09")}}
	for _, o := range Verify(in, Compute(in)) {
		t.Errorf("%+v", o)
	}
}

// A notified session of a later wave stays where half of the wave before was not
// placed yet when its gate was asked.
func TestFoundQuorumOfAWaveHalfPlaced(t *testing.T) {
	in := found(4, simple("p", Work{Asset: 0, Minutes: 5}, Work{Asset: 1, Minutes: 5}, Work{Asset: 2, Minutes: 5}, Work{Asset: 3, Minutes: 5}))
	c := &in.Clients[0]
	c.Plans[0].Waves = []Wave{
		{Name: "first", Selector: true, Chosen: []int{0, 1, 2}, Advance: 51, Stagger: 5 * minute},
		{Name: "rest", Percent: 100, Advance: 100},
	}
	c.Progress.Notified = []Notified{
		{Plan: "p", Asset: 2, Occurrence: at("00:00"), Start: at("00:10"), End: at("00:15")},
		{Plan: "p", Asset: 3, Occurrence: at("00:00"), Start: at("00:10"), End: at("00:15")},
	}
	s := Compute(in)
	for _, x := range s.Plans[0].Placements {
		if x.Moved != "" {
			t.Errorf("%+v", x)
		}
	}
}

// Where the first wave has missed its start, the later wave that the client was told of
// gives way: else the first could never begin. What is new moves nobody.
func TestFoundLateCanaryBeforeANotifiedWave(t *testing.T) {
	in := found(2, simple("p", Work{Asset: 0, Minutes: 5}, Work{Asset: 1, Minutes: 5}))
	c := &in.Clients[0]
	c.Plans[0].Waves = []Wave{{Name: "first", Selector: true, Chosen: []int{0}, Advance: 100}, {Name: "rest", Percent: 100, Advance: 100}}
	c.Progress.Notified = []Notified{
		{Plan: "p", Asset: 0, Occurrence: at("00:00"), Start: at("00:00"), End: at("00:05")},
		{Plan: "p", Asset: 1, Occurrence: at("00:00"), Start: at("00:05"), End: at("00:10")},
	}
	in.AsOf = at("00:02")
	s := Compute(in)
	if found := Verify(in, s); len(found) > 0 {
		t.Fatal(found)
	}
	for i, want := range []Placement{{Start: at("00:02"), Moved: MissedWindow}, {Start: at("00:07"), Moved: WaveGate}} {
		if got := placementOf(t, s, 0, c.Assets[i].Name); got.Start != want.Start || got.Moved != want.Moved {
			t.Errorf("%s is at %s, moved for %q; wanted %s for %q", got.Asset, clock(got.Start), got.Moved, clock(want.Start), want.Moved)
		}
	}
}

// What something moved goes earlier again, after a notice in full, in the occurrence that
// the client was told of too; what nothing moved stays.
func TestFoundLooseGoesEarlier(t *testing.T) {
	for lead, want := range map[int64]int64{0: at("00:02"), hour: at("01:02"), 170 * minute: at("02:52"), 5 * hour: at("03:00")} {
		in := found(2, simple("p", Work{Asset: 0, Minutes: 5}, Work{Asset: 1, Minutes: 5}))
		c := &in.Clients[0]
		c.Windows = []Window{fixedWindow("early", at("00:00"), at("02:00")), fixedWindow("late", at("02:30"), at("12:00"))}
		c.Agreements[0].Windows, c.Agreements[0].Lead = []int{0, 1}, Lead{Seconds: lead}
		for i, loose := range []bool{false, true} {
			c.Assets[i].Windows = []int{0, 1}
			c.Progress.Notified = append(c.Progress.Notified, Notified{
				Plan: "p", Asset: i, Window: 1, Occurrence: at("02:30"), Start: at("03:00"), End: at("03:05"), Loose: loose,
			})
		}
		in.AsOf = at("00:02")
		s := Compute(in)
		if found := Verify(in, s); len(found) > 0 {
			t.Fatal(found)
		}
		if got := placementOf(t, s, 0, "a"); got.Start != at("03:00") {
			t.Errorf("lead %d: what nothing moved is at %s", lead, clock(got.Start))
		}
		if got := placementOf(t, s, 0, "b"); got.Start != want || got.Moved != "" {
			t.Errorf("lead %d: it is at %s, moved for %q; wanted %s", lead, clock(got.Start), got.Moved, clock(want))
		}
	}
}

// What stood in the way of others no longer does when it goes earlier: they stay where the
// client was told.
func TestFoundLooseMakesRoom(t *testing.T) {
	in := found(3, simple("p", Work{Asset: 0, Minutes: 5}, Work{Asset: 1, Minutes: 5}))
	c := &in.Clients[0]
	c.Groups = []Group{{Name: "pair", ID: "HAGroup/acme/pair", Members: []int{0, 1, 2}, Max: 2, Primary: -1, Soak: 600}}
	for i := range c.Assets {
		c.Assets[i].Group = 0
	}
	c.Progress.Down = []int{2}
	c.Progress.Notified = []Notified{
		{Plan: "p", Asset: 0, Occurrence: at("00:00"), Start: at("01:10"), End: at("01:15"), Loose: true},
		{Plan: "p", Asset: 1, Occurrence: at("00:00"), Start: at("01:20"), End: at("01:25")},
	}
	s := Compute(in)
	if found := Verify(in, s); len(found) > 0 {
		t.Fatal(found)
	}
	for i, want := range []int64{at("00:00"), at("01:20")} {
		if got := placementOf(t, s, 0, c.Assets[i].Name); got.Start != want || got.Moved != "" {
			t.Errorf("%s is at %s, moved for %q; wanted %s", got.Asset, clock(got.Start), got.Moved, clock(want))
		}
	}
}
