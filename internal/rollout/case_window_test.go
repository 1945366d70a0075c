package rollout

import (
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/window"
)

// WR13: install 40 + reboot 10 + post 10 + reserve 15 in a window of 60 minutes.
func TestWR13SessionLongerThanItsWindow(t *testing.T) {
	s := newScene("2026-06-10T08:00:00Z", "Etc/UTC")
	s.window("nightly", "2026-01-01T01:00", "FREQ=DAILY", hour)
	s.asset("web")
	s.plan("os", "standard", 75)
	out := s.expect(t, "os web WINDOW_TOO_SHORT MaintenanceWindow/acme/nightly")
	u := out.Plans[0].Unplaced[0]
	if u.Needs != 75*minute || u.Has != 60*minute {
		t.Errorf("needs %d and has %d seconds, wanted %d and %d", u.Needs, u.Has, 75*minute, 60*minute)
	}
	if got := rejections(out, "web"); !slices.Equal(got, []string{"nightly WINDOW_TOO_SHORT MaintenanceWindow/acme/nightly x35"}) {
		t.Errorf("rejected: %q", got)
	}
}

// WR14: 75 minutes in 01:00-04:00 start at 02:45 at the latest.
func TestWR14LastStartOfAWindow(t *testing.T) {
	for asOf, want := range map[string]string{
		"2026-06-10T02:45:00Z": "os web nightly 2026-06-10T02:45Z 2026-06-10T04:00Z",
		"2026-06-10T02:44:30Z": "os web nightly 2026-06-10T02:45Z 2026-06-10T04:00Z",
		"2026-06-10T02:45:01Z": "os web nightly 2026-06-11T01:00Z 2026-06-11T02:15Z",
		"2026-06-10T02:46:00Z": "os web nightly 2026-06-11T01:00Z 2026-06-11T02:15Z",
	} {
		s := newScene(asOf, "Etc/UTC")
		s.window("nightly", "2026-01-01T01:00", "FREQ=DAILY", 3*hour)
		s.asset("web")
		s.plan("os", "standard", 75)
		s.expect(t, want)
	}
}

func TestSessionMaySpanAdjacentWindows(t *testing.T) {
	s := newScene("2026-06-10T08:00:00Z", "Etc/UTC")
	s.window("evening", "2026-01-01T22:00", "FREQ=DAILY", hour)
	s.window("night", "2026-01-01T23:00", "FREQ=DAILY", hour)
	s.asset("web")
	s.plan("os", "standard", 90)
	out := s.expect(t, "os web evening 2026-06-10T22:00Z 2026-06-10T23:30Z")
	if p := placementOf(t, out, 0, "web"); p.Occurrence != instantOf("2026-06-10T22:00:00Z") || p.Binding != "" {
		t.Errorf("occurrence %d, binding %q", p.Occurrence, p.Binding)
	}
}

func TestAllWindowsMustBeOpen(t *testing.T) {
	s := newScene("2026-06-10T08:00:00Z", "Etc/UTC")
	s.window("early", "2026-01-01T20:00", "FREQ=DAILY", 3*hour)
	s.window("late", "2026-01-01T22:00", "FREQ=DAILY", 3*hour)
	s.asset("web").All = true
	s.plan("os", "standard", 45)
	s.expect(t, "os web early 2026-06-10T22:00Z 2026-06-10T22:45Z")
	s.Plans[0].Work[0].Minutes = 61
	s.expect(t, "os web WINDOW_TOO_SHORT MaintenanceWindow/acme/early")
}

// Nothing to try is HORIZON where an occurrence comes later, else NO_WINDOW.
func TestNothingToTry(t *testing.T) {
	s := newScene("2026-06-10T08:00:00Z", "Etc/UTC")
	s.Horizon = 10 * day
	w := s.window("yearly", "2026-01-01T01:00", "FREQ=YEARLY;BYMONTH=8;BYMONTHDAY=1", hour)
	s.asset("web")
	s.plan("os", "standard", 30)
	s.expect(t, "os web HORIZON MaintenanceWindow/acme/yearly")
	s.Windows[w].Def = ruled(s.Zone, "2020-01-01T01:00", "FREQ=YEARLY;COUNT=2", hour)
	s.expect(t, "os web NO_WINDOW ")
	s.Assets[0].Windows = nil
	s.expect(t, "os web NO_WINDOW ")
	s.Agreements = nil
	s.expect(t, "os web AGREEMENT_NOT_IN_FORCE Client/acme/acme")
}

