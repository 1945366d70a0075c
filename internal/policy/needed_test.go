package policy_test

import (
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/policy"
)

// TestNeeded: a module gets the packages that it names and what these name; one that
// could mean any of them gets all.
func TestNeeded(t *testing.T) {
	modules, err := pipeline.BuiltinModules()
	if err != nil {
		t.Fatal(err)
	}
	shared := slices.DeleteFunc(modules, func(m policy.Module) bool { return !strings.HasPrefix(m.File, "policies/lib/") })
	for source, want := range map[string]string{
		`x := data.parameters["plan/x"].y`:               "",
		"import data.patchops.lib.moment":                "moment",
		"x if data.patchops.lib.moment.now > 1":          "moment",
		"import data.patchops.lib.hours\nx := data.asOf": "hours",
		"import data.patchops.lib":                       "all",
		"import data.patchops.plan.other":                "all",
		"import data.patchops.lib.momant":                "all",
		"import data.patchops.lib as moment":             "all",
		"import data as d":                               "all",
		`x := data["patchops"]`:                          "all",
		"x := data.patchops[name]":                       "all",
		"x := data.patchops.lib[name]":                   "all",
		"# The data of a plan.\nx := data.documents\nimport data.patchops.lib.sla as p": "agreements clients moment sla",
		"# data\nx := `a\n# b`": "all",
	} {
		var got []string
		for _, m := range policy.Needed(shared, []policy.Module{{File: "policies/plan/x/rule.rego", Source: []byte(source)}}) {
			got = append(got, path.Base(path.Dir(m.File)))
		}
		if want == "all" && len(got) == len(shared) {
			continue
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, wanted %s", source, got, want)
		}
	}
}

// TestNeededSuffices: every built-in rule compiles with what it needs.
func TestNeededSuffices(t *testing.T) {
	shapes, err := pipeline.Shapes()
	if err != nil {
		t.Fatal(err)
	}
	modules, err := pipeline.BuiltinModules()
	if err != nil {
		t.Fatal(err)
	}
	shared := slices.DeleteFunc(slices.Clone(modules), func(m policy.Module) bool { return !strings.HasPrefix(m.File, "policies/lib/") })
	few := 0
	for _, m := range modules {
		if strings.HasPrefix(m.File, "policies/lib/") {
			continue
		}
		need := policy.Needed(shared, []policy.Module{m})
		if len(need) < len(shared) {
			few++
		}
		if few%10 != 0 || len(need) == len(shared) {
			continue // each takes its time
		}
		if _, found := policy.Compile(shapes, append(need, m), pipeline.Functions()); len(found) > 0 {
			t.Errorf("%s: %v", m.File, found)
		}
	}
	if few < 150 {
		t.Errorf("only %d rules need few packages", few)
	}
}
