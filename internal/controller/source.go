package controller

import (
	"crypto/sha256"
	"errors"
	"path"
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
		list[i] = git.Entry{Path: e.Path, Mode: git.ParseMode(e.Mode), ID: e.Blob}
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

// Brought implements review.Source.
func (s *source) Brought(tip, id string) (by, before string, err error) {
	return s.repository.Brought(tip, id)
}

// LastChange implements review.Source.
func (s *source) LastChange(tip, name string) (string, error) {
	return s.repository.LastChange(tip, path.Join(s.prefix, name))
}

func state(tree *git.Tree) (review.State, error) {
	read, err := pipeline.ReadTree(tree)
	if err != nil {
		return review.State{}, err
	}
	// The commit itself knows best what is no regular file.
	read.Findings = slices.DeleteFunc(read.Findings, func(f finding.Finding) bool { return f.ID == "git/mode" })
	read.Findings = append(read.Findings, tree.Problems()...)
	out := review.State{Tree: read, Read: tree.ReadFile, Files: EffectFiles(tree, read)}
	for _, f := range out.Files {
		out.Entries = append(out.Entries, change.Entry{Path: f.Path, Mode: f.Mode, Blob: f.Blob})
	}
	return out, nil
}

// EffectFiles are all files of a commit as an effect counts them. What was read already is
// not read again. Of what is no regular file (a link, a submodule) the id of its object
// counts.
func EffectFiles(tree *git.Tree, read *pipeline.Tree) []effect.File {
	sums := read.Digests()
	out := make([]effect.File, 0, len(tree.Entries()))
	for _, e := range tree.Entries() {
		out = append(out, effect.File{Path: e.Path, Mode: git.ModeText(e.Mode), Blob: e.ID, Sum: func() effect.Digest {
			if d, ok := sums[e.Path]; ok {
				return d
			}
			if b, err := tree.ReadFile(e.Path); err == nil {
				return sha256.Sum256(b)
			}
			return sha256.Sum256([]byte(e.ID))
		}})
	}
	return out
}

// mostCommits bounds how many commits of a change are read.
const mostCommits = 10_000

// Commits are the commits that a change adds to a base, newest first, for
// change.Signed and change.Hosted; without a base the head alone.
func Commits(r *git.Repository, base, head string) ([]change.Commit, error) {
	list, err := commits(r, base, head)
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

func commits(r *git.Repository, base, head string) ([]git.Commit, error) {
	if base != "" {
		return r.Between(base, head, mostCommits)
	}
	c, err := r.CommitInfo(head)
	return []git.Commit{c}, err
}
