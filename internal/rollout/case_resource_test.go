package rollout

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/window"
)

// WR15: an HA pair with its standby first, a soak and 75 minutes each in 01:00-04:00.
func TestWR15StandbyThenPrimary(t *testing.T) {
	scene := func(soak int64) *scene {
		s := newScene("2026-06-10T00:00:00Z", "Etc/UTC")
		s.window("nightly", "2026-01-01T01:00", "FREQ=DAILY", 3*hour)
		s.asset("db-a").Group = 0
		s.asset("db-b").Group = 0
		s.Groups = []Group{{Name: "db", ID: "HAGroup/acme/db", Members: []int{0, 1}, Max: 1, StandbyFirst: true, Primary: 0, Soak: soak * minute}}
		s.plan("os", "standard", 75)
		return s
	}
	out := scene(30).expect(t, "os db-b nightly 2026-06-10T01:00Z 2026-06-10T02:15Z", "os db-a nightly 2026-06-10T02:45Z 2026-06-10T04:00Z")
	if p := placementOf(t, out, 0, "db-a"); p.Binding != HAConflict {
		t.Errorf("binding of the primary is %q", p.Binding)
	}
	out = scene(31).expect(t, "os db-b nightly 2026-06-10T01:00Z 2026-06-10T02:15Z", "os db-a nightly 2026-06-11T01:00Z 2026-06-11T02:15Z")
	if got := rejections(out, "db-a"); !slices.Equal(got, []string{"nightly HA_CONFLICT HAGroup/acme/db x1"}) {
		t.Errorf("rejected %q", got)
	}
	s := scene(30)
	s.Plans[0].Work[1].Blocks = []Block{{Code: Held, By: "Patch/_/kb1"}}
	s.expect(t, "os db-a DEP_UNPLACED db-b", "os db-b HELD Patch/_/kb1")
}

func TestPeersThatAreDown(t *testing.T) {
	s := newScene("2026-06-10T00:00:00Z", "Etc/UTC")
	s.window("nightly", "2026-01-01T01:00", "FREQ=DAILY", 3*hour)
	for _, name := range []string{"a", "b", "c"} {
		s.asset(name).Group = 0
	}
	s.Groups = []Group{{Name: "web", ID: "HAGroup/acme/web", Members: []int{0, 1, 2}, Max: 1, Primary: -1}}
	s.Progress.Down = []int{0}
	s.plan("os", "standard", 60)
	// The one that is down holds its unit anyhow.
	s.expect(t, "os a nightly 2026-06-10T01:00Z 2026-06-10T02:00Z", "os b HA_PEER_DOWN HAGroup/acme/web", "os c HA_PEER_DOWN HAGroup/acme/web")
	s.Groups[0].Max = 2
	if out := s.schedule(t); len(out.Plans[0].Placements) != 3 {
		t.Errorf("%q, wanted all placed", lines(out))
	}
}

// A host takes the group members that run on it away with it.
func TestHostNeedsTheUnitsOfItsGuests(t *testing.T) {
	s := newScene("2026-06-10T00:00:00Z", "Etc/UTC")
	s.window("nightly", "2026-01-01T01:00", "FREQ=DAILY", 3*hour)
	s.asset("guest-a").Group = 0
	s.asset("guest-b").Group = 0
	s.asset("host")
	s.Assets[0].RunsOn, s.Assets[1].RunsOn = 2, 2
	s.Groups = []Group{{Name: "web", ID: "HAGroup/acme/web", Members: []int{0, 1}, Max: 1, Primary: -1}}
	s.plan("os", "standard", 60)
	s.Plans[0].Work = s.Plans[0].Work[2:]
	s.expect(t, "os host HA_CONFLICT HAGroup/acme/web")
	s.Groups[0].Max = 2
	s.expect(t, "os host nightly 2026-06-10T01:00Z 2026-06-10T02:00Z")
}