func TestAgreementsOneAfterTheOther(t *testing.T) {
	s := newScene("2026-06-10T08:00:00Z", "Etc/UTC")
	s.window("nightly", "2026-01-01T22:00", "FREQ=DAILY", 4*hour)
	s.asset("web")
	s.plan("os", "standard", 180)
	g := s.terms()
	g.Until = instantOf("2026-06-11T00:00:00Z") // two hours into the occurrence
	later := *g
	later.Name, later.ID = "2027", "ClientAgreement/acme/2027"
	later.From, later.Until = g.Until, farAway
	later.Lead = Lead{Seconds: 2 * day}
	s.Agreements = append(s.Agreements, later)
	out := s.expect(t, "os web nightly 2026-06-12T22:00Z 2026-06-13T01:00Z")
	want := []string{
		"nightly AGREEMENT_NOT_IN_FORCE ClientAgreement/acme/2026 x1",
		"nightly NOTICE_LEAD ClientAgreement/acme/2027 x1",
	}
	if got := rejections(out, "web"); !slices.Equal(got, want) {
		t.Errorf("rejected %q, wanted %q", got, want)
	}
	if p := placementOf(t, out, 0, "web"); p.Binding != NoticeLead {
		t.Errorf("binding is %q", p.Binding)
	}
	s.Agreements = s.Agreements[:1]
	s.expect(t, "os web AGREEMENT_NOT_IN_FORCE ClientAgreement/acme/2026")
}

func TestBoundsOfThePlan(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(p *Plan)
	}{
		{"not before", "os web nightly 2026-06-20T01:30Z 2026-06-20T02:00Z", func(p *Plan) { p.NotBefore = instantOf("2026-06-20T01:30:00Z") }},
		{"minimum age", "os web nightly 2026-06-14T01:00Z 2026-06-14T01:30Z", func(p *Plan) {
			p.MinimumAge, p.Work[0].Released = 7*day, instantOf("2026-06-06T12:00:00Z")
		}},
		{"deadline", "os web DEADLINE PatchPlan/acme/os", func(p *Plan) { p.Deadline = instantOf("2026-06-11T01:00:00Z") }},
		{"just before the deadline", "os web nightly 2026-06-11T01:00Z 2026-06-11T01:30Z", func(p *Plan) { p.Deadline = instantOf("2026-06-11T01:01:00Z") }},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene("2026-06-10T08:00:00Z", "Etc/UTC")
			s.window("nightly", "2026-01-01T01:00", "FREQ=DAILY", hour)
			s.asset("web")
			c.change(s.plan("os", "standard", 30))
			s.expect(t, c.want)
		})
	}
}

func TestBindingIsWhatTheMinuteBeforeBreaks(t *testing.T) {
	s := newScene("2026-06-10T08:00:00Z", "Etc/UTC")
	s.window("nightly", "2026-01-01T01:00", "FREQ=DAILY", hour)
	s.asset("web")
	p := s.plan("os", "standard", 30)
	p.NotBefore = instantOf("2026-06-20T01:30:00Z")
	if x := placementOf(t, s.schedule(t), 0, "web"); x.Binding != NotBefore {
		t.Errorf("binding is %q, wanted NOT_BEFORE", x.Binding)
	}
	p.NotBefore = instantOf("2026-06-20T00:30:00Z")
	if x := placementOf(t, s.schedule(t), 0, "web"); x.Binding != NotBefore || x.Rejected[0].Count != 9 {
		t.Errorf("binding is %q after %+v, wanted that of the occurrence before", x.Binding, x.Rejected)
	}
}

// WR20: the freeze is lifted for one plan by its override, or when that is assumed.
func TestWR20FreezeAndOverride(t *testing.T) {
	freeze := window.Span{Start: instantOf("2026-06-01T00:00:00Z"), End: instantOf("2026-08-01T00:00:00Z")}
	scene := func(change string) *scene {
		s := newScene("2026-06-10T08:00:00Z", "Etc/UTC")
		s.window("nightly", "2026-01-01T01:00", "FREQ=DAILY", hour)
		s.Denies = []Deny{{ID: "Freeze/_/summer", Path: "spec.until", Fixed: freeze, Rule: "ApprovalRule/_/override"}}
		s.asset("web").Denies = []int{0}
		s.plan("os", change, 30)
		return s
	}
	const frozen, placed = "os web FREEZE Freeze/_/summer", "os web nightly 2026-06-11T01:00Z 2026-06-11T01:30Z"
	scene("emergency").expect(t, frozen)
	s := scene("emergency")
	s.Granted = true
	s.expect(t, placed)
	s = scene("normal")
	s.Granted = true
	s.expect(t, frozen)
	s = scene("normal")
	s.Plans[0].Overrides = []string{"Freeze/_/summer"}
	s.expect(t, placed)
	for least, want := range map[Severity]string{3: frozen, 4: frozen, 5: placed} {
		s = scene("normal")
		s.Denies[0].PassAbove, s.Plans[0].Work[0].Least = 4, least
		s.expect(t, want)
	}
}

