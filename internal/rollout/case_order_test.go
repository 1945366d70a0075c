package rollout

import (
	"slices"
	"testing"
)

func TestDependencies(t *testing.T) {
	s := nights(4)
	p := s.plan("os", "standard", 90)
	p.Work[0].DependsOn = []int{2, 1} // host-000 after both
	p.Work[1].DependsOn = []int{3}
	out := s.expect(t,
		"os host-002 nightly 2026-06-10T01:00Z 2026-06-10T02:30Z", "os host-003 nightly 2026-06-10T01:00Z 2026-06-10T02:30Z",
		"os host-001 nightly 2026-06-10T02:30Z 2026-06-10T04:00Z", "os host-000 nightly 2026-06-11T01:00Z 2026-06-11T02:30Z")
	if got := rejections(out, "host-000"); !slices.Equal(got, []string{"nightly DEP_ORDER host-001 x1"}) {
		t.Errorf("rejected: %q", got)
	}
	if x := placementOf(t, out, 0, "host-001"); x.Binding != DepOrder {
		t.Errorf("binding is %q", x.Binding)
	}
	p.Work[3].Blocks = []Block{{Code: NotApproved, By: "Patch/_/kb1"}, {Code: Held, By: "Patch/_/kb2"}}
	s.expect(t, "os host-002 nightly 2026-06-10T01:00Z 2026-06-10T02:30Z",
		"os host-000 DEP_UNPLACED host-001", "os host-001 DEP_UNPLACED host-003", "os host-003 NOT_APPROVED Patch/_/kb1")
}

func TestCyclesOfDependencies(t *testing.T) {
	s := nights(6)
	p := s.plan("os", "standard", 30)
	p.Work[0].DependsOn = []int{1}
	p.Work[1].DependsOn = []int{2}
	p.Work[2].DependsOn = []int{0}
	p.Work[3].DependsOn = []int{1}
	p.Work[4].DependsOn = []int{4}
	s.expect(t, "os host-005 nightly 2026-06-10T01:00Z 2026-06-10T01:30Z",
		"os host-000 DEP_CYCLE host-001", "os host-001 DEP_CYCLE host-002", "os host-002 DEP_CYCLE host-000", "os host-003 DEP_UNPLACED host-001", "os host-004 DEP_CYCLE host-004")
}

func TestPlansInOrder(t *testing.T) {
	s := nights(1)
	s.plan("a-standard", "standard", 60)
	s.plan("b-normal", "normal", 60)
	s.plan("c-emergency", "emergency", 60)
	s.plan("d-emergency", "emergency", 60).Work[0].Due = instantOf("2026-06-20T00:00:00Z")
	s.expect(t, "a-standard host-000 nightly 2026-06-10T04:00Z 2026-06-10T05:00Z", "b-normal host-000 nightly 2026-06-10T03:00Z 2026-06-10T04:00Z",
		"c-emergency host-000 nightly 2026-06-10T02:00Z 2026-06-10T03:00Z", "d-emergency host-000 nightly 2026-06-10T01:00Z 2026-06-10T02:00Z")
}

// One after the other in the order of risk misses a due date; another order does
// not.
func TestRepairFindsAnOrderThatMissesLess(t *testing.T) {
	s := nights(3)
	s.Windows[0].Capacity = 1
	s.plan("os", "emergency", 80)
	s.plan("zip", "standard", 80)
	os, zip := &s.Plans[0], &s.Plans[1]
	os.Work, zip.Work = os.Work[1:], zip.Work[:1]
	zip.Work[0].Due = instantOf("2026-06-10T05:00:00Z")
	out := s.schedule(t)
	if got := starts(out, 1); out.Objective.MissedRisk != 0 || got != "2026-06-10T03:40Z 1" {
		t.Errorf("%q misses %d", lines(out), out.Objective.MissedRisk)
	}
	zip.Work[0].Due = instantOf("2026-06-10T02:20:00Z")
	if out = s.schedule(t); out.Objective.MissedRisk != 0 || starts(out, 1) != "2026-06-10T01:00Z 1" {
		t.Errorf("%q misses %d", lines(out), out.Objective.MissedRisk)
	}
	if out.Objective.LowerBound != 0 {
		t.Errorf("the lower bound is %d", out.Objective.LowerBound)
	}
}

func TestRepairOfMany(t *testing.T) {
	s := nights(12)
	s.Windows[0].Capacity = 4
	s.plan("a", "normal", 60)
	s.plan("b", "standard", 60)
	for i := range s.Plans[1].Work[:4] {
		s.Plans[1].Work[i].Due = instantOf("2026-06-10T03:00:00Z")
		s.Plans[1].Work[i].Risk = 500
	}
	out := s.schedule(t)
	if out.Objective.MissedRisk != 0 {
		t.Errorf("%q misses %d", lines(out), out.Objective.MissedRisk)
	}
}

