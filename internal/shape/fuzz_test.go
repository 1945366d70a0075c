package shape_test

import (
	"testing"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

// FuzzJudge: whatever a file holds, it is judged and walked without a panic, and
// every finding has a message, a path that is shown and a place of the rule.
func FuzzJudge(f *testing.F) {
	set := compilePlan(f)
	f.Add([]byte("apiVersion: patchops.dev/v1alpha1\nkind: PatchPlan\nmetadata: {name: p}\nspec: {gate: {type: probe, role: yes}, waves: [{count: 1, percent: 0x1}], free: [~]}"))
	f.Add([]byte("kind: [PatchPlan]"))
	f.Fuzz(func(t *testing.T, src []byte) {
		docs, _ := document.ParseYAML("f.yaml", src)
		for i := range docs {
			shape.Walk(set.Kinds["PatchPlan"], &docs[i].Root, func(document.Path, *shape.Node, *document.Value) {})
			for _, found := range set.Judge(&docs[i]) {
				if found.Message == "" || found.Severity != finding.Error || found.Line == 0 {
					t.Errorf("found %+v", found)
				}
				if found.ID != "schema/kind" && (len(found.Related) != 1 || found.Related[0].File != "schemas/plan.cue") {
					t.Errorf("%+v has no place of its rule", found)
				}
			}
		}
	})
}
