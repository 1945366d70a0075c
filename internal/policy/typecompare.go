package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/shape"
)

// The kinds of value that a term may have, as bits.
const (
	isNull = 1 << iota
	isBool
	isNumber
	isString
	isList
	isObject
	isAny = 1<<iota - 1
)

var kindNames = []string{"null", "a boolean", "a number", "a string", "a list", "an object"}

func (t *typ) kinds() int {
	if t == nil || t.space != nil || t.none() {
		return isAny
	}
	bits := 0
	for _, n := range t.nodes {
		for i, has := range []bool{n.Null, n.Bool != nil, n.Int != nil, n.String != nil, n.List != nil, n.Map != nil} {
			if has {
				bits |= 1 << i
			}
		}
	}
	for _, l := range t.literals {
		bits |= literalKind(l)
	}
	if t.list {
		bits |= isList
	}
	if t.object {
		bits |= isObject
	}
	return bits
}

func literalKind(l *ast.Term) int {
	switch l.Value.(type) {
	case ast.Null:
		return isNull
	case ast.Boolean:
		return isBool
	case ast.Number:
		return isNumber
	case ast.String:
		return isString
	}
	return isAny
}

func kindText(bits int) string {
	var names []string
	for i, name := range kindNames {
		if bits&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " or ")
}

// admits reports whether a term of type t can ever equal the literal, and the
// values that it can have if those are few.
func (t *typ) admits(l *ast.Term) (ok bool, enum []string) {
	if t == nil || t.kinds()&literalKind(l) == 0 {
		// Another kind of value is reported as such.
		return true, nil
	}
	if slices.ContainsFunc(t.literals, func(o *ast.Term) bool { return o.Equal(l) }) {
		return true, nil
	}
	for _, n := range t.nodes {
		if nodeAdmits(n, l.Value) {
			return true, nil
		}
		if n.String != nil {
			enum = append(enum, n.String.Enum...)
		}
	}
	for _, o := range t.literals {
		if s, isText := o.Value.(ast.String); isText {
			enum = append(enum, string(s))
		}
	}
	slices.Sort(enum)
	return false, slices.Compact(enum)
}

func nodeAdmits(n *shape.Node, v ast.Value) bool {
	switch v := v.(type) {
	case ast.String:
		return n.String != nil && stringAdmits(n, string(v))
	case ast.Number:
		i, ok := v.Int64()
		return n.Int != nil && ok && intAdmits(n.Int, i)
	case ast.Boolean:
		return n.Bool != nil && (n.Bool.Const == nil || *n.Bool.Const == bool(v))
	case ast.Null:
		return n.Null
	}
	return true
}

func stringAdmits(n *shape.Node, s string) bool {
	if len(n.String.Enum) > 0 {
		return slices.Contains(n.String.Enum, s)
	}
	for _, p := range n.String.Patterns {
		if !p.MatchString(s) {
			return false
		}
	}
	return true
}

func intAdmits(t *shape.IntType, i int64) bool {
	return (t.Min == nil || i >= *t.Min) && (t.Max == nil || i <= *t.Max) &&
		(len(t.Enum) == 0 || slices.Contains(t.Enum, i))
}

// compare checks two terms that a rule compares: that they can be of one kind,
// and, when it asks for equality, that a literal is a value of the other side.
func (c *checker) compare(expr *ast.Expr, a, b *typ, equality bool) {
	if a.kinds()&b.kinds() == 0 {
		c.fail(expr.Location, "compare", fmt.Sprintf("%s is %s, compared with %s, which is %s",
			a.text(), kindText(a.kinds()), b.text(), kindText(b.kinds())), "")
		return
	}
	c.pass(expr.Location, "compare")
	if equality {
		c.literalsIn(a, b)
		c.literalsIn(b, a)
	}
}

// literalsIn checks the literals of one side against what the other can be.
func (c *checker) literalsIn(side, other *typ) {
	if side == nil || other == nil || len(other.nodes) == 0 {
		return
	}
	for _, l := range side.literals {
		c.literal(l, other)
	}
}

func (c *checker) literal(l *ast.Term, want *typ) {
	ok, enum := want.admits(l)
	if ok {
		c.pass(l.Location, "literal "+l.String())
		return
	}
	hint := ""
	if s, isText := l.Value.(ast.String); isText {
		hint = nearestHint(string(s), enum)
		if hint == "" && len(enum) > 0 && len(enum) <= 12 {
			hint = "use one of " + strings.Join(enum, ", ")
		}
	}
	c.fail(l.Location, "literal "+l.String(), fmt.Sprintf("%s is never %s", want.text(), l), hint)
}

func (t *typ) text() string {
	if t != nil && t.what != "" {
		return t.what
	}
	if t != nil && len(t.literals) == 1 && len(t.nodes) == 0 {
		return t.literals[0].String()
	}
	return "the value"
}
