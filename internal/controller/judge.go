package controller

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"path"
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
	// Contributors are whose work the commits from base to head are, or head alone where base
	// is ""; without hosted
	// their signatures alone say so, of which those by revoked keys say nothing.
	Contributors(book *approval.Book, revoked map[string]int64, base, head string, hosted *Hosted) (change.Contributors, error)
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

	declared declared

	source   review.Source
	of       *git.Repository // that source reads
	book     *approval.Book
	config   *spec.Config
	bookedAt string
	whole    *corpus.Corpus // of wholeAt, and its grants
	tree     *effect.Tree
	wholeAt  string
	wholeOf  *git.Repository
	// The same as it was read, and its rules of the start gate; nil where it has none.
	wholeTree *pipeline.Tree
	starts    *pipeline.Starting
	startsAt  string
	closes    *pipeline.Closing // likewise of the close gate
	closesAt  string
	signed    map[string]change.Contributors // by tip, base and head
}

// mostSigned is how many changes' contributors are remembered.
const mostSigned = 4096

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
	child, unread := pipeline.Watch(j.child)
	out, err := j.engine.Read(pipeline.Input{Tree: st.Tree, Child: child}, "Person", "Group", "ApprovalRule", "Contact")
	if err == nil {
		err = later(unread)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read %s: %w", commit, err)
	}
	j.book, j.config, j.bookedAt = approval.ReadBook(out.Corpus, commit), st.Tree.Config, commit
	return j.book, j.config, nil
}

// later is why documents of the authorised tip cannot be relied on now: without one of them,
// people, rules or freezes would be missing.
func later(unread *pipeline.Unread) error {
	if err := unread.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrLater, err)
	}
	return nil
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
func (j *pipelineJudge) Contributors(book *approval.Book, revoked map[string]int64, base, head string, hosted *Hosted) (change.Contributors, error) {
	key := fmt.Sprint(book.Commit, base, head, len(revoked)) // none is ever taken back
	if known, ok := j.signed[key]; ok && hosted == nil {
		return known, nil
	}
	commits, err := Commits(j.store.repository, base, head)
	if errors.Is(err, git.ErrTooMany) {
		return change.Contributors{Unknown: []change.Unknown{{Why: firstLine(err)}}}, nil
	}
	if err != nil {
		return change.Contributors{}, err
	}
	if hosted != nil {
		return change.Hosted(hosted.Opener, hosted.Pushers, hosted.Known, commits, people(book, revoked)), nil
	}
	if j.signed == nil || len(j.signed) >= mostSigned {
		j.signed = map[string]change.Contributors{}
	}
	j.signed[key] = change.Signed(commits, people(book, revoked))
	return j.signed[key], nil
}

// people are the Persons of a book with those of their keys that were revoked.
func people(book *approval.Book, revoked map[string]int64) []change.Person {
	out := review.People(book)
	for i, p := range out {
		for _, key := range p.Keys {
			if _, gone := revoked[key]; gone {
				out[i].Revoked = append(out[i].Revoked, key)
			}
		}
	}
	return out
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

// playbooks reports whether something is installed by Ansible: a playbook reads
// files that no document names.
func playbooks(c *corpus.Corpus) bool {
	return slices.ContainsFunc(c.Entries(), func(e *corpus.Entry) bool { return e.ID.Kind == "ExecutorProfile" && len(effect.Reads(e)) > 0 })
}

// aside reports whether a file is for people or for the forge.
func aside(file string) bool {
	return strings.HasPrefix(file, ".") || path.Ext(file) == ".md"
}

// document reports whether a file is one that documents are read from, though what
// it holds may be none: nobody gets a broken one past the rules.
func (j *pipelineJudge) document(r *review.Review, file string) bool {
	trees := []*pipeline.Tree{r.Tree}
	if st, err := j.at().Commit(r.Authorised); err == nil {
		trees = append(trees, st.Tree)
	}
	return slices.ContainsFunc(trees, func(t *pipeline.Tree) bool {
		return slices.ContainsFunc(t.Documents, func(s pipeline.Source) bool { return s.Path == file })
	})
}

// Unread implements Judge: dot-folders, excluded paths, and files beside policies
// and schemas that no document names. Where Ansible installs, only what is for
// people.
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
	ansible := slices.ContainsFunc([]*corpus.Corpus{r.Outcome.Before, r.Outcome.Corpus}, playbooks)
	return !slices.ContainsFunc(e.Files, func(f effect.FileChange) bool {
		return named[f.Path] || j.document(r, f.Path) || ansible && !aside(f.Path) || strings.HasPrefix(f.Path, "policies/") || strings.HasPrefix(f.Path, "schemas/") || f.Path == "patchops.yaml"
	})
}
