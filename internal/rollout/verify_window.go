package rollout

import (
	"cmp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/window"
)

// verifiedWindows are the openings of a client's windows and what narrows them,
// made once and shared by the assets that have the same.
type verifiedWindows struct {
	from, to  int64
	longest   int64
	opened    [][]window.Occurrence // by window
	openings  map[string]*verifiedOpenings
	ofAsset   [2][]*verifiedOpenings // by asset; of emergencies in [1]
	denies    []window.Spans         // by deny
	supports  map[string]window.Spans
	supported []window.Spans // by asset; nil when not asked yet or always
}

// verifiedOpenings are when the assets with the same windows may have sessions.
type verifiedOpenings struct {
	union   window.Spans // U: what the windows give, whatever was agreed
	inForce window.Spans // F: what the agreement of the time gives
	// occurrences are those that an agreement opens, by start, then name; latest
	// is the latest end among the first i+1.
	occurrences []verifiedOccurrence
	latest      []int64
}

type verifiedOccurrence struct {
	window     int
	start, end int64
	terms      int
}

func (v *verifier) prepareWindows(c *verifiedClient) {
	w := &c.windows
	for i := range c.plans {
		for j := range c.plans[i].Work {
			w.longest = max(w.longest, c.plans[i].Work[j].Minutes*60)
		}
	}
	w.from, w.to = v.in.AsOf, v.in.AsOf+v.in.Horizon
	w.opened = make([][]window.Occurrence, len(c.Windows))
	for i := range c.Windows {
		w.opened[i] = c.Windows[i].Def.Expand(w.from, w.to).Occurrences
	}
	w.denies = make([]window.Spans, len(c.Denies))
	for i := range c.Denies {
		w.denies[i] = denySpans(&c.Denies[i], w.from, w.to+w.longest)
	}
	w.openings = map[string]*verifiedOpenings{}
	w.supports = map[string]window.Spans{}
	w.ofAsset[0] = make([]*verifiedOpenings, len(c.Assets))
	w.ofAsset[1] = make([]*verifiedOpenings, len(c.Assets))
	w.supported = make([]window.Spans, len(c.Assets))
}

func denySpans(d *Deny, from, to int64) window.Spans {
	if d.Def != nil {
		return d.Def.Hull(from, to)
	}
	return window.NewSpans([]window.Span{d.Fixed})
}

// openingsOf are an asset's openings for one kind of change.
func (c *verifiedClient) openingsOf(asset int, emergency bool) *verifiedOpenings {
	kind := 0
	if emergency {
		kind = 1
	}
	w := &c.windows
	if o := w.ofAsset[kind][asset]; o != nil {
		return o
	}
	a := &c.Assets[asset]
	key := indexKey(a.Windows, a.All, emergency)
	o := w.openings[key]
	if o == nil {
		o = c.makeOpenings(a, emergency)
		w.openings[key] = o
	}
	w.ofAsset[kind][asset] = o
	return o
}

func indexKey(indices []int, flags ...bool) string {
	var b strings.Builder
	for _, i := range indices {
		b.WriteString(strconv.Itoa(i))
		b.WriteByte(' ')
	}
	for _, f := range flags {
		b.WriteString(strconv.FormatBool(f))
	}
	return b.String()
}

func (c *verifiedClient) makeOpenings(a *Asset, emergency bool) *verifiedOpenings {
	o := &verifiedOpenings{}
	var all []window.Spans
	for _, i := range a.Windows {
		named := slices.ContainsFunc(c.Agreements, func(g Agreement) bool { return opensTo(&g, i, emergency) })
		if named {
			all = append(all, occurrenceSpans(c.windows.opened[i], 0, 1<<62))
		}
	}
	o.union = combine(all, a.All)
	for g := range c.Agreements {
		agreement := &c.Agreements[g]
		var own []window.Spans
		for _, i := range a.Windows {
			if !opensTo(agreement, i, emergency) {
				continue
			}
			own = append(own, occurrenceSpans(c.windows.opened[i], agreement.From, agreement.Until))
			for _, occ := range c.windows.opened[i] {
				if occ.Start >= agreement.From && occ.Start < agreement.Until {
					o.occurrences = append(o.occurrences, verifiedOccurrence{i, occ.Start, occ.End, g})
				}
			}
		}
		o.inForce = o.inForce.Union(combine(own, a.All).Clip(agreement.From, agreement.Until))
	}
	slices.SortFunc(o.occurrences, func(a, b verifiedOccurrence) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.window, b.window))
	})
	latest := int64(0)
	for _, occ := range o.occurrences {
		latest = max(latest, occ.end)
		o.latest = append(o.latest, latest)
	}
	return o
}

