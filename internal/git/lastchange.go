package git

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// mostSteps is how far back a change of one path is looked for.
const mostSteps = 10_000

// LastChange is the commit on a branch, over first parents, that gave a path what its tip has
// there, nothing included. Where that is too far back, or not at hand, it is the oldest commit
// known to have it so.
func (r *Repository) LastChange(tip, path string) (string, error) {
	if !isID(tip) {
		return "", fmt.Errorf("last change: commit %q: %w: want a full id", tip, ErrRevision)
	}
	d, at := r.Differ(), plumbing.NewHash(tip)
	c, want, err := d.at(at, path)
	for range mostSteps {
		if err != nil {
			return "", fmt.Errorf("last change of %q before %s: %w", path, tip, err)
		}
		if len(c.parents) == 0 {
			break
		}
		var found raw
		parent := c.parents[0]
		c, found, err = d.at(parent, path)
		if errors.Is(err, ErrMissing) || err == nil && found != want {
			break
		}
		at = parent
	}
	return at.String(), nil
}

// at is what a commit has at a path.
func (d *Differ) at(id plumbing.Hash, path string) (commit, raw, error) {
	c, err := d.repository.commit(id)
	if err != nil {
		return commit{}, raw{}, err
	}
	tree := c.tree
	for {
		name, rest, below := strings.Cut(path, "/")
		list, err := d.read(tree)
		if err != nil {
			return commit{}, raw{}, err
		}
		e, found := named(list, name)
		if !found || !below {
			return c, e, nil
		}
		if !isFolder(e.mode) {
			return c, raw{}, nil
		}
		tree, path = e.hash, rest
	}
}
