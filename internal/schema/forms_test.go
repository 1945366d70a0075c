package schema

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/patchops/patchops/internal/shape"
)

// editorSchema compiles a kind's JSON Schema by another hand's library, which
// also checks it against the metaschema of draft-07.
func editorSchema(t *testing.T, set *shape.Set, kind string) *jsonschema.Schema {
	t.Helper()
	text, err := shape.JSONSchema(set, kind)
	if err != nil {
		t.Fatal(err)
	}
	again, err := shape.JSONSchema(set, kind)
	if err != nil || !bytes.Equal(text, again) {
		t.Errorf("%s: two prints differ (%v)", kind, err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft7)
	if err := c.AddResource("kind.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("kind.json")
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return s
}

// Editors are told exactly what the tree says.
func TestJSONSchemaEqualsTree(t *testing.T) {
	files := builtin(t)
	set := compileBuiltin(t)
	g := newGenerator(files, rand.NewPCG(5, 6))
	total := documents(t, 10_000)
	for _, kind := range set.KindNames() {
		s := editorSchema(t, set, kind)
		for range total / len(set.Kinds) {
			v := g.next(set.Kinds[kind])
			tree, editor := admits(set.Kinds[kind], &v), s.Validate(plain(&v)) == nil
			if tree != editor {
				t.Errorf("%s: tree %v, JSON Schema %v: %s", kind, tree, editor, show(plain(&v)))
			}
		}
	}
}

// OPA's type checker takes every type schema, and knows every field by it.
func TestTypeSchemasLoadIntoOPA(t *testing.T) {
	set := compileBuiltin(t)
	nodes := map[string]*shape.Node{}
	for name, n := range set.Definitions {
		if n.Map != nil && len(n.Map.Keys) == 0 && len(n.FieldNames()) > 0 && len(n.Alternatives) == 0 {
			nodes[name] = n
		}
	}
	for name, n := range nodes {
		schemas := ast.NewSchemaSet()
		schemas.Put(ast.MustParseRef("schema.input"), shape.TypeSchema(n))
		good := "# METADATA\n# scope: package\n# schemas:\n#   - input: schema.input\npackage p\n"
		for i, field := range n.FieldNames() {
			good += "r" + strconv.Itoa(i) + " if input[\"" + field + "\"]\n"
		}
		if err := compileRego(good, schemas); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := compileRego(good+"bad if input.nosuchfield\n", schemas); err == nil {
			t.Errorf("%s: OPA takes a field that does not exist", name)
		}
	}
	if len(nodes) < 50 {
		t.Errorf("only %d definitions tried", len(nodes))
	}
}

func compileRego(text string, schemas *ast.SchemaSet) error {
	m, err := ast.ParseModuleWithOpts("p.rego", text, ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
	if err != nil {
		return err
	}
	c := ast.NewCompiler().WithSchemas(schemas).WithUseTypeCheckAnnotations(true)
	if c.Compile(map[string]*ast.Module{"p.rego": m}); c.Failed() {
		return c.Errors
	}
	return nil
}
