package rollout

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/window"
)

// at is an instant of the day that the tests of the verifier are about.
func at(clock string) int64 {
	t, err := time.Parse(time.RFC3339, "2026-06-10T"+clock+":00Z")
	if err != nil {
		panic(err)
	}
	return t.Unix()
}

// everything is an input in which every constraint has something to hold: two
// plans, two waves, an HA pair with a standby, a host with a guest, a dependency, a
// relay, a vendor, a technician and a cap.
func everything() *Input {
	utc := zoneOf("Etc/UTC")
	allWeek := &window.Week{Zone: utc, Hours: []window.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, To: 86400}}}
	c := Client{
		Name: "acme", Zone: utc, Business: allWeek,
		Windows:  []Window{fixedWindow("night", at("00:00"), at("12:00"))},
		Relays:   []Relay{{Name: "edge", ID: "Relay/acme/edge", Mbps: 8, Lead: hour}},
		Supports: []Support{{Application: "sap", ID: "VendorSupport/_/sap", Weeks: []*window.Week{allWeek}}},
		Denies:   []Deny{{ID: "Freeze/_/q", Path: "spec.until", Fixed: window.Span{Start: at("22:00"), End: at("23:00")}}},
		Agreements: []Agreement{{
			Name: "2026", ID: "ClientAgreement/acme/2026", From: at("00:00") - 9*day, Until: farAway, Windows: []int{0}, CostCap: -1,
			Rates: Rates{Currency: "EUR", Basis: "attended", PerHour: 6000}, Contacts: []Contact{{Name: "ann"}}, Channels: []string{"email"},
		}},
	}
	for i, name := range []string{"app", "db1", "db2", "guest", "host"} {
		c.Assets = append(c.Assets, Asset{
			Name: name, Windows: []int{0}, Denies: []int{0}, Supports: []int{0}, Group: -1, RunsOn: -1, Relay: 0, Tier: -1, Shift: []int{0}, Stratum: "x",
		})
		if name == "guest" {
			c.Assets[i].RunsOn = 4
		}
	}
	c.Assets[1].Group, c.Assets[2].Group = 0, 0
	c.Groups = []Group{{Name: "db", ID: "HAGroup/acme/db", Members: []int{1, 2}, Max: 1, StandbyFirst: true, Primary: 1, Soak: 10 * minute}}
	p := Plan{
		Name: "os", ID: "PatchPlan/acme/os", Change: "normal", Ring: -1, Deadline: at("23:00"),
		Waves: []Wave{{Name: "rest", Percent: 100, Advance: 100}},
	}
	for i := range c.Assets {
		p.Work = append(p.Work, Work{
			Asset: i, Patches: []string{"kb1"}, Risk: 100, Minutes: 30, Released: at("00:00") - 3*day, Least: 3, Bytes: 1_000_000, ByHand: true, Due: at("11:00"),
		})
	}
	p.Work[0].DependsOn = []int{1}
	p.Waves = []Wave{{Name: "first", Selector: true, Chosen: []int{3}, Advance: 100, Soak: 30 * minute}, {Name: "rest", Percent: 100, Advance: 100}}
	second := p
	second.Name, second.ID = "web", "PatchPlan/acme/web"
	second.Work = slices.Clone(p.Work[:1])
	second.Work[0].DependsOn = nil
	second.Waves = []Wave{{Name: "all", Percent: 100, Advance: 100}}
	c.Plans = []Plan{p, second}
	return &Input{
		AsOf: at("00:00") - 6*hour, Horizon: 3 * day, Clients: []Client{c},
		Shifts: []Shift{{Group: "field", ID: "Shift/_/field", Week: allWeek, Capacity: 9}},
	}
}

// spoiled is one way to break one constraint: the schedule stays, and the input
// grows stricter than it.
type spoiled struct {
	code  Code
	spoil func(in *Input, c *Client)
}

func neverOpen() *window.Week { return &window.Week{Zone: zoneOf("Etc/UTC")} }

