package rollout

import (
	"fmt"
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/window"
	"pgregory.net/rapid"
)

func (s *scene) mayStart(at string, length int64, change ...func(*Ask)) Answer {
	q := Ask{Client: "acme", Plan: "os", At: instantOf(at), Length: length}
	for _, c := range change {
		c(&q)
	}
	return s.MayStart(q)
}

func expectAnswer(t *testing.T, got Answer, want string) {
	t.Helper()
	text := "may"
	if got.Code != "" {
		text = string(got.Code) + " " + got.By
	}
	if got.Window != "" {
		text += " in " + got.Window + " " + clock(got.Occurrence)
	}
	if got.Until != 0 {
		text += " until " + clock(got.Until)
	}
	if text != want {
		t.Errorf("the answer is\n\t%s\nwanted\n\t%s", text, want)
	}
}

func nightlyScene() *scene {
	s := newScene("2026-06-10T08:00:00Z", "Etc/UTC")
	s.window("nightly", "2026-01-01T01:00", "FREQ=DAILY", 3*hour)
	s.asset("web")
	s.plan("os", "standard", 75)
	return s
}

// W14: a session needs 50 minutes, and 40 are left. WR14: the last start of 75 minutes.
func TestCaseW14WhatDoesNotFitDoesNotStart(t *testing.T) {
	s := nightlyScene()
	expectAnswer(t, s.mayStart("2026-06-11T03:20:00Z", 50*minute), "WINDOW_TOO_SHORT MaintenanceWindow/acme/nightly in nightly 2026-06-11T01:00Z until 2026-06-12T01:00Z")
	expectAnswer(t, s.mayStart("2026-06-11T02:45:00Z", 75*minute), "may in nightly 2026-06-11T01:00Z until 2026-06-11T02:45Z")
	expectAnswer(t, s.mayStart("2026-06-11T02:46:00Z", 75*minute), "WINDOW_TOO_SHORT MaintenanceWindow/acme/nightly in nightly 2026-06-11T01:00Z until 2026-06-12T01:00Z")
	expectAnswer(t, s.mayStart("2026-06-11T00:59:59Z", 75*minute), "NO_WINDOW  until 2026-06-11T01:00Z")
	expectAnswer(t, s.mayStart("2026-06-11T04:00:00Z", minute), "NO_WINDOW  until 2026-06-12T01:00Z")
	expectAnswer(t, s.mayStart("2026-06-11T01:00:00Z", 4*hour), "WINDOW_TOO_SHORT MaintenanceWindow/acme/nightly in nightly 2026-06-11T01:00Z")
}

func TestMayStartAsksTheAgreement(t *testing.T) {
	s := nightlyScene()
	s.terms().Until = instantOf("2026-06-12T02:00:00Z")
	s.Agreements = append(s.Agreements, Agreement{Name: "2027", ID: "ClientAgreement/acme/2027", From: instantOf("2026-06-20T00:00:00Z"), Until: farAway, Windows: []int{0}, CostCap: -1})
	expectAnswer(t, s.mayStart("2026-06-12T01:30:00Z", hour), "AGREEMENT_NOT_IN_FORCE ClientAgreement/acme/2026 in nightly 2026-06-12T01:00Z until 2026-06-20T01:00Z")
	expectAnswer(t, s.mayStart("2026-06-13T01:30:00Z", hour), "AGREEMENT_NOT_IN_FORCE ClientAgreement/acme/2026 until 2026-06-20T01:00Z")
	expectAnswer(t, s.mayStart("2026-06-20T01:30:00Z", hour), "may in nightly 2026-06-20T01:00Z until 2026-06-20T03:00Z")
}

func TestMayStartAsksVendors(t *testing.T) {
	s := nightlyScene()
	hours := window.Hours{From: 2 * 3600, To: 6 * 3600, Days: [7]bool{true, true, true, true, true, true, true}}
	s.Supports = []Support{{Application: "sap", ID: "VendorSupport/_/sap", Weeks: []*window.Week{{Zone: s.Zone, Hours: []window.Hours{hours}}}}}
	s.Assets[0].Supports = []int{0}
	expectAnswer(t, s.mayStart("2026-06-11T01:30:00Z", hour), "VENDOR_SUPPORT VendorSupport/_/sap in nightly 2026-06-11T01:00Z until 2026-06-11T02:00Z")
	expectAnswer(t, s.mayStart("2026-06-11T02:00:00Z", hour), "may in nightly 2026-06-11T01:00Z until 2026-06-11T03:00Z")
}

