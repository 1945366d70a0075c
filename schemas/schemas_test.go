// The tests here ask CUE itself, so that they hold whatever is compiled from
// the schemas: every kind takes its good documents and refuses their mutants.
package schemas_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	cueerrors "cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"gopkg.in/yaml.v3"

	"github.com/patchops/patchops/schemas"
)

// cueSchemas is the embedded schemas, as syntax and as CUE's own value.
type cueSchemas struct {
	sources map[string][]byte
	syntax  map[string]ast.Expr // of each definition, by its name with "#"
	docs    map[string]string   // its doc comment
	value   cue.Value
}

func load(t *testing.T) *cueSchemas {
	t.Helper()
	s := &cueSchemas{sources: map[string][]byte{}, syntax: map[string]ast.Expr{}, docs: map[string]string{}}
	names, err := fs.Glob(schemas.FS, "*.cue")
	check(t, err)
	inst := build.NewContext().NewInstance("schemas", nil)
	for _, name := range names {
		s.sources[name], err = fs.ReadFile(schemas.FS, name)
		check(t, err)
		file, err := parser.ParseFile(name, s.sources[name], parser.ParseComments)
		check(t, err)
		for _, d := range file.Decls {
			if f, ok := d.(*ast.Field); ok {
				name, _, err := ast.LabelName(f.Label)
				check(t, err)
				if s.syntax[name] != nil {
					t.Errorf("%s is defined twice", name)
				}
				s.syntax[name], s.docs[name] = f.Value, doc(f)
			}
		}
		check(t, inst.AddSyntax(file))
	}
	check(t, inst.Complete())
	s.value = cuecontext.New().BuildInstance(inst)
	check(t, s.value.Validate())
	return s
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(cueerrors.Details(err, nil))
	}
}

func doc(f *ast.Field) string {
	var text strings.Builder
	for _, g := range ast.Comments(f) {
		if g.Doc {
			text.WriteString(g.Text())
		}
	}
	return strings.TrimSpace(text.String())
}

// judge asks CUE whether v is a value of the definition.
func (s *cueSchemas) judge(definition string, v any) error {
	d := s.value.LookupPath(cue.MakePath(cue.Def(definition)))
	if err := d.Err(); err != nil {
		return err
	}
	return d.Unify(cuecontext.New().Encode(v)).Validate(cue.Concrete(true), cue.Final())
}

// sample is one good value of a definition.
type sample struct {
	file       string
	definition string
	value      any
}

// samples reads the documents of a folder of testdata. A file of values that
// are no documents bears the name of their definition.
func samples(t *testing.T, folder string) []sample {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.yaml"))
	check(t, err)
	if len(files) == 0 {
		t.Fatalf("no samples in %s", folder)
	}
	var all []sample
	for _, file := range files {
		src, err := os.ReadFile(file)
		check(t, err)
		decoder := yaml.NewDecoder(bytes.NewReader(src))
		for {
			var root yaml.Node
			if err := decoder.Decode(&root); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			s := sample{file: file, value: plain(&root)}
			s.definition = "#" + strings.TrimSuffix(filepath.Base(file), ".yaml")
			if kind, ok := s.value.(map[string]any)["kind"].(string); ok {
				s.definition = "#" + kind
			}
			all = append(all, s)
		}
	}
	return all
}

// plain turns a node into maps, lists and scalars; dates stay text.
func plain(n *yaml.Node) any {
	switch n.Kind {
	case yaml.DocumentNode:
		return plain(n.Content[0])
	case yaml.AliasNode:
		return plain(n.Alias)
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, plain(c))
		}
		return list
	}
	var v any
	if tag := n.ShortTag(); (tag == "!!int" || tag == "!!bool") && n.Decode(&v) == nil {
		return v
	}
	return n.Value
}
