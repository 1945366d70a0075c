package git

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/patchops/patchops/internal/finding"
)

// Joined is a tree that is in no commit: these blobs at these paths, with the
// same checks as Tree. Entries are sorted by path; their Size is found anew.
func (r *Repository) Joined(entries []Entry) (*Tree, error) {
	b := r.builder()
	for i, e := range entries {
		if i > 0 && entries[i-1].Path > e.Path {
			return nil, fmt.Errorf("joined tree: %q after %q, want entries sorted by path", e.Path, entries[i-1].Path)
		}
		if !isID(e.ID) {
			return nil, fmt.Errorf("joined tree: file %q: %q: %w: want a full id", e.Path, e.ID, ErrRevision)
		}
	}
	j := joiner{builder: b, twins: map[string]map[string]string{}}
	for _, e := range entries {
		if b.full {
			break
		}
		if err := j.add(e); err != nil {
			return nil, fmt.Errorf("joined tree: %w", err)
		}
	}
	return b.finish()
}

type joiner struct {
	*builder
	twins map[string]map[string]string // by folder: folded name to name
}

// add puts a file in, making its folders.
func (j *joiner) add(e Entry) error {
	dir, name := "", e.Path
	parent := j.tree.nodes["."]
	for {
		part, rest, more := strings.Cut(name, "/")
		file := joined(dir, part)
		known := j.tree.nodes[file]
		if known == nil || !more {
			usable, err := j.name(dir, part, file)
			if err != nil || !usable {
				return err
			}
		}
		if !more {
			return j.leaf(parent, e, part)
		}
		if known == nil {
			known = &node{name: part, entry: Entry{Path: file, Mode: fs.ModeDir | 0o755}}
			j.tree.nodes[file] = known
			parent.children = append(parent.children, known)
			if strings.Count(file, "/")+1 > j.limits.depth {
				j.overflow(file, "folders nested deeper than %d", j.limits.depth)
				return nil
			}
		}
		if !known.entry.Mode.IsDir() {
			j.problem("git/duplicate", file, "rename one of them", "folder %q holds %q as a file and as a folder", dir, part)
			return nil
		}
		parent, dir, name = known, file, rest
	}
}

// name judges a new name in a folder and counts it.
func (j *joiner) name(dir, part, file string) (usable bool, err error) {
	if j.all++; j.all > j.limits.entries {
		j.overflow(dir, "more than %d files and folders", j.limits.entries)
		return false, nil
	}
	if why := badName(part); why != "" {
		j.problem("git/path", file, "rename the file", "folder %q holds %s", dir, why)
		if unnameable(part) {
			return false, nil
		}
	}
	if j.tree.nodes[file] != nil {
		j.problem("git/duplicate", file, "write the tree anew with git", "folder %q holds %q twice", dir, part)
		return false, nil
	}
	folder := j.twins[dir]
	if folder == nil {
		folder = map[string]string{}
		j.twins[dir] = folder
	}
	if first, ok := folder[folded(part)]; ok {
		j.problem("git/duplicate", file, "rename one of them", "folder %q holds %q and %q, which differ only in case", dir, first, part)
	}
	folder[folded(part)] = part
	return true, nil
}

func (j *joiner) leaf(parent *node, e Entry, name string) error {
	mode := ModeText(e.Mode)
	if ParseMode(mode) != e.Mode {
		return fmt.Errorf("file %q: mode %v, want that of a file of a tree", e.Path, e.Mode)
	}
	return j.entry(parent, raw{mode, name, plumbing.NewHash(e.ID)}, e.Path)
}

func (r *Repository) builder() *builder {
	top := &node{name: ".", entry: Entry{Mode: fs.ModeDir | 0o755}}
	return &builder{tree: &Tree{repository: r, nodes: map[string]*node{".": top}}, limits: r.limits}
}

// finish sorts what was collected, and adds what the repository itself says.
func (b *builder) finish() (*Tree, error) {
	for _, n := range b.tree.nodes {
		slices.SortFunc(n.children, func(a, b *node) int { return strings.Compare(a.name, b.name) })
	}
	slices.SortFunc(b.tree.entries, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	if err := b.replaced(); err != nil {
		return nil, err
	}
	b.tree.problems = finding.Sort(b.tree.problems)
	return b.tree, nil
}
