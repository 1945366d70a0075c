package schema

import (
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/patchops/patchops/internal/finding"
)

// The constructs of CUE that the style does not have, each with the reason.

func (c *compiler) refuseDecl(d ast.Decl) {
	switch x := d.(type) {
	case *ast.Ellipsis:
		c.refuse(x, "... opens the struct: every misspelt field would pass", "list the fields, or write a map: {[string]: T}")
	case *ast.Comprehension:
		c.refuseComprehension(x)
	case *ast.LetClause:
		c.refuse(x, "found let: schemas compute nothing", "write a definition")
	case *ast.Attribute:
		c.refuse(x, "found an attribute", "remove it")
	case *ast.ImportDecl:
		c.refuse(x, "found an import: schemas use no packages", "write a pattern, or hang a check on the definition's name")
	case *ast.EmbedDecl:
		c.refuseEmbedding(x.Expr)
	default:
		c.refuse(d, "found a declaration that schemas do not have", "write a definition: #Name: ...")
	}
}

func (c *compiler) refuseComprehension(x *ast.Comprehension) {
	c.refuse(x, "found a comprehension: it is evaluated without the document", "write an optional field or an exactly-one-of")
}

func (c *compiler) refuseEmbedding(e ast.Expr) {
	switch x := e.(type) {
	case *ast.Comprehension:
		c.refuseComprehension(x)
	case *ast.CallExpr:
		if id, ok := x.Fun.(*ast.Ident); ok && strings.HasPrefix(id.Name, "matchN") {
			c.refuse(x, "matchN beside fields opens the struct: every misspelt field would pass", "write {a!: A} | {b!: B}")
			return
		}
		c.refuseExpr(x)
	default:
		c.refuse(e, "found an embedding", "write the fields in place, or an exactly-one-of: {a!: A} | {b!: B}")
	}
}

func (c *compiler) refuseExpr(e ast.Expr) {
	switch x := e.(type) {
	case *ast.CallExpr:
		c.refuse(x, "found a call: schemas compute nothing", "write a pattern, or hang a check on the definition's name")
	case *ast.SelectorExpr:
		c.refuse(x, "found a reference into something", "refer to a definition: #Name")
	case *ast.IndexExpr, *ast.SliceExpr:
		c.refuse(x, "found an index: schemas compute nothing", "refer to a definition: #Name")
	case *ast.Interpolation:
		c.refuse(x, "found an interpolation: schemas compute nothing", "write the string")
	case *ast.Comprehension:
		c.refuseComprehension(x)
	case *ast.BottomLit:
		c.refuse(x, "found _|_: nothing can have this type", "remove the field")
	default:
		c.refuse(e, "found an expression that schemas do not have", "write a type")
	}
}

func (c *compiler) refuseIdent(id *ast.Ident) {
	name := id.Name
	switch {
	case strings.HasPrefix(name, "#"):
		hint := ""
		if near := finding.Nearest(name, sortedKeys(c.definitions)); near != "" {
			hint = "write " + near
		}
		c.refuse(id, "no definition "+name, hint)
	case name == "number" || name == "float" || name == "float32" || name == "float64":
		c.refuse(id, "found "+name+": documents hold integers only", "write int")
	case strings.HasPrefix(name, "int") || strings.HasPrefix(name, "uint") || name == "rune":
		c.refuse(id, "found "+name+", which hides its bounds", "write int with bounds: int & >=0 & <=255")
	case name == "bytes":
		c.refuse(id, "found bytes: documents hold text only", "write string")
	default:
		c.refuse(id, "found a reference to "+name+", which is no definition", "refer to a definition: #Name")
	}
}

func (c *compiler) refuseUnary(x *ast.UnaryExpr) {
	switch x.Op {
	case token.MUL:
		c.findings = append(c.findings, finding.Finding{
			ID: "schema/default", Severity: finding.Error,
			Message: "a default is not a floor: it admits every other value, and fills in what the document does not say",
			Hint:    "write the constraint only, on a required field: n!: int & >=2", Position: c.at(x.Pos()),
		})
	case token.NEQ:
		c.refuse(x, "!= alone admits every other kind of value", "write a pattern or an enumeration")
	case token.NMAT:
		c.refuse(x, "!~ has no like in the other forms of a schema", "write a pattern that matches what is allowed")
	default:
		c.refuse(x, "found an operation, "+x.Op.String()+": schemas compute nothing", "write its result")
	}
}

func (c *compiler) refuseConjunct(e ast.Expr) {
	switch x := e.(type) {
	case *ast.UnaryExpr:
		c.refuseUnary(x)
	case *ast.CallExpr:
		c.refuseExpr(x)
	case *ast.Ident:
		if strings.HasPrefix(x.Name, "#") {
			c.refuse(x, "& joins "+x.Name+" with something", "give it a definition of its own")
			return
		}
		c.refuseIdent(x)
	default:
		c.refuse(e, "& joins patterns, or bounds of an integer, and nothing else", `write string & =~"re" or int & >=1 & <=100`)
	}
}
