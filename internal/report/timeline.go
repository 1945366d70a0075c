package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

// scale maps instants to places on a drawing, by integers only: the same schedule
// has the same bytes.
type scale struct{ from, to int64 }

// units is where an instant is, from 0 to 10,000.
func (s scale) units(t int64) int64 {
	if s.to <= s.from {
		return 0
	}
	return min(10_000, max(0, (t-s.from)*10_000/(s.to-s.from)))
}

// percent is a number of units as SVG writes it.
func percent(units int64) string { return fmt.Sprintf("%d.%02d%%", units/100, units%100) }

func (s scale) at(t int64) string { return percent(s.units(t)) }

// tick is a labelled instant of an axis.
type tick struct{ X, Text, Anchor string }

// steps of axes, in days; of those below a day, in hours.
var (
	dayStep  = []int{1, 2, 3, 7, 14, 28}
	hourStep = []int{1, 2, 3, 6, 12}
)

// ticks are at most n labelled instants, at whole hours or midnights of a zone.
func (s scale) ticks(zone *time.Location, n int64) []tick {
	length := s.to - s.from
	start := time.Unix(s.from, 0).In(zone)
	for _, h := range hourStep {
		if int64(h)*hourSeconds*n >= length {
			return s.hourly(start, h)
		}
	}
	for _, d := range dayStep {
		if int64(d)*daySeconds*n >= length {
			return s.daily(start, d)
		}
	}
	return s.daily(start, dayStep[len(dayStep)-1])
}

const (
	hourSeconds = 60 * 60
	daySeconds  = 24 * hourSeconds
)

func (s scale) daily(start time.Time, step int) []tick {
	var out []tick
	for n := 1; ; n += step {
		t := time.Date(start.Year(), start.Month(), start.Day()+n, 0, 0, 0, 0, start.Location())
		if t.Unix() >= s.to {
			return out
		}
		if s.units(t.Unix()) < 9_700 {
			out = append(out, s.tick(t.Unix(), t.Format("2 Jan")))
		}
	}
}

func (s scale) hourly(start time.Time, step int) []tick {
	var out []tick
	for n := 0; ; n++ {
		t := time.Unix(s.from-s.from%hourSeconds+int64(n)*hourSeconds, 0).In(start.Location())
		switch {
		case t.Unix() >= s.to:
			return out
		case t.Unix() < s.from || t.Hour()%step != 0 || s.units(t.Unix()) > 9_700:
		case t.Hour() == 0:
			out = append(out, s.tick(t.Unix(), t.Format("Mon 2 Jan")))
		default:
			out = append(out, s.tick(t.Unix(), t.Format("15:04")))
		}
	}
}

// tick keeps the label at the beginning inside the drawing; there is none at its
// very end.
func (s scale) tick(t int64, text string) tick {
	if s.units(t) < 250 {
		return tick{X: s.at(t), Text: text}
	}
	return tick{X: s.at(t), Text: text, Anchor: "middle"}
}

// path draws spans as boxes between two heights, in units; what is shorter than a
// unit is one wide.
func (s scale) path(spans []window.Span, top, height int64) string {
	var b strings.Builder
	for _, x := range spans {
		if x.End <= s.from || x.Start >= s.to {
			continue
		}
		from, to := s.units(x.Start), s.units(x.End)
		wide := max(1, to-from)
		fmt.Fprintf(&b, "M%d %dh%dv%dh-%dz", from, top, wide, height, wide)
	}
	return b.String()
}

// backdrop is what a client's calendar has in a span of time.
type backdrop struct {
	windows, freezes []shade
}

// shade is one span with its name.
type shade struct {
	window.Span
	name string
}

// calendarOf reads freezes of a client out of the input, and the windows that a
// plan uses or tried.
func calendarOf(c *rollout.Client, p *rollout.PlanSchedule, s scale) backdrop {
	var out backdrop
	used := usedWindows(p)
	for _, w := range c.Windows {
		if !used[w.Name] {
			continue
		}
		for _, o := range w.Def.Expand(s.from, s.to).Occurrences {
			out.windows = append(out.windows, shade{o.Span, w.Name})
		}
	}
	for _, d := range c.Denies {
		if d.Def == nil {
			if d.Fixed.End > s.from && d.Fixed.Start < s.to {
				out.freezes = append(out.freezes, shade{d.Fixed, d.ID})
			}
			continue
		}
		for _, x := range d.Def.Hull(s.from, s.to) {
			out.freezes = append(out.freezes, shade{x, d.ID})
		}
	}
	return out
}

func usedWindows(p *rollout.PlanSchedule) map[string]bool {
	used := map[string]bool{}
	for _, x := range p.Placements {
		used[x.Window] = true
		for _, r := range x.Rejected {
			used[r.Window] = true
		}
	}
	for _, u := range p.Unplaced {
		for _, r := range u.Tried {
			used[r.Window] = true
		}
	}
	return used
}

func bare(list []shade) []window.Span {
	out := make([]window.Span, len(list))
	for i, s := range list {
		out[i] = s.Span
	}
	return out
}

// chart is the drawing of one plan: a lane per wave over windows and freezes.
type chart struct {
	Label         string
	Height, Lanes int64
	TextY         int64
	Ticks         []tick
	Rects         []rect
	Names         []string // of the lanes
}

type rect struct {
	Class, X, W, Title string
	Y, H               int64
	Solid              bool
}

const lane = 26

// chartOf draws a plan over its own span of time.
func (v *planView) chartOf(p *rollout.PlanSchedule, all []slot, c *rollout.Client) *chart {
	if len(all) == 0 {
		return nil
	}
	sum := total([]rollout.PlanSchedule{*p})
	margin := max(6*hourSeconds, (sum.last-sum.first)/20)
	s := scale{sum.first - margin, sum.last + margin}
	zone := v.zone(p.Client)
	lanes := int64(len(p.Waves)) * lane
	out := &chart{
		Label:  fmt.Sprintf("%s %s: sessions from %s to %s", Display(p.Client), Display(p.Plan), stamp(sum.first, zone), stamp(sum.last, zone)),
		Height: lanes + 24, Lanes: lanes, TextY: lanes + 16, Ticks: s.ticks(zone, 12),
	}
	if c != nil {
		back := calendarOf(c, p, s)
		out.shades(s, back.windows, "win", lanes, zone)
		out.shades(s, back.freezes, "frz", lanes, zone)
	}
	for i, w := range p.Waves {
		y := int64(i) * lane
		for _, x := range all {
			if x.wave == w.Name {
				title := fmt.Sprintf("%s: %s, %s", Display(w.Name), span(x.start, x.end, zone), plural(len(x.placements), "host"))
				out.Rects = append(out.Rects, s.rect(waveClass(i), window.Span{Start: x.start, End: x.end}, y+7, 13, title, true))
			}
		}
		out.Names = append(out.Names, Display(w.Name))
	}
	return out
}

func (c *chart) shades(s scale, list []shade, class string, height int64, zone *time.Location) {
	for _, x := range list {
		c.Rects = append(c.Rects, s.rect(class, x.Span, 0, height, Display(x.name)+", "+span(x.Start, x.End, zone), false))
	}
}

func (s scale) rect(class string, x window.Span, y, h int64, title string, solid bool) rect {
	from, to := s.units(x.Start), s.units(x.End)
	return rect{Class: class, X: percent(from), W: percent(max(1, to-from)), Y: y, H: h, Title: title, Solid: solid}
}

// waveClass is the colour of the i-th wave; the sixth and all after share one.
func waveClass(i int) string { return fmt.Sprintf("w%d", min(i, 5)) }
