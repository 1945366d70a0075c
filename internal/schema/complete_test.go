package schema

import (
	"slices"
	"strings"
	"testing"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"github.com/patchops/patchops/internal/shape"
)

// What a tree lost no generator can know from it: every field name, string and
// pattern of a definition's source is in its tree, and nothing else.
func TestNothingLost(t *testing.T) {
	files := builtin(t)
	set := compileBuiltin(t)
	for _, name := range sortedKeys(files) {
		f, _ := parseFile(name, files[name])
		for _, d := range f.Decls {
			field, ok := d.(*ast.Field)
			if !ok {
				continue
			}
			definition := field.Label.(*ast.Ident).Name
			source, tree := sourceWords(field.Value), treeWords(set.Definitions[definition])
			if aliasOf(field.Value) {
				continue
			}
			for _, w := range source {
				if !slices.Contains(tree, w) {
					t.Errorf("%s: the tree lost %q", definition, w)
				}
			}
			for _, w := range tree {
				if !slices.Contains(source, w) {
					t.Errorf("%s: the tree has %q, which the source does not", definition, w)
				}
			}
		}
	}
}

func aliasOf(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && strings.HasPrefix(id.Name, "#")
}

// sourceWords are the field names with their marks, strings, patterns and
// references of an expression.
func sourceWords(e ast.Expr) []string {
	var words []string
	marks := map[token.Token]string{token.OPTION: "?", token.NOT: "!"}
	ast.Walk(e, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.Field:
			if name, ok := fieldName(x); ok {
				words = append(words, name+marks[x.Constraint])
			}
			words = append(words, sourceWords(x.Value)...)
			if l, ok := x.Label.(*ast.ListLit); ok {
				words = append(words, sourceWords(l)...)
			}
			return false
		case *ast.BasicLit:
			if s, err := literal.Unquote(x.Value); err == nil && x.Kind == token.STRING {
				words = append(words, s)
			}
		case *ast.Ident:
			if strings.HasPrefix(x.Name, "#") {
				words = append(words, x.Name)
			}
		}
		return true
	}, nil)
	return words
}

// treeWords are the same of a node, without the insides of other definitions.
func treeWords(n *shape.Node) []string {
	var words []string
	if len(n.Alternatives) > 0 {
		for _, a := range n.Alternatives {
			words = append(words, partWords(a)...)
		}
		return words
	}
	if n.String != nil {
		words = append(words, n.String.Enum...)
		for _, p := range n.String.Patterns {
			words = append(words, p.String())
		}
	}
	if n.List != nil {
		words = append(words, partWords(n.List.Element)...)
	}
	if n.Map == nil {
		return words
	}
	fields := n.Map.Fields
	for _, c := range n.Map.Choices {
		fields = slices.Concat(fields, slices.Concat(c.Branches...))
	}
	for _, f := range fields {
		mark := "?"
		if f.Required {
			mark = "!"
		}
		words = append(append(words, f.Name+mark), partWords(f.Node)...)
	}
	for _, k := range n.Map.Keys {
		if k.Pattern != nil {
			words = append(words, k.Pattern.String())
		}
		words = append(words, partWords(k.Node)...)
	}
	return words
}

func partWords(n *shape.Node) []string {
	if n.Name != "" {
		return []string{n.Name}
	}
	return treeWords(n)
}
