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

	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/pipeline"
)

// committed are all files of a commit below a prefix.
func committed(r *git.Repository, commit, prefix string, read *pipeline.Tree) ([]effect.File, func(string) ([]byte, error), error) {
	tree, err := r.Tree(commit, prefix)
	if err != nil {
		return nil, nil, err
	}
	return controller.EffectFiles(tree, read), tree.ReadFile, nil
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
	sums := t.Digests()
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
	return effect.File{Path: name, Mode: git.ModeText(info.Mode()), Sum: func() effect.Digest {
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

// linkSum is the sum of a link's object id, as controller.EffectFiles has it.
func linkSum(target string) effect.Digest {
	id := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(target), target))
	return sha256.Sum256([]byte(hex.EncodeToString(id[:])))
}
