package window

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// small draws spans between 0 and 40, where every instant can be asked.
func small(t *rapid.T, name string) []Span {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Span {
		from := rapid.Int64Range(0, 40).Draw(t, "from")
		return Span{from, from + rapid.Int64Range(-2, 9).Draw(t, "length")}
	}), 0, 7).Draw(t, name)
}

func in(list []Span, t int64) bool {
	return slices.ContainsFunc(list, func(s Span) bool { return s.Start <= t && t < s.End })
}

// normal fails unless spans are sorted, not empty and apart.
func normal(t *rapid.T, s Spans) {
	for i := range s {
		if s[i].Start >= s[i].End || i > 0 && s[i-1].End >= s[i].Start {
			t.Fatalf("%v is not in normal form", s)
		}
	}
}

// Every operation says of every instant what sets say: nothing more (safety) and
// nothing less (liveness), and gives a normal form.
func TestSpansAreSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := small(t, "a"), small(t, "b")
		from, to := rapid.Int64Range(-5, 60).Draw(t, "from"), rapid.Int64Range(-5, 60).Draw(t, "to")
		kept := slices.Clone(a)
		s, o := NewSpans(a), NewSpans(b)
		if !slices.Equal(a, kept) {
			t.Fatalf("NewSpans changed its argument: %v, was %v", a, kept)
		}
		before := slices.Clone(s)
		results := []struct {
			name string
			s    Spans
			want func(int64) bool
		}{
			{"NewSpans", s, func(t int64) bool { return in(a, t) }},
			{"Union", s.Union(o), func(t int64) bool { return in(a, t) || in(b, t) }},
			{"Intersect", s.Intersect(o), func(t int64) bool { return in(a, t) && in(b, t) }},
			{"Minus", s.Minus(o), func(t int64) bool { return in(a, t) && !in(b, t) }},
			{"Clip", s.Clip(from, to), func(t int64) bool { return in(a, t) && from <= t && t < to }},
		}
		for _, r := range results {
			normal(t, r.s)
			var seconds int64
			for at := int64(-10); at < 70; at++ {
				if r.s.Contains(at) != r.want(at) {
					t.Fatalf("%s of %v and %v: %v at %d", r.name, a, b, r.s, at)
				}
				if r.want(at) {
					seconds++
				}
			}
			if r.s.Seconds() != seconds {
				t.Fatalf("%v lasts %d, want %d", r.s, r.s.Seconds(), seconds)
			}
		}
		if !slices.Equal(s, before) {
			t.Fatalf("an operation changed %v to %v", before, s)
		}
	})
}

// At gives the span around an instant, Next the first that starts no earlier.
func TestSpansAreFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := NewSpans(small(t, "spans"))
		at := rapid.Int64Range(-5, 60).Draw(t, "at")
		found, ok := s.At(at)
		if ok != in(s, at) || ok && (!slices.Contains(s, found) || at < found.Start || at >= found.End) {
			t.Fatalf("At(%d) of %v is %v, %v", at, s, found, ok)
		}
		i := slices.IndexFunc(s, func(s Span) bool { return s.Start >= at })
		next, ok := s.Next(at)
		if ok != (i >= 0) || ok && next != s[i] {
			t.Fatalf("Next(%d) of %v is %v, %v", at, s, next, ok)
		}
	})
}