// W20, WR18: a freeze keeps starts away while it lasts, and those that it would meet.
func TestCaseW20FreezeKeepsStartsAway(t *testing.T) {
	s := nightlyScene()
	s.Denies = []Deny{{ID: "Freeze/_/q2", Rule: "incident", PassAbove: 3, Fixed: window.Span{Start: instantOf("2026-06-11T03:00:00Z"), End: instantOf("2026-06-14T12:00:00Z")}}}
	s.Assets[0].Denies = []int{0}
	expectAnswer(t, s.mayStart("2026-06-11T02:30:00Z", hour), "FREEZE Freeze/_/q2 in nightly 2026-06-11T01:00Z until 2026-06-15T01:00Z")
	expectAnswer(t, s.mayStart("2026-06-11T02:00:00Z", hour), "may in nightly 2026-06-11T01:00Z until 2026-06-11T02:00Z")
	expectAnswer(t, s.mayStart("2026-06-12T01:30:00Z", hour, func(q *Ask) { q.Begun = true }), "FREEZE Freeze/_/q2 in nightly 2026-06-12T01:00Z until 2026-06-15T01:00Z")
	s.Plans[0].Overrides = []string{"Freeze/_/q2"}
	expectAnswer(t, s.mayStart("2026-06-12T01:30:00Z", hour), "may in nightly 2026-06-12T01:00Z until 2026-06-12T03:00Z")
	s.Plans[0].Overrides, s.Plans[0].Work[0].Least = nil, 4
	expectAnswer(t, s.mayStart("2026-06-12T01:30:00Z", hour), "may in nightly 2026-06-12T01:00Z until 2026-06-12T03:00Z")
}

func TestMayStartAsksBounds(t *testing.T) {
	s := nightlyScene()
	p := &s.Plans[0]
	p.NotBefore, p.Deadline = instantOf("2026-06-12T00:00:00Z"), instantOf("2026-06-15T01:30:00Z")
	expectAnswer(t, s.mayStart("2026-06-11T01:30:00Z", hour), "NOT_BEFORE PatchPlan/acme/os in nightly 2026-06-11T01:00Z until 2026-06-12T01:00Z")
	expectAnswer(t, s.mayStart("2026-06-15T01:30:00Z", hour), "DEADLINE PatchPlan/acme/os in nightly 2026-06-15T01:00Z")
	expectAnswer(t, s.mayStart("2026-06-15T01:30:00Z", hour, func(q *Ask) { q.Begun = true }), "may in nightly 2026-06-15T01:00Z until 2026-06-15T03:00Z")
	p.Work[0].Released, p.MinimumAge = instantOf("2026-06-10T00:00:00Z"), 4*day
	expectAnswer(t, s.mayStart("2026-06-12T01:30:00Z", hour), "MIN_AGE PatchPlan/acme/os in nightly 2026-06-12T01:00Z until 2026-06-14T01:00Z")
}

func TestMayStartAsksNotices(t *testing.T) {
	s := nightlyScene()
	s.terms().Lead = Lead{Seconds: 2 * day}
	told := map[int64]int64{}
	ask := func(q *Ask) {
		q.Told = func(_ string, occurrence int64) (int64, bool) { at, ok := told[occurrence]; return at, ok }
	}
	expectAnswer(t, s.mayStart("2026-06-15T01:30:00Z", hour, ask), "NOTICE_LEAD ClientAgreement/acme/2026 in nightly 2026-06-15T01:00Z until 2026-06-15T01:30Z")
	told[instantOf("2026-06-15T01:00:00Z")] = instantOf("2026-06-13T01:31:00Z")
	expectAnswer(t, s.mayStart("2026-06-15T01:30:00Z", hour, ask), "NOTICE_LEAD ClientAgreement/acme/2026 in nightly 2026-06-15T01:00Z until 2026-06-15T01:30Z")
	expectAnswer(t, s.mayStart("2026-06-15T01:31:00Z", hour, ask), "may in nightly 2026-06-15T01:00Z until 2026-06-15T03:00Z")
	s.terms().BusinessDays = true // the 13th is a Saturday: as sent on Monday
	expectAnswer(t, s.mayStart("2026-06-16T01:31:00Z", hour, ask), "NOTICE_LEAD ClientAgreement/acme/2026 in nightly 2026-06-16T01:00Z until 2026-06-16T01:31Z")
	s.terms().Waived = map[int]map[int64]bool{0: {instantOf("2026-06-16T01:00:00Z"): true}}
	expectAnswer(t, s.mayStart("2026-06-16T01:31:00Z", hour, ask), "may in nightly 2026-06-16T01:00Z until 2026-06-16T03:00Z")
}

