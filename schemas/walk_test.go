package schemas_test

import (
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"
)

// walker goes through a good value beside the syntax of its definition.
type walker struct {
	syntax map[string]ast.Expr
	// atStruct is called for each map with the struct that describes it, and the
	// fields that may be there: its own and those of the branches taken.
	atStruct func(s *ast.StructLit, m map[string]any, fields []*ast.Field)
	// atChoice is called for each exactly-one-of with the branch that m takes.
	atChoice func(branches []*ast.StructLit, taken *ast.StructLit, m map[string]any)
	// atEnum is called for each value of an enumeration; set replaces it.
	atEnum func(set func(any))
}

func (w *walker) walk(e ast.Expr, v any, set func(any)) {
	switch x := e.(type) {
	case *ast.ParenExpr:
		w.walk(x.X, v, set)
	case *ast.Ident:
		if d := w.syntax[x.Name]; d != nil {
			w.walk(d, v, set)
		}
	case *ast.ListLit:
		list, _ := v.([]any)
		for i := range list {
			w.walk(x.Elts[0].(*ast.Ellipsis).Type, list[i], func(v any) { list[i] = v })
		}
	case *ast.StructLit:
		if m, ok := v.(map[string]any); ok {
			w.structs([]*ast.StructLit{x}, m)
		}
	case *ast.BasicLit:
		w.atEnum(set)
	case *ast.BinaryExpr:
		w.operands(operands(x), v, set)
	}
}

// operands walks the alternatives of a union, or (nothing to walk) bounds.
func (w *walker) operands(all []ast.Expr, v any, set func(any)) {
	var branches []*ast.StructLit
	enum := false
	for _, o := range all {
		switch x := o.(type) {
		case *ast.StructLit:
			branches = append(branches, x)
		case *ast.BasicLit:
			enum = true
		default:
			w.walk(o, v, set)
		}
	}
	if m, ok := v.(map[string]any); ok && len(branches) > 0 {
		w.structs(branches, m)
	}
	if _, ok := v.(string); ok && enum {
		w.atEnum(set)
	}
}

// structs walks a map beside one struct, or the branch of a choice that it takes.
func (w *walker) structs(branches []*ast.StructLit, m map[string]any) {
	s := branches[0]
	if len(branches) > 1 {
		s = taken(branches, m)
		w.atChoice(branches, s, m)
	}
	fields := w.fields(s, m)
	w.atStruct(s, m, fields)
	for _, f := range fields {
		if v, ok := m[name(f)]; ok {
			w.walk(f.Value, v, func(v any) { m[name(f)] = v })
		}
	}
}

func (w *walker) fields(s *ast.StructLit, m map[string]any) []*ast.Field {
	var fields []*ast.Field
	for _, d := range s.Elts {
		switch x := d.(type) {
		case *ast.Field:
			if _, pattern := x.Label.(*ast.ListLit); pattern {
				for key, v := range m {
					w.walk(x.Value, v, func(v any) { m[key] = v })
				}
				continue
			}
			fields = append(fields, x)
		case *ast.EmbedDecl:
			var branches []*ast.StructLit
			for _, o := range operands(x.Expr.(*ast.BinaryExpr)) {
				branches = append(branches, o.(*ast.StructLit))
			}
			b := taken(branches, m)
			w.atChoice(branches, b, m)
			fields = append(fields, w.fields(b, m)...)
		}
	}
	return fields
}

// taken returns the branch all of whose required fields m has, with the words
// that it wants.
func taken(branches []*ast.StructLit, m map[string]any) *ast.StructLit {
	for _, b := range branches {
		complete := true
		for _, d := range b.Elts {
			f := d.(*ast.Field)
			v, has := m[name(f)]
			complete = complete && (has && says(f.Value, v) || f.Constraint != token.NOT)
		}
		if complete {
			return b
		}
	}
	return branches[0]
}

// says reports whether v is one of the words that e lists, if it lists words.
func says(e ast.Expr, v any) bool {
	words := []ast.Expr{e}
	if x, ok := e.(*ast.BinaryExpr); ok {
		words = operands(x)
	}
	for _, word := range words {
		l, ok := word.(*ast.BasicLit)
		if !ok {
			return true
		}
		if text, err := literal.Unquote(l.Value); err == nil && text == v {
			return true
		}
	}
	return len(words) == 0
}

func operands(x *ast.BinaryExpr) []ast.Expr {
	if x.Op != token.OR {
		return nil
	}
	if left, ok := x.X.(*ast.BinaryExpr); ok {
		return append(operands(left), x.Y)
	}
	return []ast.Expr{x.X, x.Y}
}

// name is the name of a field; "" for a pattern of keys.
func name(f *ast.Field) string {
	switch l := f.Label.(type) {
	case *ast.Ident:
		return l.Name
	case *ast.BasicLit:
		text, _ := literal.Unquote(l.Value)
		return text
	}
	return ""
}

// open reports whether a struct takes keys that it does not name.
func open(s *ast.StructLit) bool {
	for _, d := range s.Elts {
		if f, ok := d.(*ast.Field); ok && name(f) == "" {
			return true
		}
	}
	return false
}
