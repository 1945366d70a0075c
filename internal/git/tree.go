package git

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/patchops/patchops/internal/finding"
)

// Entry is a file of a tree. A symlink has fs.ModeSymlink, a submodule and
// whatever else git knows fs.ModeIrregular; those have no size.
type Entry struct {
	Path string // slash path from the tree's prefix
	Mode fs.FileMode
	ID   string // of the blob, or a submodule's commit
	Size int64
}

// Tree is the content of a commit below a prefix, as a file system (fs.FS,
// fs.ReadDirFS, fs.ReadFileFS, fs.StatFS). It is read whole when it is made,
// without the files' contents.
type Tree struct {
	repository *Repository
	entries    []Entry
	nodes      map[string]*node // by path; "." is the root
	problems   []finding.Finding
}

// node is a file or folder of a tree.
type node struct {
	name     string
	entry    Entry
	children []*node
}

// Entries lists the files, sorted by path.
func (t *Tree) Entries() []Entry { return t.entries }

// Problems are the findings about the tree itself: names, modes, duplicates,
// limits, and replace refs, which are ignored. A tree with an error among them
// must not be judged as clean: what it holds may be cut.
func (t *Tree) Problems() []finding.Finding { return t.problems }

// Tree reads the tree of a commit, given by its full id, below prefix ("" for
// all). Errors are about the repository: an object missing or corrupt, or no
// such folder (fs.ErrNotExist).
func (r *Repository) Tree(commit, prefix string) (*Tree, error) {
	if !isID(commit) {
		return nil, fmt.Errorf("commit %q: %w: want a full id", commit, ErrRevision)
	}
	c, err := r.commit(plumbing.NewHash(commit))
	if err != nil {
		return nil, fmt.Errorf("commit %s: %w", commit, err)
	}
	root, err := r.folder(c.tree, prefix)
	if err != nil {
		return nil, fmt.Errorf("commit %s: %w", commit, err)
	}
	b := r.builder()
	if err := b.walk(b.tree.nodes["."], root, ""); err != nil {
		return nil, fmt.Errorf("commit %s: %w", commit, err)
	}
	return b.finish()
}

// folder finds the tree object of a prefix, following folders only.
func (r *Repository) folder(h plumbing.Hash, prefix string) (plumbing.Hash, error) {
	if prefix == "" || prefix == "." {
		return h, nil
	}
	if !fs.ValidPath(prefix) {
		return h, fmt.Errorf("folder %q: want a slash path inside the repository", prefix)
	}
	for name := range strings.SplitSeq(prefix, "/") {
		_, content, err := r.objects.read(h, plumbing.TreeObject, largestTree)
		if err != nil {
			return h, err
		}
		entries, err := parseTree(content)
		if err != nil {
			return h, err
		}
		at := slices.IndexFunc(entries, func(e raw) bool { return e.name == name && isFolder(e.mode) })
		if at < 0 {
			return h, fmt.Errorf("folder %q: %w", prefix, fs.ErrNotExist)
		}
		h = entries[at].hash
	}
	return h, nil
}

func isFolder(mode string) bool { return strings.TrimLeft(mode, "0") == "40000" }

// builder fills a tree and counts what is left of the limits.
type builder struct {
	tree   *Tree
	limits limits
	files  int
	all    int
	bytes  int64
	full   bool // a limit was passed: the walk is over
}

func (b *builder) problem(id, file, hint, format string, args ...any) {
	b.tree.problems = append(b.tree.problems, finding.Finding{
		ID: id, Severity: finding.Error, Message: fmt.Sprintf(format, args...), Hint: hint,
		Position: finding.Position{File: file},
	})
}

func (b *builder) overflow(file, format string, args ...any) {
	b.full = true
	b.problem("git/limit", file, "keep the documents in a repository, or a folder, of their own", format, args...)
}