func TestHostAndGuestTakeTurns(t *testing.T) {
	s := newScene("2026-06-10T00:00:00Z", "Etc/UTC")
	s.window("nightly", "2026-01-01T01:00", "FREQ=DAILY", 3*hour)
	s.asset("guest").RunsOn = 1
	s.asset("host")
	s.asset("other").RunsOn = 1
	s.plan("os", "emergency", 60)
	s.plan("zip", "standard", 60)
	s.Plans[0].Work = s.Plans[0].Work[1:2]
	out := s.expect(t, "os host nightly 2026-06-10T01:00Z 2026-06-10T02:00Z",
		"zip guest nightly 2026-06-10T02:00Z 2026-06-10T03:00Z", "zip other nightly 2026-06-10T02:00Z 2026-06-10T03:00Z", "zip host nightly 2026-06-10T03:00Z 2026-06-10T04:00Z")
	if p := placementOf(t, out, 1, "guest"); p.Binding != Exclusive {
		t.Errorf("binding is %q", p.Binding)
	}
	s.Horizon = day
	s.Plans[1].Work[1].Minutes = 121
	late := s.schedule(t)
	if u := late.Plans[1].Unplaced; len(u) != 1 || u[0].Asset != "host" || u[0].Code != Exclusive {
		t.Errorf("%q", lines(late))
	}
}

// starts counts a plan's placements by start.
func starts(s *Schedule, plan int) string {
	var out []string
	for _, p := range s.Plans[plan].Placements {
		at := clock(p.Start)
		if n := len(out); n > 0 && strings.HasPrefix(out[n-1], at) {
			var count int
			fmt.Sscanf(out[n-1][len(at):], " %d", &count)
			out[n-1] = fmt.Sprintf("%s %d", at, count+1)
		} else {
			out = append(out, at+" 1")
		}
	}
	return strings.Join(out, ", ")
}

func TestCapacities(t *testing.T) {
	for _, c := range []struct {
		name, starts, by string
		change           func(s *scene)
	}{
		{"of the window", "2026-06-10T01:00Z 3, 2026-06-10T02:00Z 3, 2026-06-10T03:00Z 3, 2026-06-11T01:00Z 1", "MaintenanceWindow/acme/nightly", func(s *scene) {
			s.Windows[0].Capacity = 3
		}},
		{"of the agreement", "2026-06-10T01:00Z 4, 2026-06-10T02:00Z 4, 2026-06-10T03:00Z 2", "ClientAgreement/acme/2026", func(s *scene) {
			s.terms().MaxUnavailable = Amount{Set: true, N: 4}
		}},
		{"of the agreement, at least one", "2026-06-10T01:00Z 1, 2026-06-10T02:00Z 1, 2026-06-10T03:00Z 1, 2026-06-11T01:00Z 1, 2026-06-11T02:00Z 1, 2026-06-11T03:00Z 1, 2026-06-12T01:00Z 1, 2026-06-12T02:00Z 1, 2026-06-12T03:00Z 1, 2026-06-13T01:00Z 1", "ClientAgreement/acme/2026", func(s *scene) {
			s.terms().MaxUnavailable = Amount{Set: true, Percent: true, N: 9}
		}},
		{"of the wave, rounded down", "2026-06-10T01:00Z 3, 2026-06-10T02:00Z 3, 2026-06-10T03:00Z 3, 2026-06-11T01:00Z 1", "PatchPlan/acme/os", func(s *scene) {
			s.Plans[0].Waves[0].MaxConcurrent = Amount{Set: true, Percent: true, N: 39}
		}},
		{"staggered", "2026-06-10T01:00Z 1, 2026-06-10T01:50Z 1, 2026-06-10T02:40Z 1, 2026-06-11T01:00Z 1, 2026-06-11T01:50Z 1, 2026-06-11T02:40Z 1, 2026-06-12T01:00Z 1, 2026-06-12T01:50Z 1, 2026-06-12T02:40Z 1, 2026-06-13T01:00Z 1", "PatchPlan/acme/os", func(s *scene) {
			s.Plans[0].Waves[0].Stagger = 50 * minute
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene("2026-06-10T00:00:00Z", "Etc/UTC")
			s.window("nightly", "2026-01-01T01:00", "FREQ=DAILY", 3*hour)
			s.hosts(10)
			s.plan("os", "standard", 60)
			c.change(s)
			out := s.schedule(t)
			if got := starts(out, 0); got != c.starts {
				t.Errorf("starts: %s\nwanted: %s", got, c.starts)
			}
			s.Horizon = 23 * hour
			for _, u := range s.schedule(t).Plans[0].Unplaced {
				if u.Code != Capacity || u.By != c.by {
					t.Errorf("%s is unplaced for %s by %s", u.Asset, u.Code, u.By)
				}
			}
		})
	}
}

