package rollout

import (
	"fmt"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/window"
	"pgregory.net/rapid"
)

// world draws small but realistic inputs: every feature is there, none in most of
// them. Shrinking takes features away first.
type world struct {
	t    *rapid.T
	in   *Input
	base int64 // midnight UTC of the first day
	days int
	ring Plan // what the instances of the template with rings have in common
}

const (
	hour = 60 * minute
	day  = 24 * hour
)

// farAway is the year 2100.
const farAway = int64(4102444800)

// bases are days next to which something happens: a change of clocks in Berlin and
// in New York, the end of a month, nothing.
var bases = []string{"2026-06-10T00:00:00Z", "2026-03-28T00:00:00Z", "2026-03-07T00:00:00Z", "2026-01-30T00:00:00Z"}

func (w *world) some() bool          { return rapid.Bool().Draw(w.t, "some") }
func (w *world) rare() bool          { return w.int(0, 1) == 1 && w.some() }
func (w *world) often() bool         { return w.int(0, 1) == 1 || w.some() }
func (w *world) seldom() bool        { return w.rare() && w.some() }
func (w *world) int(lo, hi int) int  { return rapid.IntRange(lo, hi).Draw(w.t, "n") }
func (w *world) minutes(n int) int64 { return int64(n) * minute }
func (w *world) instant() int64      { return w.base + w.minutes(15*w.int(0, w.days*96)) }
func (w *world) pick(list []int) []int {
	return slices.DeleteFunc(slices.Clone(list), func(int) bool { return w.seldom() })
}

func zoneOf(name string) *time.Location {
	z, err := window.Zone(name)
	if err != nil {
		panic(err)
	}
	return z
}

// drawInput draws a world with at most so many clients and assets each.
func drawInput(t *rapid.T, clients, assets int) *Input {
	w := &world{t: t, in: &Input{}}
	at, _ := time.Parse(time.RFC3339, rapid.SampledFrom(bases).Draw(t, "base"))
	w.base = at.Unix()
	w.days = w.int(1, 4)
	w.in.AsOf = w.base + w.minutes(w.int(0, 600))
	if w.rare() {
		w.in.AsOf += int64(w.int(1, 59))
	}
	w.in.Horizon = int64(w.days) * day
	w.in.Granted = w.seldom()
	if w.rare() {
		w.drawShifts()
	}
	rings := w.rare()
	for i := range w.int(1, clients) {
		w.in.Clients = append(w.in.Clients, w.client(fmt.Sprintf("c%d", i), assets, rings, i))
	}
	return w.in
}

func (w *world) drawShifts() {
	n := w.int(1, 2)
	for i := range n {
		w.in.Shifts = append(w.in.Shifts, Shift{
			Group: "field", ID: fmt.Sprintf("Shift/_/field-%d", i),
			Week: w.week(zoneOf("Europe/Berlin"), true), Capacity: w.int(1, 2),
		})
	}
}

// week draws hours; without long they may be the working day's.
func (w *world) week(zone *time.Location, long bool) *window.Week {
	h := window.Hours{From: 8 * 3600, To: 18 * 3600}
	for d := time.Monday; d <= time.Friday; d++ {
		h.Days[d] = true
	}
	if long {
		h.From, h.To = window.Clock(w.int(0, 12)*3600), window.Clock(w.int(12, 24)*3600)
		h.Days[time.Saturday], h.Days[time.Sunday] = w.some(), w.some()
	}
	week := &window.Week{Zone: zone, Hours: []window.Hours{h}}
	if w.rare() {
		week.Closed = []window.Date{window.Date(w.base/day) + window.Date(w.int(0, 3))}
	}
	return week
}

func (w *world) client(name string, most int, rings bool, index int) Client {
	zone := zoneOf(rapid.SampledFrom([]string{"Etc/UTC", "Europe/Berlin", "America/New_York"}).Draw(w.t, "zone"))
	c := Client{Name: name, Zone: zone, Business: w.week(zone, false)}
	for i := range w.int(1, 3) {
		c.Windows = append(c.Windows, w.window(zone, name, i))
	}
	if w.some() {
		w.denies(&c)
	}
	if w.seldom() {
		c.Supports = []Support{{Application: "sap", ID: "VendorSupport/_/sap", Weeks: []*window.Week{w.week(zone, true)}}}
	}
	if w.rare() {
		c.Relays = []Relay{{Name: "edge", ID: "Relay/" + name + "/edge", Mbps: int64(w.int(1, 10)), Lead: w.minutes(30 * w.int(0, 8))}}
	}
	w.assets(&c, most)
	w.groups(&c)
	w.agreements(&c)
	for i := range w.int(1, 2) {
		c.Plans = append(c.Plans, w.plan(&c, fmt.Sprintf("p%d", i)))
	}
	if rings {
		p := w.plan(&c, "ring")
		w.template(&p, index == 0)
		p.ID, p.Ring, p.RingName, p.RingSoak = "PatchPlan/_/ring", index/2, fmt.Sprintf("r%d", index/2), w.minutes(60*w.int(0, 12))
		c.Plans = append(c.Plans, p)
	}
	if w.rare() {
		w.progress(&c)
	}
	return c
}

