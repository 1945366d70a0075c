package rollout

import (
	"slices"
	"testing"
)

func TestComponents(t *testing.T) {
	in := &Input{Shifts: make([]Shift, 2), Clients: make([]Client, 6)}
	for i := range in.Clients {
		c := &in.Clients[i]
		c.Assets = []Asset{{Shift: []int{0}}}
		c.Plans = []Plan{{ID: "PatchPlan/_/os", Ring: -1, Work: []Work{{ByHand: i == 1 || i == 4}}}}
	}
	in.Clients[2].Plans[0].Ring, in.Clients[5].Plans[0].Ring = 0, 3
	in.Clients[0].Assets[0].Shift, in.Clients[0].Plans[0].Work[0].ByHand = []int{1}, true
	got := components(in)
	if want := [][]int{{0}, {1, 4}, {2, 5}, {3}}; !slices.EqualFunc(got, want, slices.Equal[[]int]) {
		t.Errorf("components %v, wanted %v", got, want)
	}
}

// A session that is new in a wave does not push out those of the next wave that
// the client was told of.
func TestNewSessionsDoNotMoveNotifiedOnes(t *testing.T) {
	s := nights(4)
	p := s.plan("os", "standard", 60)
	p.Waves = []Wave{{Name: "first", Selector: true, Chosen: []int{0, 1}, Soak: 12 * hour, Advance: 100}, {Name: "rest", Percent: 100, Advance: 100}}
	p.Work = slices.Delete(p.Work, 1, 2)
	before := s.schedule(t)
	s.notifyAll(before)
	s.Progress.Pins = nil // nothing has begun for the log, so the new one may still join the first wave
	p.Work = slices.Insert(p.Work, 1, Work{Asset: 1, Patches: []string{"kb1"}, Minutes: 60})
	s.expect(t,
		"os host-000 nightly 2026-06-10T01:00Z 2026-06-10T02:00Z", "os host-001 nightly 2026-06-10T01:00Z 2026-06-10T02:00Z",
		"os host-002 nightly 2026-06-11T01:00Z 2026-06-11T02:00Z", "os host-003 nightly 2026-06-11T01:00Z 2026-06-11T02:00Z")
	p.Work[1].Released = instantOf("2026-06-10T05:00:00Z") // so it would end after the next wave's places
	out := s.schedule(t)
	for _, x := range out.Plans[0].Placements {
		if x.Moved != "" {
			t.Errorf("%s has moved: %s", x.Asset, x.Moved)
		}
	}
	if u := out.Plans[0].Unplaced; len(u) != 1 || u[0].Asset != "host-001" || u[0].Code != WaveGate || u[0].By != "wave rest" {
		t.Errorf("%q", lines(out))
	}
}

// What a session depends on comes first: if that must move, so must the session.
func TestNotifiedSessionsMoveBehindWhatTheyDependOn(t *testing.T) {
	s := nights(2)
	s.plan("os", "standard", 60).Work[1].DependsOn = []int{0}
	s.notifyAll(s.schedule(t))
	s.Assets[0].Denies = []int{0}
	s.Denies = []Deny{{ID: "Freeze/_/new"}}
	s.Denies[0].Fixed.Start, s.Denies[0].Fixed.End = instantOf("2026-06-10T00:00:00Z"), instantOf("2026-06-11T00:00:00Z")
	out := s.expect(t, "os host-000 nightly 2026-06-11T01:00Z 2026-06-11T02:00Z", "os host-001 nightly 2026-06-11T02:00Z 2026-06-11T03:00Z")
	if a, b := placementOf(t, out, 0, "host-000").Moved, placementOf(t, out, 0, "host-001").Moved; a != Freeze || b != DepOrder {
		t.Errorf("moved for %q and %q", a, b)
	}
	if out.Objective.Moved != 2 {
		t.Errorf("%d moved", out.Objective.Moved)
	}
}

// A notified session that is blocked now has no place, and counts as moved.
func TestNotifiedAndBlocked(t *testing.T) {
	s := nights(1)
	s.plan("os", "standard", 60)
	s.notifyAll(s.schedule(t))
	s.Plans[0].Work[0].Blocks = []Block{{Code: Held, By: "PatchPlan/acme/os", Text: "lift the hold"}}
	if out := s.expect(t, "os host-000 HELD PatchPlan/acme/os"); out.Objective.Moved != 1 || out.Objective.LowerBound != 100 {
		t.Errorf("objective %+v", out.Objective)
	}
}