// walk reads a folder's tree object and what lies below.
func (b *builder) walk(parent *node, h plumbing.Hash, dir string) error {
	_, content, err := b.tree.repository.objects.read(h, plumbing.TreeObject, largestTree)
	if errors.Is(err, ErrTooLarge) {
		b.overflow(dir, "folder %q: %v", dir, err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("folder %q: %w", dir, err)
	}
	entries, err := parseTree(content)
	if err != nil {
		return fmt.Errorf("folder %q: %w", dir, err)
	}
	names, twins := map[string]bool{}, map[string]string{}
	for i, e := range entries {
		file := joined(dir, e.name)
		if b.all++; b.full || b.all > b.limits.entries {
			if !b.full {
				b.overflow(dir, "more than %d files and folders", b.limits.entries)
			}
			return nil
		}
		if i > 0 && e.order() < entries[i-1].order() {
			b.problem("git/path", file, "", "the tree of folder %q is not in git's order: %q after %q", dir, e.name, entries[i-1].name)
		}
		if why := badName(e.name); why != "" {
			b.problem("git/path", file, "rename the file", "folder %q holds %s", dir, why)
			if unnameable(e.name) {
				continue
			}
		}
		if names[e.name] {
			b.problem("git/duplicate", file, "write the tree anew with git", "folder %q holds %q twice", dir, e.name)
			continue
		}
		names[e.name] = true
		if first, ok := twins[folded(e.name)]; ok {
			b.problem("git/duplicate", file, "rename one of them", "folder %q holds %q and %q, which differ only in case", dir, first, e.name)
		}
		twins[folded(e.name)] = e.name
		if err := b.entry(parent, e, file); err != nil {
			return err
		}
	}
	return nil
}

// joined keeps a strange name as it is: path.Join would resolve "..".
func joined(dir, name string) string {
	if dir == "" {
		return name
	}
	return dir + "/" + name
}

func (b *builder) entry(parent *node, e raw, file string) error {
	n := &node{name: path.Base(file), entry: Entry{Path: file, ID: e.hash.String()}}
	n.entry.Mode = b.mode(e, file)
	parent.children = append(parent.children, n)
	b.tree.nodes[file] = n
	switch {
	case n.entry.Mode.IsDir() && strings.Count(file, "/")+1 > b.limits.depth:
		b.overflow(file, "folders nested deeper than %d", b.limits.depth)
		return nil
	case n.entry.Mode.IsDir():
		return b.walk(n, e.hash, file)
	case n.entry.Mode.IsRegular():
		if err := b.count(&n.entry, e.hash); err != nil {
			return err
		}
	}
	b.tree.entries = append(b.tree.entries, n.entry)
	return nil
}

// mode reads the six modes of git; anything else is a finding, and read as the
// nearest of them.
func (b *builder) mode(e raw, file string) fs.FileMode {
	switch strings.TrimLeft(e.mode, "0") {
	case "40000":
		if e.mode != "40000" {
			b.problem("git/mode", file, "write the tree anew with git", "mode %q, want \"40000\"", e.mode)
		}
		return fs.ModeDir | 0o755
	case regularMode:
		return 0o644
	case executableMode:
		return 0o755
	case linkMode:
		b.problem("git/mode", file, "replace the symlink by the file it stands for", "a symlink, want a regular file")
		return fs.ModeSymlink | 0o777
	case submoduleMode:
		b.problem("git/mode", file, "remove the submodule", "a submodule, want a regular file")
		return fs.ModeIrregular
	}
	b.problem("git/mode", file, "write the tree anew with git", "mode %q, want \"100644\" or \"100755\"", e.mode)
	return fs.ModeIrregular
}

// count asks for a file's size, which also proves that its content is there.
func (b *builder) count(e *Entry, h plumbing.Hash) error {
	size, err := b.tree.repository.objects.size(h)
	if errors.Is(err, ErrTooLarge) {
		b.problem("git/limit", e.Path, "write the file anew and repack", "a file stored as a part of another: %v", err)
		return nil
	}
	if err != nil {
		return fmt.Errorf("file %q: object %s: %w", e.Path, h, err)
	}
	e.Size = size
	b.files++
	b.bytes += size
	switch {
	case size > b.limits.file:
		b.problem("git/limit", e.Path, "", "a file of %d bytes, want at most %d", size, b.limits.file)
	case b.files > b.limits.files:
		b.overflow(e.Path, "more than %d files", b.limits.files)
	case b.bytes > b.limits.total:
		b.overflow(e.Path, "files of more than %d bytes in all", b.limits.total)
	}
	return nil
}
