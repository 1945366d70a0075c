// Package pipeline is the order of things: read, load, judge, settle. Every
// command is a prefix of it, so the verdict in a pull request is the verdict at
// merge.
//
// It is pure: files come as an fs.FS, time as a value, the limited child and
// the cache as interfaces. It knows no syntax, no schema and no rule itself.
package pipeline

import (
	"crypto/sha256"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// Limits of one tree (authority.md 8) and of one file that is read.
const (
	maxFiles    = 50_000
	maxDocument = 1 << 20   // bytes of a document, rule or schema file
	maxData     = 64 << 20  // bytes of a file that documents name
	maxTree     = 256 << 20 // bytes of all documents, rules and schemas together
	configFile  = "patchops.yaml"
)

// Source is one file that was read.
type Source struct {
	Path   string
	Bytes  []byte
	Digest corpus.Digest
}

// Tree is one state of a repository: the files that patchops reads, sorted by
// path within each class.
type Tree struct {
	Documents []Source // YAML and CUE
	Policies  []Source // own Rego below policies/
	Schemas   []Source // own CUE below schemas/
	Tests     []Source // tests of approval rules (*_test.yaml)
	Config    *spec.Config
	Findings  []finding.Finding // about the tree itself

	fsys fs.FS
	size int64 // bytes of the files that were read, and of those that lists of assets may name
	mu   sync.Mutex
	data map[string]dataFile
	dirs map[string]map[string]fs.DirEntry // folders that data files are below, by path; each may be for many
}

type dataFile struct {
	bytes []byte
	ok    bool
}

// ReadTree reads a repository. Errors are about reading; what is wrong with the
// tree itself is in Tree.Findings.
func ReadTree(fsys fs.FS) (*Tree, error) {
	t := &Tree{fsys: fsys, data: map[string]dataFile{}, dirs: map[string]map[string]fs.DirEntry{}}
	t.readConfig()
	w := walker{tree: t}
	if err := fs.WalkDir(fsys, ".", w.visit); err != nil {
		return nil, fmt.Errorf("read the repository: %w", err)
	}
	if err := w.readAll(); err != nil {
		return nil, err
	}
	return t, nil
}

// Size is how many bytes judging the tree may read: documents, rules, schemas and
// the bulk files that lists of assets may name.
func (t *Tree) Size() int64 { return t.size }

// Digests are those of the documents, rules and schemas that were read, by path.
func (t *Tree) Digests() map[string]effect.Digest {
	out := make(map[string]effect.Digest, len(t.Documents))
	for _, class := range [][]Source{t.Documents, t.Policies, t.Schemas} {
		for _, s := range class {
			out[s.Path] = effect.Digest(s.Digest)
		}
	}
	return out
}

// File gives the bytes of a data file that a document names: regular files
// within the size limit only, never through a symbolic link.
func (t *Tree) File(name string) ([]byte, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f, known := t.data[name]; known {
		return f.bytes, f.ok
	}
	f := t.readData(name)
	t.data[name] = f
	return f.bytes, f.ok
}

func (t *Tree) readData(name string) dataFile {
	if !fs.ValidPath(name) || name == "." || !t.regular(name) {
		return dataFile{}
	}
	b, err := fs.ReadFile(t.fsys, name)
	return dataFile{bytes: b, ok: err == nil}
}

// regular reports whether every step to name is a plain folder that is not
// hidden, name a regular file, and its size within the limit.
func (t *Tree) regular(name string) bool {
	dir := "."
	for rest := name; ; {
		step, more, deeper := strings.Cut(rest, "/")
		entry := t.entry(dir, step)
		if entry == nil || strings.HasPrefix(step, ".") {
			return false
		}
		if !deeper {
			info, err := entry.Info()
			return err == nil && entry.Type().IsRegular() && info.Size() <= maxData
		}
		if !entry.IsDir() {
			return false
		}
		dir, rest = path.Join(dir, step), more
	}
}

// entry finds a name in a folder, which is listed once.
func (t *Tree) entry(dir, name string) fs.DirEntry {
	entries, known := t.dirs[dir]
	if !known {
		entries = map[string]fs.DirEntry{}
		list, err := fs.ReadDir(t.fsys, dir)
		if err != nil {
			return nil
		}
		for _, e := range list {
			entries[e.Name()] = e
		}
		t.dirs[dir] = entries
	}
	return entries[name]
}

func (t *Tree) report(id string, severity finding.Severity, file, message, hint string) {
	t.Findings = append(t.Findings, finding.Finding{
		ID: id, Severity: severity, Message: message, Hint: hint,
		Position: finding.Position{File: file, Line: 1, Column: 1},
	})
}

func digest(b []byte) corpus.Digest { return sha256.Sum256(b) }
