package rollout

import (
	"slices"

	"github.com/patchops/patchops/internal/window"
)

// Access is when one asset may be worked on, in four steps; each is a part of the
// one before. It answers `patchops windows`; a schedule has more to keep.
type Access struct {
	Windows   window.Spans // its windows, whatever was agreed
	InForce   window.Spans // as the agreement of the time opens them
	Supported window.Spans // while the vendors of its applications answer
	Open      window.Spans // without freezes, blackouts and deny windows
}

// Access is when an asset may be worked on in [from, to), for work that no freeze
// lets pass. The spans are whole: what is open at from began before.
func (c *Client) Access(asset int, emergency bool, from, to int64) Access {
	a := &c.Assets[asset]
	var out Access
	var named []window.Spans
	for _, w := range a.Windows {
		if slices.ContainsFunc(c.Agreements, func(g Agreement) bool { return g.names(w, emergency) }) {
			named = append(named, c.occurrencesOf(w, from, to, 0, 1<<62))
		}
	}
	out.Windows = combined(named, a.All)
	for i := range c.Agreements {
		g := &c.Agreements[i]
		var own []window.Spans
		for _, w := range a.Windows {
			if g.names(w, emergency) {
				own = append(own, c.occurrencesOf(w, from, to, g.From, g.Until))
			}
		}
		out.InForce = out.InForce.Union(combined(own, a.All).Clip(g.From, g.Until))
	}
	out.InForce = out.InForce.Intersect(out.Windows)
	out.Supported = out.InForce
	if len(out.InForce) == 0 {
		return out
	}
	first, last := out.InForce[0].Start, out.InForce[len(out.InForce)-1].End
	for _, s := range a.Supports {
		var open window.Spans
		for _, week := range c.Supports[s].Weeks {
			open = open.Union(week.Spans(first, last))
		}
		out.Supported = out.Supported.Intersect(open)
	}
	out.Open = out.Supported
	for _, d := range a.Denies {
		out.Open = out.Open.Minus(c.Denies[d].Spans(first, last))
	}
	return out
}

// Why says what closes the asset at an instant; "" while it is open.
func (a Access) Why(t int64) Code {
	switch {
	case a.Open.Contains(t):
		return ""
	case !a.Windows.Contains(t):
		return NoWindow
	case !a.InForce.Contains(t):
		return AgreementNotInForce
	case !a.Supported.Contains(t):
		return VendorSupport
	}
	return Freeze
}

// Spans are when a deny forbids work in [from, to); each is whole.
func (d *Deny) Spans(from, to int64) window.Spans {
	switch {
	case d.Def != nil:
		return d.Def.Hull(from, to)
	case d.Fixed.End > from && d.Fixed.Start < to:
		return window.NewSpans([]window.Span{d.Fixed})
	}
	return nil
}

func (g *Agreement) names(w int, emergency bool) bool {
	return slices.Contains(g.Windows, w) || emergency && slices.Contains(g.EmergencyWindows, w)
}

// occurrencesOf are a window's occurrences in [from, to) that start in [after, before).
func (c *Client) occurrencesOf(w int, from, to, after, before int64) window.Spans {
	var list []window.Span
	for _, o := range c.Windows[w].Def.Expand(from, to).Occurrences {
		if o.Start >= after && o.Start < before {
			list = append(list, o.Span)
		}
	}
	return window.NewSpans(list)
}

// combined is the union or, where all must be open, the intersection.
func combined(list []window.Spans, all bool) window.Spans {
	var out window.Spans
	for i, s := range list {
		if all && i > 0 {
			out = out.Intersect(s)
		} else {
			out = out.Union(s)
		}
	}
	return out
}
