package cli

import (
	"errors"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/patchops/patchops/internal/audit"
	"github.com/patchops/patchops/internal/pipeline"
)

// TestAnEvaluationIsTriedOnceMore: on a busy machine there may have been no time for a CUE
// document; what is not evaluated then either speaks neither for nor against a log.
func TestAnEvaluationIsTriedOnceMore(t *testing.T) {
	tree, err := pipeline.ReadTree(fstest.MapFS{"clients/acme/client.cue": {Data: []byte("apiVersion: \"patchops.dev/v1alpha1\"\nkind: \"Client\"\nmetadata: {name: \"acme\", client: \"acme\"}\nspec: {}\n")}})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := pipeline.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	for busy, want := range []error{nil, nil, audit.ErrUnread, audit.ErrUnread} {
		asked := 0
		out, err := readWhole(engine, tree, func(job string, shared []byte, items [][]byte) ([]pipeline.Answer, error) {
			asked++
			if asked <= busy {
				return slices.Repeat([]pipeline.Answer{{Problem: "took more than 2s"}}, len(items)), nil
			}
			answer, err := pipeline.Jobs()[job](shared)
			if err != nil {
				return nil, err
			}
			var all []pipeline.Answer
			for _, item := range items {
				all = append(all, pipeline.Answer{Output: answer(item)})
			}
			return all, nil
		})
		if !errors.Is(err, want) || asked != min(busy, 1)+1 || err == nil && len(out.Corpus.Entries()) != 1 {
			t.Errorf("busy %d times: %v after %d, wanted %v", busy, err, asked, want)
		}
	}
}
