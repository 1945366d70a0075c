package scaffold_test

import (
	"os"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/pipeline"
)

// TestOwnPlansCheckClean: `make plans` passes, today and for the years that the
// plans of this project cover.
func TestOwnPlansCheckClean(t *testing.T) {
	engine, err := pipeline.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	for _, asOf := range []time.Time{time.Now().UTC(), time.Date(2029, 2, 28, 0, 0, 0, 0, time.UTC), time.Date(2036, 6, 1, 0, 0, 0, 0, time.UTC)} {
		tree, err := pipeline.ReadTree(os.DirFS("../../plans"))
		if err != nil {
			t.Fatal(err)
		}
		outcome, err := engine.Check(pipeline.Input{Tree: tree, AsOf: asOf, Child: here})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range outcome.Findings {
			t.Errorf("as of %s: %s:%d:%d: %s %s (%s)", asOf, f.File, f.Line, f.Column, f.ID, f.Message, f.Hint)
		}
		if outcome.Documents < 20 {
			t.Errorf("%d documents, wanted those of plans/", outcome.Documents)
		}
	}
}
