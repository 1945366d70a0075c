package window

import (
	"cmp"
	"slices"
)

// reach is more than an occurrence's instants and its readings may differ, gaps,
// overlaps and the length of windows with an end included.
const reach = 4 * daySeconds

// Expand is what the window has from an instant, inclusive, to another,
// exclusive: every occurrence that ends after the first and starts before the
// second, whole. What a change of clocks left out is listed if it would have
// started between them.
func (w *Window) Expand(from, to int64) Expansion {
	var e Expansion
	if from >= to {
		return e
	}
	r := newResolver(w)
	r.each(Local(from-w.Length-reach), Local(to+reach), func(n Local) bool {
		o, why := r.resolve(n)
		switch {
		case why == "":
			e.Occurrences = append(e.Occurrences, o)
		case o.Start >= from && o.Start < to:
			e.Skipped = append(e.Skipped, Skip{n, why})
		}
		return true
	})
	e.Occurrences = slices.DeleteFunc(merged(e.Occurrences), func(o Occurrence) bool { return o.End <= from || o.Start >= to })
	return e
}

// merged sorts occurrences and makes one of those that start at one instant, which
// end at one instant too: with the notes of all, and the reading of the first.
func merged(list []Occurrence) []Occurrence {
	slices.SortStableFunc(list, func(a, b Occurrence) int { return cmp.Compare(a.Start, b.Start) })
	out := list[:0]
	for _, o := range list {
		if last := len(out) - 1; last >= 0 && out[last].Start == o.Start {
			out[last].Notes |= o.Notes
		} else {
			out = append(out, o)
		}
	}
	return out
}

// Next is the first occurrence that starts at an instant or later; none starts
// in 2100 or later.
func (w *Window) Next(after int64) (Occurrence, bool) {
	var found []Occurrence
	r := newResolver(w)
	r.each(Local(after-reach), endOfTime, func(n Local) bool {
		if len(found) > 0 && int64(n) > found[0].Start+reach {
			return false
		}
		if o, why := r.resolve(n); why == "" && o.Start >= after {
			found = append(found, o)
		}
		return true
	})
	if len(found) == 0 {
		return Occurrence{}, false
	}
	return merged(found)[0], true
}

// Hull is the time that a deny window, or a freeze that repeats, may mean between
// two instants, cut to them: from the earliest instant at which the clocks may be said to show
// a start to the last at which they may be said to show the end. Gap and Overlap do not matter.
func (w *Window) Hull(from, to int64) Spans {
	if from >= to {
		return nil
	}
	var list []Span
	r := newResolver(w)
	r.hull = true
	r.each(Local(from-w.Length-reach), Local(to+reach), func(n Local) bool {
		s := r.covered(n)
		if last := len(list) - 1; last >= 0 && s.Start >= list[last].Start && s.Start <= list[last].End {
			list[last].End = max(list[last].End, s.End)
		} else if s.End > s.Start {
			list = append(list, s)
		}
		last := len(list) - 1
		return last < 0 || list[last].Start > from || list[last].End < to // else all is covered
	})
	return NewSpans(list).Clip(from, to)
}
