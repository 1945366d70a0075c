package schema

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

// VetOwn says what is probably not meant in a repository's own constraints: a
// default used as a floor (an error), a field that is required without saying
// so, a name that no document of the kind can have, a definition that looks as
// if it changed a built-in one. It evaluates nothing.
func VetOwn(files map[string][]byte, set *shape.Set) []finding.Finding {
	parsed, findings := parseOwn(files)
	v := &vetter{set: set, sources: files, findings: findings}
	for _, f := range parsed {
		v.defaults(f)
		for _, d := range f.Decls {
			if field, ok := d.(*ast.Field); ok {
				v.top(field)
			}
		}
	}
	return finding.Sort(v.findings)
}

type vetter struct {
	set      *shape.Set
	sources  map[string][]byte
	findings []finding.Finding
}

func (v *vetter) warn(n ast.Node, message, hint string) {
	v.add("schema/own", finding.Warning, n, message, hint)
}

func (v *vetter) add(id string, severity finding.Severity, n ast.Node, message, hint string) {
	p := n.Pos()
	v.findings = append(v.findings, finding.Finding{
		ID: id, Severity: severity, Message: message, Hint: hint,
		Position: place(p, p.Filename(), v.sources[p.Filename()]),
	})
}

// defaults refuses every default: whoever writes one believes it to be a floor.
func (v *vetter) defaults(f *ast.File) {
	ast.Walk(f, func(n ast.Node) bool {
		if u, ok := n.(*ast.UnaryExpr); ok && u.Op == token.MUL {
			v.add("schema/default", finding.Error, u,
				"a default is not a floor: it admits every other value, and fills in what the document does not say",
				"write the constraint only, on a required field: n!: int & >=2")
		}
		return true
	}, nil)
}

// top looks at one top-level field: a kind's constraints, or a definition.
func (v *vetter) top(f *ast.Field) {
	name, ok := fieldName(f)
	switch {
	case !ok || strings.HasPrefix(name, "_"):
	case strings.HasPrefix(name, "#"):
		if v.set.Definitions[name] != nil {
			v.warn(f, name+" does not change the built-in "+name+": own constraints stand apart",
				"constrain the kind: "+strings.TrimPrefix(name, "#")+": ...")
		}
	case v.set.Kinds[name] == nil:
		v.warn(f, fmt.Sprintf("%q is no kind, so nothing is constrained", name), nearestHint(name, v.set.KindNames()))
	default:
		v.expr(f.Value, v.set.Kinds[name])
	}
}

// expr looks at a constraint beside the built-in node of the same place.
func (v *vetter) expr(e ast.Expr, n *shape.Node) {
	switch x := e.(type) {
	case *ast.ParenExpr:
		v.expr(x.X, n)
	case *ast.BinaryExpr:
		v.expr(x.X, n)
		v.expr(x.Y, n)
	case *ast.Ellipsis:
		if x.Type != nil {
			v.expr(x.Type, n)
		}
	case *ast.ListLit:
		for _, element := range x.Elts {
			if n.Element() != nil {
				v.expr(element, n.Element())
			}
		}
	case *ast.StructLit:
		for _, d := range x.Elts {
			if f, ok := d.(*ast.Field); ok {
				v.field(f, n)
			}
		}
	}
}

// field looks at one field of a constraint, below a node that allows a map.
func (v *vetter) field(f *ast.Field, n *shape.Node) {
	name, ok := fieldName(f)
	if !ok || strings.HasPrefix(name, "#") || strings.HasPrefix(name, "_") || n.Map == nil {
		return
	}
	child := n.Child(name)
	if child == nil {
		if !n.Open() {
			v.warn(f, fmt.Sprintf("no document has field %q here, so nothing is constrained or everything is refused", name),
				nearestHint(name, n.FieldNames()))
		}
		return
	}
	known := n.Map.Field(name)
	if f.Constraint == token.ILLEGAL && (known == nil || !known.Required || isChoice(n.Map, name)) {
		v.warn(f, fmt.Sprintf("field %q is optional in documents, but has neither ? nor ! here: one without it is refused, or is taken as if it said this", name),
			fmt.Sprintf("write %s?: or %s!:", name, name))
	}
	v.expr(f.Value, child)
}

// isChoice reports whether a field belongs to a branch of an exactly-one-of, so
// that documents may lack it even where its branch requires it.
func isChoice(m *shape.MapType, name string) bool {
	for _, f := range m.Fields {
		if f.Name == name {
			return false
		}
	}
	return true
}

func fieldName(f *ast.Field) (string, bool) {
	switch x := f.Label.(type) {
	case *ast.Ident:
		return x.Name, true
	case *ast.BasicLit:
		s, err := literal.Unquote(x.Value)
		return s, err == nil
	}
	return "", false
}

func nearestHint(name string, candidates []string) string {
	if near := finding.Nearest(name, candidates); near != "" {
		return "write " + near
	}
	return ""
}
