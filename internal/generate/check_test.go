package generate

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/patchops/patchops/internal/pipeline"
)

// TestRepositoryChecksClean keeps the benchmark honest: nothing is skipped
// because it was broken anyway.
func TestRepositoryChecksClean(t *testing.T) { checksClean(t, Repository(8, 180, 1)) }

// TestEstateChecksClean does the same for the benchmark of rollouts.
func TestEstateChecksClean(t *testing.T) { checksClean(t, Estate(3, 90, 50, 1)) }

func checksClean(t *testing.T, files map[string][]byte) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: content, Mode: 0o644}
	}
	tree, err := pipeline.ReadTree(fsys)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := pipeline.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	asOf, err := time.Parse(time.RFC3339, AsOf)
	if err != nil {
		t.Fatal(err)
	}
	outcome, err := engine.Check(pipeline.Input{Tree: tree, AsOf: asOf})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range outcome.Findings {
		t.Errorf("%s:%d:%d: %s %s (%s)", f.File, f.Line, f.Column, f.ID, f.Message, f.Hint)
	}
	if outcome.Evaluated == 0 {
		t.Error("no rule was evaluated")
	}
}