// notifyAll has the client told of every placement.
func (s *scene) notifyAll(out *Schedule) {
	for i := range out.Plans {
		for _, p := range out.Plans[i].Placements {
			asset := slices.IndexFunc(s.Assets, func(a Asset) bool { return a.Name == p.Asset })
			w := slices.IndexFunc(s.Windows, func(w Window) bool { return w.Name == p.Window })
			s.Progress.Notified = append(s.Progress.Notified, Notified{Plan: out.Plans[i].Plan, Asset: asset, Window: w, Occurrence: p.Occurrence, Start: p.Start, End: p.End})
			s.Progress.Pins = append(s.Progress.Pins, Pin{Plan: out.Plans[i].Plan, Asset: asset, Wave: p.Wave})
		}
	}
}

func TestNotifiedSessionsStay(t *testing.T) {
	s := nights(4)
	s.Windows[0].Capacity = 2
	s.terms().Lead = Lead{Seconds: 2 * day}
	s.plan("os", "standard", 200)
	before := s.schedule(t)
	s.notifyAll(before)
	s.AsOf += day // too late for a new notice
	s.plan("a-urgent", "emergency", 200)
	slices.SortFunc(s.Plans, func(a, b Plan) int { return len(a.Name) - len(b.Name) })
	slices.Reverse(s.Plans)
	out := s.schedule(t)
	if got, want := lines(out)[4:], lines(before); !slices.Equal(got, want) {
		t.Errorf("told of %q, now %q", want, got)
	}
	for _, p := range out.Plans[1].Placements {
		if !p.Notified || p.Moved != "" {
			t.Errorf("%+v", p)
		}
	}
}

func TestNotifiedSessionsMoveWithACode(t *testing.T) {
	for _, c := range []struct {
		code   Code
		want   string
		change func(s *scene)
	}{
		{Freeze, "os host-000 nightly 2026-06-12T01:00Z 2026-06-12T02:00Z", func(s *scene) {
			s.Denies = []Deny{{ID: "Freeze/_/new"}}
			s.Denies[0].Fixed.Start, s.Denies[0].Fixed.End = instantOf("2026-06-10T00:00:00Z"), instantOf("2026-06-11T05:00:00Z")
			s.Assets[0].Denies = []int{0}
		}},
		{WindowChanged, "os host-000 nightly 2026-06-11T02:00Z 2026-06-11T03:00Z", func(s *scene) {
			s.Windows[0].Def = ruled(s.Zone, "2026-01-01T02:00", "FREQ=DAILY", 4*hour)
		}},
		{MissedWindow, "os host-000 nightly 2026-06-12T01:00Z 2026-06-12T02:00Z", func(s *scene) { s.AsOf = instantOf("2026-06-11T04:30:00Z") }},
		{WindowTooShort, "os host-000 WINDOW_TOO_SHORT MaintenanceWindow/acme/nightly", func(s *scene) { s.Plans[0].Work[0].Minutes = 241 }},
		{"", "os host-000 nightly 2026-06-11T01:00Z 2026-06-11T03:00Z", func(s *scene) { s.Plans[0].Work[0].Minutes = 120 }},
	} {
		t.Run(string(c.code), func(t *testing.T) {
			s := nights(1)
			s.AsOf = instantOf("2026-06-10T06:00:00Z")
			s.plan("os", "standard", 60)
			s.notifyAll(s.schedule(t))
			c.change(s)
			out := s.expect(t, c.want)
			moved := int64(0)
			if c.code != "" {
				moved = 1
			}
			for _, p := range out.Plans[0].Placements {
				if p.Moved != c.code {
					t.Errorf("moved is %q, wanted %q", p.Moved, c.code)
				}
			}
			if out.Objective.Moved != moved {
				t.Errorf("%d moved, wanted %d", out.Objective.Moved, moved)
			}
		})
	}
}

// What is under way keeps its machine, its peers and its window's places.
func TestSessionsUnderWayHoldWhatTheyHave(t *testing.T) {
	s := nights(3)
	s.AsOf = instantOf("2026-06-10T01:30:20Z")
	s.Windows[0].Capacity = 2
	s.plan("os", "standard", 60)
	s.Progress.Running = []Running{{Plan: "os", Asset: 0, Start: instantOf("2026-06-10T01:00:10Z"), End: instantOf("2026-06-10T01:20:00Z")}, {Plan: "os", Asset: 1, Start: instantOf("2026-06-10T01:00:00Z"), End: instantOf("2026-06-10T03:00:00Z")}}
	s.plan("zip", "standard", 60).Work = s.Plans[0].Work[:1]
	out := s.expect(t, "os host-001 nightly 2026-06-10T01:00Z 2026-06-10T03:00Z", "os host-000 nightly 2026-06-10T01:00Z 2026-06-10T01:30Z",
		"os host-002 nightly 2026-06-10T01:31Z 2026-06-10T02:31Z", "zip host-000 nightly 2026-06-10T02:31Z 2026-06-10T03:31Z")
	if out.Plans[0].Placements[1].End != s.AsOf {
		t.Errorf("a session that is late ends at %d, wanted now", out.Plans[0].Placements[1].End)
	}
}
