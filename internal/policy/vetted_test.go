package policy_test

import (
	"reflect"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/policy"
)

// TestVetted: what a release compiles piece by piece has every rule that was vetted
// as a whole, with all that it says of itself, under the same kind or gate, and every
// piece compiles.
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
	if got, want := vetted.Rules(), whole.Rules(); len(want) < 100 || !reflect.DeepEqual(got, want) {
		t.Errorf("%d rules, wanted %d and the same:\n%v\n%v", len(got), len(want), got, want)
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

// TestVettedStages: with the shared packages that it names and no others, what is judged
// by passes every stage of the compiler, and the few stages that a release runs make the
// same of it.
func TestVettedStages(t *testing.T) {
	shapes, err := pipeline.Shapes()
	if err != nil {
		t.Fatal(err)
	}
	modules, err := pipeline.BuiltinModules()
	if err != nil {
		t.Fatal(err)
	}
	compiled := policy.BothWays(shapes, modules, pipeline.Functions())
	if len(compiled) < 20 {
		t.Errorf("%d kinds and gates are judged", len(compiled))
	}
	for _, c := range compiled {
		if c.Unreadable != nil || len(c.Found) > 0 || c.Vetted.Failed() {
			t.Errorf("%s: %v %v %v", c.Input, c.Unreadable, c.Found, c.Vetted.Errors)
			continue
		}
		if !reflect.DeepEqual(c.Vetted.RewrittenVars, c.Whole.RewrittenVars) {
			t.Errorf("%s: other variables", c.Input)
		}
		for file := range c.Whole.Modules {
			sameRules(t, c, file)
		}
	}
}

func sameRules(t *testing.T, c policy.Compiled, file string) {
	got, want := c.Vetted.Modules[file], c.Whole.Modules[file]
	if got == nil || len(got.Rules) != len(want.Rules) {
		t.Errorf("%s: rules of %s are missing", c.Input, file)
		return
	}
	for i, r := range want.Rules {
		r.Annotations = nil // nobody asks a rule for them
		if have := got.Rules[i]; !have.Equal(r) || !have.Loc().Equal(r.Loc()) {
			t.Errorf("%s: %s: a release would judge by\n%s\nwanted as follows; write conditions in this order\n%s", c.Input, r.Loc(), have, r)
		}
		if ref := r.Ref().GroundPrefix(); (c.Vetted.RuleIndex(ref) == nil) != (c.Whole.RuleIndex(ref) == nil) {
			t.Errorf("%s: %s: only one way leads to an index", c.Input, ref)
		}
	}
	var had, wanted []int
	ast.WalkTerms(got, indexed(c.Vetted, &had))
	ast.WalkTerms(want, indexed(c.Whole, &wanted))
	if !reflect.DeepEqual(had, wanted) {
		t.Errorf("%s: %s: comprehensions %v have an index, wanted %v", c.Input, file, had, wanted)
	}
	ast.WalkWiths(got, func(w *ast.With) bool { // its evaluation asks for types
		t.Errorf("%s: a rule replaces %s", w.Loc(), w.Target)
		return false
	})
}

// indexed notes which of the terms that it meets have an index.
func indexed(c *ast.Compiler, which *[]int) func(*ast.Term) bool {
	n := 0
	return func(term *ast.Term) bool {
		if n++; c.ComprehensionIndex(term) != nil {
			*which = append(*which, n)
		}
		return false
	}
}
