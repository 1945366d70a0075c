package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/pipeline"
)

// repository is the folder a command works on.
type repository struct {
	dir    string // absolute
	prefix string // of dir inside the Git work tree, slash path, "" at its root
	top    string // root of the Git work tree, dir where there is none
}

// repository finds the folder: --repo, else the nearest one above that holds
// patchops.yaml, else the root of the Git work tree.
func (a *app) repository() (repository, error) {
	if a.flags.repo != "" {
		dir := a.absolute(a.flags.repo)
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return repository{}, usage("--repo %q is no folder", a.flags.repo)
		}
		return at(dir), nil
	}
	for dir := a.env.Dir; ; dir = filepath.Dir(dir) {
		if exists(filepath.Join(dir, "patchops.yaml")) || exists(filepath.Join(dir, ".git")) {
			return at(dir), nil
		}
		if dir == filepath.Dir(dir) {
			return repository{}, usage("no repository around %q: no folder above holds patchops.yaml or .git\nrun patchops init, or give --repo DIR", a.env.Dir)
		}
	}
}

func at(dir string) repository {
	if resolved, err := filepath.EvalSymlinks(dir); err == nil {
		dir = resolved
	}
	for top := dir; ; top = filepath.Dir(top) {
		if exists(filepath.Join(top, ".git")) {
			prefix, _ := filepath.Rel(top, dir)
			if prefix == "." {
				prefix = ""
			}
			return repository{dir, filepath.ToSlash(prefix), top}
		}
		if top == filepath.Dir(top) {
			return repository{dir: dir, top: dir}
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func (a *app) absolute(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(a.env.Dir, path)
}

// tree reads the work tree, or a commit where rev is not "". The commit's id is
// nil for a work tree.
func (r repository) tree(rev string) (*pipeline.Tree, *string, error) {
	if rev == "" {
		t, err := pipeline.ReadTree(os.DirFS(r.dir))
		return t, nil, err
	}
	repo, err := git.Open(r.top)
	if err != nil {
		return nil, nil, err
	}
	commit, err := repo.Resolve(rev)
	if err != nil {
		return nil, nil, usage("%w", err)
	}
	files, err := repo.Tree(commit, r.prefix)
	if err != nil {
		return nil, nil, err
	}
	t, err := pipeline.ReadTree(files)
	if err != nil {
		return nil, nil, err
	}
	// The commit itself knows best what is no regular file.
	t.Findings = slices.DeleteFunc(t.Findings, func(f finding.Finding) bool { return f.ID == "git/mode" })
	t.Findings = append(t.Findings, files.Problems()...)
	return t, &commit, nil
}

// inside turns PATH arguments into slash paths from the repository's root.
func (a *app) inside(r repository, paths []string) ([]string, error) {
	var out []string
	for _, p := range paths {
		full := a.absolute(p)
		if resolved, err := filepath.EvalSymlinks(full); err == nil {
			full = resolved
		}
		rel, err := filepath.Rel(r.dir, full)
		if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
			return nil, usage("%q is outside the repository %q", p, r.dir)
		}
		if a.flags.at == "" && !exists(full) {
			return nil, usage("%q does not exist", p)
		}
		out = append(out, filepath.ToSlash(rel))
	}
	return out, nil
}

func under(file string, paths []string) bool {
	for _, p := range paths {
		if p == "." || file == p || strings.HasPrefix(file, p+"/") {
			return true
		}
	}
	return len(paths) == 0
}

// cacheFile is where verdicts of this repository are kept; "" where there is no
// place for caches.
func (a *app) cacheFile(r repository) string {
	dir := a.env.Getenv("XDG_CACHE_HOME")
	if dir == "" {
		home := a.env.Getenv("HOME")
		if home == "" {
			return ""
		}
		dir = filepath.Join(home, ".cache")
	}
	sum := sha256.Sum256([]byte(r.dir))
	return filepath.Join(dir, "patchops", hex.EncodeToString(sum[:8]), "check")
}

// engineDigest changes whenever another program, or other own rules, would
// judge: what was kept before says nothing then.
func (a *app) engineDigest(t *pipeline.Tree) ([sha256.Size]byte, error) {
	program, err := os.Executable()
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	info, err := os.Stat(program)
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	own := t.OwnDigest()
	text := fmt.Sprintf("%s %d %d %v %x", program, info.Size(), info.ModTime().UnixNano(), a.env.Version, own)
	return sha256.Sum256([]byte(text)), nil
}

// source gives files for excerpts.
func (r repository) source(t *pipeline.Tree) func(string) []byte {
	return func(file string) []byte {
		if b, ok := t.Source(file); ok {
			return b
		}
		return nil
	}
}
