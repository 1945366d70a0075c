package rollout

import (
	"slices"
	"sync"

	"github.com/patchops/patchops/internal/window"
)

// naive answers by looking at every minute, one by one: the rules of
// semantics.md as a beginner would write them down, to hold Compute against.
type naive struct {
	in       *Input
	floor    int64 // some hours before the minute of AsOf
	minutes  int
	clients  []*naiveClient
	sessions []*naiveSession
}

// naiveClient has, for every minute, whether something holds.
type naiveClient struct {
	*Client
	occurrences [][]window.Occurrence // by window
	denied      [][]bool              // by deny
	supported   [][]bool              // by support
	holiday     []bool
	regular     [][]bool              // by agreement; nil where all hours are
	notice      map[naiveNotice]int64 // when a notice in business days has served
}

// naiveOccurrence is an occurrence with the agreement that opens it, -1 none.
type naiveOccurrence struct {
	window     int
	start, end int64
	terms      int
}

type naiveSession struct {
	client     *naiveClient
	plan       *Plan
	work       *Work // nil for one under way without work
	asset      int
	wave       int
	start, end int64
	placed     bool
	running    bool
	occurrence naiveOccurrence
	union      []bool // U and F, by minute
	inForce    []bool
	considered []naiveOccurrence
	starts     func() []int64 // that no static constraint forbids; looked for once, when somebody asks
}

// before is how many minutes are looked at before AsOf: what is under way began in
// them.
const before = 480

// newNaive lays out an input; waves are taken from a schedule of it, and so are
// the placements.
func newNaive(in *Input, s *Schedule) *naive {
	n := &naive{in: in, floor: in.AsOf - in.AsOf%60 - before*60, minutes: before + int(in.Horizon/60) + 200}
	for i := range in.Clients {
		n.clients = append(n.clients, n.client(&in.Clients[i]))
	}
	for i := range s.Plans {
		p := &s.Plans[i]
		for j := range p.Placements {
			n.add(p, p.Placements[j].Asset, p.Placements[j].Wave, &p.Placements[j])
		}
		for j := range p.Unplaced {
			n.add(p, p.Unplaced[j].Asset, p.Unplaced[j].Wave, nil)
		}
	}
	for _, c := range n.clients {
		for _, r := range c.Progress.Running {
			if n.find(c, r.Plan, r.Asset) == nil {
				n.sessions = append(n.sessions, &naiveSession{
					client: c, plan: c.planNamed(r.Plan), asset: r.Asset, wave: -1, start: r.Start, end: max(r.End, in.AsOf),
					placed: true, running: true, occurrence: naiveOccurrence{window: -1, terms: -1},
					starts: func() []int64 { return nil },
				})
			}
		}
	}
	return n
}

func (n *naive) client(c *Client) *naiveClient {
	out := &naiveClient{Client: c, holiday: make([]bool, n.minutes), notice: map[naiveNotice]int64{}}
	for i := range c.Windows {
		out.occurrences = append(out.occurrences, c.Windows[i].Def.Expand(n.in.AsOf, n.in.AsOf+n.in.Horizon).Occurrences)
	}
	until := n.floor + int64(n.minutes)*60
	for i := range c.Denies {
		d := &c.Denies[i]
		spans := window.Spans{d.Fixed}
		if d.Def != nil {
			spans = d.Def.Hull(n.floor, until)
		}
		out.denied = append(out.denied, n.fill(spans))
	}
	for i := range c.Supports {
		any := make([]bool, n.minutes)
		for _, week := range c.Supports[i].Weeks {
			for m, open := range n.fill(week.Spans(n.floor, until)) {
				any[m] = any[m] || open
			}
		}
		out.supported = append(out.supported, any)
	}
	for _, d := range c.Business.Closed {
		for m, closed := range n.fill(window.Spans{{Start: d.Start(c.Zone).Unix(), End: (d + 1).Start(c.Zone).Unix()}}) {
			out.holiday[m] = out.holiday[m] || closed
		}
	}
	for i := range c.Agreements {
		var regular []bool
		if hours := c.Agreements[i].Rates.Regular; hours != nil {
			regular = n.fill((&window.Week{Zone: c.Zone, Hours: hours}).Spans(n.floor, until))
		}
		out.regular = append(out.regular, regular)
	}
	return out
}

func (c *naiveClient) planNamed(name string) *Plan {
	for i := range c.Plans {
		if c.Plans[i].Name == name {
			return &c.Plans[i]
		}
	}
	return nil
}

// fill is, by minute, whether it is in one of the spans.
func (n *naive) fill(spans window.Spans) []bool {
	out := make([]bool, n.minutes)
	for _, s := range spans {
		for t := max(s.Start, n.floor); t < s.End && n.at(t) < n.minutes; t += 60 {
			out[n.at(t)] = true
		}
	}
	return out
}

func (n *naive) at(t int64) int { return int((t - n.floor) / 60) }

func (n *naive) find(c *naiveClient, plan string, asset int) *naiveSession {
	for _, x := range n.sessions {
		if x.client == c && x.plan != nil && x.plan.Name == plan && x.asset == asset {
			return x
		}
	}
	return nil
}

