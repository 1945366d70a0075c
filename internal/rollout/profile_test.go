package rollout

import (
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/window"
	"pgregory.net/rapid"
)

const sketched = 40 // minutes that the tests of intervals are about

// minutesOf lists the whole minutes of a set of starts.
func minutesOf(set []window.Span) []int {
	out := []int{}
	for m := range sketched {
		if slices.ContainsFunc(set, func(s window.Span) bool { return s.Start <= int64(m)*minute && int64(m)*minute < s.End }) {
			out = append(out, m)
		}
	}
	return out
}

func drawSpans(t *rapid.T, name string) []window.Span {
	var list []window.Span
	for range rapid.IntRange(0, 5).Draw(t, name) {
		from := rapid.Int64Range(0, sketched*minute-1).Draw(t, "from")
		list = append(list, window.Span{Start: from, End: from + rapid.Int64Range(1, 12*minute).Draw(t, "length")})
	}
	return window.NewSpans(list)
}

// drawStarts draws starts within the sketch.
func drawStarts(t *rapid.T) *cutter {
	c := &cutter{}
	for _, s := range drawSpans(t, "starts") {
		c.keep(s.Start, min(s.End, sketched*minute))
	}
	c.swap()
	return c
}

// check compares what is left of starts with those that pass a test by themselves.
func check(t *rapid.T, c *cutter, before []int, passes func(start int64) bool) {
	want := slices.DeleteFunc(slices.Clone(before), func(m int) bool { return !passes(int64(m) * minute) })
	if got := minutesOf(c.set); !slices.Equal(got, want) {
		t.Fatalf("%v are left of %v, wanted %v", got, before, want)
	}
	for i, s := range c.set {
		if s.Start%minute != 0 || s.End <= s.Start || i > 0 && c.set[i-1].End > s.Start {
			t.Fatalf("the starts are %v", c.set)
		}
	}
}

func meets(a, b window.Span) bool { return a.Start < b.End && b.Start < a.End }

func TestCuttingStarts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spans, length := drawSpans(t, "spans"), minute*rapid.Int64Range(1, 9).Draw(t, "minutes")
		session := func(s int64) window.Span { return window.Span{Start: s, End: s + length} }
		c := drawStarts(t)
		before := minutesOf(c.set)
		if rapid.Bool().Draw(t, "inside") {
			c.inside(spans, length)
			check(t, c, before, func(s int64) bool {
				return slices.ContainsFunc(spans, func(x window.Span) bool { return x.Start <= s && s+length <= x.End })
			})
			return
		}
		outside := func(s int64) bool {
			return !slices.ContainsFunc(spans, func(x window.Span) bool { return meets(x, session(s)) })
		}
		apart := &cutter{set: slices.Clone(c.set)}
		c.outside(spans, length)
		check(t, c, before, outside)
		for _, s := range spans {
			apart.apart(s, length)
		}
		check(t, apart, before, outside)
	})
}

func TestCuttingStartsByTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawStarts(t)
		before := minutesOf(c.set)
		from, to := rapid.Int64Range(0, sketched*minute).Draw(t, "from"), rapid.Int64Range(0, sketched*minute).Draw(t, "to")
		c.from(from)
		c.before(to)
		check(t, c, before, func(s int64) bool { return from <= s && s < to })
	})
}

// A profile is what an array of seconds would be, and giving back what was taken
// leaves nothing.
func TestProfile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		free := rapid.Int64Range(0, 3).Draw(t, "free")
		p, taken := newProfile(free), []window.Span{}
		for range rapid.IntRange(0, 6).Draw(t, "sessions") {
			from := rapid.Int64Range(-50, sketched*minute).Draw(t, "from")
			s := window.Span{Start: from, End: from + rapid.Int64Range(1, 900).Draw(t, "length")}
			p.add(s.Start, s.End, -1)
			taken = append(taken, s)
		}
		freeAt := func(at int64) int64 {
			n := free
			for _, s := range taken {
				if s.Start <= at && at < s.End {
					n--
				}
			}
			return n
		}
		units, length := rapid.Int64Range(0, 3).Draw(t, "units"), minute*rapid.Int64Range(1, 9).Draw(t, "minutes")
		c := drawStarts(t)
		before := minutesOf(c.set)
		c.cut(p, length, units)
		check(t, c, before, func(s int64) bool {
			for at := s; at < s+length; at++ {
				if freeAt(at) < units {
					return false
				}
			}
			return true
		})
		below := window.Spans(p.below(units, 0, 600))
		for at := range int64(600) {
			if below.Contains(at) != (freeAt(at) < units) {
				t.Fatalf("at %d %d are free; below %d: %v", at, freeAt(at), units, below)
			}
		}
		for _, s := range taken {
			p.add(s.Start, s.End, 1)
		}
		if len(p.at) != 1 || p.free[0] != free {
			t.Fatalf("with all given back the profile is %+v", p)
		}
	})
}

// What a relay bears is what serving the most urgent job first, second by second,
// gets done in time.
func TestRelayBearsWhatCanBeServedInTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := &Client{Relays: make([]Relay, 1)}
		r := &newRelays(c)[0]
		var jobs []job
		for range rapid.IntRange(1, 6).Draw(t, "jobs") {
			from := rapid.Int64Range(0, 20).Draw(t, "from")
			x := job{window.Span{Start: from, End: from + rapid.Int64Range(0, 12).Draw(t, "span")}, rapid.Int64Range(1, 8).Draw(t, "seconds")}
			got, want := r.fits(x), servedInTime(append(slices.Clone(jobs), x))
			if got != want {
				t.Fatalf("%v beside %v fits: %t, wanted %t", x, jobs, got, want)
			}
			if got {
				jobs = append(jobs, x)
				r.add(x)
			}
		}
		for _, x := range jobs {
			r.remove(x)
		}
		if len(r.jobs)+len(r.byEnd) > 0 {
			t.Fatalf("with all jobs gone there are %v and %v", r.jobs, r.byEnd)
		}
	})
}

func servedInTime(jobs []job) bool {
	for at := range int64(100) {
		next := -1
		for i, x := range jobs {
			if x.seconds > 0 && x.Start <= at && (next < 0 || x.End < jobs[next].End) {
				next = i
			}
		}
		if next < 0 {
			continue
		}
		if jobs[next].seconds--; at >= jobs[next].End {
			return false
		}
	}
	return true
}

func TestInstants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := &instants{}, &instants{}
		var all, left []int64
		for _, l := range []*instants{a, b} {
			for _, at := range rapid.SliceOfN(rapid.Int64Range(-5, 20), 0, 8).Draw(t, "list") {
				l.add(at)
				if rapid.Bool().Draw(t, "removed") {
					l.remove(at)
				} else if all = append(all, at); l == a {
					left = append(left, at)
				}
			}
		}
		slices.Sort(all)
		for n := range all {
			if got := nth(n+1, a, b); got != all[n] {
				t.Fatalf("number %d of %v and %v is %d, wanted %d", n+1, a, b, got, all[n])
			}
		}
		if a.n > 0 && (a.first() != slices.Min(left) || a.last() != slices.Max(left)) || a.after(7) != len(slices.DeleteFunc(left, func(t int64) bool { return t <= 7 })) {
			t.Fatalf("%v are %v", left, a)
		}
	})
}
