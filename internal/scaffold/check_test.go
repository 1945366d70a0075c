package scaffold_test

import (
	"testing"
	"testing/fstest"
	"time"

	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/scaffold"
)

// instants are days on which dates go wrong: the documentation's, a leap day, a day
// after Black Friday, and both ends of a year.
func instants() []string {
	return []string{
		"2026-03-12T09:00:00Z", "2028-02-29T12:00:00Z", "2027-11-27T06:30:00Z",
		"2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", "2026-07-31T18:45:00Z",
	}
}

// TestExamplesCheckClean is what `patchops init` promises: nothing is found, whenever it
// is run. Only who approves alone is told so.
func TestExamplesCheckClean(t *testing.T) {
	engine, err := pipeline.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	for _, example := range scaffold.Examples() {
		for _, text := range append(instants(), time.Now().UTC().Format(time.RFC3339)) {
			t.Run(example+"/"+text, func(t *testing.T) {
				asOf, err := time.Parse(time.RFC3339, text)
				if err != nil {
					t.Fatal(err)
				}
				clean(t, engine, example, asOf)
			})
		}
	}
}

func clean(t *testing.T, engine *pipeline.Engine, example string, asOf time.Time) {
	t.Helper()
	outcome, err := engine.Check(pipeline.Input{Tree: render(t, example, asOf), AsOf: asOf, Child: here})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range outcome.Findings {
		if f.ID != "approval/self-approval" {
			t.Errorf("%s:%d:%d: %s %s (%s)", f.File, f.Line, f.Column, f.ID, f.Message, f.Hint)
		}
	}
	if outcome.Documents == 0 || outcome.Evaluated == 0 {
		t.Errorf("%d documents and %d evaluations of rules", outcome.Documents, outcome.Evaluated)
	}
}

func render(t *testing.T, example string, asOf time.Time) *pipeline.Tree {
	t.Helper()
	files, err := scaffold.Render(example, asOf, "00000000-0000-4000-8000-000000000000")
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{}
	for name, content := range files {
		fsys[name] = &fstest.MapFile{Data: content, Mode: 0o644}
	}
	tree, err := pipeline.ReadTree(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// here runs the child's jobs in the test itself: what the scaffold holds is ours.
func here(job string, shared []byte, items [][]byte) ([]pipeline.Answer, error) {
	answer, err := pipeline.Jobs()[job](shared)
	if err != nil {
		return nil, err
	}
	answers := make([]pipeline.Answer, len(items))
	for i, item := range items {
		answers[i].Output = answer(item)
	}
	return answers, nil
}

func TestExamplesPassTheirOwnTests(t *testing.T) {
	for _, example := range scaffold.Examples() {
		tree := render(t, example, time.Unix(1773306000, 0))
		outcome, err := pipeline.Test(pipeline.TestInput{Tree: tree, OnlyOwn: true, Child: here})
		if err != nil {
			t.Fatal(err)
		}
		if outcome.Failed > 0 || outcome.Passed == 0 {
			t.Errorf("%s: %d tests passed, %d failed: %v %v", example, outcome.Passed, outcome.Failed, outcome.Findings, outcome.Results)
		}
	}
}