// WR38: 100 Mbit/s, 200 hosts of 1.2 GB each. Ninety-six seconds each are 150 in
// four hours, and 5 h 20 min for all.
func TestWR38Relay(t *testing.T) {
	for lead, staged := range map[int64]int{4 * hour: 150, 24 * hour: 200, 5*hour + 20*minute: 200, 5*hour + 20*minute - 1: 199} {
		s := newScene("2026-06-10T00:00:00Z", "Etc/UTC")
		s.window("once", "2026-06-12T01:00", "FREQ=DAILY;COUNT=1", 3*hour)
		s.Relays = []Relay{{Name: "edge", ID: "Relay/acme/edge", Mbps: 100, Lead: lead}}
		s.hosts(200)
		for i := range s.Assets {
			s.Assets[i].Relay = 0
		}
		p := s.plan("os", "standard", 60)
		for i := range p.Work {
			p.Work[i].Bytes = 1_200_000_000
		}
		out := s.schedule(t)
		if n := len(out.Plans[0].Placements); n != staged {
			t.Errorf("with a lead of %d s %d are staged, wanted %d", lead, n, staged)
		}
		for _, u := range out.Plans[0].Unplaced {
			if u.Code != RelayCapacity || u.By != "Relay/acme/edge" {
				t.Errorf("%s is unplaced for %s by %s", u.Asset, u.Code, u.By)
			}
		}
	}
}

// In an opening that has begun the download lies before the session's start.
func TestRelayInAnOpeningUnderWay(t *testing.T) {
	s := newScene("2026-06-10T02:00:30Z", "Etc/UTC")
	s.window("nightly", "2026-01-01T01:00", "FREQ=DAILY", 4*hour)
	s.Relays = []Relay{{Name: "edge", ID: "Relay/acme/edge", Mbps: 8}}
	s.asset("a").Relay = 0
	s.asset("b").Relay = 0
	p := s.plan("os", "standard", 60)
	p.Work[0].Bytes, p.Work[1].Bytes = 600_000_000, 600_000_000 // ten minutes each
	out := s.schedule(t)
	if got := starts(out, 0); got != "2026-06-10T02:11Z 1, 2026-06-10T02:21Z 1" {
		t.Errorf("starts: %s", got)
	}
	if b := out.Plans[0].Placements[0].Binding; b != RelayCapacity {
		t.Errorf("binding is %q", b)
	}
}

func TestTechniciansOfAllClients(t *testing.T) {
	s := newScene("2026-06-10T00:00:00Z", "Etc/UTC") // a Wednesday
	s.window("daily", "2026-01-01T06:00", "FREQ=DAILY", 6*hour)
	s.hosts(2)
	p := s.plan("os", "standard", 60)
	for i := range p.Work {
		s.Assets[i].Shift, p.Work[i].ByHand = []int{0}, true
	}
	s.Shifts = []Shift{{Group: "field", ID: "Shift/_/field", Capacity: 1, Week: &window.Week{Zone: s.Zone, Hours: officeHours()}}}
	other := *s.Client
	other.Name = "beta"
	s.Clients = append(s.Clients, other)
	s.Client = &s.Clients[0]
	out := s.schedule(t)
	if got := starts(out, 0) + "; " + starts(out, 1); got != "2026-06-10T08:00Z 1, 2026-06-10T09:00Z 1; 2026-06-10T10:00Z 1, 2026-06-10T11:00Z 1" {
		t.Errorf("starts: %s", got)
	}
	s.Horizon = 10 * hour
	out = s.schedule(t)
	if len(out.Plans[1].Unplaced) != 2 || out.Plans[1].Unplaced[0].Code != Technician || out.Plans[1].Unplaced[0].By != "Shift/_/field" {
		t.Errorf("%q", lines(out))
	}
}
