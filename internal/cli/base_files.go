package cli

import (
	"crypto/sha1" // names of objects in Git
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/pipeline"
)

// committed are all files of a commit below a prefix. Of what is no regular file
// (a link, a submodule) the id of its object counts.
func committed(r *git.Repository, commit, prefix string, known *pipeline.Tree) ([]effect.File, func(string) ([]byte, error), error) {
	tree, err := r.Tree(commit, prefix)
	if err != nil {
		return nil, nil, err
	}
	sums := digests(known)
	out := make([]effect.File, 0, len(tree.Entries()))
	for _, e := range tree.Entries() {
		f := effect.File{Path: e.Path, Mode: gitMode(e.Mode), Blob: e.ID}
		f.Sum = func() effect.Digest {
			if d, ok := sums[e.Path]; ok {
				return d
			}
			if b, err := tree.ReadFile(e.Path); err == nil {
				return sha256.Sum256(b)
			}
			return sha256.Sum256([]byte(e.ID))
		}
		out = append(out, f)
	}
	return out, tree.ReadFile, nil
}

func digests(t *pipeline.Tree) map[string]effect.Digest {
	out := make(map[string]effect.Digest, len(t.Documents))
	for _, class := range [][]pipeline.Source{t.Documents, t.Policies, t.Schemas} {
		for _, s := range class {
			out[s.Path] = effect.Digest(s.Digest)
		}
	}
	return out
}

// gitMode is a mode as Git writes it.
func gitMode(m fs.FileMode) string {
	switch {
	case m&fs.ModeSymlink != 0:
		return "120000"
	case m&fs.ModeIrregular != 0:
		return "160000"
	case m&0o100 != 0:
		return "100755"
	}
	return "100644"
}

// present are the files of the work tree: those that Git knows, in HEAD or in the
// base, and those that patchops reads. Whatever else lies about is in no commit.
func present(r *git.Repository, repo repository, base []effect.File, t *pipeline.Tree, c *corpus.Corpus) ([]effect.File, error) {
	head, err := r.Resolve("HEAD")
	if err != nil {
		return nil, usage("%w", err)
	}
	tracked, _, err := committed(r, head, repo.prefix, &pipeline.Tree{})
	if err != nil {
		return nil, err
	}
	known := map[string]effect.File{}
	for _, f := range slices.Concat(base, tracked) {
		known[f.Path] = f
	}
	sums := digests(t)
	for name := range sums {
		known[name] = effect.File{Path: name}
	}
	for _, e := range c.Entries() {
		for _, name := range effect.Reads(e) {
			known[name] = effect.File{Path: name}
		}
	}
	var out []effect.File
	for name, was := range known {
		if f, ok := atPath(repo.dir, name, was, sums); ok {
			out = append(out, f)
		}
	}
	return out, nil
}

// atPath is a file of the work tree as a commit of it would hold it; false where
// there is none. A submodule is taken to be where Git says.
func atPath(dir, name string, was effect.File, sums map[string]effect.Digest) (effect.File, bool) {
	full := filepath.Join(dir, filepath.FromSlash(name))
	info, err := os.Lstat(full)
	switch {
	case err != nil:
		return effect.File{}, false
	case info.IsDir():
		return was, was.Mode == "160000"
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(full)
		return effect.File{Path: name, Mode: "120000", Sum: func() effect.Digest { return linkSum(target) }}, err == nil
	case !info.Mode().IsRegular():
		return effect.File{}, false
	}
	return effect.File{Path: name, Mode: gitMode(info.Mode()), Sum: func() effect.Digest {
		if d, ok := sums[name]; ok {
			return d
		}
		b, err := os.ReadFile(full)
		if err != nil {
			return effect.Digest{}
		}
		return sha256.Sum256(b)
	}}, true
}

// linkSum is the sum of a link's object id, as committed has it.
func linkSum(target string) effect.Digest {
	id := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(target), target))
	return sha256.Sum256([]byte(hex.EncodeToString(id[:])))
}
