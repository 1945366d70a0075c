package git

import (
	"container/heap"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/go-git/go-git/v5/plumbing"
)

// Errors of histories.
var (
	// ErrTooMany: a range holds more commits than the caller wants to read.
	ErrTooMany = errors.New("too many commits")
	// ErrRewound: a commit is not in the history where it was expected (R39).
	ErrRewound = errors.New("not in its history")
)

func (r *Repository) pair(a, b string) (walk, plumbing.Hash, plumbing.Hash, error) {
	w := walk{repository: r, commits: map[plumbing.Hash]commit{}}
	if !isID(a) || !isID(b) {
		return w, plumbing.ZeroHash, plumbing.ZeroHash, fmt.Errorf("commits %q and %q: %w: want full ids", a, b, ErrRevision)
	}
	if r.shallow {
		return w, plumbing.ZeroHash, plumbing.ZeroHash, errShallow()
	}
	return w, plumbing.NewHash(a), plumbing.NewHash(b), nil
}

// skew is how far clocks of commits may be wrong, in seconds.
const skew = 24 * 60 * 60

// Between are the commits that head reaches over all parents and base does not,
// head first, whatever its date says, then newest first; more than limit is
// ErrTooMany. Where clocks are wrong by more than a day a commit that base reaches
// may be among them, never the reverse.
func (r *Repository) Between(base, head string, limit int) ([]Commit, error) {
	w, from, to, err := r.pair(base, head)
	if err != nil {
		return nil, fmt.Errorf("between: %w", err)
	}
	found, err := w.between(from, to, limit)
	if err != nil {
		return nil, fmt.Errorf("commits from %s to %s: %w", base, head, err)
	}
	out := make([]Commit, 0, len(found))
	for _, d := range found {
		c, err := r.CommitInfo(d.hash.String())
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// between paints from both sides by date, as bases does, until all that waits is
// reached by base and older than all that was found.
func (w *walk) between(base, head plumbing.Hash, limit int) ([]dated, error) {
	flags := map[plumbing.Hash]int{base: fromA | stale}
	flags[head] |= fromB
	q := &queue{}
	for h := range flags {
		if err := w.push(q, h); err != nil {
			return nil, err
		}
	}
	found := map[plumbing.Hash]int64{}
	oldest := int64(math.MaxInt64)
	for q.Len() > 0 && (q.fresh(flags) || (*q)[0].date >= oldest-skew) {
		d := heap.Pop(q).(dated)
		f := flags[d.hash]
		if f&fromA != 0 {
			delete(found, d.hash)
		} else if _, again := found[d.hash]; !again {
			found[d.hash] = d.date
			oldest = min(oldest, d.date)
		}
		if len(found) > limit+10_000 { // some may turn out to be base's
			return nil, fmt.Errorf("%w: want at most %d", ErrTooMany, limit)
		}
		for _, p := range w.commits[d.hash].parents {
			if flags[p]&f == f {
				continue
			}
			flags[p] |= f
			if err := w.push(q, p); err != nil {
				return nil, err
			}
		}
	}
	if len(found) > limit {
		return nil, fmt.Errorf("%w: %d, want at most %d", ErrTooMany, len(found), limit)
	}
	out := make(queue, 0, len(found))
	for h, date := range found {
		out = append(out, dated{h, date})
	}
	slices.SortFunc(out, func(a, b dated) int {
		switch {
		case a.hash == b.hash:
			return 0
		case a.hash == head, b.hash != head && queue([]dated{a, b}).Less(0, 1):
			return -1
		}
		return 1
	})
	return out, nil
}

// longestLine bounds a walk over first parents.
const longestLine = 1_000_000

// FirstParents are the commits from tip back over first parents up to, without,
// stop; ErrRewound if stop is not among them. With stop "" they go to the first.
func (r *Repository) FirstParents(stop, tip string) ([]Commit, error) {
	if stop != "" && !isID(stop) || !isID(tip) {
		return nil, fmt.Errorf("first parents from %q to %q: %w: want full ids", tip, stop, ErrRevision)
	}
	if r.shallow {
		return nil, fmt.Errorf("first parents: %w", errShallow())
	}
	var out []Commit
	for at := tip; at != stop; {
		c, err := r.CommitInfo(at)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
		switch {
		case len(c.Parents) == 0 && stop == "":
			return out, nil
		case len(c.Parents) == 0:
			return nil, fmt.Errorf("commit %s is %w: none of the first parents of %s", stop, ErrRewound, tip)
		case len(out) > longestLine:
			return nil, fmt.Errorf("first parents of %s: %w: want at most %d", tip, ErrTooMany, longestLine)
		}
		at = c.Parents[0]
	}
	return out, nil
}

// IsAncestor reports whether a is b or one of its ancestors: a branch whose tip
// was a and is b moved forward only.
func (r *Repository) IsAncestor(a, b string) (bool, error) {
	w, old, now, err := r.pair(a, b)
	if err != nil {
		return false, fmt.Errorf("ancestor: %w", err)
	}
	if old == now {
		_, err := w.commit(old)
		return err == nil, err
	}
	bases, err := w.bases(old, now)
	if err != nil {
		return false, fmt.Errorf("ancestor: %s of %s: %w", a, b, err)
	}
	return slices.Contains(bases, old), nil
}
