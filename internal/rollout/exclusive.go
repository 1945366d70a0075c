package rollout

import (
	"slices"
	"sort"

	"github.com/patchops/patchops/internal/window"
)

// stay is one session on a machine, by start.
type stay struct {
	window.Span
	s *session // nil for one under way that has no work left
	// plan is its plan's ID.
	plan string
}

type stays struct {
	list    []stay
	longest int64
}

func (l *stays) add(x stay) {
	i := sort.Search(len(l.list), func(i int) bool { return l.list[i].Start > x.Start })
	l.list = slices.Insert(l.list, i, x)
	l.longest = max(l.longest, x.End-x.Start)
}

func (l *stays) remove(s *session) {
	i := sort.Search(len(l.list), func(i int) bool { return l.list[i].Start >= s.start })
	for l.list[i].s != s {
		i++
	}
	l.list = slices.Delete(l.list, i, i+1)
}

// occupy enters a session on its machine, and for all that the machine runs on.
func (h *hosts) occupy(asset int, x stay) {
	h.busy[asset].add(x)
	for _, host := range h.above[asset] {
		h.guest[host].add(x)
	}
}

func (h *hosts) vacate(asset int, s *session) {
	h.busy[asset].remove(s)
	for _, host := range h.above[asset] {
		h.guest[host].remove(s)
	}
}

// cutExclusive leaves the starts at which no session of the same machine, of its
// hosts or of its guests is under way.
func (e *engine) cutExclusive(s *session) (Code, string) {
	h := &s.inst.client.hosts
	asset := s.work.Asset
	if by, ok := e.cutStays(&h.busy[asset], s.class.key.length); !ok {
		return Exclusive, by
	}
	if by, ok := e.cutStays(&h.guest[asset], s.class.key.length); !ok {
		return Exclusive, by
	}
	for _, host := range h.above[asset] {
		if by, ok := e.cutStays(&h.busy[host], s.class.key.length); !ok {
			return Exclusive, by
		}
	}
	return "", ""
}

func (e *engine) cutStays(l *stays, length int64) (by string, ok bool) {
	if len(l.list) == 0 {
		return "", true
	}
	set := e.cutter.set
	from, to := set[0].Start, set[len(set)-1].End-1+length
	i := 0
	if len(l.list) > 8 {
		i = sort.Search(len(l.list), func(i int) bool { return l.list[i].Start > from-l.longest-1 })
	}
	for ; i < len(l.list) && l.list[i].Start < to; i++ {
		if l.list[i].End <= from {
			continue
		}
		if e.cutter.apart(l.list[i].Span, length); e.cutter.empty() {
			return l.list[i].plan, false
		}
	}
	return "", true
}
