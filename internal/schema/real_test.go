package schema

import (
	"io/fs"
	"maps"
	"math/rand/v2"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/scaffold"
	"github.com/patchops/patchops/internal/shape"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/window"
	"github.com/patchops/patchops/schemas"
)

// builtin reads the built-in schemas.
func builtin(t testing.TB) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	entries, err := fs.ReadDir(schemas.FS, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".cue") {
			continue
		}
		if files[e.Name()], err = fs.ReadFile(schemas.FS, e.Name()); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func compileBuiltin(t testing.TB) *shape.Set {
	t.Helper()
	set, findings := Compile(builtin(t), nil)
	for _, f := range findings {
		t.Errorf("%s:%d:%d: %s: %s: %s", f.File, f.Line, f.Column, f.ID, f.Message, f.Hint)
	}
	return set
}

func TestBuiltin(t *testing.T) {
	checks := map[string]shape.Check{}
	for _, table := range []map[string]func(string) (string, string){window.Checks(), spec.Checks()} {
		for name, check := range table {
			checks[name] = check
		}
	}
	if _, findings := Compile(builtin(t), checks); len(findings) > 0 {
		t.Errorf("with the checks: %v", findings)
	}
	if _, err := NewJudge(builtin(t)); err != nil {
		t.Errorf("CUE refuses the schemas: %v", err)
	}
}

func BenchmarkCompile(b *testing.B) {
	files := builtin(b)
	for b.Loop() {
		Compile(files, nil)
	}
}

// Kinds, gates and definitions are all there, documented, and each kind lets its
// documents be told apart.
// Findings say patterns in the words of their comments, after "wanted".
func TestPatternsHaveWords(t *testing.T) {
	article := regexp.MustCompile(`^(An?|The|One|Text|Money|Percent) `)
	seen := map[*shape.Node]bool{}
	var visit func(string, *shape.Node)
	visit = func(at string, n *shape.Node) {
		if n == nil || seen[n] {
			return
		}
		seen[n] = true
		if s := n.String; s != nil && len(s.Patterns) > 0 && !article.MatchString(s.Words) {
			t.Errorf("%s: the comment %q does not say what is wanted", at, s.Words)
		}
		visit(at, n.Element())
		for _, name := range n.FieldNames() {
			visit(at+"."+name, n.Child(name))
		}
		if n.Map == nil {
			return
		}
		for _, k := range n.Map.Keys {
			if k.Pattern != nil && !article.MatchString(k.Words) {
				t.Errorf("%s: the comment %q does not say what keys are wanted", at, k.Words)
			}
			visit(at+"[string]", k.Node)
		}
	}
	set := compileBuiltin(t)
	for _, named := range []map[string]*shape.Node{set.Definitions, set.Kinds, set.Gates} {
		for name, n := range named {
			visit(name, n)
		}
	}
}

func TestBuiltinSet(t *testing.T) {
	set := compileBuiltin(t)
	for _, gate := range []string{"rollout", "change", "start", "close"} {
		if set.Gates[gate] == nil {
			t.Errorf("no input for gate %s", gate)
		}
	}
	for kind, n := range set.Kinds {
		for _, field := range []string{"apiVersion", "kind", "metadata", "spec"} {
			if f := n.Map.Field(field); f == nil || !f.Required {
				t.Errorf("%s does not require %s", kind, field)
			}
		}
	}
	for name, n := range set.Definitions {
		if n.Doc == "" {
			t.Errorf("%s has no comment", name)
		}
		for _, row := range shape.FieldTable(n) {
			envelope := row.Path == "apiVersion" || row.Path == "kind" || strings.HasPrefix(row.Path, "metadata")
			if row.Doc == "" && !envelope {
				t.Errorf("%s: %s has no comment", name, row.Path)
			}
		}
	}
}

// Deleting any required field of a good document refuses it (security.md R27).
func TestFloors(t *testing.T) {
	files := builtin(t)
	set := compileBuiltin(t)
	g := newGenerator(files, rand.NewPCG(7, 8))
	for _, kind := range set.KindNames() {
		for range 20 {
			v := g.good(set.Kinds[kind])
			eachRequired(set.Kinds[kind], &v, func(m *document.Value, i int) {
				before := *m
				name := m.Keys[i].Name
				m.Keys, m.Items = without(m.Keys, i), without(m.Items, i)
				if admits(set.Kinds[kind], &v) {
					t.Errorf("%s is taken without %s: %s", kind, name, show(plain(&v)))
				}
				*m = before
			})
		}
	}
}

// eachRequired visits the keys of v that are required and no part of a choice.
func eachRequired(n *shape.Node, v *document.Value, visit func(m *document.Value, i int)) {
	var sites []site
	collect(n, v, &sites)
	for _, s := range sites {
		for i := range s.value.Keys {
			if s.node.Map == nil {
				continue
			}
			for _, f := range s.node.Map.Fields {
				if f.Required && f.Name == s.value.Keys[i].Name {
					visit(s.value, i)
				}
			}
		}
	}
}

// good makes a value that the node admits.
func (g *generator) good(n *shape.Node) document.Value {
	for {
		if v := g.value(n, 5); admits(n, &v) {
			return v
		}
	}
}

// BenchmarkJudge10000 judges 10,000 good documents such as people write.
func BenchmarkJudge10000(b *testing.B) {
	set := compileBuiltin(b)
	people := scaffolded(b, set)
	docs := make([]document.Document, 10_000)
	for i := range docs {
		docs[i] = people[i%len(people)]
	}
	b.ReportAllocs()
	for b.Loop() {
		for i := range docs {
			if len(set.Judge(&docs[i])) > 0 {
				b.Fatal("a good document is refused")
			}
		}
	}
}

// scaffolded are the documents of the scaffold of a larger repository.
func scaffolded(b *testing.B, set *shape.Set) []document.Document {
	b.Helper()
	files, err := scaffold.Render("msp", time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC), "00000000")
	if err != nil {
		b.Fatal(err)
	}
	var good []document.Document
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if path.Ext(name) != ".yaml" {
			continue
		}
		docs, _ := document.ParseYAML(name, files[name])
		for i := range docs {
			if len(set.Judge(&docs[i])) == 0 {
				good = append(good, docs[i])
			}
		}
	}
	if len(good) < 100 {
		b.Fatalf("%d good documents, wanted some hundred", len(good))
	}
	return good
}