// Whatever is placed may start there, whoever asks and in whatever order; what says
// when it may start next is right, to the second.
func TestOracleAgreesWithTheSchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t, 3, 8)
		in.Granted = false
		out := Compute(in)
		oracle := NewOracle(in)
		for _, p := range out.Plans {
			for _, x := range p.Placements {
				c := &in.Clients[slices.IndexFunc(in.Clients, func(c Client) bool { return c.Name == p.Client })]
				asset := slices.IndexFunc(c.Assets, func(a Asset) bool { return a.Name == x.Asset })
				if underWayIn(c, p.Plan, asset) {
					continue
				}
				q := Ask{Client: p.Client, Plan: p.Plan, Asset: asset, At: x.Start, Length: x.End - x.Start}
				a := oracle.MayStart(q)
				if a.Code != "" || a.Window != x.Window || a.Occurrence != x.Occurrence {
					t.Fatalf("%s/%s %s at %s: %+v, placed in %s %s", p.Client, p.Plan, x.Asset, clock(x.Start), a, x.Window, clock(x.Occurrence))
				}
				q.At = x.Start + rapid.Int64Range(-2*day, 2*day).Draw(t, "later")
				checkUntil(t, oracle, in, q)
			}
		}
	})
}

func checkUntil(t *rapid.T, o *Oracle, in *Input, q Ask) {
	a, alone := o.MayStart(q), in.MayStart(q)
	if a.Code != alone.Code || a.By != alone.By || a.Window != alone.Window || a.Occurrence != alone.Occurrence {
		t.Fatalf("%+v: %+v after others, %+v alone", q, a, alone)
	}
	if a.Until == 0 || a.Code == Deadline {
		return
	}
	if a.Code == "" {
		q.At = a.Until
		if last := o.MayStart(q); last.Code != "" && last.Code != Deadline {
			t.Fatalf("%+v: not at the last start: %+v", q, last)
		}
		q.At++
		if after := in.MayStart(q); after.Code == "" && after.Ends == a.Ends { // what never closes ends with the horizon
			t.Fatalf("%+v: a second after the last start it may", q)
		}
		return
	}
	from := q.At
	q.At = a.Until
	if next := o.MayStart(q); next.Code != "" {
		t.Fatalf("%+v: not when it was said to be: %+v", q, next)
	}
	if q.At = from + rapid.Int64Range(1, max(1, a.Until-from-1)).Draw(t, "before"); q.At < a.Until {
		if early := o.MayStart(q); early.Code == "" {
			t.Fatalf("%+v: before %s", q, clock(a.Until))
		}
	}
}

func underWayIn(c *Client, plan string, asset int) bool {
	for _, r := range c.Progress.Running {
		if r.Plan == plan && r.Asset == asset {
			return true
		}
	}
	return false
}

func BenchmarkMayStart(b *testing.B) {
	in := estate(10, 10_000)
	oracle := NewOracle(in)
	at := in.AsOf + 14*hour + 10*minute
	for b.Loop() {
		open := 0
		for i := range in.Clients {
			for asset := range in.Clients[i].Assets {
				if oracle.MayStart(Ask{Client: in.Clients[i].Name, Plan: "kernel", Asset: asset, At: at, Length: hour}).Code == "" {
					open++
				}
			}
		}
		if open == 0 {
			b.Fatal(fmt.Sprint("nothing may start at ", clock(at)))
		}
	}
}
