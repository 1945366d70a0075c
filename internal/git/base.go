package git

import (
	"container/heap"
	"fmt"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
)

// BaseError says that two commits have no merge base, or several: then there is
// no one state that a change started from.
type BaseError struct {
	A, B  string
	Bases []string // sorted; empty when the histories are unrelated
}

func (e *BaseError) Error() string {
	if len(e.Bases) == 0 {
		return fmt.Sprintf("commits %s and %s have no common ancestor", e.A, e.B)
	}
	return fmt.Sprintf("commits %s and %s have %d merge bases, want one: %v", e.A, e.B, len(e.Bases), e.Bases)
}

// MergeBase finds the best common ancestor of two commits, given by full ids.
// None or several is a *BaseError.
func (r *Repository) MergeBase(a, b string) (string, error) {
	if !isID(a) || !isID(b) {
		return "", fmt.Errorf("merge base of %q and %q: %w: want full ids", a, b, ErrRevision)
	}
	if r.shallow {
		return "", fmt.Errorf("merge base: %w", errShallow())
	}
	w := walk{repository: r, commits: map[plumbing.Hash]commit{}}
	bases, err := w.bases(plumbing.NewHash(a), plumbing.NewHash(b))
	if err != nil {
		return "", fmt.Errorf("merge base of %s and %s: %w", a, b, err)
	}
	if len(bases) == 1 {
		return bases[0].String(), nil
	}
	e := &BaseError{A: a, B: b}
	for _, h := range bases {
		e.Bases = append(e.Bases, h.String())
	}
	slices.Sort(e.Bases)
	return "", e
}

// walk remembers the commits that were read.
type walk struct {
	repository *Repository
	commits    map[plumbing.Hash]commit
}

func (w *walk) commit(h plumbing.Hash) (commit, error) {
	if c, ok := w.commits[h]; ok {
		return c, nil
	}
	c, err := w.repository.commit(h)
	if err == nil {
		w.commits[h] = c
	}
	return c, err
}

// What paint knows of a commit: reachable from a, from b, and from a common
// ancestor (so none itself that is best).
const (
	fromA = 1 << iota
	fromB
	stale
)

// bases are the best common ancestors: as git does it, paint from both sides by
// date until only ancestors of common ones are left, then drop those that
// others reach, which clocks set wrong let through.
func (w *walk) bases(a, b plumbing.Hash) ([]plumbing.Hash, error) {
	flags := map[plumbing.Hash]int{a: fromA}
	flags[b] |= fromB
	q := &queue{}
	for h := range flags {
		if err := w.push(q, h); err != nil {
			return nil, err
		}
	}
	var common []plumbing.Hash
	for q.Len() > 0 && q.fresh(flags) {
		h := heap.Pop(q).(dated).hash
		f := flags[h]
		if f&(fromA|fromB) == fromA|fromB {
			if f&stale == 0 && !slices.Contains(common, h) {
				common = append(common, h)
			}
			f |= stale
		}
		for _, p := range w.commits[h].parents {
			if flags[p]&f == f {
				continue
			}
			flags[p] |= f
			if err := w.push(q, p); err != nil {
				return nil, err
			}
		}
	}
	return w.independent(common)
}

func (w *walk) push(q *queue, h plumbing.Hash) error {
	c, err := w.commit(h)
	if err == nil {
		heap.Push(q, dated{h, c.date})
	}
	return err
}

// independent drops every commit that another of them reaches.
func (w *walk) independent(all []plumbing.Hash) ([]plumbing.Hash, error) {
	if len(all) < 2 {
		return all, nil
	}
	reached := map[plumbing.Hash]bool{}
	for _, h := range all {
		ancestors, err := w.ancestors(h)
		if err != nil {
			return nil, err
		}
		for _, other := range all {
			if other != h && ancestors[other] {
				reached[other] = true
			}
		}
	}
	return slices.DeleteFunc(all, func(h plumbing.Hash) bool { return reached[h] }), nil
}

func (w *walk) ancestors(h plumbing.Hash) (map[plumbing.Hash]bool, error) {
	seen, open := map[plumbing.Hash]bool{h: true}, []plumbing.Hash{h}
	for len(open) > 0 {
		c, err := w.commit(open[len(open)-1])
		if err != nil {
			return nil, err
		}
		open = open[:len(open)-1]
		for _, p := range c.parents {
			if !seen[p] {
				seen[p] = true
				open = append(open, p)
			}
		}
	}
	return seen, nil
}

type dated struct {
	hash plumbing.Hash
	date int64
}

// queue gives the newest commit first; equal dates by id, so that equal input
// is walked in equal order.
type queue []dated

func (q queue) Len() int      { return len(q) }
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q queue) Less(i, j int) bool {
	if q[i].date != q[j].date {
		return q[i].date > q[j].date
	}
	return q[i].hash.String() < q[j].hash.String()
}
func (q *queue) Push(x any) { *q = append(*q, x.(dated)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}

// fresh reports whether any waiting commit could still lead to a best one.
func (q queue) fresh(flags map[plumbing.Hash]int) bool {
	return slices.ContainsFunc(q, func(d dated) bool { return flags[d.hash]&stale == 0 })
}
