package scaffold_test

import (
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/scaffold"
)

// TestEverythingHasARule: whatever somebody changes in a new repository, some rule
// says who must agree: every kind wherever its file lies, every file of the
// scaffold, and those that usually come next.
func TestEverythingHasARule(t *testing.T) {
	engine, err := pipeline.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	asOf := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	for _, example := range scaffold.Examples() {
		t.Run(example, func(t *testing.T) {
			outcome, err := engine.Check(pipeline.Input{Tree: render(t, example, asOf), AsOf: asOf, Child: here})
			if err != nil {
				t.Fatal(err)
			}
			book := approval.ReadBook(outcome.Corpus, "0123456789abcdef0123456789abcdef01234567")
			all := changes(t, engine, example, asOf)
			for _, e := range outcome.Corpus.Entries() {
				document := effect.DocumentChange{Identity: e.ID, After: effect.DocumentState{Path: e.File}}
				all = append(all, &effect.Effect{Documents: []effect.DocumentChange{document}})
			}
			for _, c := range all {
				entries := approval.Entries(c, outcome.Corpus, outcome.Corpus, nil)
				v := approval.Judge(approval.Input{
					Repository: "r", Target: "main", Change: "x", Head: "h", Book: book, Now: asOf, Landing: c, Entries: entries,
				})
				if v.State != approval.Pending {
					t.Errorf("%s: the verdict is %s: %s", entries[0].Text, v.State, v.Tree.Children[len(v.Tree.Children)-1].Reason)
				}
			}
		})
	}
}

// changes are one effect for each kind in each folder, and for each file; plans
// are told by their type.
func changes(t *testing.T, engine *pipeline.Engine, example string, asOf time.Time) []*effect.Effect {
	t.Helper()
	files, err := scaffold.Params{Example: example, AsOf: asOf, RepositoryID: strings.Repeat("0", 32), Workflow: scaffold.Workflow()}.Render()
	if err != nil {
		t.Fatal(err)
	}
	var out []*effect.Effect
	folders := []string{"rules", "plans/acme", "clients/acme", "catalog"}
	for name := range files {
		if strings.HasPrefix(name, "plans/") {
			continue
		}
		out = append(out, &effect.Effect{Files: []effect.FileChange{{Path: name, After: effect.FileState{Mode: "100644"}}}})
		if top := path.Dir(name); !strings.HasPrefix(top, ".") && !strings.HasPrefix(top, "policies") && top != "schemas" && top != "playbooks" {
			folders = append(folders, top)
		}
	}
	for _, name := range []string{".patchops/schema/PatchPlan.json", "CODEOWNERS.md", "plans/acme/README.md", "catalog/days.ics", "clients/acme/hosts.csv", "policies/a/b/rule.rego"} {
		out = append(out, &effect.Effect{Files: []effect.FileChange{{Path: name, After: effect.FileState{Mode: "100644"}}}})
	}
	slices.Sort(folders)
	for _, kind := range engine.Shapes.KindNames() {
		if kind == "PatchPlan" {
			continue
		}
		for _, folder := range slices.Compact(slices.Clone(folders)) {
			document := effect.DocumentChange{Identity: finding.Identity{Kind: kind, Name: "x"}, After: effect.DocumentState{Path: folder + "/x.yaml"}}
			out = append(out, &effect.Effect{Documents: []effect.DocumentChange{document}})
		}
	}
	return out
}
