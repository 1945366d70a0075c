package schema

import (
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"github.com/patchops/patchops/internal/shape"
)

// typeOf returns the node of a type inside a definition: that of the definition
// referred to, else a node that is filled once all definitions are.
func (c *compiler) typeOf(e ast.Expr) *shape.Node {
	e = unparen(e)
	if id, ok := e.(*ast.Ident); ok && strings.HasPrefix(id.Name, "#") {
		if d := c.definitions[id.Name]; d != nil {
			return d.node
		}
	}
	n := &shape.Node{Pos: c.at(e.Pos())}
	c.later = append(c.later, func() { c.build(n, e) })
	return n
}

// build compiles an expression into n.
func (c *compiler) build(n *shape.Node, e ast.Expr) {
	switch x := unparen(e).(type) {
	case *ast.Ident:
		c.ident(n, x)
	case *ast.BasicLit:
		c.literal(n, x)
	case *ast.UnaryExpr:
		c.unary(n, x)
	case *ast.BinaryExpr:
		c.binary(n, x)
	case *ast.ListLit:
		c.list(n, x)
	case *ast.StructLit:
		n.Map = c.structType(x)
	default:
		c.refuseExpr(x)
	}
}

func (c *compiler) ident(n *shape.Node, id *ast.Ident) {
	switch id.Name {
	case "_":
		n.Any = true
	case "string":
		n.String = &shape.StringType{}
	case "int":
		n.Int = &shape.IntType{}
	case "bool":
		n.Bool = &shape.BoolType{}
	default:
		c.alias(n, id)
	}
}

// alias makes n the same as the definition referred to, under its own name.
func (c *compiler) alias(n *shape.Node, id *ast.Ident) {
	d := c.definitions[id.Name]
	switch {
	case d == nil:
		c.refuseIdent(id)
		return
	case !c.fill(d):
		c.refuse(id, id.Name+" is made of itself", "break the circle")
		return
	}
	own := *n
	*n = *d.node
	n.Name, n.Pos = own.Name, own.Pos
	if own.Doc != "" {
		n.Doc = own.Doc
	}
}

func (c *compiler) literal(n *shape.Node, x *ast.BasicLit) {
	switch x.Kind {
	case token.NULL:
		n.Null = true
	case token.TRUE, token.FALSE:
		value := x.Kind == token.TRUE
		n.Bool = &shape.BoolType{Const: &value}
	case token.INT, token.FLOAT:
		if i, ok := c.integer(x); ok {
			n.Int = &shape.IntType{Enum: []int64{i}}
		}
	default:
		if s, ok := c.text(x); ok {
			n.String = &shape.StringType{Enum: []string{s}}
		}
	}
}

// integer reads an integer literal in plain decimal, the only form that YAML
// documents may use too.
func (c *compiler) integer(e ast.Expr) (int64, bool) {
	text, negative := "", false
	if u, ok := e.(*ast.UnaryExpr); ok && u.Op == token.SUB {
		e, negative = u.X, true
	}
	if x, ok := e.(*ast.BasicLit); ok && x.Kind == token.INT {
		text = x.Value
	}
	i, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		c.refuse(e, "found a number that is no plain decimal integer", "write an integer such as 100")
		return 0, false
	}
	if negative {
		i = -i
	}
	return i, true
}

// text reads a string literal.
func (c *compiler) text(e ast.Expr) (string, bool) {
	x, ok := e.(*ast.BasicLit)
	if !ok || x.Kind != token.STRING || strings.HasPrefix(strings.TrimLeft(x.Value, "#"), "'") {
		c.refuse(e, "found no string literal", `write a string in double quotes`)
		return "", false
	}
	s, err := literal.Unquote(x.Value)
	if err != nil {
		c.refuse(e, "found a string literal that cannot be read: "+err.Error(), "")
		return "", false
	}
	return s, true
}

func (c *compiler) unary(n *shape.Node, x *ast.UnaryExpr) {
	switch x.Op {
	case token.SUB:
		if i, ok := c.integer(x); ok {
			n.Int = &shape.IntType{Enum: []int64{i}}
		}
	case token.MAT:
		c.conjunction(n, []ast.Expr{x})
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		c.refuse(x, "a bound without int admits fractions too", "write int & "+x.Op.String()+"...")
	default:
		c.refuseUnary(x)
	}
}

func (c *compiler) binary(n *shape.Node, x *ast.BinaryExpr) {
	switch x.Op {
	case token.OR:
		c.union(n, operands(x, token.OR))
	case token.AND:
		c.conjunction(n, operands(x, token.AND))
	default:
		c.refuse(x, "found an operation, "+x.Op.String()+": schemas compute nothing", "write its result")
	}
}

func (c *compiler) list(n *shape.Node, x *ast.ListLit) {
	if len(x.Elts) == 1 {
		if e, ok := x.Elts[0].(*ast.Ellipsis); ok && e.Type != nil {
			n.List = &shape.ListType{Element: c.typeOf(e.Type)}
			return
		}
	}
	c.refuse(x, "found a list of fixed places or of anything, wanted a list of one type", "write [...T]")
}

func unparen(e ast.Expr) ast.Expr {
	for {
		p, ok := e.(*ast.ParenExpr)
		if !ok {
			return e
		}
		e = p.X
	}
}

// operands returns the operands of a chain of one operator, from left to right.
func operands(e ast.Expr, op token.Token) []ast.Expr {
	e = unparen(e)
	if b, ok := e.(*ast.BinaryExpr); ok && b.Op == op {
		return append(operands(b.X, op), operands(b.Y, op)...)
	}
	return []ast.Expr{e}
}