// spoilers break each constraint at least once.
func spoilers() []spoiled {
	return []spoiled{
		{WindowTooShort, func(_ *Input, c *Client) { c.Windows[0] = fixedWindow("night", at("00:00"), at("01:15")) }},
		{AgreementNotInForce, func(_ *Input, c *Client) { c.Agreements[0].Until = at("00:10") }},
		{VendorSupport, func(_ *Input, c *Client) { c.Supports[0].Weeks = []*window.Week{neverOpen()} }},
		{Freeze, func(_ *Input, c *Client) { c.Denies[0].Fixed = window.Span{Start: at("00:29"), End: at("00:30")} }},
		{NotBefore, func(_ *Input, c *Client) { c.Plans[0].NotBefore = at("00:01") }},
		{MinAge, func(_ *Input, c *Client) { c.Plans[0].MinimumAge = 3*day + minute }},
		{NoticeLead, func(_ *Input, c *Client) { c.Agreements[0].Lead.Seconds = 6*hour + 1 }},
		{Deadline, func(_ *Input, c *Client) { c.Plans[1].Deadline = at("00:00") }},
		{WaveGate, func(_ *Input, c *Client) { c.Plans[0].Waves[0].Soak += minute }},
		{DepOrder, func(_ *Input, c *Client) { c.Plans[0].Work[2].DependsOn = []int{4} }},
		{HAConflict, func(_ *Input, c *Client) { c.Groups[0].Soak += minute }},
		{HAConflict, func(_ *Input, c *Client) { c.Progress.Down = []int{1} }},
		{HAConflict, func(_ *Input, c *Client) { c.Groups[0].Max = 0 }},
		{Exclusive, func(_ *Input, c *Client) { c.Assets[2].RunsOn = 4 }},
		{Capacity, func(_ *Input, c *Client) { c.Windows[0].Capacity = 1 }},
		{Capacity, func(_ *Input, c *Client) { c.Agreements[0].MaxUnavailable = Amount{Set: true, Percent: true, N: 20} }},
		{Capacity, func(_ *Input, c *Client) { c.Plans[0].Waves[1].MaxConcurrent = Amount{Set: true, N: 1} }},
		{Capacity, func(_ *Input, c *Client) { c.Plans[0].Waves[1].Stagger = minute }},
		{RelayCapacity, func(_ *Input, c *Client) { c.Relays[0].Lead = 3 }},
		{Technician, func(in *Input, _ *Client) { in.Shifts[0].Capacity = 1 }},
		{Technician, func(in *Input, _ *Client) { in.Shifts[0].Week = neverOpen() }},
		{CostCap, func(_ *Input, c *Client) { c.Agreements[0].CostCap = 14999 }},
		{NotApproved, func(_ *Input, c *Client) { c.Plans[0].Work[4].Blocks = []Block{{Code: NotApproved, By: "x"}} }},
		{Horizon, func(in *Input, _ *Client) { in.Horizon = 6*hour + minute }},
		{NoWindow, func(_ *Input, c *Client) { c.Windows[0] = fixedWindow("night", at("00:31"), at("12:00")) }},
	}
}

func TestVerifierPassesWhatIsRight(t *testing.T) {
	in := everything()
	s := Compute(in)
	for _, p := range s.Plans {
		if len(p.Unplaced) > 0 {
			t.Errorf("%s: %+v", p.Plan, p.Unplaced)
		}
	}
	for _, o := range Verify(in, s) {
		t.Errorf("%+v", o)
	}
}

func TestVerifierObjectsToEachConstraintBroken(t *testing.T) {
	s := Compute(everything())
	for i, x := range spoilers() {
		t.Run(fmt.Sprintf("%d-%s", i, x.code), func(t *testing.T) {
			in := everything()
			x.spoil(in, &in.Clients[0])
			found := Verify(in, s)
			if !slices.ContainsFunc(found, func(o Objection) bool { return o.Code == x.code }) {
				t.Errorf("no objection has code %s: %+v", x.code, found)
			}
		})
	}
}

