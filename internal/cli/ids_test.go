package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/patchops/patchops/docs"
	"github.com/patchops/patchops/internal/pipeline"
)

// engineCategories are the categories of findings that Go code reports. Rules
// have others, and share some.
var engineCategories = []string{
	"yaml", "cue", "bulk", "schema", "document", "layout", "reference", "selector",
	"config", "policy", "git", "acceptance", "ha", "estate", "window", "patch", "rollout", "approval", "authority",
}

var idForm = regexp.MustCompile(`^[a-z]+/[a-z]+(-[a-z]+)*$`)

// mentioned are the string literals of the program that have the form of an
// engine finding's id, with a place of each.
func mentioned(t *testing.T) map[string]token.Position {
	t.Helper()
	ids := map[string]token.Position{}
	err := filepath.WalkDir("..", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		src, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, file, src, 0)
		if err != nil {
			return err
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if _, ok := n.(*ast.ImportSpec); ok {
				return false
			}
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			id, err := strconv.Unquote(lit.Value)
			category, _, _ := strings.Cut(id, "/")
			if err == nil && idForm.MatchString(id) && slices.Contains(engineCategories, category) {
				ids[id] = set.Position(lit.Pos())
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// TestEveryIDHasAPage: whatever the program can find has a page, and no page
// describes a finding of the engine that nothing reports any more.
func TestEveryIDHasAPage(t *testing.T) {
	engine, err := pipeline.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	rules := map[string]bool{}
	for _, r := range engine.Rules().Rules() {
		rules[r.ID] = true
		if !slices.Contains(pipeline.Known(), r.ID) {
			t.Errorf("rule %s has no page docs/findings/%s.md", r.ID, r.ID)
		}
	}
	ids := mentioned(t)
	if len(ids) < 50 {
		t.Fatalf("only %d ids are found in the code, wanted all of them", len(ids))
	}
	for id, at := range ids {
		if !slices.Contains(pipeline.Known(), id) {
			t.Errorf("%s: %s has no page docs/findings/%s.md", at, id, id)
		}
	}
	for _, id := range pipeline.Known() {
		page, err := fs.ReadFile(docs.Findings, "findings/"+id+".md")
		if err != nil {
			t.Fatal(err)
		}
		summary, _, _ := strings.Cut(strings.TrimPrefix(string(page), "# "+id+"\n> "), "\n")
		switch _, reported := ids[id]; {
		case rules[id]:
			if strings.HasSuffix(summary, "· engine") {
				t.Errorf("%s is a rule, its page says %q", id, summary)
			}
		case !strings.HasSuffix(summary, "· engine"):
			t.Errorf("%s is no rule, its page says %q", id, summary)
		case !reported:
			t.Errorf("nothing reports %s, but it has a page", id)
		}
	}
}
