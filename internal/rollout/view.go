package rollout

import (
	"cmp"
	"slices"

	"github.com/patchops/patchops/internal/window"
)

// occurrence is one opening of a window as a session may see it.
type occurrence struct {
	window.Span
	window    int
	agreement int  // in force at its start, and opens the window; -1 none
	waived    bool // needs no notice of its own
	// own are the starts whose window it is: none where an occurrence that began
	// before is still open, or no agreement opens it.
	own window.Span
}

// view is what assets with the same windows see.
type view struct {
	occurrences []occurrence  // by start, then name of the window
	union       []window.Span // when the windows are open, whatever was agreed
	force       []window.Span // when what the agreement of the time opens is open
	all         bool          // every window must be open: force may then exceed union
	longest     int64         // the longest stretch of union from asOf on
}

// viewOf is what an asset with these windows sees, in emergencies or else.
func (c *client) viewOf(windows []int, all, emergency bool) *view {
	v := &view{all: all}
	var named []window.Spans
	for _, w := range windows {
		if !c.opensEver(w, emergency) {
			continue
		}
		list := c.expanded(w)
		named = append(named, openSpans(list, c.engine.in.AsOf-1<<40, 1<<62))
		for _, o := range list {
			g := c.agreementAt(w, o.Start, emergency)
			waived := g >= 0 && c.Agreements[g].Waived[w][o.Start]
			v.occurrences = append(v.occurrences, occurrence{Span: o.Span, window: w, agreement: g, waived: waived})
		}
	}
	v.union = merge(named, all)
	v.force = c.inForce(windows, all, emergency)
	slices.SortFunc(v.occurrences, func(a, b occurrence) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.window, b.window), cmp.Compare(a.End, b.End))
	})
	latest := int64(-1 << 62)
	for i := range v.occurrences {
		o := &v.occurrences[i]
		if o.agreement >= 0 {
			o.own = window.Span{Start: max(o.Start, latest), End: o.End}
			latest = max(latest, o.End)
		}
	}
	for _, s := range v.union {
		v.longest = max(v.longest, s.End-max(s.Start, c.engine.first))
	}
	return v
}

// inForce is what the agreement of each time opens, as one.
func (c *client) inForce(windows []int, all, emergency bool) window.Spans {
	var out window.Spans
	for i := range c.Agreements {
		g := &c.Agreements[i]
		var opened []window.Spans
		for _, w := range windows {
			if c.opens(i, w, emergency) {
				opened = append(opened, openSpans(c.expanded(w), g.From, g.Until))
			}
		}
		out = append(out, merge(opened, all).Clip(g.From, g.Until)...)
	}
	return window.NewSpans(out)
}

// openSpans are the occurrences that start in [from, until), as spans.
func openSpans(list []window.Occurrence, from, until int64) window.Spans {
	out := make([]window.Span, 0, len(list))
	for _, o := range list {
		if o.Start >= from && o.Start < until {
			out = append(out, o.Span)
		}
	}
	return window.NewSpans(out)
}

// merge is the union or, where all must be open, the intersection.
func merge(list []window.Spans, all bool) window.Spans {
	if len(list) == 0 {
		return nil
	}
	out := list[0]
	for _, s := range list[1:] {
		if all {
			out = out.Intersect(s)
		} else {
			out = out.Union(s)
		}
	}
	return out
}

func (c *client) opensEver(w int, emergency bool) bool {
	for i := range c.Agreements {
		if c.opens(i, w, emergency) {
			return true
		}
	}
	return false
}

func (c *client) opens(agreement, w int, emergency bool) bool {
	g := &c.Agreements[agreement]
	return slices.Contains(g.Windows, w) || emergency && slices.Contains(g.EmergencyWindows, w)
}

// agreementAt is the agreement in force at t, if it opens the window; else -1.
func (c *client) agreementAt(w int, t int64, emergency bool) int {
	for i := range c.Agreements {
		if g := &c.Agreements[i]; g.From <= t && t < g.Until && c.opens(i, w, emergency) {
			return i
		}
	}
	return -1
}

// expanded are a window's occurrences that end after asOf and start before the
// horizon.
func (c *client) expanded(w int) []window.Occurrence {
	if !c.windows[w].expanded {
		c.windows[w].expanded = true
		c.windows[w].occurrences = c.Windows[w].Def.Expand(c.engine.in.AsOf, c.engine.end).Occurrences
	}
	return c.windows[w].occurrences
}
