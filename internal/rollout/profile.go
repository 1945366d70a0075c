package rollout

import (
	"math"
	"slices"
	"sort"

	"github.com/patchops/patchops/internal/window"
)

// profile is how many units of something are free over time: free[i] from at[i]
// until at[i+1], the last for ever. Neighbours differ.
type profile struct {
	at   []int64
	free []int64
}

func newProfile(free int64) *profile {
	return &profile{at: []int64{math.MinInt64}, free: []int64{free}}
}

// index is the segment that holds t.
func (p *profile) index(t int64) int {
	if n := len(p.at); p.at[n-1] <= t {
		return n - 1
	}
	return sort.Search(len(p.at), func(i int) bool { return p.at[i] > t }) - 1
}

// split makes a segment begin at t, and is its index.
func (p *profile) split(t int64) int {
	i := p.index(t)
	if p.at[i] == t {
		return i
	}
	p.at = slices.Insert(p.at, i+1, t)
	p.free = slices.Insert(p.free, i+1, p.free[i])
	return i + 1
}

// join makes one of the segment and the one before it where they are alike.
func (p *profile) join(i int) {
	if i > 0 && i < len(p.at) && p.free[i] == p.free[i-1] {
		p.at = slices.Delete(p.at, i, i+1)
		p.free = slices.Delete(p.free, i, i+1)
	}
}

// add changes what is free in [from, to) by some units: fewer when a session
// takes them, more when it gives them back.
func (p *profile) add(from, to, units int64) {
	if from >= to || units == 0 {
		return
	}
	first := p.split(from)
	last := p.split(to)
	for i := first; i < last; i++ {
		p.free[i] += units
	}
	p.join(last)
	p.join(first)
}

// cut leaves the starts of sessions over whose whole length units are free.
func (c *cutter) cut(p *profile, length, units int64) {
	if len(p.at) == 1 && p.free[0] >= units {
		return
	}
	for _, s := range c.set {
		from := s.Start
		for i := p.index(from); i < len(p.at) && p.at[i] < s.End-1+length; i++ {
			if p.free[i] >= units {
				continue
			}
			if p.at[i] > from {
				c.keep(from, min(s.End, p.at[i]-length+1))
			}
			if i+1 == len(p.at) {
				from = s.End
				break
			}
			if from = p.at[i+1]; from >= s.End {
				break
			}
		}
		c.keep(from, s.End)
	}
	c.swap()
}

// below are the spans in [from, to) in which fewer than units are free.
func (p *profile) below(units, from, to int64) []window.Span {
	var out []window.Span
	for i := p.index(from); i < len(p.at) && p.at[i] < to; i++ {
		if p.free[i] >= units {
			continue
		}
		s := window.Span{Start: max(from, p.at[i]), End: to}
		if i+1 < len(p.at) {
			s.End = min(to, p.at[i+1])
		}
		if n := len(out); n > 0 && out[n-1].End == s.Start {
			out[n-1].End = s.End
		} else {
			out = append(out, s)
		}
	}
	return out
}
