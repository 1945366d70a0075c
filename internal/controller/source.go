package controller

import (
	"crypto/sha256"
	"errors"
	"io/fs"
	"slices"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/review"
)

// source gives states out of a repository. The last few commits are remembered:
// the authorised tip is part of every review.
type source struct {
	repository *git.Repository
	prefix     string
	states     []review.State // newest last
}

// remembered is how many trees a source keeps; each may be large.
const remembered = 4

// NewSource reads states below a prefix, "" for all. It is for one goroutine.
func NewSource(r *git.Repository, prefix string) review.Source {
	return &source{repository: r, prefix: prefix}
}

// Commit implements review.Source.
func (s *source) Commit(id string) (review.State, error) {
	if i := slices.IndexFunc(s.states, func(st review.State) bool { return st.Commit == id }); i >= 0 {
		found := s.states[i]
		s.states = append(slices.Delete(s.states, i, i+1), found)
		return found, nil
	}
	tree, err := s.repository.Tree(id, s.prefix)
	if err != nil {
		return review.State{}, err
	}
	out, err := state(tree)
	if err != nil {
		return review.State{}, err
	}
	out.Commit = id
	if len(s.states) == remembered {
		s.states = slices.Delete(s.states, 0, 1)
	}
	s.states = append(s.states, out)
	return out, nil
}

// Joined implements review.Source.
func (s *source) Joined(entries []change.Entry) (review.State, error) {
	list := make([]git.Entry, len(entries))
	for i, e := range entries {
		list[i] = git.Entry{Path: e.Path, Mode: fileMode(e.Mode), ID: e.Blob}
	}
	tree, err := s.repository.Joined(list)
	if err != nil {
		return review.State{}, err
	}
	return state(tree)
}

// MergeBase implements review.Source.
func (s *source) MergeBase(a, b string) (base, problem string, err error) {
	base, err = s.repository.MergeBase(a, b)
	if ambiguous, ok := errors.AsType[*git.BaseError](err); ok {
		return "", ambiguous.Error(), nil
	}
	return base, "", err
}

func state(tree *git.Tree) (review.State, error) {
	read, err := pipeline.ReadTree(tree)
	if err != nil {
		return review.State{}, err
	}
	// The commit itself knows best what is no regular file.
	read.Findings = slices.DeleteFunc(read.Findings, func(f finding.Finding) bool { return f.ID == "git/mode" })
	read.Findings = append(read.Findings, tree.Problems()...)
	sums := sumsOf(read)
	out := review.State{Tree: read, Read: tree.ReadFile}
	for _, e := range tree.Entries() {
		mode := gitMode(e.Mode)
		out.Entries = append(out.Entries, change.Entry{Path: e.Path, Mode: mode, Blob: e.ID})
		out.Files = append(out.Files, effect.File{Path: e.Path, Mode: mode, Blob: e.ID, Sum: func() effect.Digest {
			if d, ok := sums[e.Path]; ok {
				return d
			}
			if b, err := tree.ReadFile(e.Path); err == nil {
				return sha256.Sum256(b)
			}
			return sha256.Sum256([]byte(e.ID)) // a link or a submodule: its object counts
		}})
	}
	return out, nil
}

func sumsOf(t *pipeline.Tree) map[string]effect.Digest {
	out := make(map[string]effect.Digest, len(t.Documents))
	for _, class := range [][]pipeline.Source{t.Documents, t.Policies, t.Schemas} {
		for _, s := range class {
			out[s.Path] = effect.Digest(s.Digest)
		}
	}
	return out
}

// fileMode is a mode of Git as trees have it.
func fileMode(mode string) fs.FileMode {
	switch mode {
	case "120000":
		return fs.ModeSymlink | 0o777
	case "160000":
		return fs.ModeIrregular
	case "100755":
		return 0o755
	}
	return 0o644
}

// mostCommits bounds how many commits of a change are read.
const mostCommits = 10_000

// Commits are the commits that a change adds to a base, newest first, for
// change.Signed and change.Hosted.
func Commits(r *git.Repository, base, head string) ([]change.Commit, error) {
	list, err := r.Between(base, head, mostCommits)
	if err != nil {
		return nil, err
	}
	out := make([]change.Commit, 0, len(list))
	for _, c := range list {
		made := change.Commit{ID: c.ID, Payload: c.Payload, Signatures: c.Signatures, Author: c.Author.Email, Committer: c.Committer.Email}
		for _, p := range c.CoAuthors {
			made.CoAuthors = append(made.CoAuthors, p.Email)
		}
		out = append(out, made)
	}
	return out, nil
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