func TestStaggerBetweenSessionsUnderWayAndNewOnes(t *testing.T) {
	s := nights(2)
	s.AsOf = instantOf("2026-06-10T01:10:00Z")
	p := s.plan("os", "standard", 60)
	p.Waves[0].Stagger = 30 * minute
	s.Progress.Running = []Running{{Plan: "os", Asset: 1, Start: instantOf("2026-06-10T01:05:00Z"), End: instantOf("2026-06-10T02:00:00Z")}}
	s.expect(t, "os host-001 nightly 2026-06-10T01:05Z 2026-06-10T02:00Z", "os host-000 nightly 2026-06-10T01:35Z 2026-06-10T02:35Z")
}

// A session under way whose plan has no work for the machine any more still keeps
// it busy, and a place of the agreement's.
func TestSessionsUnderWayWithoutWork(t *testing.T) {
	s := nights(3)
	s.AsOf = instantOf("2026-06-10T01:10:00Z")
	s.terms().MaxUnavailable = Amount{Set: true, N: 2}
	s.Assets[0].Group, s.Assets[1].Group = 0, 0
	s.Groups = []Group{{Name: "g", ID: "HAGroup/acme/g", Members: []int{0, 1}, Max: 1, Primary: -1, Soak: 15 * minute}}
	s.plan("old", "standard", 60)
	s.Plans[0].Work = nil
	s.plan("os", "standard", 60)
	s.Progress.Running = []Running{{Plan: "old", Asset: 0, Start: instantOf("2026-06-10T01:00:00Z"), End: instantOf("2026-06-10T02:00:00Z")}}
	out := s.expect(t, "os host-002 nightly 2026-06-10T01:10Z 2026-06-10T02:10Z",
		"os host-000 nightly 2026-06-10T02:00Z 2026-06-10T03:00Z", "os host-001 nightly 2026-06-10T03:15Z 2026-06-10T04:15Z")
	if x := placementOf(t, out, 1, "host-000"); x.Binding != Exclusive {
		t.Errorf("binding is %q", x.Binding)
	}
	s.Plans[1].Change = "gone" // an unknown change is none of the urgent ones
	s.Progress.Running[0].Plan = "deleted"
	s.Assets[0].Group, s.Assets[1].Group, s.Groups = -1, -1, nil
	s.Plans[1].Work[0].Minutes = 230
	s.Horizon = 4 * hour
	if u := s.schedule(t).Plans[1].Unplaced; len(u) != 1 || u[0].Code != Exclusive || u[0].By != "deleted" {
		t.Errorf("unplaced: %+v", u)
	}
}

// Where two agreements meet, a session counts for the one that it does not belong
// to as well: nobody has more sessions at once than any of them allows.
func TestAgreementsThatMeetShareTheirLimits(t *testing.T) {
	s := newScene("2026-06-10T20:00:00Z", "Etc/UTC")
	s.window("evening", "2026-06-10T22:00", "FREQ=DAILY;COUNT=1", 2*hour)
	s.window("night", "2026-06-11T00:00", "FREQ=DAILY;COUNT=1", 4*hour)
	s.hosts(4)
	for i := range s.Assets {
		s.Assets[i].Windows = []int{0, 1}
		if i == 0 {
			s.Assets[i].Windows = []int{0, 1}
		} else {
			s.Assets[i].Windows = []int{1}
		}
	}
	g := s.terms()
	g.Until = instantOf("2026-06-11T00:00:00Z")
	g.MaxUnavailable = Amount{Set: true, N: 1}
	later := *g
	later.Name, later.ID, later.From, later.Until = "2027", "ClientAgreement/acme/2027", g.Until, farAway
	later.MaxUnavailable.N = 3
	s.Agreements = append(s.Agreements, later)
	// The first runs from the evening, under the stricter agreement, into the night.
	s.plan("os", "standard", 60)
	s.Plans[0].Work[0].Minutes = 180
	s.Plans[0].Work[0].Risk = 900
	s.expect(t, "os host-000 evening 2026-06-10T22:00Z 2026-06-11T01:00Z", "os host-001 night 2026-06-11T01:00Z 2026-06-11T02:00Z",
		"os host-002 night 2026-06-11T01:00Z 2026-06-11T02:00Z", "os host-003 night 2026-06-11T01:00Z 2026-06-11T02:00Z")
}
