package git

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// File is one file of a tree to write: Blob is an id already there, else Bytes.
type File struct {
	Path  string
	Mode  string // "100644" or "100755"; "" removes the path
	Blob  string
	Bytes []byte
}

// WriteTree writes blobs and trees and returns the tree's id. With base, a
// tree's id, files are put over it; a File with Mode "" removes its path, file or
// folder, if it is there, before anything is put. A file in the place of a
// folder, or the reverse, must be removed first. One child runs.
func (c *Clone) WriteTree(ctx context.Context, base string, files []File) (string, error) {
	r, err := c.Repository()
	if err != nil {
		return "", fmt.Errorf("write tree: %w", err)
	}
	defer func() { _ = r.Close() }()
	w := &treeWriter{repository: r, root: &branch{}}
	if base != "" {
		if !isID(base) {
			return "", fmt.Errorf("write tree: base %q: %w: want a full id", base, ErrRevision)
		}
		w.root.old = plumbing.NewHash(base)
	}
	if err := w.load(w.root); err != nil {
		return "", fmt.Errorf("write tree: base: %w", err)
	}
	if err := w.put(files); err != nil {
		return "", fmt.Errorf("write tree: %w", err)
	}
	h, err := w.finish(w.root)
	if err == nil {
		err = c.write(ctx, &w.batch)
	}
	if err != nil {
		return "", fmt.Errorf("write tree: %w", err)
	}
	return h.String(), nil
}

// treeWriter holds the folders that files touch; all else stays as it is.
type treeWriter struct {
	repository *Repository
	root       *branch
	batch      batch
}

// branch is a folder on its way to be written.
type branch struct {
	old     plumbing.Hash // as it is in base; zero: new
	entries map[string]raw
	below   map[string]*branch
}

func (w *treeWriter) put(files []File) error {
	sorted := slices.Clone(files)
	slices.SortStableFunc(sorted, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	for i, f := range sorted {
		if err := f.check(); err != nil {
			return err
		}
		if i > 0 && sorted[i-1].Path == f.Path {
			return fmt.Errorf("file %q: twice", f.Path)
		}
	}
	// Removed first, so that what is put may take the place.
	for _, removing := range []bool{true, false} {
		for _, f := range sorted {
			if (f.Mode == "") != removing {
				continue
			}
			if err := w.one(f); err != nil {
				return fmt.Errorf("file %q: %w", f.Path, err)
			}
		}
	}
	return nil
}

func (f File) check() error {
	if !fs.ValidPath(f.Path) || f.Path == "." || strings.Count(f.Path, "/") > defaultLimits().depth {
		return fmt.Errorf("file %q: want a slash path inside the tree", f.Path)
	}
	for part := range strings.SplitSeq(f.Path, "/") {
		if why := badName(part); why != "" {
			return fmt.Errorf("file %q: %s", f.Path, why)
		}
	}
	switch {
	case f.Mode != "" && f.Mode != "100644" && f.Mode != "100755":
		return fmt.Errorf("file %q: mode %q, want 100644 or 100755", f.Path, f.Mode)
	case f.Blob != "" && !isID(f.Blob):
		return fmt.Errorf("file %q: blob %q: %w: want a full id", f.Path, f.Blob, ErrRevision)
	}
	return nil
}

// one goes down to the folder of a file and sets or removes its entry.
func (w *treeWriter) one(f File) error {
	way := []*branch{w.root} // the folders down to the file's own
	parts := strings.Split(f.Path, "/")
	for _, name := range parts[:len(parts)-1] {
		next, err := way[len(way)-1].step(name, f.Mode == "")
		if err != nil || next == nil {
			return err
		}
		if err := w.load(next); err != nil {
			return err
		}
		way = append(way, next)
	}
	at, name := way[len(way)-1], parts[len(parts)-1]
	if f.Mode == "" {
		// A folder without files is none.
		for i, w := range slices.Backward(way) {
			delete(w.entries, parts[i])
			delete(w.below, parts[i])
			if len(w.entries) > 0 || len(w.below) > 0 {
				break
			}
		}
		return nil
	}
	if e, ok := at.entries[name]; at.below[name] != nil || ok && isFolder(e.mode) {
		return fmt.Errorf("%w: a folder is in its place", fs.ErrExist)
	}
	h := plumbing.NewHash(f.Blob)
	if f.Blob == "" {
		var err error
		if h, err = w.batch.add(plumbing.BlobObject, f.Bytes); err != nil {
			return err
		}
	} else if err := w.isBlob(h); err != nil {
		return err
	}
	at.entries[name] = raw{f.Mode, name, h}
	return nil
}

// isBlob finds that the object is there; git finds whether it is a file, which
// costs more here.
func (w *treeWriter) isBlob(h plumbing.Hash) error {
	_, err := w.repository.objects.size(h)
	if err != nil {
		return fmt.Errorf("blob %s: %w", h, err)
	}
	return nil
}

// step finds a folder in a folder; nil where there is none and none is wanted.
func (b *branch) step(name string, find bool) (*branch, error) {
	if next := b.below[name]; next != nil {
		return next, nil
	}
	e, ok := b.entries[name]
	switch {
	case ok && !isFolder(e.mode) && find, !ok && find:
		return nil, nil
	case ok && !isFolder(e.mode):
		return nil, fmt.Errorf("%w: file %q is in the place of its folder", fs.ErrExist, name)
	}
	next := &branch{}
	if ok {
		next.old = e.hash
	}
	b.below[name] = next
	return next, nil
}

// load reads a folder of base, once.
func (w *treeWriter) load(b *branch) error {
	if b.entries != nil {
		return nil
	}
	b.entries, b.below = map[string]raw{}, map[string]*branch{}
	if b.old.IsZero() {
		return nil
	}
	_, content, err := w.repository.objects.read(b.old, plumbing.TreeObject, largestTree)
	if err != nil {
		return err
	}
	entries, err := parseTree(content)
	if err != nil {
		return fmt.Errorf("tree %s: %w", b.old, err)
	}
	for _, e := range entries {
		if _, twice := b.entries[e.name]; twice {
			return fmt.Errorf("tree %s: %w: %q twice", b.old, ErrCorrupt, e.name)
		}
		b.entries[e.name] = e
	}
	return nil
}

// finish adds the trees that were passed, from the leaves up.
func (w *treeWriter) finish(b *branch) (plumbing.Hash, error) {
	for name, next := range b.below {
		h, err := w.finish(next)
		if err != nil {
			return h, err
		}
		b.entries[name] = raw{"40000", name, h}
	}
	return w.batch.add(plumbing.TreeObject, b.encode())
}

func (b *branch) encode() []byte {
	all := make([]raw, 0, len(b.entries))
	for _, e := range b.entries {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b raw) int { return strings.Compare(a.order(), b.order()) })
	var out []byte
	for _, e := range all {
		out = append(append(out, e.mode+" "+e.name+"\x00"...), e.hash[:]...)
	}
	return out
}