// WR23: the only window is after the due date.
func TestWR23PredictedBreach(t *testing.T) {
	s := newScene("2026-03-11T08:00:00Z", "Etc/UTC")
	s.window("saturday", "2026-03-21T22:00", "FREQ=DAILY;COUNT=1", 4*hour)
	s.asset("web")
	p := s.plan("os", "normal", 60)
	due := instantOf("2026-03-17T17:00:00Z")
	p.Work[0].Due = due
	out := s.expect(t, "os web saturday 2026-03-21T22:00Z 2026-03-21T23:00Z")
	want := []Breach{{Asset: "web", Due: due, PlacedEnd: instantOf("2026-03-21T23:00:00Z")}}
	if !slices.Equal(out.Plans[0].Breaches, want) || out.Objective.MissedRisk != 100 || out.Objective.LowerBound != 100 {
		t.Errorf("breaches %v, objective %+v", out.Plans[0].Breaches, out.Objective)
	}
	p.Work[0].Due = instantOf("2026-03-21T23:00:00Z") // met by ending at it
	if out := s.schedule(t); len(out.Plans[0].Breaches) > 0 || out.Objective.MissedRisk != 0 {
		t.Errorf("breaches %v, objective %+v", out.Plans[0].Breaches, out.Objective)
	}
}

// WR36: notice P3D from 2026-03-12T09:00Z is too late for Saturday the 14th.
func TestWR36NoticeLead(t *testing.T) {
	s := newScene("2026-03-12T09:00:00Z", "America/New_York")
	s.window("saturday", "2026-01-03T22:00", "FREQ=WEEKLY;BYDAY=SA", 4*hour)
	s.terms().Lead = Lead{Seconds: 3 * day, Path: "spec.notice.lead"}
	s.terms().Contacts, s.terms().Channels = []Contact{{Name: "ann", Phone: "+1212"}}, []string{"email"}
	s.asset("web")
	s.plan("os", "standard", 60)
	out := s.expect(t, "os web saturday 2026-03-22T02:00Z 2026-03-22T03:00Z")
	if got := rejections(out, "web"); !slices.Equal(got, []string{"saturday NOTICE_LEAD ClientAgreement/acme/2026 x1"}) {
		t.Errorf("rejected %q", got)
	}
	p := out.Plans[0]
	if sendBy := instantOf("2026-03-19T02:00:00Z"); len(p.Notices) != 1 || p.Notices[0].SendBy != sendBy || p.MergeBy != sendBy || p.Notices[0].Assets != 1 {
		t.Errorf("notices %+v, merge by %d", p.Notices, p.MergeBy)
	}
	s.terms().Waived = map[int]map[int64]bool{0: {instantOf("2026-03-15T02:00:00Z"): true}}
	s.expect(t, "os web saturday 2026-03-15T02:00Z 2026-03-15T03:00Z")
}

func TestLeadInBusinessDays(t *testing.T) {
	for _, c := range []struct{ asOf, want string }{
		{"2026-06-11T22:00:00Z", "2026-06-15T22:00Z"}, // Thursday: two business days end on Monday at the same time
		{"2026-06-11T22:01:00Z", "2026-06-15T22:01Z"},
		{"2026-06-13T12:00:00Z", "2026-06-17T00:00Z"}, // Saturday counts as Monday 00:00, so they end on Wednesday at 00:00
	} {
		s := newScene(c.asOf, "Etc/UTC")
		s.window("nightly", "2026-01-01T22:00", "FREQ=DAILY", 4*hour)
		s.terms().Lead, s.terms().BusinessDays = Lead{Seconds: 2 * day}, true
		s.asset("web")
		s.plan("os", "standard", 60)
		if got := clock(placementOf(t, s.schedule(t), 0, "web").Start); got != c.want {
			t.Errorf("as of %s it starts at %s, wanted %s", c.asOf, got, c.want)
		}
	}
}

func TestLongerLeadOfOneAssetAndOfEmergencies(t *testing.T) {
	s := newScene("2026-06-10T08:00:00Z", "Etc/UTC")
	s.window("nightly", "2026-01-01T22:00", "FREQ=DAILY", 4*hour)
	s.asset("db")
	s.asset("web")
	s.terms().Lead, s.terms().EmergencyLead = Lead{Seconds: day}, Lead{Seconds: hour}
	s.terms().Leads = map[int]Lead{0: {Seconds: 5 * day}}
	p := s.plan("os", "standard", 60)
	s.expect(t, "os web nightly 2026-06-11T22:00Z 2026-06-11T23:00Z", "os db nightly 2026-06-15T22:00Z 2026-06-15T23:00Z")
	p.Change = "emergency"
	s.expect(t, "os db nightly 2026-06-10T22:00Z 2026-06-10T23:00Z", "os web nightly 2026-06-10T22:00Z 2026-06-10T23:00Z")
}

func TestVendorSupport(t *testing.T) {
	s := newScene("2026-06-12T08:00:00Z", "Etc/UTC") // a Friday
	s.window("daily", "2026-01-01T16:00", "FREQ=DAILY", 4*hour)
	s.Supports = []Support{{Application: "sap", ID: "VendorSupport/_/sap", Weeks: []*window.Week{{Zone: s.Zone, Hours: officeHours()}}}}
	s.asset("web").Supports = []int{0}
	p := s.plan("os", "standard", 120)
	s.expect(t, "os web daily 2026-06-12T16:00Z 2026-06-12T18:00Z")
	p.Work[0].Minutes = 121
	s.expect(t, "os web VENDOR_SUPPORT VendorSupport/_/sap")
}
