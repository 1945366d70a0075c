package rollout

import (
	"testing"

	"github.com/patchops/patchops/internal/window"
)

// needs is an input of one session that finds no place, and the smallest change
// that gives it one.
type needs struct {
	name  string
	in    func() *Input
	asset string
	want  Counterfactual
}

const (
	nightID = "MaintenanceWindow/acme/night"
	planID  = "PatchPlan/acme/os"
	termsID = "ClientAgreement/acme/2026"
)

// only is one session of so many minutes, and a window that opens once.
func only(minutes int64, change func(in *Input, c *Client, p *Plan)) func() *Input {
	return func() *Input {
		in := found(2, simple("os", Work{Asset: 0, Minutes: minutes}))
		c := &in.Clients[0]
		c.Windows[0] = fixedWindow("night", at("01:00"), at("02:00"))
		c.Windows[0].ID = "MaintenanceWindow/acme/night"
		change(in, c, &c.Plans[0])
		return in
	}
}

// planChanges are those of windows, acts and plans.
func planChanges() []needs {
	one := at("01:00")
	return []needs{
		{"WR13", only(75, func(*Input, *Client, *Plan) {}), "a", Counterfactual{
			Document: nightID, Path: "spec.duration", From: "PT60M", To: "PT75M", Text: "extend window night by PT15M", Start: one,
		}},
		{"WR13 end", only(75, func(_ *Input, c *Client, _ *Plan) {
			c.Windows[0].Def.Length, c.Windows[0].Def.End = 0, 2*3600
		}), "a", Counterfactual{
			Document: nightID, Path: "spec.end", From: "02:00", To: "02:15", Text: "extend window night by PT15M", Start: one,
		}},
		{"blocked", only(30, func(_ *Input, _ *Client, p *Plan) {
			p.Work[0].Blocks = []Block{{Code: VendorReview, By: "Patch/_/kb1", Path: "spec.vendorReview", Text: "record a passed review of Patch/_/kb1"}}
		}), "a", Counterfactual{
			Document: "Patch/_/kb1", Path: "spec.vendorReview", Text: "record a passed review of Patch/_/kb1", Start: one,
		}},
		{"WR20", only(30, func(_ *Input, c *Client, p *Plan) {
			p.Change = "emergency"
			freeze(c, at("00:00"), at("12:00")).Rule = "incident"
		}), "a", Counterfactual{
			Document: "Freeze/_/q", Path: "spec.override.approvalRuleRef", Text: "approve override:acme/os by rule incident", Start: one,
		}},
		{"notBefore", only(30, func(_ *Input, _ *Client, p *Plan) { p.NotBefore = at("00:00") + 2*day }), "a", Counterfactual{
			Document: planID, Path: "spec.notBefore", From: "2026-06-12T00:00:00Z", To: "2026-06-10T00:00:00Z", Text: "start plan os P2D earlier", Start: one,
		}},
		{"minimumAge", only(30, func(_ *Input, _ *Client, p *Plan) {
			p.Work[0].Released, p.MinimumAge = at("00:00")-day, 3*day
		}), "a", Counterfactual{
			Document: planID, Path: "spec.minimumAge", From: "P3D", To: "P1DT1H30M", Text: "shorten minimumAge of plan os by P1DT22H30M", Start: at("01:30"),
		}},
		{"deadline", only(30, func(_ *Input, _ *Client, p *Plan) { p.Deadline = at("00:30") }), "a", Counterfactual{
			Document: planID, Path: "spec.deadline", From: "2026-06-10T00:30:00Z", To: "2026-06-11T00:30:00Z", Text: "extend deadline of plan os by P1D", Start: one,
		}},
		{"soak", only(15, func(_ *Input, _ *Client, p *Plan) {
			p.Work = append(p.Work, Work{Asset: 1, Minutes: 15, Patches: []string{"kb1"}})
			p.Waves = []Wave{{Name: "first", Selector: true, Chosen: []int{1}, Advance: 100, Soak: hour}, {Name: "rest", Percent: 100, Advance: 100}}
		}), "a", Counterfactual{
			Document: planID, Path: "spec.waves[0].soak", From: "PT60M", To: "PT30M", Text: "shorten soak of wave first by PT30M", Start: at("01:45"),
		}},
		{"maxConcurrent", only(40, func(_ *Input, _ *Client, p *Plan) {
			p.Work = append(p.Work, Work{Asset: 1, Minutes: 40, Risk: 9, Patches: []string{"kb1"}})
			p.Waves[0].MaxConcurrent = Amount{Set: true, N: 1}
		}), "a", Counterfactual{
			Document: planID, Path: "spec.waves[0].maxConcurrent", From: "1", To: "2", Text: "raise maxConcurrent of wave all to 2", Start: one,
		}},
	}
}

