package policy_test

import (
	"testing"

	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/policy"
)

// TestVetted: what a release compiles piece by piece has every rule that was vetted
// as a whole, under the same kind or gate, and every piece compiles.
func TestVetted(t *testing.T) {
	engine, err := pipeline.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	modules, err := pipeline.BuiltinModules()
	if err != nil {
		t.Fatal(err)
	}
	vetted := engine.Rules()
	whole, found := policy.Compile(engine.Shapes, modules, pipeline.Functions())
	if len(found) > 0 {
		t.Fatal(found)
	}
	if got, want := len(vetted.Rules()), len(whole.Rules()); got != want || want < 100 {
		t.Errorf("%d rules, wanted %d", got, want)
	}
	for _, r := range whole.Rules() {
		input := r.Gate
		if r.Gate == policy.GateDocument {
			input = r.Kind
		}
		if err := vetted.Broken(input); err != nil {
			t.Fatalf("rules for %s: %v", input, err)
		}
		if got, want := vetted.Count(input), whole.Count(input); got != want {
			t.Errorf("%s: %d rules judge %s, wanted %d", r.ID, got, input, want)
		}
	}
}
