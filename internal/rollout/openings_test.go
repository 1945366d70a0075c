package rollout

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/window"
)

// accessAt is a Monday, 00:00 UTC.
var accessAt = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC).Unix()

const (
	accessHour = 60 * 60
	accessDay  = 24 * accessHour
)

// daily is a window of whole hours on every day from accessAt on, in UTC.
func daily(t interface{ Fatal(...any) }, from, hours int) *window.Window {
	rule, err := window.ParseRule("FREQ=DAILY")
	if err != nil {
		t.Fatal(err)
	}
	start := window.Local(accessAt + int64(from)*accessHour)
	return &window.Window{Zone: time.UTC, Start: start, Rule: &rule, Length: int64(hours) * accessHour}
}

// accessClient has two windows, an agreement for each half of a week, a freeze on
// Wednesday and a vendor who answers until 03:00.
func accessClient(t interface{ Fatal(...any) }) *Client {
	week := &window.Week{Zone: time.UTC, Hours: []window.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: 0, To: 3 * accessHour}}}
	change := accessAt + 3*accessDay + accessHour // Thursday 01:00
	return &Client{
		Name: "acme", Zone: time.UTC,
		Windows:  []Window{{Name: "early", Def: daily(t, 0, 4)}, {Name: "late", Def: daily(t, 2, 4)}},
		Denies:   []Deny{{ID: "Freeze/_/wednesday", Fixed: window.Span{Start: accessAt + 2*accessDay, End: accessAt + 3*accessDay}}},
		Supports: []Support{{Application: "erp", Weeks: []*window.Week{week}}},
		Agreements: []Agreement{
			{ID: "first", From: accessAt, Until: change, Windows: []int{0, 1}},
			{ID: "second", From: change, Until: accessAt + 5*accessDay, Windows: []int{1}, EmergencyWindows: []int{0}},
		},
		Assets: []Asset{
			{Name: "any", Windows: []int{0, 1}, Denies: []int{0}},
			{Name: "all", Windows: []int{0, 1}, All: true},
			{Name: "erp", Windows: []int{0}, Supports: []int{0}},
			{Name: "none"},
		},
	}
}

// hoursOf is a span of a day of that week, in hours.
func hoursOf(day, from, to int64) window.Span {
	return window.Span{Start: accessAt + day*accessDay + from*accessHour, End: accessAt + day*accessDay + to*accessHour}
}

func TestAccess(t *testing.T) {
	c := accessClient(t)
	for _, x := range []struct {
		asset     int
		emergency bool
		want      window.Spans
	}{
		// Thursday's early window began at 00:00 under the first agreement, which
		// ends at 01:00; the second has only the late one.
		{0, false, window.Spans{hoursOf(0, 0, 6), hoursOf(1, 0, 6), hoursOf(3, 0, 1), hoursOf(3, 2, 6), hoursOf(4, 2, 6)}},
		{0, true, window.Spans{hoursOf(0, 0, 6), hoursOf(1, 0, 6), hoursOf(3, 0, 1), hoursOf(3, 2, 6), hoursOf(4, 0, 6)}},
		{1, false, window.Spans{hoursOf(0, 2, 4), hoursOf(1, 2, 4), hoursOf(2, 2, 4), hoursOf(3, 2, 4), hoursOf(4, 2, 4)}},
		{2, false, window.Spans{hoursOf(0, 0, 3), hoursOf(1, 0, 3), hoursOf(2, 0, 3), hoursOf(3, 0, 1)}},
		{3, false, nil},
	} {
		got := c.Access(x.asset, x.emergency, accessAt, accessAt+7*accessDay).Open
		if len(got) != len(x.want) {
			t.Errorf("%s (emergency %v) is open %v, wanted %v", c.Assets[x.asset].Name, x.emergency, got, x.want)
			continue
		}
		for i := range got {
			if got[i] != x.want[i] {
				t.Errorf("%s (emergency %v) is open %v, wanted %v", c.Assets[x.asset].Name, x.emergency, got[i], x.want[i])
			}
		}
	}
}

func TestAccessSaysWhy(t *testing.T) {
	c := accessClient(t)
	for _, x := range []struct {
		asset int
		span  window.Span
		want  Code
	}{
		{0, hoursOf(0, 5, 6), ""},
		{0, hoursOf(0, 6, 7), NoWindow},
		{0, hoursOf(2, 1, 2), Freeze},
		{0, hoursOf(3, 1, 2), AgreementNotInForce},
		{0, hoursOf(6, 1, 2), AgreementNotInForce},
		{2, hoursOf(0, 3, 4), VendorSupport},
		{3, hoursOf(0, 3, 4), NoWindow},
	} {
		access := c.Access(x.asset, false, accessAt, accessAt+7*accessDay)
		if got := access.Why(x.span.Start); got != x.want {
			t.Errorf("%s at %d h is %q, wanted %q", c.Assets[x.asset].Name, (x.span.Start-accessAt)/accessHour, got, x.want)
		}
	}
}

// TestAccessAgreesWithTheSchedule: what is open is what sessions get.
func TestAccessAgreesWithTheSchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := accessClient(t)
		a := rapid.IntRange(0, 3).Draw(t, "asset")
		emergency := rapid.Bool().Draw(t, "emergency")
		minutes := rapid.Int64Range(1, 240).Draw(t, "minutes")
		plan := Plan{
			Name: "p", ID: "PatchPlan/acme/p", Change: "standard", Ring: -1, Deadline: accessAt + 30*accessDay,
			Waves: []Wave{{Name: "all", Percent: 100, Advance: 100}}, Work: []Work{{Asset: a, Minutes: minutes}},
		}
		if emergency {
			plan.Change = "emergency"
		}
		for i := range c.Assets {
			c.Assets[i].Group, c.Assets[i].RunsOn, c.Assets[i].Relay, c.Assets[i].Tier = -1, -1, -1, -1
		}
		for i := range c.Agreements {
			c.Agreements[i].CostCap, c.Agreements[i].EmergencyAllowed = -1, true
		}
		c.Business, c.Plans = &window.Week{Zone: time.UTC}, []Plan{plan}
		skip := rapid.Int64Range(0, 6*24).Draw(t, "hours")
		asOf := accessAt + skip*accessHour
		s := Compute(&Input{AsOf: asOf, Horizon: 7 * accessDay, Clients: []Client{*c}})
		want := int64(0)
		for _, o := range c.Access(a, emergency, asOf, asOf+7*accessDay).Open {
			if start := max(o.Start, asOf); want == 0 && start+minutes*60 <= o.End {
				want = start
			}
		}
		got := int64(0)
		if len(s.Plans[0].Placements) > 0 {
			got = s.Plans[0].Placements[0].Start
		}
		if got != want {
			t.Fatalf("the session starts at %d h, wanted %d h (0: never)", (got-accessAt)/accessHour, (want-accessAt)/accessHour)
		}
	})
}