// otherChanges are those of agreements, relays, horizon and freezes.
func otherChanges() []needs {
	one := at("01:00")
	return []needs{
		{"lead", only(60, func(_ *Input, c *Client, _ *Plan) {
			c.Agreements[0].Lead = Lead{Seconds: 2 * day, Path: "spec.notice.lead"}
		}), "a", Counterfactual{
			Document: termsID, Path: "spec.notice.lead", From: "P2D", To: "PT60M", Text: "shorten notice of 2026 by P1DT23H", Start: one,
		}},
		{"business days", only(60, func(in *Input, c *Client, _ *Plan) {
			in.AsOf -= day
			c.Agreements[0].BusinessDays = true
			c.Agreements[0].Lead = Lead{Seconds: 2 * day, Path: "spec.notice.lead"}
			all := window.Hours{Days: [7]bool{true, true, true, true, true, true, true}, To: 86400}
			c.Business = &window.Week{Zone: c.Zone, Hours: []window.Hours{all}}
			c.Windows[0].Def.Length, in.Horizon = hour, day+hour+minute
		}), "a", Counterfactual{
			Document: termsID, Path: "spec.notice.lead", From: "P2D", To: "P1D", Text: "shorten notice of 2026 by P1D", Start: one,
		}},
		{"maxUnavailable", tight(func(c *Client) { c.Agreements[0].MaxUnavailable = Amount{Set: true, Percent: true, N: 50} }), "b", Counterfactual{
			Document: termsID, Path: "spec.maxUnavailable", From: "50%", To: "100%", Text: "raise maxUnavailable of 2026 to 100%", Start: one,
		}},
		{"capacity", tight(func(c *Client) { c.Windows[0].Capacity = 1 }), "b", Counterfactual{
			Document: nightID, Path: "spec.capacity", From: "1", To: "2", Text: "raise capacity of window night to 2", Start: one,
		}},
		{"WR38", tight(func(c *Client) {
			c.Relays = []Relay{{Name: "edge", ID: "Relay/acme/edge", Mbps: 8, Lead: 30 * minute}}
			for i := range c.Assets {
				c.Assets[i].Relay, c.Plans[0].Work[i].Bytes = 0, 1_000_000*15*62
			}
		}), "b", Counterfactual{
			Document: "Relay/acme/edge", Path: "spec.prefetchLead", From: "PT30M", To: "PT31M", Text: "let relay edge begin PT1M earlier", Start: one,
		}},
		{"costCapPerMonth", tight(func(c *Client) {
			c.Agreements[0].Rates = Rates{Currency: "EUR", Basis: "perAsset", PerHour: 6000}
			c.Agreements[0].CostCap = 5000
		}), "b", Counterfactual{
			Document: termsID, Path: "spec.costCapPerMonth", From: "5000", To: "8000", Text: "raise costCapPerMonth of 2026 by 3000 minor units", Start: one,
		}},
		{"WR15", only(75, func(_ *Input, c *Client, p *Plan) {
			p.Work = append(p.Work, Work{Asset: 1, Minutes: 75, Patches: []string{"kb1"}})
			c.Windows[0].Def.Length = 3 * hour
			c.Assets[0].Group, c.Assets[1].Group = 0, 0
			c.Groups = []Group{{Name: "db", ID: "HAGroup/acme/db", Members: []int{0, 1}, Max: 1, StandbyFirst: true, Soak: 31 * minute}}
		}), "a", Counterfactual{
			Document: nightID, Path: "spec.duration", From: "PT180M", To: "PT181M", Text: "extend window night by PT1M", Start: at("02:46"),
		}},
		{"horizon", only(30, func(in *Input, _ *Client, _ *Plan) { in.Horizon = hour / 2 }), "a", Counterfactual{
			Document: "Config/_/patchops", Path: "spec.horizon", From: "PT30M", To: "P1DT30M", Text: "look P1D further ahead", Start: one,
		}},
		{"freeze", only(30, func(in *Input, c *Client, _ *Plan) {
			in.Horizon = 2 * hour
			freeze(c, at("01:00"), at("05:00"))
		}), "a", Counterfactual{
			Document: "Freeze/_/q", Path: "spec.until", From: "2026-06-10T05:00:00Z", To: "2026-06-10T01:30:00Z", Text: "end Freeze/_/q PT210M earlier", Start: at("01:30"),
		}},
		{"freeze by days", only(30, func(in *Input, c *Client, _ *Plan) {
			in.Horizon = 2 * hour
			freeze(c, at("00:00"), at("00:00")+2*day)
		}), "a", Counterfactual{
			Document: "Freeze/_/q", Path: "spec.until", From: "2026-06-12T00:00:00Z", To: "2026-06-10T00:00:00Z", Text: "end Freeze/_/q P2D earlier", Start: one,
		}},
		{"two at once", only(75, func(_ *Input, _ *Client, p *Plan) { p.NotBefore, p.Deadline = at("00:00")+8*day, at("00:30") }), "a", Counterfactual{Text: moreThanOne}},
	}
}