// twists are ways to make a schedule wrong where the input stays.
func twists() map[string]func(s *Schedule) {
	plan := func(s *Schedule) *PlanSchedule { return &s.Plans[0] }
	return map[string]func(s *Schedule){
		"a minute earlier":        func(s *Schedule) { plan(s).Placements[0].Start -= minute },
		"half a minute later":     func(s *Schedule) { plan(s).Placements[0].Start += 30; plan(s).Placements[0].End += 30 },
		"shorter":                 func(s *Schedule) { plan(s).Placements[0].End -= minute },
		"ends before it starts":   func(s *Schedule) { plan(s).Placements[0].End = plan(s).Placements[0].Start - hour },
		"a session gone":          func(s *Schedule) { plan(s).Placements = plan(s).Placements[1:] },
		"a session twice":         func(s *Schedule) { plan(s).Placements = append(plan(s).Placements, plan(s).Placements[4]) },
		"another asset":           func(s *Schedule) { plan(s).Placements[0].Asset = "nobody" },
		"another wave":            func(s *Schedule) { plan(s).Placements[0].Wave = "rest" },
		"another window":          func(s *Schedule) { plan(s).Placements[0].Window = "day" },
		"another occurrence":      func(s *Schedule) { plan(s).Placements[0].Occurrence += minute },
		"another risk":            func(s *Schedule) { plan(s).Placements[0].Risk++ },
		"other patches":           func(s *Schedule) { plan(s).Placements[0].Patches = nil },
		"notified":                func(s *Schedule) { plan(s).Placements[0].Notified = true },
		"moved":                   func(s *Schedule) { plan(s).Placements[0].Moved = Freeze },
		"a plan gone":             func(s *Schedule) { s.Plans = s.Plans[1:] },
		"an unknown plan":         func(s *Schedule) { s.Plans = append(s.Plans, PlanSchedule{Plan: "x"}) },
		"more placed in the wave": func(s *Schedule) { plan(s).Waves[1].Placed++ },
		"another gate":            func(s *Schedule) { plan(s).Waves[1].GateOpens++ },
		"a cheaper plan":          func(s *Schedule) { plan(s).Cost.Amount-- },
		"other hours":             func(s *Schedule) { plan(s).Cost.Regular-- },
		"a notice too late":       func(s *Schedule) { plan(s).Notices[0].SendBy++ },
		"a notice of fewer":       func(s *Schedule) { plan(s).Notices[0].Assets-- },
		"a notice twice": func(s *Schedule) {
			plan(s).Notices = append(plan(s).Notices, plan(s).Notices[0])
		},
		"no notice":                func(s *Schedule) { plan(s).Notices = nil },
		"a breach":                 func(s *Schedule) { plan(s).Breaches = append(plan(s).Breaches, Breach{Asset: "app"}) },
		"something excluded":       func(s *Schedule) { plan(s).Excluded = []Excluded{{Asset: "app"}} },
		"missed risk":              func(s *Schedule) { s.Objective.MissedRisk++ },
		"a bound above the missed": func(s *Schedule) { s.Objective.LowerBound++ },
		"exposure":                 func(s *Schedule) { s.Objective.ExposureRiskHours++ },
		"cost":                     func(s *Schedule) { s.Objective.Cost++ },
		"reboots":                  func(s *Schedule) { s.Objective.Reboots++ },
		"another instant":          func(s *Schedule) { s.AsOf++ },
		"another order": func(s *Schedule) {
			slices.Reverse(plan(s).Placements)
		},
	}
}

func TestVerifierObjectsToEveryTwist(t *testing.T) {
	in := everything()
	for name, twist := range twists() {
		t.Run(name, func(t *testing.T) {
			s := Compute(in)
			twist(s)
			if len(Verify(in, s)) == 0 {
				t.Error("no objection")
			}
		})
	}
}
