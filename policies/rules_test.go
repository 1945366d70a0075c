package policies_test

import (
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/policies"
)

// asOf is the instant of tests that name none.
const asOf = "2026-03-12T09:00:00Z"

func TestRulesKeepTheirTests(t *testing.T) {
	out := policy.RunTests(shapes(t), modules(t), pipeline.Functions(), policy.TestOptions{AsOf: asOf})
	for _, f := range out.Findings {
		t.Errorf("%s:%d:%d: %s: %s (%s)", f.File, f.Line, f.Column, f.ID, f.Message, f.Hint)
	}
	for _, r := range out.Tests {
		if !r.Passed {
			t.Errorf("%s:%d: %s: %s", r.Position.File, r.Position.Line, r.Name, r.Message)
		}
	}
	if len(out.Tests) == 0 {
		t.Error("0 tests ran")
	}
}

// TestMutantsDie leaves out, negates or moves every condition of every rule, one
// at a time: some test of that rule must fail.
func TestMutantsDie(t *testing.T) {
	all := modules(t)
	for _, m := range rules(t) {
		t.Run(path.Dir(strings.TrimPrefix(m.File, "policies/")), func(t *testing.T) {
			t.Parallel()
			left, ran, err := policy.Survivors(m, all, pipeline.Functions(), asOf)
			if err != nil {
				t.Fatal(err)
			}
			if ran == 0 {
				t.Error("no mutant ran")
			}
			t.Logf("%d mutants, %d survive", ran, len(left))
			for _, mutant := range left {
				t.Errorf("%s:%d:%d: %s survives", mutant.Position.File, mutant.Position.Line, mutant.Position.Column, mutant.What)
			}
		})
	}
}

// rules are the modules that are no tests.
func rules(t *testing.T) []policy.Module {
	t.Helper()
	return slices.DeleteFunc(modules(t), func(m policy.Module) bool { return strings.HasSuffix(m.File, "_test.rego") })
}

// shownAt is the kind of document at which findings of a gate are shown.
var shownAt = map[string]string{"rollout": "PatchPlan", "change": "any"}

// TestRulesAreWhole: a rule has tests, controls and a page that says the same
// as its metadata; a page that calls itself a rule's has one.
func TestRulesAreWhole(t *testing.T) {
	ids := map[string]bool{}
	engine, found := policy.Compile(shapes(t), rules(t), pipeline.Functions())
	for _, f := range found {
		t.Fatalf("%s:%d:%d: %s", f.File, f.Line, f.Column, f.Message)
	}
	for _, r := range engine.Rules() {
		ids[r.ID] = true
		if _, err := policies.FS.Open(r.ID + "/rule_test.rego"); err != nil {
			t.Errorf("%s has no rule_test.rego", r.ID)
		}
		if r.Title == "" || r.Description == "" || len(r.Controls) == 0 {
			t.Errorf("%s lacks a title, a description or controls", r.ID)
		}
		page, err := os.ReadFile("../docs/findings/" + r.ID + ".md")
		if err != nil {
			t.Errorf("%s has no page: %v", r.ID, err)
			continue
		}
		head := fmt.Sprintf("# %s\n> %s · %s gate · %s\n", r.ID, r.Severity, r.Gate, cmp.Or(r.Kind, shownAt[r.Gate]))
		if !strings.HasPrefix(string(page), head) {
			t.Errorf("the page of %s does not begin with %q", r.ID, head)
		}
		if tail := "\n## Controls\n- " + strings.Join(r.Controls, "\n- ") + "\n"; !strings.HasSuffix(string(page), tail) {
			t.Errorf("the page of %s does not end with %q", r.ID, tail)
		}
	}
	folders, err := fs.Glob(policies.FS, "*/*/rule.rego")
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range folders {
		if id := path.Dir(folder); !ids[id] {
			t.Errorf("%s is no rule", id)
		}
	}
	if slices.IndexFunc(folders, func(f string) bool { return strings.HasPrefix(f, "lib/") }) >= 0 {
		t.Error("a rule stands in lib")
	}
}