func (n *naive) add(s *PlanSchedule, asset, wave string, place *Placement) {
	for _, c := range n.clients {
		if c.Name != s.Client {
			continue
		}
		p := c.planNamed(s.Plan)
		a := slices.IndexFunc(c.Assets, func(a Asset) bool { return a.Name == asset })
		w := slices.IndexFunc(p.Work, func(w Work) bool { return w.Asset == a })
		x := &naiveSession{
			client: c, plan: p, work: &p.Work[w], asset: a,
			wave: slices.IndexFunc(p.Waves, func(w Wave) bool { return w.Name == wave }), occurrence: naiveOccurrence{window: -1, terms: -1},
		}
		x.running = slices.ContainsFunc(c.Progress.Running, func(r Running) bool { return r.Plan == p.Name && r.Asset == a })
		n.open(x)
		x.starts = sync.OnceValue(func() []int64 { return n.allowed(x) })
		if place != nil {
			n.put(x, place.Start, n.occurrenceAt(x, place.Start))
			x.end = place.End
		}
		n.sessions = append(n.sessions, x)
	}
}

// allowed are the starts of a session that no static constraint forbids.
func (n *naive) allowed(x *naiveSession) []int64 {
	var starts []int64
	for s := n.floor + before*60; s < n.in.AsOf+n.in.Horizon; s += 60 {
		if o := n.occurrenceAt(x, s); o.window >= 0 && s >= n.in.AsOf && n.static(x, o, s) == "" {
			starts = append(starts, s)
		}
	}
	return starts
}

// put gives a session its place.
func (n *naive) put(x *naiveSession, start int64, o naiveOccurrence) {
	x.start, x.end, x.placed, x.occurrence = start, start+x.work.Minutes*60, true, o
}

// opens says whether an agreement opens one of an asset's windows to a session.
func (x *naiveSession) opens(g *Agreement, i int) bool {
	if !slices.Contains(x.client.Assets[x.asset].Windows, i) {
		return false
	}
	return slices.Contains(g.Windows, i) || x.plan.Change == "emergency" && slices.Contains(g.EmergencyWindows, i)
}

// open lays out the occurrences of a session, and U and F by minute.
func (n *naive) open(x *naiveSession) {
	c := x.client
	x.inForce = make([]bool, n.minutes)
	for i := range c.Windows {
		named := false
		for g := range c.Agreements {
			named = named || x.opens(&c.Agreements[g], i)
		}
		for _, o := range c.occurrences[i] {
			if !named {
				continue
			}
			terms := -1
			for g := range c.Agreements {
				if agreement := &c.Agreements[g]; o.Start >= agreement.From && o.Start < agreement.Until && x.opens(agreement, i) {
					terms = g
				}
			}
			x.considered = append(x.considered, naiveOccurrence{i, o.Start, o.End, terms})
		}
	}
	slices.SortStableFunc(x.considered, func(a, b naiveOccurrence) int {
		if a.start != b.start {
			return int(a.start - b.start)
		}
		return a.window - b.window
	})
	x.union = n.openMinutes(x, -1)
	for g := range c.Agreements {
		for m, open := range n.openMinutes(x, g) {
			t := n.floor + int64(m)*60
			x.inForce[m] = x.inForce[m] || open && t >= c.Agreements[g].From && t < c.Agreements[g].Until
		}
	}
}

// openMinutes are the minutes at which the windows that an agreement opens, or any
// where it is -1, are open: one of them or, for some assets, all.
func (n *naive) openMinutes(x *naiveSession, terms int) []bool {
	c := x.client
	count, wanted := make([]int, n.minutes), 0
	for i := range c.Windows {
		named := false
		for g := range c.Agreements {
			named = named || (terms < 0 || terms == g) && x.opens(&c.Agreements[g], i)
		}
		if !named {
			continue
		}
		wanted++
		var spans window.Spans
		for _, o := range x.considered {
			if o.window == i && (terms < 0 || o.terms == terms) {
				spans = append(spans, window.Span{Start: o.start, End: o.end})
			}
		}
		for m, open := range n.fill(spans) {
			if open {
				count[m]++
			}
		}
	}
	out := make([]bool, n.minutes)
	for m := range out {
		out[m] = count[m] > 0 && (count[m] == wanted || !c.Assets[x.asset].All)
	}
	return out
}

// occurrenceAt is the occurrence that a session starting then belongs to.
func (n *naive) occurrenceAt(x *naiveSession, start int64) naiveOccurrence {
	for _, o := range x.considered {
		if o.terms >= 0 && o.start <= start && start < o.end {
			return o
		}
	}
	return naiveOccurrence{window: -1, terms: -1}
}

// passes says whether a deny lets a session pass.
func (n *naive) passes(x *naiveSession, d *Deny) bool {
	switch {
	case d.PassAbove != 0 && x.work.Least > d.PassAbove, slices.Contains(x.plan.Overrides, d.ID):
		return true
	}
	return n.in.Granted && d.Rule != "" && x.plan.Change == "emergency"
}

// everyMinute says whether something holds at every minute of [from, until).
func (n *naive) everyMinute(from, until int64, holds func(m int) bool) bool {
	first := n.at(from)
	for m := first; m < first+int((until-from+59)/60); m++ {
		if !holds(m) {
			return false
		}
	}
	return true
}
