package git

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
)

// LazyTree is a commit's tree of which only that is read which is asked for: for
// trees of many files, whose number nobody limits, such as a log's. It implements
// what Tree does; what git would not check out is an error, not a finding.
type LazyTree struct {
	repository *Repository
	root       plumbing.Hash
	mu         sync.Mutex
	folders    map[string][]raw // by path, sorted by name
}

var (
	_ fs.ReadDirFS  = (*LazyTree)(nil)
	_ fs.ReadFileFS = (*LazyTree)(nil)
	_ fs.StatFS     = (*LazyTree)(nil)
)

// LazyTree opens the tree of a commit, given by its full id.
func (r *Repository) LazyTree(commit string) (*LazyTree, error) {
	if !isID(commit) {
		return nil, fmt.Errorf("commit %q: %w: want a full id", commit, ErrRevision)
	}
	c, err := r.commit(plumbing.NewHash(commit))
	if err != nil {
		return nil, fmt.Errorf("commit %s: %w", commit, err)
	}
	return &LazyTree{repository: r, root: c.tree, folders: map[string][]raw{}}, nil
}

// entries reads a folder once.
func (t *LazyTree) entries(dir string) ([]raw, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.folder(dir)
}

func (t *LazyTree) folder(dir string) ([]raw, error) {
	if known, ok := t.folders[dir]; ok {
		return known, nil
	}
	h := t.root
	if dir != "." {
		above, err := t.folder(path.Dir(dir))
		if err != nil {
			return nil, err
		}
		e, ok := named(above, path.Base(dir))
		if !ok || !isFolder(e.mode) {
			return nil, fs.ErrNotExist
		}
		h = e.hash
	}
	list, err := t.repository.rawTree(h)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(list, func(a, b raw) int { return strings.Compare(a.name, b.name) })
	for i, e := range list {
		if why := badName(e.name); why != "" || i > 0 && list[i-1].name == e.name {
			return nil, fmt.Errorf("%w: folder %q holds %q, twice or such as git refuses", ErrCorrupt, dir, e.name)
		}
	}
	t.folders[dir] = list
	return list, nil
}

func (r *Repository) rawTree(h plumbing.Hash) ([]raw, error) {
	_, content, err := r.objects.read(h, plumbing.TreeObject, largestTree)
	if err != nil {
		return nil, err
	}
	return parseTree(content)
}

func named(list []raw, name string) (raw, bool) {
	at, found := slices.BinarySearchFunc(list, name, func(e raw, name string) int { return strings.Compare(e.name, name) })
	if !found {
		return raw{}, false
	}
	return list[at], true
}

// lookup finds what stands at a path.
func (t *LazyTree) lookup(op, name string) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	if name == "." {
		return &node{name: ".", entry: Entry{Mode: fs.ModeDir | 0o755}}, nil
	}
	list, err := t.entries(path.Dir(name))
	if err != nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: err}
	}
	e, ok := named(list, path.Base(name))
	if !ok {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	n, err := t.node(e, name)
	if err != nil {
		return nil, &fs.PathError{Op: op, Path: name, Err: err}
	}
	return n, nil
}

func (t *LazyTree) node(e raw, name string) (*node, error) {
	n := &node{name: e.name, entry: Entry{Path: name, ID: e.hash.String(), Mode: fs.ModeIrregular}}
	switch {
	case isFolder(e.mode):
		n.entry.Mode = fs.ModeDir | 0o755
	case e.mode == "100644":
		n.entry.Mode = 0o644
	case e.mode == "100755":
		n.entry.Mode = 0o755
	}
	var err error
	if n.entry.Mode.IsRegular() {
		n.entry.Size, err = t.repository.objects.size(e.hash)
	}
	return n, err
}

// ContentID is the id of a file's blob, "" where there is none.
func (t *LazyTree) ContentID(name string) string {
	n, err := t.lookup("stat", name)
	if err != nil || !n.entry.Mode.IsRegular() {
		return ""
	}
	return n.entry.ID
}

// ReadFile implements fs.ReadFileFS.
func (t *LazyTree) ReadFile(name string) ([]byte, error) {
	n, err := t.lookup("read", name)
	if err != nil {
		return nil, err
	}
	if !n.entry.Mode.IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
	}
	content, err := t.repository.objects.blob(plumbing.NewHash(n.entry.ID), t.repository.limits.file)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return content, nil
}

// ReadDir implements fs.ReadDirFS.
func (t *LazyTree) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := t.lookup("readdir", name)
	if err == nil {
		err = t.fill(n)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	return n.list(), nil
}

// fill gives a folder what lies in it.
func (t *LazyTree) fill(dir *node) error {
	name := dir.entry.Path
	if dir.name == "." {
		name = "."
	}
	list, err := t.entries(name)
	for _, e := range list {
		n, err := t.node(e, joined(strings.TrimPrefix(name, "."), e.name))
		if err != nil {
			return err
		}
		dir.children = append(dir.children, n)
	}
	return err
}

// Stat implements fs.StatFS.
func (t *LazyTree) Stat(name string) (fs.FileInfo, error) {
	n, err := t.lookup("stat", name)
	if err != nil {
		return nil, err
	}
	return info{n}, nil
}

// Open implements fs.FS.
func (t *LazyTree) Open(name string) (fs.File, error) {
	n, err := t.lookup("open", name)
	if err != nil {
		return nil, err
	}
	if n.entry.Mode.IsDir() {
		if err := t.fill(n); err != nil {
			return nil, &fs.PathError{Op: "open", Path: name, Err: err}
		}
		return &openDir{node: n}, nil
	}
	content, err := t.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &openFile{info{n}, bytes.NewReader(content)}, nil
}

// ContentID is the id of a file's blob, "" where there is none.
func (t *Tree) ContentID(name string) string {
	n, ok := t.nodes[name]
	if !ok || !n.entry.Mode.IsRegular() {
		return ""
	}
	return n.entry.ID
}
