package git

import (
	"fmt"
	"sort"

	"github.com/go-git/go-git/v5/plumbing"
)

// Brought is the commit on a branch, over first parents, by which a commit came to be in its
// history, and the one on it before, "" for none. What the tip does not reach is ErrRewound.
func (r *Repository) Brought(tip, id string) (by, before string, err error) {
	_, want, at, err := r.pair(id, tip)
	if err != nil {
		return "", "", fmt.Errorf("brought: %w", err)
	}
	line := []string{at.String()}
	reaches := func(i int) bool {
		if err != nil {
			return false
		}
		var found bool
		found, err = r.IsAncestor(want.String(), line[i])
		return found
	}
	if !reaches(0) {
		if err == nil {
			err = fmt.Errorf("commit %s is %w: %s", id, ErrRewound, tip)
		}
		return "", "", err
	}
	// Look back in growing steps for one that does not reach it, then between the last two.
	last, next := 0, 1
	for ; err == nil && r.extend(&line, next, &err); last, next = next, 2*next {
		if !reaches(next) {
			break
		}
	}
	upTo := min(next, len(line)-1)
	k := last + sort.Search(upTo-last, func(i int) bool { return !reaches(last + 1 + i) })
	if err != nil {
		return "", "", err
	}
	if k+1 < len(line) {
		before = line[k+1]
	}
	return line[k], before, nil
}

// extend reads a line of first parents on, up to the n-th behind its tip; false where it ends.
func (r *Repository) extend(line *[]string, n int, err *error) bool {
	for len(*line) <= n && *err == nil {
		var c commit
		if c, *err = r.commit(plumbing.NewHash((*line)[len(*line)-1])); *err != nil || len(c.parents) == 0 {
			return false
		}
		*line = append(*line, c.parents[0].String())
	}
	return *err == nil
}