// tight is a window with starts for ten minutes, in which two sessions of 40
// minutes want to be at once.
func tight(change func(c *Client)) func() *Input {
	return only(40, func(in *Input, c *Client, p *Plan) {
		in.Horizon = hour + 10*minute
		p.Work[0].Risk = 1
		p.Work = append(p.Work, Work{Asset: 1, Minutes: 40, Patches: []string{"kb1"}})
		change(c)
	})
}

// freeze binds the first asset.
func freeze(c *Client, from, until int64) *Deny {
	c.Denies = []Deny{{ID: "Freeze/_/q", Path: "spec.until", Fixed: window.Span{Start: from, End: until}}}
	c.Assets[0].Denies = []int{0}
	return &c.Denies[0]
}

func TestCounterfactuals(t *testing.T) {
	for _, x := range append(planChanges(), otherChanges()...) {
		t.Run(x.name, func(t *testing.T) {
			in := x.in()
			s := Compute(in)
			Counterfactuals(in, s, 16)
			list := s.Plans[0].Unplaced
			if len(list) != 1 || list[0].Asset != x.asset {
				t.Fatalf("unplaced are %+v, wanted %q", list, x.asset)
			}
			if x.want.Document != "" {
				x.want.Window, x.want.Verified = "night", true
			}
			if got := list[0].Counterfactual; got == nil || *got != x.want {
				t.Errorf("%s\ngot    %+v\nwanted %+v", list[0].Code, got, x.want)
			}
		})
	}
}

// Of three sessions that are too long the first is asked; what waits for one points
// to the same.
func TestCounterfactualsServeOthersToo(t *testing.T) {
	in := found(4, simple("os",
		Work{Asset: 0, Minutes: 75}, Work{Asset: 1, Minutes: 90}, Work{Asset: 2, Minutes: 10, DependsOn: []int{3}}, Work{Asset: 3, Minutes: 10, DependsOn: []int{1}}))
	in.Clients[0].Windows[0] = fixedWindow("night", at("01:00"), at("02:00"))
	s := Compute(in)
	Counterfactuals(in, s, 16)
	for i, want := range []string{"", "a", "a", "a"} {
		u := s.Plans[0].Unplaced[i]
		if u.SameAs != want || (u.Counterfactual == nil) != (want != "") {
			t.Errorf("%s: same as %q, counterfactual %+v", u.Asset, u.SameAs, u.Counterfactual)
		}
	}
	own := Nearest(in, s, "acme", "os", "b", 256)
	if own == nil || own.To != "PT90M" || !own.Verified {
		t.Errorf("of b by itself: %+v", own)
	}
	if got := Nearest(in, s, "acme", "os", "nobody", 256); got != nil {
		t.Errorf("of nobody: %+v", got)
	}
}

func TestCounterfactualsWithoutBudget(t *testing.T) {
	in := only(75, func(*Input, *Client, *Plan) {})()
	s := Compute(in)
	Counterfactuals(in, s, 0)
	if got := s.Plans[0].Unplaced[0].Counterfactual; got == nil || *got != (Counterfactual{Text: moreThanOne}) {
		t.Errorf("%+v", got)
	}
}

// A template's window is one document for all clients: what is changed for one is
// changed for the others of its component.
func TestCounterfactualsChangeTheDocumentForAll(t *testing.T) {
	in := found(1, simple("os", Work{Asset: 0, Minutes: 75}))
	second := in.Clients[0]
	second.Name = "beta"
	in.Clients = append(in.Clients, second)
	for i := range in.Clients {
		c := &in.Clients[i]
		c.Windows = []Window{fixedWindow("night", at("01:00"), at("02:00"))}
		c.Plans = []Plan{simple("os", Work{Asset: 0, Minutes: 75 - int64(i)*30})}
		c.Plans[0].ID, c.Plans[0].Ring, c.Plans[0].RingName = "PatchPlan/_/os", i, string(rune('x'+i))
		c.Plans[0].RingSoak = 0
	}
	s := Compute(in)
	Counterfactuals(in, s, 16)
	if got := s.Plans[0].Unplaced[0].Counterfactual; got.To != "PT75M" || !got.Verified {
		t.Errorf("%+v", got)
	}
}
