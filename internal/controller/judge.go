package controller

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/review"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/trust"
)

// Judge reads trees and judges changes: the pipeline, or a fake.
type Judge interface {
	// Book is who and what rules there are at a commit.
	Book(commit string) (*approval.Book, *spec.Config, error)
	// Review judges; Engine, Child and Source of the input are the judge's.
	Review(ctx context.Context, in review.Input) (*review.Review, error)
	// Contributors are whose work the commits from base to head are; without hosted
	// their signatures alone say so.
	Contributors(book *approval.Book, base, head string, hosted *Hosted) (change.Contributors, error)
	// Landing is what to put over the tree of the authorised tip, and the manifest
	// of the result.
	Landing(r *review.Review) (files []git.File, manifest string, err error)
	// Manifest is that of a commit.
	Manifest(commit string) (string, error)
	// Unread reports whether a review's landing effect is empty or only on paths
	// that patchops never reads.
	Unread(r *review.Review) bool
}

// pipelineJudge judges with the engine.
type pipelineJudge struct {
	engine *pipeline.Engine
	child  pipeline.Child
	store  *cloneStore
	prefix string
	kept   pipeline.Kept

	source   review.Source
	of       *git.Repository // that source reads
	book     *approval.Book
	config   *spec.Config
	bookedAt string
}

// at is a source over the repository as it is open now.
func (j *pipelineJudge) at() review.Source {
	if j.source == nil || j.of != j.store.repository {
		j.source, j.of = NewSource(j.store.repository, j.prefix), j.store.repository
	}
	return j.source
}

// Book implements Judge.
func (j *pipelineJudge) Book(commit string) (*approval.Book, *spec.Config, error) {
	if j.bookedAt == commit {
		return j.book, j.config, nil
	}
	st, err := j.at().Commit(commit)
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", commit, err)
	}
	out, err := j.engine.Read(pipeline.Input{Tree: st.Tree, Child: j.child}, "Person", "Group", "ApprovalRule", "Contact")
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", commit, err)
	}
	j.book, j.config, j.bookedAt = approval.ReadBook(out.Corpus, commit), st.Tree.Config, commit
	return j.book, j.config, nil
}

// Review implements Judge.
func (j *pipelineJudge) Review(_ context.Context, in review.Input) (r *review.Review, err error) {
	defer func() {
		if p := recover(); p != nil { // what a stranger wrote must not end the controller (R20)
			r, err = nil, fmt.Errorf("a bug: %v", p)
		}
	}()
	in.Engine, in.Child, in.Source, in.Kept = j.engine, j.child, j.at(), j.kept
	r, err = review.Judge(in)
	if err != nil || j.prefix == "" || in.Landed != "" || r.Base == "" {
		return r, err
	}
	outside, err := j.outside(r)
	for _, path := range outside {
		r.Why, r.Mergeable = append(r.Why, fmt.Sprintf("it changes %s, which lies outside %s/ and is not judged", path, j.prefix)), false
	}
	return r, err
}

// outside are paths beside the documents' folder that a change alters: nobody
// judges them, so they do not land.
func (j *pipelineJudge) outside(r *review.Review) ([]string, error) {
	trees := [2]map[string]git.Entry{}
	for i, commit := range []string{r.Base, r.Change.Head} {
		tree, err := j.store.repository.Tree(commit, "")
		if err != nil {
			return nil, err
		}
		trees[i] = map[string]git.Entry{}
		for _, e := range tree.Entries() {
			if !strings.HasPrefix(e.Path, j.prefix+"/") {
				trees[i][e.Path] = e
			}
		}
	}
	var out []string
	for i, tree := range trees {
		for path, e := range tree {
			if o, ok := trees[1-i][path]; (i == 0 || !ok) && (!ok || o.ID != e.ID || o.Mode != e.Mode) {
				out = append(out, path)
			}
		}
	}
	slices.Sort(out)
	return out[:min(len(out), 5)], nil
}

// Contributors implements Judge.
func (j *pipelineJudge) Contributors(book *approval.Book, base, head string, hosted *Hosted) (change.Contributors, error) {
	commits, err := Commits(j.store.repository, base, head)
	if errors.Is(err, git.ErrTooMany) {
		return change.Contributors{Unknown: []change.Unknown{{Why: firstLine(err)}}}, nil
	}
	if err != nil {
		return change.Contributors{}, err
	}
	if hosted != nil {
		return change.Hosted(hosted.Opener, hosted.Pushers, hosted.Known, commits, review.People(book)), nil
	}
	return change.Signed(commits, review.People(book)), nil
}

// Landing implements Judge.
func (j *pipelineJudge) Landing(r *review.Review) ([]git.File, string, error) {
	st, err := j.at().Commit(r.Authorised)
	if err != nil {
		return nil, "", err
	}
	// The review may be of an earlier look, whose repository is closed: what it
	// holds is read afresh.
	landing, err := j.at().Joined(r.Entries)
	if err != nil {
		return nil, "", err
	}
	prefix := ""
	if j.prefix != "" {
		prefix = j.prefix + "/"
	}
	return difference(prefix, st.Entries, r.Entries), manifest(landing.Files), nil
}

// difference is what to put over before to have after; a file without a mode is
// to be removed.
func difference(prefix string, before, after []change.Entry) []git.File {
	old := make(map[string]change.Entry, len(before))
	for _, e := range before {
		old[e.Path] = e
	}
	var out []git.File
	for _, e := range after {
		if old[e.Path] != e {
			out = append(out, git.File{Path: prefix + e.Path, Mode: e.Mode, Blob: e.Blob})
		}
		delete(old, e.Path)
	}
	for _, e := range before {
		if _, gone := old[e.Path]; gone {
			out = append(out, git.File{Path: prefix + e.Path})
		}
	}
	return out
}

func manifest(files []effect.File) string {
	lines := make([]trust.Line, len(files))
	for i, f := range files {
		lines[i] = trust.Line{Path: f.Path, Mode: f.Mode, Sum: [sha256.Size]byte(f.Sum())}
	}
	return trust.Manifest(lines)
}

// Manifest implements Judge.
func (j *pipelineJudge) Manifest(commit string) (string, error) {
	st, err := j.at().Commit(commit)
	if err != nil {
		return "", err
	}
	return manifest(st.Files), nil
}

// Unread implements Judge: dot-folders, excluded paths, and files beside policies
// and schemas that no document names.
func (j *pipelineJudge) Unread(r *review.Review) bool {
	e := r.Landing
	if e == nil || len(e.Documents) > 0 || len(e.Grants) > 0 || r.Outcome == nil {
		return false
	}
	if len(e.Files) == 0 {
		return true
	}
	named := map[string]bool{}
	for _, c := range []*corpus.Corpus{r.Outcome.Before, r.Outcome.Corpus} {
		if c == nil {
			return false
		}
		for _, entry := range c.Entries() {
			for _, name := range effect.Reads(entry) {
				named[name] = true
			}
		}
	}
	return !slices.ContainsFunc(e.Files, func(f effect.FileChange) bool {
		return named[f.Path] || strings.HasPrefix(f.Path, "policies/") || strings.HasPrefix(f.Path, "schemas/") || f.Path == "patchops.yaml"
	})
}