// template makes an instance like those of the other clients.
func (w *world) template(p *Plan, first bool) {
	if first {
		w.ring = *p
	}
	p.Change, p.NotBefore, p.MinimumAge, p.Deadline, p.Waves = w.ring.Change, w.ring.NotBefore, w.ring.MinimumAge, w.ring.Deadline, slices.Clone(w.ring.Waves)
	for i := range p.Waves {
		p.Waves[i].Chosen = nil
	}
}

func (w *world) window(zone *time.Location, client string, i int) Window {
	name := fmt.Sprintf("w%d", i)
	def := &window.Window{Zone: zone, Start: (window.Date(w.base/day) - 1).At(window.Clock(w.int(0, 95) * 900))}
	if w.some() {
		def.Length = w.minutes(15 * w.int(2, 16))
	} else {
		def.End = window.Clock(w.int(1, 24) * 3600)
	}
	rule := rapid.SampledFrom([]string{"FREQ=DAILY", "FREQ=DAILY;INTERVAL=2", "FREQ=WEEKLY;BYDAY=SA,SU,MO", "", "FREQ=WEEKLY;BYDAY=TU,FR,SU"}).Draw(w.t, "rule")
	if rule != "" {
		r, err := window.ParseRule(rule)
		if err != nil {
			panic(err)
		}
		def.Rule = &r
	} else {
		def.Start += window.Local(day * int64(w.int(1, 3)))
	}
	out := Window{Name: name, ID: "MaintenanceWindow/" + client + "/" + name, Def: def}
	if w.rare() {
		out.Capacity = w.int(1, 3)
	}
	return out
}

func (w *world) denies(c *Client) {
	for i := range w.int(1, 2) {
		d := Deny{ID: fmt.Sprintf("Freeze/%s/f%d", c.Name, i), Path: "spec.until"}
		if w.some() {
			from := w.instant()
			d.Fixed = window.Span{Start: from, End: from + w.minutes(30*w.int(1, 48))}
		} else {
			x := w.window(c.Zone, c.Name, 0)
			d.Def, d.Path = x.Def, "spec.end"
			if x.Def.Length > 0 {
				d.Path = "spec.duration"
			}
		}
		if w.rare() {
			d.PassAbove = Severity(w.int(1, 4))
		}
		if w.rare() {
			d.Rule = "incident"
		}
		c.Denies = append(c.Denies, d)
	}
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func (w *world) assets(c *Client, most int) {
	guests := w.rare()
	for i := range w.int(1, most) {
		a := Asset{
			Name: fmt.Sprintf("a%d", i), Group: -1, RunsOn: -1, Relay: -1, Tier: w.int(0, 3) - 1,
			Windows: w.pick(indices(len(c.Windows))), All: w.seldom(), Denies: w.pick(indices(len(c.Denies))),
			Stratum: rapid.SampledFrom([]string{"x", "y"}).Draw(w.t, "stratum"),
		}
		if len(c.Supports) > 0 && w.some() {
			a.Supports = []int{0}
		}
		if len(c.Relays) > 0 && w.often() {
			a.Relay = 0
		}
		if len(w.in.Shifts) > 0 && w.some() {
			a.Shift = indices(len(w.in.Shifts))
		}
		if guests && i > 0 && w.some() {
			a.RunsOn = w.int(0, i-1)
		}
		c.Assets = append(c.Assets, a)
	}
}

func (w *world) groups(c *Client) {
	if !w.some() {
		return
	}
	for g := range w.int(1, 2) {
		group := Group{
			Name: fmt.Sprintf("g%d", g), ID: fmt.Sprintf("HAGroup/%s/g%d", c.Name, g),
			Max: w.int(1, 2), Primary: -1, Soak: w.minutes(10 * w.int(0, 6)),
		}
		for i := range c.Assets {
			if c.Assets[i].Group < 0 && w.often() {
				c.Assets[i].Group = g
				group.Members = append(group.Members, i)
			}
		}
		if len(group.Members) > 0 && w.some() {
			group.StandbyFirst, group.Primary = true, group.Members[0]
		}
		c.Groups = append(c.Groups, group)
	}
}
