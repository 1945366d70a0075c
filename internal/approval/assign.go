package approval

import (
	"maps"
	"slices"
)

// maxWork bounds what finding an assignment may cost, in looks at a person.
const maxWork = 3_000_000

// slot is one of the people that a leaf wants, and who is taken for it.
type slot struct {
	leaf   *node
	person string // "" nobody yet
}

// assignment says which branches are gone and who is taken for what, so that
// with distinctPeople nobody is taken twice. missing counts the slots that
// nobody who approved is left for; unable those that nobody at all is.
type assignment struct {
	slots   []slot
	chosen  map[*node]*node // the branch of an any that is gone
	broken  int             // wanted by leaves that nobody can satisfy
	missing int
	unable  int
}

// search finds the assignment with the fewest people unable, then missing. It
// tries the branches of each any, and gives up what cannot be better: whether an
// assignment exists is a matching for given branches, no greedy choice.
type search struct {
	distinct bool
	work     int
	best     *assignment
	missing  int // no assignment has fewer
	unable   int
}

// assign is the nearest assignment of a tree; nil when it has too many branches
// to tell.
func assign(root *node, distinct bool) *assignment {
	s := &search{distinct: distinct, missing: root.leastMissing, unable: root.leastUnable}
	if distinct {
		have, all := map[string]bool{}, map[string]bool{}
		root.people(have, all)
		s.missing, s.unable = max(s.missing, root.leastWant-len(have)), max(s.unable, root.leastWant-len(all))
	}
	s.visit([]*node{root}, &assignment{chosen: map[*node]*node{}}, root.leastMissing, root.leastUnable)
	if s.work > maxWork {
		return nil
	}
	return s.best
}

func (s *search) done() bool {
	return s.work > maxWork || s.best != nil && s.best.missing <= s.missing && s.best.unable <= s.unable
}

// visit takes what is open, the last first. missing and unable are the least
// that this can come to.
func (s *search) visit(open []*node, a *assignment, missing, unable int) {
	s.work++
	if s.done() || s.best != nil && (unable > s.best.unable || unable == s.best.unable && missing >= s.best.missing) {
		return
	}
	if len(open) == 0 {
		s.complete(a)
		return
	}
	n, rest := open[len(open)-1], open[:len(open)-1]
	switch {
	case n.leaf:
		got := s.take(a, n)
		s.visit(rest, a, missing-n.leastMissing+got, max(unable, a.broken))
	case n.any:
		for _, c := range n.asks() {
			branch := s.copy(a)
			branch.chosen[n] = c
			s.visit(append(slices.Clone(rest), c), branch, missing-n.leastMissing+c.leastMissing, unable-n.leastUnable+c.leastUnable)
		}
	default:
		children := n.asks()
		slices.Reverse(children)
		s.visit(append(slices.Clone(rest), children...), a, missing, unable)
	}
}

func (s *search) copy(a *assignment) *assignment {
	s.work += len(a.slots) + len(a.chosen)
	return &assignment{slots: slices.Clone(a.slots), chosen: maps.Clone(a.chosen), broken: a.broken, missing: a.missing}
}

// take gives a leaf its slots and fills what it can; it returns how many stay
// empty. A slot that cannot be filled now never can: more slots only compete.
func (s *search) take(a *assignment, n *node) (missing int) {
	if n.problem != "" {
		a.broken += n.want
		a.missing += n.want
		return n.want
	}
	for i := range n.want {
		a.slots = append(a.slots, slot{leaf: n})
		at := len(a.slots) - 1
		switch {
		case !s.distinct && i < len(n.have):
			a.slots[at].person = n.have[i]
		case !s.distinct, !s.fill(a, at, false):
			missing++
		}
	}
	a.missing += missing
	return missing
}

// fill finds somebody for a slot, moving others to other slots of theirs where
// that frees somebody; more: also of those who have not approved.
func (s *search) fill(a *assignment, at int, more bool) bool {
	holder := make(map[string]int, len(a.slots))
	for i := range a.slots {
		if a.slots[i].person != "" {
			holder[a.slots[i].person] = i
		}
	}
	s.work += len(a.slots)
	seen := map[string]bool{}
	var from func(at int) bool
	from = func(at int) bool {
		n := a.slots[at].leaf
		people := n.have
		if more {
			people = slices.Concat(n.have, n.could)
		}
		for _, p := range people {
			s.work++
			if s.work > maxWork {
				return false
			}
			if seen[p] {
				continue
			}
			seen[p] = true
			if other, held := holder[p]; !held || from(other) {
				a.slots[at].person = p
				return true
			}
		}
		return false
	}
	return from(at)
}

// complete judges an assignment in which all branches are chosen: who else could
// fill the empty slots.
func (s *search) complete(a *assignment) {
	full := s.copy(a)
	full.unable = a.broken
	for at := range full.slots {
		if full.slots[at].person != "" {
			continue
		}
		if s.distinct && !s.fill(full, at, true) || !s.distinct && !s.fillShared(full, at) {
			full.unable++
		}
	}
	if s.best == nil || full.unable < s.best.unable || full.unable == s.best.unable && full.missing < s.best.missing {
		s.best = full
	}
}

// fillShared fills a slot of a leaf beside which nobody counts.
func (s *search) fillShared(a *assignment, at int) bool {
	n := a.slots[at].leaf
	for _, p := range n.could {
		taken := slices.ContainsFunc(a.slots, func(x slot) bool { return x.leaf == n && x.person == p })
		if s.work++; !taken {
			a.slots[at].person = p
			return true
		}
	}
	return false
}
