package rollout

import (
	"sort"

	"github.com/patchops/patchops/internal/window"
)

const minute = 60

// ceilMinute is the first whole minute that is not before t.
func ceilMinute(t int64) int64 {
	if r := t % minute; r > 0 {
		return t + minute - r
	} else if r < 0 {
		return t - r
	}
	return t
}

// cutter holds the starts that are still possible while constraints are asked one
// after the other. Each span begins at a whole minute and has at least that one;
// they are sorted and disjoint. Both slices are used again and again.
type cutter struct{ set, spare []window.Span }

func (c *cutter) load(spans []window.Span) { c.set = append(c.set[:0], spans...) }

func (c *cutter) empty() bool { return len(c.set) == 0 }

// keep adds the starts in [from, to) to what remains.
func (c *cutter) keep(from, to int64) {
	if from = ceilMinute(from); from < to {
		c.spare = append(c.spare, window.Span{Start: from, End: to})
	}
}

func (c *cutter) swap() { c.set, c.spare = c.spare, c.set[:0] }

// from leaves the starts at t or later.
func (c *cutter) from(t int64) {
	if len(c.set) == 0 || c.set[0].Start >= t {
		return
	}
	for _, s := range c.set {
		c.keep(max(s.Start, t), s.End)
	}
	c.swap()
}

// before leaves the starts before t.
func (c *cutter) before(t int64) {
	if n := len(c.set); n == 0 || c.set[n-1].End <= t {
		return
	}
	for _, s := range c.set {
		c.keep(s.Start, min(s.End, t))
	}
	c.swap()
}

// inside leaves the starts of sessions that lie in one of spans, which are sorted
// and disjoint.
func (c *cutter) inside(spans []window.Span, length int64) {
	for _, s := range c.set {
		for i := endingAfter(spans, s.Start); i < len(spans) && spans[i].Start < s.End; i++ {
			c.keep(max(s.Start, spans[i].Start), min(s.End, spans[i].End-length+1))
		}
	}
	c.swap()
}

// outside leaves the starts of sessions that meet none of spans, which are sorted
// and disjoint.
func (c *cutter) outside(spans []window.Span, length int64) {
	for _, s := range c.set {
		from := s.Start
		for i := endingAfter(spans, from); i < len(spans) && spans[i].Start < s.End-1+length; i++ {
			c.keep(from, min(s.End, spans[i].Start-length+1))
			from = max(from, spans[i].End)
		}
		c.keep(from, s.End)
	}
	c.swap()
}

// apart leaves the starts of sessions that do not meet one span.
func (c *cutter) apart(busy window.Span, length int64) {
	for _, s := range c.set {
		c.keep(s.Start, min(s.End, busy.Start-length+1))
		c.keep(max(s.Start, busy.End), s.End)
	}
	c.swap()
}

// endingAfter is the index of the first of sorted, disjoint spans that ends after t.
func endingAfter(spans []window.Span, t int64) int {
	return sort.Search(len(spans), func(i int) bool { return spans[i].End > t })
}
