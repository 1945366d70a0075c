package schema

import (
	"slices"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

// union compiles `A | B`: literals of one kind become one enumeration, struct
// literals one exactly-one-of, everything else a part of its own.
func (c *compiler) union(n *shape.Node, alternatives []ast.Expr) {
	u := unionParts{c: c, pos: n.Pos}
	for _, e := range alternatives {
		u.add(e)
	}
	if len(u.structs) == 1 {
		part := &shape.Node{Pos: c.at(u.structs[0].Pos()), Map: c.structType(u.structs[0])}
		u.part(part, u.structs[0])
	} else if len(u.structs) > 1 {
		u.part(&shape.Node{Pos: n.Pos, Map: c.choiceOnly(u.structs)}, u.structs[0])
	}
	if len(u.parts) == 1 {
		fillFrom(n, u.parts[0])
		return
	}
	n.Alternatives = u.parts
	for _, p := range u.parts {
		addKinds(n, p)
	}
}

type unionParts struct {
	c       *compiler
	pos     finding.Position
	parts   []*shape.Node
	structs []*ast.StructLit
	strings *shape.StringType
	ints    *shape.IntType
}

func (u *unionParts) add(e ast.Expr) {
	switch x := e.(type) {
	case *ast.StructLit:
		u.structs = append(u.structs, x)
		return
	case *ast.UnaryExpr:
		if x.Op == token.MUL {
			u.c.refuseUnary(x)
			return
		}
	case *ast.Ident:
		if d := u.c.definitions[x.Name]; d != nil {
			u.reference(x, d)
			return
		}
	}
	n := &shape.Node{Pos: u.c.at(e.Pos())}
	u.c.build(n, e)
	if !u.merge(n, e) {
		u.part(n, e)
	}
}

func (u *unionParts) reference(id *ast.Ident, d *definition) {
	if !u.c.fill(d) {
		u.c.refuse(id, id.Name+" is made of itself", "break the circle")
		return
	}
	if len(d.node.Alternatives) == 0 {
		u.part(d.node, id)
		return
	}
	for _, a := range d.node.Alternatives {
		u.part(a, id)
	}
}

// merge adds a literal to the enumeration of its kind.
func (u *unionParts) merge(n *shape.Node, e ast.Expr) bool {
	switch {
	case n.String != nil && len(n.String.Enum) == 1:
		value := n.String.Enum[0]
		if u.strings == nil {
			u.strings = n.String
			return false
		}
		if slices.Contains(u.strings.Enum, value) {
			u.c.refuse(e, "this value is listed twice", "remove one")
		}
		u.strings.Enum = append(u.strings.Enum, value)
		return true
	case n.Int != nil && len(n.Int.Enum) == 1:
		value := n.Int.Enum[0]
		if u.ints == nil {
			u.ints = n.Int
			return false
		}
		if slices.Contains(u.ints.Enum, value) {
			u.c.refuse(e, "this value is listed twice", "remove one")
		}
		u.ints.Enum = append(u.ints.Enum, value)
		return true
	}
	return false
}

// part adds one alternative; no other may allow the same kind of value.
func (u *unionParts) part(n *shape.Node, e ast.Expr) {
	for kind := document.Null; kind <= document.Map; kind++ {
		if !n.Allows(kind) {
			continue
		}
		for _, p := range u.parts {
			if p.Allows(kind) {
				u.c.refuse(e, "a union has at most one alternative of a kind, but here is a second "+kindNames[kind],
					"merge them into one enumeration, pattern or exactly-one-of")
				return
			}
		}
	}
	u.parts = append(u.parts, n)
}

var kindNames = map[document.Kind]string{
	document.Null: "null", document.Bool: "boolean", document.Int: "integer",
	document.String: "string", document.List: "list", document.Map: "struct",
}

// fillFrom gives n what the only part of its union allows.
func fillFrom(n, part *shape.Node) {
	own := *n
	*n = *part
	n.Name, n.Doc, n.Pos = own.Name, own.Doc, own.Pos
}

func addKinds(n, part *shape.Node) {
	n.Any = n.Any || part.Any
	n.Null = n.Null || part.Null
	if part.Bool != nil {
		n.Bool = part.Bool
	}
	if part.Int != nil {
		n.Int = part.Int
	}
	if part.String != nil {
		n.String = part.String
	}
	if part.List != nil {
		n.List = part.List
	}
	if part.Map != nil {
		n.Map = part.Map
	}
}
