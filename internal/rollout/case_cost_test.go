package rollout

import (
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/window"
)

// rated is a scene in Berlin with the given window, rates of 60, 90 and 120 an
// hour, and a holiday on Thursday, 2026-06-11.
func rated(asOf, start string, hosts int) *scene {
	s := newScene(asOf, "Europe/Berlin")
	holiday, _ := window.ParseDate("2026-06-11")
	s.Business.Closed = []window.Date{holiday}
	s.window("daily", "2026-01-01T"+start, "FREQ=DAILY", 6*hour)
	s.hosts(hosts)
	s.terms().Rates = Rates{Currency: "EUR", Basis: "attended", Regular: officeHours(), PerHour: 6000, AfterHours: 9000, Holiday: 12000}
	return s
}

func TestCosts(t *testing.T) {
	for _, c := range []struct {
		name, asOf, start string
		minutes           int64
		change            func(s *scene)
		want              Cost
	}{
		{"regular hours", "2026-06-10T00:00:00Z", "09:00", 90, nil, Cost{"EUR", 9000, 5400, 0, 0}},
		{"into the evening", "2026-06-10T00:00:00Z", "17:00", 90, nil, Cost{"EUR", 6000 + 4500, 3600, 1800, 0}},
		{"into a holiday", "2026-06-10T06:00:00Z", "23:00", 90, nil, Cost{"EUR", 9000 + 6000, 0, 3600, 1800}},
		{"a holiday beats office hours", "2026-06-11T00:00:00Z", "09:00", 60, nil, Cost{"EUR", 12000, 0, 0, 3600}},
		{"a minimum at the last rate", "2026-06-10T00:00:00Z", "17:30", 45, func(s *scene) { s.terms().Rates.MinimumMins = 60 }, Cost{"EUR", 3000 + 4500, 1800, 1800, 0}},
		{"a minimum on a holiday", "2026-06-11T00:00:00Z", "09:00", 30, func(s *scene) { s.terms().Rates.MinimumMins = 120 }, Cost{"EUR", 24000, 0, 0, 7200}},
		{"rounded up", "2026-06-10T00:00:00Z", "09:00", 1, func(s *scene) { s.terms().Rates.PerHour = 61 }, Cost{"EUR", 2, 60, 0, 0}},
		{"no hours at all", "2026-06-10T00:00:00Z", "22:00", 60, func(s *scene) { s.terms().Rates.Regular = nil }, Cost{"EUR", 6000, 3600, 0, 0}},
		{"included", "2026-06-10T00:00:00Z", "22:00", 60, func(s *scene) { s.terms().Rates.Basis = "included" }, Cost{"EUR", 0, 0, 0, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := rated(c.asOf, c.start, 1)
			s.plan("os", "standard", c.minutes)
			if c.change != nil {
				c.change(s)
			}
			out := s.schedule(t)
			if got := out.Plans[0].Cost; got != c.want || out.Objective.Cost != c.want.Amount {
				t.Errorf("the cost is %+v, wanted %+v", got, c.want)
			}
		})
	}
}

// Three at once and two after them are one call-out of two hours; per asset they
// are five, each with its minimum.
func TestCostOfManyAtOnce(t *testing.T) {
	s := rated("2026-06-10T00:00:00Z", "09:00", 5)
	s.Windows[0].Capacity = 3
	s.plan("os", "standard", 60)
	if got := s.schedule(t).Plans[0].Cost; got != (Cost{"EUR", 12000, 7200, 0, 0}) {
		t.Errorf("attended: %+v", got)
	}
	s.terms().Rates.Basis, s.terms().Rates.MinimumMins = "perAsset", 90
	if got := s.schedule(t).Plans[0].Cost; got != (Cost{"EUR", 45000, 27000, 0, 0}) {
		t.Errorf("per asset: %+v", got)
	}
}

// The cap is of the local month in which the occurrence starts, over all plans.
func TestCostCap(t *testing.T) {
	s := rated("2026-06-29T06:00:00Z", "22:00", 2)
	s.terms().CostCap = 9000
	s.plan("a", "standard", 60)
	s.plan("b", "standard", 60)
	// The occurrence of 30 June begins at 20:00Z; both hosts of one plan are one
	// call-out, so June has room for one plan only.
	out := s.expect(t,
		"a host-000 daily 2026-06-29T20:00Z 2026-06-29T21:00Z", "a host-001 daily 2026-06-29T20:00Z 2026-06-29T21:00Z",
		"b host-000 daily 2026-07-01T20:00Z 2026-07-01T21:00Z", "b host-001 daily 2026-07-01T20:00Z 2026-07-01T21:00Z")
	if got := rejections(out, "host-000"); !slices.Equal(got, []string{"daily COST_CAP ClientAgreement/acme/2026 x2"}) {
		t.Errorf("rejected: %q", got)
	}
	s.terms().CostCap = 8999
	for _, u := range s.schedule(t).Plans[0].Unplaced {
		if u.Code != CostCap || u.By != "ClientAgreement/acme/2026" {
			t.Errorf("%s is unplaced for %s by %s", u.Asset, u.Code, u.By)
		}
	}
	s.terms().CostCap = 18000
	if out := s.schedule(t); out.Plans[1].Placements[1].End > instantOf("2026-06-30T00:00:00Z") {
		t.Errorf("%q", lines(out))
	}
}

func TestNoticesByContactAndLead(t *testing.T) {
	s := nights(3)
	s.AsOf = instantOf("2026-06-10T08:00:00Z")
	g := s.terms()
	g.Lead, g.Leads = Lead{Seconds: day}, map[int]Lead{1: {Seconds: 2 * day}}
	g.Contacts, g.Channels = []Contact{{"ann", "+1"}, {"bob", "+2"}}, []string{"email", "phone"}
	s.plan("os", "standard", 60)
	out := s.schedule(t)
	n := out.Plans[0].Notices
	if len(n) != 4 || n[0].Contact != "ann" || n[1].Contact != "bob" || n[0].Assets != 2 || n[2].Assets != 1 ||
		n[0].SendBy != instantOf("2026-06-11T01:00:00Z") || n[2].SendBy != instantOf("2026-06-11T01:00:00Z") || out.Plans[0].MergeBy != n[0].SendBy {
		t.Errorf("notices: %+v, merge by %s", n, clock(out.Plans[0].MergeBy))
	}
	g.BusinessDays = true
	g.Leads = nil
	s.AsOf = instantOf("2026-06-12T00:30:00Z") // Friday; the next business day is Monday
	out = s.schedule(t)
	if n := out.Plans[0].Notices; clock(n[0].Occurrence) != "2026-06-15T01:00Z" || clock(n[0].SendBy) != "2026-06-12T01:00Z" {
		t.Errorf("notices: %+v", n)
	}
}