// opensTo says whether an agreement opens a window to that kind of change.
func opensTo(g *Agreement, i int, emergency bool) bool {
	return slices.Contains(g.Windows, i) || emergency && slices.Contains(g.EmergencyWindows, i)
}

// occurrenceSpans are the occurrences that start in [from, until).
func occurrenceSpans(occurrences []window.Occurrence, from, until int64) window.Spans {
	list := make([]window.Span, 0, len(occurrences))
	for _, o := range occurrences {
		if o.Start >= from && o.Start < until {
			list = append(list, o.Span)
		}
	}
	return window.NewSpans(list)
}

func combine(list []window.Spans, all bool) window.Spans {
	var out window.Spans
	for i, s := range list {
		switch {
		case i == 0:
			out = s
		case all:
			out = out.Intersect(s)
		default:
			out = out.Union(s)
		}
	}
	return out
}

// at is the occurrence that a session starting then belongs to.
func (o *verifiedOpenings) at(start int64) (verifiedOccurrence, bool) {
	i := sort.Search(len(o.latest), func(i int) bool { return o.latest[i] > start })
	if i == len(o.latest) || o.occurrences[i].start > start {
		return verifiedOccurrence{}, false
	}
	return o.occurrences[i], true
}

// holding is the span that holds [start, end), and whether there is one.
func holding(s window.Spans, start, end int64) (window.Span, bool) {
	i := sort.Search(len(s), func(i int) bool { return s[i].End > start })
	if i == len(s) || s[i].Start > start || s[i].End < end {
		return window.Span{}, false
	}
	return s[i], true
}

// support is when every vendor that an asset needs answers.
func (c *verifiedClient) support(asset int) window.Spans {
	w := &c.windows
	if w.supported[asset] != nil {
		return w.supported[asset]
	}
	key := indexKey(c.Assets[asset].Supports)
	s, ok := w.supports[key]
	if !ok {
		s = window.NewSpans([]window.Span{{Start: w.from - 1<<40, End: w.to + 1<<40}})
		for _, i := range c.Assets[asset].Supports {
			var one window.Spans
			for _, week := range c.Supports[i].Weeks {
				one = one.Union(week.Spans(w.from, w.to+w.longest))
			}
			s = s.Intersect(one)
		}
		w.supports[key] = s
	}
	w.supported[asset] = s
	return s
}

// denied is the first deny that meets [start, end) and does not let work pass,
// and the last instant up to start at which one ended.
func (v *verifier) denied(c *verifiedClient, x *verifiedSession) (deny int, ended int64) {
	deny, ended = -1, -1<<62
	p := &c.Plans[x.plan]
	for _, i := range c.Assets[x.asset].Denies {
		if v.passes(&c.Denies[i], p, x.work) {
			continue
		}
		s := c.windows.denies[i]
		k := sort.Search(len(s), func(k int) bool { return s[k].End > x.start })
		if k < len(s) && s[k].Start < x.end && deny < 0 {
			deny = i
		}
		if k > 0 {
			ended = max(ended, s[k-1].End)
		}
	}
	return deny, ended
}

// passes says whether a deny lets work pass.
func (v *verifier) passes(d *Deny, p *Plan, w *Work) bool {
	return d.PassAbove > 0 && w.Least > d.PassAbove ||
		slices.Contains(p.Overrides, d.ID) ||
		v.in.Granted && d.Rule != "" && p.Change == "emergency"
}
