package schema

import (
	"regexp"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/patchops/patchops/internal/shape"
)

// conjunction compiles `string & =~"a" & =~"b"` and `int & >=1 & <=100`.
func (c *compiler) conjunction(n *shape.Node, parts []ast.Expr) {
	for _, part := range parts {
		switch x := part.(type) {
		case *ast.Ident:
			c.conjunctType(n, x)
		case *ast.UnaryExpr:
			c.conjunctUnary(n, x)
		default:
			c.refuseConjunct(part)
		}
	}
	switch {
	case n.String != nil && n.Int != nil:
		c.refuse(parts[0], "nothing is both a string and an integer", "keep one of both")
	case n.Int != nil && n.Int.Min != nil && n.Int.Max != nil && *n.Int.Min > *n.Int.Max:
		c.refuse(parts[0], "no integer is within these bounds", "let the lower bound be below the upper one")
	}
}

func (c *compiler) conjunctType(n *shape.Node, id *ast.Ident) {
	switch id.Name {
	case "string":
		if n.String == nil {
			n.String = &shape.StringType{}
		}
	case "int":
		if n.Int == nil {
			n.Int = &shape.IntType{}
		}
	default:
		c.refuseConjunct(id)
	}
}

func (c *compiler) conjunctUnary(n *shape.Node, x *ast.UnaryExpr) {
	switch x.Op {
	case token.MAT:
		if n.String == nil {
			n.String = &shape.StringType{}
		}
		if re := c.pattern(x.X); re != nil {
			n.String.Patterns = append(n.String.Patterns, re)
		}
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		if n.Int == nil {
			c.refuse(x, "a bound without int before it admits fractions too", "write int first: int & >=1 & <=100")
			return
		}
		c.bound(n.Int, x)
	default:
		c.refuseUnary(x)
	}
}

// bound adds one bound; both of a type's bounds end up inclusive.
func (c *compiler) bound(t *shape.IntType, x *ast.UnaryExpr) {
	limit, ok := c.integer(unparen(x.X))
	if !ok {
		return
	}
	side := &t.Min
	switch x.Op {
	case token.GTR:
		limit++
	case token.LSS:
		limit, side = limit-1, &t.Max
	case token.LEQ:
		side = &t.Max
	}
	if *side != nil {
		c.refuse(x, "a second bound on the same side", "keep the narrower one")
		return
	}
	*side = &limit
}

// pattern compiles a pattern that RE2 and ECMA read alike.
func (c *compiler) pattern(e ast.Expr) *regexp.Regexp {
	text, ok := c.text(unparen(e))
	if !ok {
		return nil
	}
	if problem, hint := unportable(text); problem != "" {
		c.refuse(e, problem, hint)
		return nil
	}
	if c.patterns[text] != nil {
		return c.patterns[text]
	}
	re, err := regexp.Compile(text)
	if err != nil {
		c.refuse(e, "the pattern cannot be read: "+err.Error(), "")
		return nil
	}
	c.patterns[text] = re
	return re
}
