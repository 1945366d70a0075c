package git

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// Changed is a path that two commits do not have alike: ids of blobs, or of what
// else stands there, "" where nothing does.
type Changed struct{ Path, Before, After string }

// Changes are the paths that differ between two commits, sorted; from "" holds no
// file. A path whose mode alone differs is among them.
func (r *Repository) Changes(from, to string) ([]Changed, error) { return r.Differ().Changes(from, to) }

// Differ compares commits of one history one after another: it remembers the trees
// that it read last. It is for one goroutine.
type Differ struct {
	repository *Repository
	next       int
	kept       [8]listing
	found      []Changed
}

// listing is a tree object's entries, sorted by name.
type listing struct {
	id      plumbing.Hash
	entries []raw
}

// Differ begins a row of comparisons.
func (r *Repository) Differ() *Differ { return &Differ{repository: r} }

// Changes is Repository.Changes.
func (d *Differ) Changes(from, to string) ([]Changed, error) {
	var roots [2]plumbing.Hash
	for i, id := range []string{from, to} {
		if id == "" && i == 0 {
			continue
		}
		if !isID(id) {
			return nil, fmt.Errorf("changes: commit %q: %w: want a full id", id, ErrRevision)
		}
		c, err := d.repository.commit(plumbing.NewHash(id))
		if err != nil {
			return nil, fmt.Errorf("changes: commit %s: %w", id, err)
		}
		roots[i] = c.tree
	}
	d.found = nil
	if err := d.folders(roots[0], roots[1], "", 0); err != nil {
		return nil, fmt.Errorf("changes from %q to %q: %w", from, to, err)
	}
	slices.SortFunc(d.found, func(a, b Changed) int { return strings.Compare(a.Path, b.Path) })
	return d.found, nil
}

// folders compares two tree objects, either of which may be absent.
func (d *Differ) folders(a, b plumbing.Hash, dir string, depth int) error {
	if a == b {
		return nil
	}
	if depth > d.repository.limits.depth || len(d.found) > d.repository.limits.entries {
		return fmt.Errorf("%w: folder %q", ErrTooLarge, dir)
	}
	before, err := d.read(a)
	if err != nil {
		return err
	}
	after, err := d.read(b)
	if err != nil {
		return err
	}
	for len(before)+len(after) > 0 {
		var old, now raw
		switch {
		case len(after) == 0 || len(before) > 0 && before[0].name < after[0].name:
			old, before = before[0], before[1:]
		case len(before) == 0 || after[0].name < before[0].name:
			now, after = after[0], after[1:]
		default:
			old, now, before, after = before[0], after[0], before[1:], after[1:]
		}
		if old.mode == now.mode && old.hash == now.hash {
			continue
		}
		if err := d.entry(old, now, joined(dir, cmp.Or(old.name, now.name)), depth); err != nil {
			return err
		}
	}
	return nil
}

// read lists a tree object by name.
func (d *Differ) read(h plumbing.Hash) ([]raw, error) {
	if h.IsZero() {
		return nil, nil
	}
	for _, l := range d.kept {
		if l.id == h {
			return l.entries, nil
		}
	}
	list, err := d.repository.rawTree(h)
	if err != nil {
		return nil, err
	}
	if !slices.IsSortedFunc(list, byName) {
		slices.SortFunc(list, byName) // git sorts folders as if they ended in a slash
	}
	for i := 1; i < len(list); i++ {
		if list[i-1].name == list[i].name {
			return nil, fmt.Errorf("%w: a tree holds %q twice", ErrCorrupt, list[i].name)
		}
	}
	d.kept[d.next] = listing{h, list}
	d.next = (d.next + 1) % len(d.kept)
	return list, nil
}

func byName(a, b raw) int { return strings.Compare(a.name, b.name) }

// entry compares what stands at a path, which differs: a folder is what lies in it.
func (d *Differ) entry(a, b raw, file string, depth int) error {
	var below [2]plumbing.Hash
	var at [2]string
	for i, e := range []raw{a, b} {
		switch {
		case isFolder(e.mode):
			below[i] = e.hash
		case e.mode != "":
			at[i] = e.hash.String()
		}
	}
	if at != [2]string{} {
		d.found = append(d.found, Changed{file, at[0], at[1]})
	}
	return d.folders(below[0], below[1], file, depth+1)
}
