package controller

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/git/gittest"
	"github.com/patchops/patchops/internal/pipeline"
)

// TestR20NothingRestsOnWhatWasNotEvaluated: a freeze, a rule or a person in CUE that there was
// no time for is not missing: documents of the tip are read again later.
func TestR20NothingRestsOnWhatWasNotEvaluated(t *testing.T) {
	remote := gittest.Bare(t)
	tip := remote.Seed(gittest.Commit{Branch: "main", Files: map[string]string{
		"patchops.yaml": "apiVersion: patchops.dev/v1alpha1\nkind: Config\nmetadata: {name: config}\nspec: {}\n",
		"rules/dana.cue": `apiVersion: "patchops.dev/v1alpha1"
kind: "Person"
metadata: name: "dana"
spec: {displayName: "Dana", active: true}
`,
	}})[0]
	clone, err := git.CloneAt(t.Context(), filepath.Join(t.TempDir(), "clone.git"), "origin", remote.Dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := clone.Fetch(t.Context()); err != nil {
		t.Fatal(err)
	}
	store, err := open(clone)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := pipeline.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	busy := true
	j := &pipelineJudge{engine: engine, store: store, child: func(job string, shared []byte, items [][]byte) ([]pipeline.Answer, error) {
		answer, err := pipeline.Jobs()[job](shared)
		if err != nil {
			return nil, err
		}
		out := make([]pipeline.Answer, len(items))
		for i, item := range items {
			if out[i].Output = answer(item); busy {
				out[i] = pipeline.Answer{Problem: "took more than 2s"}
			}
		}
		return out, nil
	}}
	defer func() { _ = store.repository.Close() }()
	if book, _, err := j.Book(tip); !errors.Is(err, ErrLater) || !errors.Is(err, pipeline.ErrUnread) {
		t.Errorf("people %v, %v, wanted them later", book, err)
	}
	if all, _, err := j.Corpus(tip); !errors.Is(err, ErrLater) {
		t.Errorf("documents %v, %v, wanted them later", all, err)
	}
	busy = false
	book, _, err := j.Book(tip)
	if err != nil || !book.People["dana"].Active {
		t.Errorf("people %v, %v, wanted dana", book, err)
	}
	all, _, err := j.Corpus(tip)
	if err != nil || len(all.Entries()) != 2 {
		t.Errorf("%v, wanted 2 documents", err)
	}
	if j.wholeOf != nil {
		_ = j.wholeOf.Close()
	}
}
