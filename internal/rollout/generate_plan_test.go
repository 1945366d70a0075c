package rollout

import (
	"fmt"
	"slices"

	"github.com/patchops/patchops/internal/window"
	"pgregory.net/rapid"
)

func (w *world) agreements(c *Client) {
	first := w.agreement(c, "2026")
	first.From, first.Until = w.base-100*day, farAway
	c.Agreements = []Agreement{first}
	if w.seldom() {
		c.Agreements[0].Until = w.instant()
		second := w.agreement(c, "2027")
		second.From, second.Until = c.Agreements[0].Until, farAway
		if w.some() {
			second.From += w.minutes(30 * w.int(0, 20))
		}
		c.Agreements = append(c.Agreements, second)
	}
}

func (w *world) agreement(c *Client, name string) Agreement {
	g := Agreement{
		Name: name, ID: "ClientAgreement/" + c.Name + "/" + name, Windows: w.pick(indices(len(c.Windows))),
		EmergencyAllowed: true, CostCap: -1,
		Lead:              Lead{Seconds: w.minutes(60 * w.int(0, 30)), Path: "spec.notice.lead"},
		EmergencyLead:     Lead{Path: "spec.emergency.notice"},
		Contacts:          []Contact{{Name: "ann", Phone: "+491"}, {Name: "bob", Phone: "+492"}},
		EmergencyContacts: []Contact{{Name: "eve", Phone: "+493"}},
		Channels:          []string{"email"},
	}
	if w.rare() {
		g.EmergencyWindows = indices(len(c.Windows))
	}
	if w.rare() {
		g.BusinessDays, g.Lead.Seconds = true, day*int64(w.int(1, 2))
	}
	if w.rare() && len(c.Assets) > 0 {
		g.Leads = map[int]Lead{0: {Seconds: g.Lead.Seconds + hour*24, Path: "spec.notice.rules[0].lead"}}
	}
	if w.rare() {
		g.MaxUnavailable = Amount{Set: true, N: int64(w.int(1, 3))}
		if w.some() {
			g.MaxUnavailable = Amount{Set: true, Percent: true, N: int64(w.int(1, 100))}
		}
	}
	g.Rates = w.rates()
	if w.rare() {
		g.CostCap = int64(w.int(0, 60000))
	}
	w.waive(c, &g)
	return g
}

func (w *world) rates() Rates {
	r := Rates{Currency: "EUR", Basis: rapid.SampledFrom([]string{"attended", "perAsset", "included"}).Draw(w.t, "basis"), PerHour: 10000, AfterHours: 15001, Holiday: 20000}
	if w.some() {
		r.Regular = w.week(zoneOf("Etc/UTC"), true).Hours
	}
	if w.rare() {
		r.MinimumMins = int64(30 * w.int(1, 6))
	}
	return r
}

func (w *world) waive(c *Client, g *Agreement) {
	if !w.seldom() || len(g.Windows) == 0 {
		return
	}
	i := g.Windows[0]
	starts := map[int64]bool{}
	for _, o := range c.Windows[i].Def.Expand(w.in.AsOf, w.in.AsOf+w.in.Horizon).Occurrences {
		if w.some() {
			starts[o.Start] = true
		}
	}
	g.Waived = map[int]map[int64]bool{i: starts}
}

func (w *world) plan(c *Client, name string) Plan {
	p := Plan{
		Name: name, ID: "PatchPlan/" + c.Name + "/" + name, Ring: -1, Reboot: "ifRequired",
		Change:   rapid.SampledFrom([]string{"standard", "normal", "emergency"}).Draw(w.t, "change"),
		Deadline: w.base + 30*day,
	}
	if w.rare() {
		p.NotBefore = w.instant()
	}
	if w.rare() {
		p.Deadline = w.in.AsOf + 1 + w.minutes(60*w.int(0, 72))
	}
	if w.rare() {
		p.MinimumAge = w.minutes(60 * w.int(1, 72))
	}
	if len(c.Denies) > 0 && w.seldom() {
		p.Overrides = []string{c.Denies[0].ID}
	}
	p.Waves = w.waves(c)
	for i := range c.Assets {
		if w.often() {
			p.Work = append(p.Work, w.work(i))
		}
	}
	w.dependencies(&p)
	return p
}

