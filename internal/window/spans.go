package window

import (
	"cmp"
	"slices"
)

// Span is the time from Start, inclusive, to End, exclusive, in seconds since
// 1970-01-01T00:00:00Z.
type Span struct{ Start, End int64 }

// Spans are sorted by start; none is empty, and no two overlap or touch. The
// zero value is no time at all.
type Spans []Span

// NewSpans is the time that any span of a list covers. The list is in any order,
// may overlap and may hold empty spans; it is not changed.
func NewSpans(list []Span) Spans {
	sorted := make([]Span, 0, len(list))
	for _, s := range list {
		if s.End > s.Start {
			sorted = append(sorted, s)
		}
	}
	slices.SortFunc(sorted, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	out := Spans(sorted[:0])
	for _, s := range sorted {
		if last := len(out) - 1; last >= 0 && s.Start <= out[last].End {
			out[last].End = max(out[last].End, s.End)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// Union is the time in either.
func (s Spans) Union(o Spans) Spans {
	return NewSpans(append(append(make([]Span, 0, len(s)+len(o)), s...), o...))
}

// Intersect is the time in both.
func (s Spans) Intersect(o Spans) Spans {
	var out Spans
	for i, j := 0, 0; i < len(s) && j < len(o); {
		both := Span{max(s[i].Start, o[j].Start), min(s[i].End, o[j].End)}
		if both.End > both.Start {
			out = append(out, both)
		}
		if s[i].End < o[j].End {
			i++
		} else {
			j++
		}
	}
	return out
}

// Minus is the time in s and not in o.
func (s Spans) Minus(o Spans) Spans {
	var out Spans
	j := 0
	for _, left := range s {
		for j < len(o) && o[j].End <= left.Start {
			j++
		}
		for k := j; k < len(o) && o[k].Start < left.End; k++ {
			if o[k].Start > left.Start {
				out = append(out, Span{left.Start, o[k].Start})
			}
			left.Start = o[k].End
		}
		if left.Start < left.End {
			out = append(out, left)
		}
	}
	return out
}

// Contains reports whether an instant is in one of the spans.
func (s Spans) Contains(t int64) bool {
	_, ok := s.At(t)
	return ok
}

// At is the span that an instant is in.
func (s Spans) At(t int64) (Span, bool) {
	i := s.after(t) - 1
	if i < 0 || s[i].End <= t {
		return Span{}, false
	}
	return s[i], true
}

// Next is the first span that starts at an instant or later.
func (s Spans) Next(t int64) (Span, bool) {
	i := s.after(t - 1)
	if i == len(s) {
		return Span{}, false
	}
	return s[i], true
}

// after is the index of the first span that starts after an instant.
func (s Spans) after(t int64) int {
	i, _ := slices.BinarySearchFunc(s, t, func(span Span, t int64) int {
		if span.Start > t {
			return 1
		}
		return -1
	})
	return i
}

// Clip is the time of s from an instant, inclusive, to another, exclusive.
func (s Spans) Clip(from, to int64) Spans {
	if from >= to {
		return nil
	}
	return s.Intersect(Spans{{from, to}})
}

// Seconds is how long all spans are together.
func (s Spans) Seconds() int64 {
	var sum int64
	for _, span := range s {
		sum += span.End - span.Start
	}
	return sum
}
