package git

import (
	"bytes"
	"io"
	"io/fs"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

var (
	_ fs.ReadDirFS  = (*Tree)(nil)
	_ fs.ReadFileFS = (*Tree)(nil)
	_ fs.StatFS     = (*Tree)(nil)
)

func (t *Tree) find(op, name string) (*node, error) {
	if !fs.ValidPath(name) {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	n, ok := t.nodes[name]
	if !ok {
		return nil, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return n, nil
}

// Open implements fs.FS. A symlink or submodule cannot be opened
// (ErrNotFollowed), nor a file over the limit (ErrTooLarge).
func (t *Tree) Open(name string) (fs.File, error) {
	n, err := t.find("open", name)
	if err != nil {
		return nil, err
	}
	if n.entry.Mode.IsDir() {
		return &openDir{node: n}, nil
	}
	content, err := t.read("open", n)
	if err != nil {
		return nil, err
	}
	return &openFile{info{n}, bytes.NewReader(content)}, nil
}

// ReadFile implements fs.ReadFileFS.
func (t *Tree) ReadFile(name string) ([]byte, error) {
	n, err := t.find("read", name)
	if err != nil {
		return nil, err
	}
	return t.read("read", n)
}

func (t *Tree) read(op string, n *node) ([]byte, error) {
	if !n.entry.Mode.IsRegular() {
		err := ErrNotFollowed
		if n.entry.Mode.IsDir() {
			err = fs.ErrInvalid
		}
		return nil, &fs.PathError{Op: op, Path: n.entry.Path, Err: err}
	}
	r := t.repository
	_, content, err := r.objects.read(plumbing.NewHash(n.entry.ID), plumbing.BlobObject, r.limits.file)
	if err != nil {
		return nil, &fs.PathError{Op: op, Path: n.entry.Path, Err: err}
	}
	return content, nil
}

// ReadDir implements fs.ReadDirFS.
func (t *Tree) ReadDir(name string) ([]fs.DirEntry, error) {
	n, err := t.find("readdir", name)
	if err != nil {
		return nil, err
	}
	if !n.entry.Mode.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: fs.ErrInvalid}
	}
	return n.list(), nil
}

// Stat implements fs.StatFS. It follows nothing: a symlink is its own file.
func (t *Tree) Stat(name string) (fs.FileInfo, error) {
	n, err := t.find("stat", name)
	if err != nil {
		return nil, err
	}
	return info{n}, nil
}

func (n *node) list() []fs.DirEntry {
	out := make([]fs.DirEntry, 0, len(n.children))
	for _, c := range n.children {
		out = append(out, fs.FileInfoToDirEntry(info{c}))
	}
	return out
}

// info is a node as fs.FileInfo; a tree knows no times.
type info struct{ node *node }

func (i info) Name() string       { return i.node.name }
func (i info) Size() int64        { return i.node.entry.Size }
func (i info) Mode() fs.FileMode  { return i.node.entry.Mode }
func (i info) ModTime() time.Time { return time.Time{} }
func (i info) IsDir() bool        { return i.node.entry.Mode.IsDir() }
func (i info) Sys() any           { return nil }

type openFile struct {
	info info
	*bytes.Reader
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

type openDir struct {
	node *node
	next int
}

func (d *openDir) Stat() (fs.FileInfo, error) { return info{d.node}, nil }
func (d *openDir) Close() error               { return nil }

func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.node.name, Err: fs.ErrInvalid}
}

func (d *openDir) ReadDir(count int) ([]fs.DirEntry, error) {
	rest := d.node.list()[d.next:]
	if count > 0 && len(rest) == 0 {
		return nil, io.EOF
	}
	if count > 0 && len(rest) > count {
		rest = rest[:count]
	}
	d.next += len(rest)
	return rest, nil
}
