package document

import (
	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// value turns an evaluated value into ours. at is the place of its key.
func (c *cueFile) value(v cue.Value, at Pos, depth int) Value {
	if c.nodes++; c.nodes > MaxNodes {
		if c.nodes == MaxNodes+1 {
			c.refuse("cue/limit", at, "split the file", "more than %s values in one file", grouped(MaxNodes))
		}
		return Value{Pos: at}
	}
	if d, ok := v.Default(); ok {
		// The value's own place is the one before its default was chosen.
		return c.kind(d, c.literal(v, at), at, depth)
	}
	return c.kind(v, c.literal(v, at), at, depth)
}

func (c *cueFile) kind(v cue.Value, literal, at Pos, depth int) Value {
	switch k := v.Kind(); k {
	case cue.NullKind:
		return Value{Kind: Null, Pos: literal}
	case cue.BoolKind:
		b, _ := v.Bool()
		return Value{Kind: Bool, Bool: b, Pos: literal}
	case cue.IntKind, cue.FloatKind, cue.NumberKind:
		return c.number(v, literal)
	case cue.StringKind:
		return c.text(v, literal)
	case cue.StructKind, cue.ListKind:
		if depth > MaxDepth {
			c.refuse("cue/limit", at, "flatten the document", "more than %d lists and maps inside each other", MaxDepth)
			return Value{Pos: at}
		}
		if k == cue.ListKind {
			return c.list(v, at, depth)
		}
		return c.structure(v, at, depth)
	case cue.BytesKind:
		c.refuse("cue/evaluate", literal, "write a string in double quotes", "the value is bytes, not a string")
	default:
		c.refuse("cue/evaluate", literal, "", "the value is %s, which no document has", k)
	}
	return Value{Pos: literal}
}

func (c *cueFile) refuse(id string, at Pos, hint, format string, args ...any) {
	c.bad = true
	f := c.add(id, at, format, args...)
	f.Hint, f.Path = hint, c.path.String()
}

// number: floats have no meaning in documents, and integers beyond 2^53 not the
// same one everywhere; both are Odd.
func (c *cueFile) number(v cue.Value, at Pos) Value {
	if v.Kind() == cue.IntKind {
		if n, err := v.Int64(); err == nil && n <= maxInt && n >= -maxInt {
			return Value{Kind: Int, Int: n, Pos: at}
		}
	}
	text, err := v.MarshalJSON()
	if err != nil || len(text) > MaxScalarBytes {
		c.refuse("cue/limit", at, "write a smaller number", "a number that is too large")
		return Value{Pos: at}
	}
	return Value{Kind: Odd, Str: string(text), Pos: at}
}

func (c *cueFile) text(v cue.Value, at Pos) Value {
	s, err := v.String()
	if err != nil || !c.fits(s, at, "value") {
		return Value{Pos: at}
	}
	return Value{Kind: String, Str: s, Pos: at}
}

// fits checks a decoded string as every loader does.
func (c *cueFile) fits(s string, at Pos, what string) bool {
	if len(s) > MaxScalarBytes {
		c.refuse("cue/limit", at, "shorten it", "a %s of %s bytes, at most %s are allowed", what, grouped(len(s)), grouped(MaxScalarBytes))
		return false
	}
	if r := badRune(s); r >= 0 {
		c.refuse("cue/evaluate", at, "remove it", "a %s contains %s, %s", what, shown(r), why(r))
		return false
	}
	return true
}

func (c *cueFile) list(v cue.Value, at Pos, depth int) Value {
	out := Value{Kind: List, Pos: at}
	it, err := v.List()
	for i := 0; err == nil && it.Next() && c.nodes <= MaxNodes; i++ {
		c.path = append(c.path, Segment{Index: i})
		item := it.Value()
		out.Items = append(out.Items, c.value(item, c.where(item.Pos(), at), depth+1))
		c.path = c.path[:len(c.path)-1]
	}
	return out
}

func (c *cueFile) structure(v cue.Value, at Pos, depth int) Value {
	out := Value{Kind: Map, Pos: at}
	seen := keySet{keys: &out.Keys}
	it, err := v.Fields()
	for err == nil && it.Next() && c.nodes <= MaxNodes {
		if len(out.Keys) == MaxKeys {
			c.refuse("cue/limit", at, "split the map", "more than %s keys in one map", grouped(MaxKeys))
			break
		}
		key := Key{it.Selector().Unquoted(), c.label(it.Value(), at)}
		if key.Name == "" {
			c.refuse("cue/evaluate", key.Pos, "name the key", "a key is empty")
			continue
		}
		if _, dup := seen.add(key); dup || !c.fits(key.Name, key.Pos, "key") {
			c.bad = true
			continue
		}
		c.nodes++
		c.path = append(c.path, Segment{Key: key.Name})
		value := c.value(it.Value(), key.Pos, depth+1)
		c.path = c.path[:len(c.path)-1]
		out.Keys, out.Items = append(out.Keys, key), append(out.Items, value)
	}
	return out
}

// label is the place of the label of a field, in the file's own words before
// those of a definition it is joined with.
func (c *cueFile) label(v cue.Value, otherwise Pos) Pos {
	for _, f := range fieldsOf(v) {
		if at := c.where(f.Label.Pos(), Pos{}); at != (Pos{}) {
			return at
		}
	}
	return c.where(v.Pos(), otherwise)
}

// literal is the place of the literal that gives a value, at when an expression
// does.
func (c *cueFile) literal(v cue.Value, at Pos) Pos {
	if isLiteral(v.Source()) {
		return c.where(v.Source().Pos(), at)
	}
	for _, f := range fieldsOf(v) {
		if isLiteral(f.Value) {
			return c.where(f.Value.Pos(), at)
		}
	}
	return at
}

func isLiteral(n ast.Node) bool {
	if u, ok := n.(*ast.UnaryExpr); ok && (u.Op == token.SUB || u.Op == token.ADD) {
		n = u.X
	}
	_, ok := n.(*ast.BasicLit)
	return ok
}

// fieldsOf are the fields of the file that together make a value.
func fieldsOf(v cue.Value) []*ast.Field {
	if f, ok := v.Source().(*ast.Field); ok {
		return []*ast.Field{f}
	}
	op, parts := v.Expr()
	if op != cue.AndOp {
		return nil
	}
	var fields []*ast.Field
	for _, p := range parts {
		if f, ok := p.Source().(*ast.Field); ok {
			fields = append(fields, f)
		}
	}
	return fields
}
