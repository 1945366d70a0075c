package schema

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/token"

	"github.com/patchops/patchops/internal/shape"
)

// structType compiles a struct: fields, embedded exactly-one-ofs, key patterns.
func (c *compiler) structType(x *ast.StructLit) *shape.MapType {
	m := &shape.MapType{}
	for _, d := range x.Elts {
		switch e := d.(type) {
		case *ast.CommentGroup:
		case *ast.Field:
			if list, ok := e.Label.(*ast.ListLit); ok {
				c.keyPattern(m, e, list)
			} else if f, ok := c.field(e); ok {
				m.Fields = append(m.Fields, f)
			}
		case *ast.EmbedDecl:
			c.embedded(m, e)
		default:
			c.refuseDecl(d)
		}
	}
	c.checkStruct(c.at(x.Pos()), m)
	return m
}

// choiceOnly compiles `{a!: A} | {b!: B}` where a type stands.
func (c *compiler) choiceOnly(branches []*ast.StructLit) *shape.MapType {
	m := &shape.MapType{Choices: []shape.Choice{c.choice(branches)}}
	c.checkStruct(c.at(branches[0].Pos()), m)
	return m
}

func (c *compiler) embedded(m *shape.MapType, e *ast.EmbedDecl) {
	b, ok := unparen(e.Expr).(*ast.BinaryExpr)
	if !ok || b.Op != token.OR {
		c.refuseEmbedding(e.Expr)
		return
	}
	var branches []*ast.StructLit
	for _, o := range operands(b, token.OR) {
		s, ok := o.(*ast.StructLit)
		if !ok {
			c.refuse(o, "an exactly-one-of has struct literals as its branches", "write {a!: A} | {b!: B}")
			return
		}
		branches = append(branches, s)
	}
	m.Choices = append(m.Choices, c.choice(branches))
}

func (c *compiler) choice(branches []*ast.StructLit) shape.Choice {
	var choice shape.Choice
	for _, b := range branches {
		var fields []shape.Field
		for _, d := range b.Elts {
			switch e := d.(type) {
			case *ast.CommentGroup:
			case *ast.Field:
				if _, ok := e.Label.(*ast.ListLit); ok {
					c.refuse(e, "a branch of an exactly-one-of has fields only", "put the key pattern into a field")
				} else if f, ok := c.field(e); ok {
					fields = append(fields, f)
				}
			default:
				c.refuse(d, "a branch of an exactly-one-of has fields only", "write its fields in place")
			}
		}
		choice.Branches = append(choice.Branches, fields)
	}
	return choice
}

// field compiles `name?: T` and `name!: T`.
func (c *compiler) field(f *ast.Field) (shape.Field, bool) {
	name, ok := c.label(f.Label)
	if !ok {
		return shape.Field{}, false
	}
	if f.Alias != nil {
		c.refuse(f, "field "+name+" has an alias", "refer to definitions only")
		return shape.Field{}, false
	}
	if len(f.Attrs) > 0 {
		c.refuse(f.Attrs[0], "field "+name+" has an attribute", "remove it")
	}
	if f.Constraint != token.OPTION && f.Constraint != token.NOT {
		c.refuse(f, fmt.Sprintf("field %q is neither optional nor required", name), fmt.Sprintf("write %s?: or %s!:", name, name))
	}
	n, doc := c.typeOf(f.Value), docOf(f)
	c.later = append(c.later, func() { describe(n, doc) })
	return shape.Field{
		Name: name, Required: f.Constraint == token.NOT, Node: n, Doc: doc, Pos: c.at(f.Pos()),
	}, true
}

// label reads a field's name. An identifier that CUE knows as a type would
// change what that type means beside it.
func (c *compiler) label(l ast.Label) (string, bool) {
	switch x := l.(type) {
	case *ast.Ident:
		switch {
		case strings.HasPrefix(x.Name, "#"), strings.HasPrefix(x.Name, "_"):
			c.refuse(x, "found "+x.Name+" inside a struct", "define it at the top of a file")
		case x.Name == "string" || x.Name == "int" || x.Name == "bool":
			c.refuse(x, "a field named "+x.Name+" hides the type "+x.Name+" beside it", `write "`+x.Name+`" in quotes`)
		default:
			return x.Name, true
		}
	case *ast.BasicLit:
		if x.Kind == token.STRING {
			if name, err := literal.Unquote(x.Value); err == nil && name != "" {
				return name, true
			}
		}
		c.refuse(l, "found a field name that cannot be read", "write it in double quotes")
	default:
		c.refuse(l, "found a computed field name", "write the name, or a map: {[string]: T}")
	}
	return "", false
}

// keyPattern compiles `[string]: T` and `[=~"re"]: T`.
func (c *compiler) keyPattern(m *shape.MapType, f *ast.Field, label *ast.ListLit) {
	k := shape.KeyPattern{Words: docOf(f)}
	if f.Constraint != token.ILLEGAL || f.Alias != nil || len(f.Attrs) > 0 {
		c.refuse(f, "a key pattern carries more than its type", `write [string]: T or [=~"re"]: T`)
	}
	if len(label.Elts) != 1 {
		c.refuse(label, "a key pattern has one pattern", `write [string]: T or [=~"re"]: T`)
		return
	}
	switch x := unparen(label.Elts[0]).(type) {
	case *ast.Ident:
		if x.Name != "string" {
			c.refuse(x, "keys are "+x.Name+", wanted string or a pattern", `write [string]: T or [=~"re"]: T`)
			return
		}
	case *ast.UnaryExpr:
		if x.Op != token.MAT {
			c.refuseUnary(x)
			return
		}
		if k.Pattern = c.pattern(x.X); k.Pattern == nil {
			return
		}
	default:
		c.refuse(label, "a key pattern is string or a regular expression", `write [string]: T or [=~"re"]: T`)
		return
	}
	k.Node = c.typeOf(f.Value)
	m.Keys = append(m.Keys, k)
}
