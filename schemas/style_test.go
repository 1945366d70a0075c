package schemas_test

import (
	"bytes"
	"os"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/format"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/schema"
)

// The comments are what editors show on hover, and the docs' field tables.
func TestEverythingIsExplained(t *testing.T) {
	s := load(t)
	for definition, e := range s.syntax {
		if s.docs[definition] == "" {
			t.Errorf("%s has no comment", definition)
		}
		ast.Walk(e, func(n ast.Node) bool {
			f, ok := n.(*ast.Field)
			if ok && name(f) != "" && doc(f) == "" {
				t.Errorf("%s: %s.%s has no comment", f.Pos(), definition, name(f))
			}
			return true
		}, nil)
	}
}

func TestFilesAreFormattedAndShort(t *testing.T) {
	for file, src := range load(t).sources {
		formatted, err := format.Source(src)
		check(t, err)
		if !bytes.Equal(src, formatted) {
			t.Errorf("%s is not formatted: run cue fmt", file)
		}
		if lines := bytes.Count(src, []byte("\n")); lines > 300 {
			t.Errorf("%s has %d lines, wanted at most 300", file, lines)
		}
	}
}

// All kinds and the inputs of the four gates that have one of their own keep
// to the style that a tree is compiled from.
func TestStyle(t *testing.T) {
	s := load(t)
	set, findings := schema.Compile(s.sources, nil)
	for _, f := range findings {
		t.Errorf("%s:%d:%d: %s: %s", f.File, f.Line, f.Column, f.ID, f.Message)
	}
	if len(set.Kinds) != len(s.kinds()) || len(set.Gates) != 4 {
		t.Errorf("compiled %d kinds and %d gates, wanted %d and 4", len(set.Kinds), len(set.Gates), len(s.kinds()))
	}
}

// The good documents are good to the loader and the tree too, as users write
// them: a key `on`, a plain date, a version in quotes.
func TestLoaderTakesSamples(t *testing.T) {
	s := load(t)
	set, _ := schema.Compile(s.sources, nil)
	read := map[string]bool{}
	for _, g := range everySample(t) {
		if read[g.file] || set.Kinds[g.definition[1:]] == nil {
			continue
		}
		read[g.file] = true
		src, err := os.ReadFile(g.file)
		check(t, err)
		documents, findings := document.ParseYAML(g.file, src)
		for i := range documents {
			findings = append(findings, set.Judge(&documents[i])...)
		}
		for _, f := range findings {
			t.Errorf("%s:%d:%d: %s: %s", f.File, f.Line, f.Column, f.ID, f.Message)
		}
	}
}