func (w *world) waves(c *Client) []Wave {
	n := w.int(1, 3)
	list := make([]Wave, 0, n)
	for i := range n {
		v := Wave{Name: fmt.Sprintf("wave%d", i), Advance: 100, Soak: w.minutes(30 * w.int(0, 10))}
		switch {
		case i == n-1:
			v.Percent = 100
		case w.rare():
			v.Selector, v.Chosen = true, w.pick(indices(len(c.Assets)))
		case w.some():
			v.Count = w.int(1, 3) + i
		default:
			v.Percent = 20 * (i + 1)
		}
		if w.rare() {
			v.Stagger = w.minutes(5 * w.int(1, 12))
		}
		if w.rare() {
			v.MaxConcurrent = Amount{Set: true, N: int64(w.int(1, 2))}
			if w.some() {
				v.MaxConcurrent = Amount{Set: true, Percent: true, N: int64(w.int(1, 100))}
			}
		}
		if w.rare() {
			v.Advance = w.int(1, 100)
		}
		list = append(list, v)
	}
	return list
}

func (w *world) work(asset int) Work {
	x := Work{
		Asset: asset, Patches: []string{fmt.Sprintf("kb%d", w.int(1, 3))}, Risk: w.int(0, 1000),
		Released: w.base - w.minutes(60*w.int(0, 72)), Least: Severity(w.int(0, 5)),
		Minutes: int64(5 * w.int(1, 24)), Reboots: w.some(), ByHand: w.rare(),
	}
	if w.some() {
		x.Due = w.instant() + w.minutes(w.int(0, 600))
	}
	if w.some() {
		x.Bytes = int64(w.int(1, 4000)) * 1_000_000
	}
	if w.seldom() && w.some() {
		x.Blocks = []Block{{Code: NotApproved, By: "PatchPlan", Text: "approve it"}}
	}
	return x
}

func (w *world) dependencies(p *Plan) {
	if !w.rare() {
		return
	}
	for i := 1; i < len(p.Work); i++ {
		if w.some() {
			p.Work[i].DependsOn = []int{p.Work[w.int(0, i-1)].Asset}
		}
	}
	if last := len(p.Work) - 1; last > 0 && w.seldom() {
		p.Work[0].DependsOn = []int{p.Work[last].Asset}
	}
}

// progress puts one plan under way: something is done, something runs, something
// is down.
func (w *world) progress(c *Client) {
	p := &c.Plans[0]
	for i := range c.Assets {
		at := slices.IndexFunc(p.Work, func(x Work) bool { return x.Asset == i })
		switch {
		case at < 0 && w.some():
			c.Progress.Pins = append(c.Progress.Pins, Pin{Plan: p.Name, Asset: i, Wave: p.Waves[0].Name, Done: true, End: w.in.AsOf - w.minutes(10*w.int(1, 60))})
		case at >= 0 && w.rare():
			start := (w.in.AsOf - w.minutes(w.int(1, 120))) / minute * minute
			c.Progress.Pins = append(c.Progress.Pins, Pin{Plan: p.Name, Asset: i, Wave: p.Waves[0].Name})
			c.Progress.Running = append(c.Progress.Running, Running{Plan: p.Name, Asset: i, Start: start, End: start + p.Work[at].Minutes*minute})
		case w.seldom():
			c.Progress.Down = append(c.Progress.Down, i)
		}
	}
}

// fixedWindow is a window that opens once.
func fixedWindow(name string, from, to int64) Window {
	return Window{Name: name, ID: "MaintenanceWindow/_/" + name, Def: &window.Window{Zone: zoneOf("Etc/UTC"), Start: window.Local(from), Length: to - from}}
}
