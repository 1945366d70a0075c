package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/types"
)

// term is what is known of a term; on the way it checks all paths in it.
func (c *checker) term(t *ast.Term) *typ {
	switch v := t.Value.(type) {
	case ast.Null, ast.Boolean, ast.Number, ast.String:
		return &typ{literals: []*ast.Term{t}}
	case ast.Var:
		return c.variable(v, t.Location)
	case ast.Ref:
		return c.ref(v, t.Location)
	case *ast.Array:
		made := c.collection(v.Foreach)
		v.Foreach(func(item *ast.Term) { made.tuple = append(made.tuple, c.known(item)) })
		return made
	case ast.Set:
		return c.collection(v.Foreach)
	case ast.Object:
		return c.object(v)
	case *ast.ArrayComprehension:
		c.body(v.Body)
		return &typ{list: true, items: c.term(v.Term)}
	case *ast.SetComprehension:
		c.body(v.Body)
		return &typ{list: true, items: c.term(v.Term)}
	case *ast.ObjectComprehension:
		c.body(v.Body)
		c.term(v.Key)
		return &typ{object: true, rest: c.term(v.Value), computed: true}
	case ast.Call:
		return c.called(nil, v)
	}
	return nil
}

func (c *checker) variable(v ast.Var, at *ast.Location) *typ {
	switch v {
	case "input":
		return c.input(at)
	case "data":
		return nil // all of data holds the rule itself: OPA refuses that
	}
	return c.env[v]
}

// known is the type of a term that was checked before.
func (c *checker) known(t *ast.Term) *typ {
	if v, ok := t.Value.(ast.Var); ok {
		return c.env[v]
	}
	return c.term(t)
}

func (c *checker) collection(each func(func(*ast.Term))) *typ {
	var parts []*typ
	each(func(item *ast.Term) { parts = append(parts, c.term(item)) })
	if len(parts) == 0 {
		parts = []*typ{{}}
	}
	return &typ{list: true, items: union(parts...)}
}

func (c *checker) object(o ast.Object) *typ {
	made := &typ{object: true, fields: map[string]field{}}
	o.Foreach(func(k, v *ast.Term) {
		below := c.term(v)
		if s, ok := k.Value.(ast.String); ok {
			made.fields[string(s)] = field{typ: below, key: k}
			return
		}
		c.term(k)
		made.rest, made.computed = either(made.computed, made.rest, true, below), true
	})
	return made
}

func (c *checker) ref(ref ast.Ref, at *ast.Location) *typ {
	if len(ref) == 1 {
		return c.term(ref[0])
	}
	t := c.data
	if !ref[0].Equal(ast.DefaultRootDocument) {
		t = c.term(ref[0])
	} else if _, ok := ref[1].Value.(ast.String); !ok {
		c.fail(place(ref[1], at), "data", "a computed root of data is read", "name what the rule needs: data.documents, data.assets, ...")
	}
	for i := 1; i < len(ref); i++ {
		t = c.step(t, ref, i, at)
	}
	return t.named(c.refText(ref))
}

// refText is a reference as the rule's author sees it.
func (c *checker) refText(ref ast.Ref) string {
	text := refText(ref)
	if v, ok := ref[0].Value.(ast.Var); ok {
		if head := c.env[v]; head != nil && head.what != "" {
			text = head.what + refText(append(ast.Ref{ast.VarTerm("")}, ref[1:]...))
		}
	}
	return text
}

// step is what lies one segment further; a constant that leads nowhere fails.
func (c *checker) step(t *typ, ref ast.Ref, i int, at *ast.Location) *typ {
	segment := ref[i]
	switch v := segment.Value.(type) {
	case ast.String:
		return c.stepName(t, ref, i, string(v), at)
	case ast.Number:
		if t == nil || t.space != nil || t.none() {
			return nil
		}
		element, ok := t.at()
		if !ok {
			c.fail(place(segment, at), "segment", fmt.Sprintf("%s has no elements", c.refText(ref[:i])), "")
		}
		return element
	case ast.Var:
		keys, values := t.elements()
		if _, bound := c.env[v]; !bound {
			c.env[v] = keys
		}
		c.lookup(t, c.env[v])
		return c.named(t, ref, i, c.env[v], values)
	}
	c.lookup(t, c.term(segment))
	_, values := t.elements()
	return values
}

func (c *checker) stepName(t *typ, ref ast.Ref, i int, name string, at *ast.Location) *typ {
	if t == nil || t.none() {
		return t
	}
	if t.space != nil {
		return c.stepSpace(t.space, ref, i, name, at)
	}
	below, ok, known := t.get(name)
	here := place(ref[i], at)
	if !ok {
		c.failed[c.key(here, "segment "+name)] = unknownField(position(here, c.file()), c.refText(ref[:i+1]), name, known)
		return nil
	}
	c.pass(here, "segment "+name)
	if t.list && len(t.nodes) == 0 {
		c.literalsIn(&typ{literals: []*ast.Term{ref[i]}}, t.items)
	}
	return below
}

// named checks a variable that can only hold names which the rule spells out:
// each must be a key.
func (c *checker) named(t *typ, ref ast.Ref, i int, index, all *typ) *typ {
	if t == nil || index == nil || len(t.nodes) == 0 || len(index.literals) == 0 || len(index.nodes) > 0 {
		return all
	}
	var parts []*typ
	for _, l := range index.literals {
		name, ok := l.Value.(ast.String)
		if !ok {
			return all
		}
		spelt := append(slices.Clone(ref[:i]), l)
		parts = append(parts, c.stepName(t, spelt, i, string(name), l.Location))
	}
	return union(parts...)
}

// stepSpace goes from a package to its rule, or to a package below.
func (c *checker) stepSpace(s *space, ref ast.Ref, i int, name string, at *ast.Location) *typ {
	if child := s.children[name]; child != nil {
		return &typ{space: child}
	}
	if rules := s.rules[name]; rules != nil {
		var parts []*typ
		for _, r := range rules {
			parts = append(parts, c.value(r))
		}
		return union(parts...)
	}
	if !c.builder.isLeft(ref[:i+1].String()) {
		here := place(ref[i], at)
		f := problem("policy/type", position(here, c.file()), fmt.Sprintf("%s: there is no rule or package %q", refText(ref[:i+1]), name), nearestHint(name, s.names()))
		c.failed[c.key(here, "segment "+name)] = f
	}
	return nil
}

// isLeft reports that a package, or one below it, exists but takes no part.
func (b *builder) isLeft(path string) bool {
	return slices.ContainsFunc(b.left, func(l string) bool { return l == path || strings.HasPrefix(l, path+".") })
}

// lookup checks the constant keys of a table against the values that index it.
func (c *checker) lookup(table, index *typ) {
	if table == nil || index == nil || len(index.nodes) == 0 || len(table.nodes) > 0 {
		return
	}
	if table.list {
		c.literalsIn(table.items, index)
	}
	for _, f := range table.fields {
		if f.key != nil {
			c.literal(f.key, index)
		}
	}
}

func place(t *ast.Term, fallback *ast.Location) *ast.Location {
	if t.Location != nil && t.Location.Row > 0 {
		return t.Location
	}
	return fallback
}

// ofOPA is what OPA says of a builtin's result.
func ofOPA(t types.Type) *typ {
	switch t.(type) {
	case types.String:
		return ofNodes(anyString)
	case types.Number:
		return ofNodes(anyNumber)
	case types.Boolean:
		return ofNodes(anyBool)
	}
	return nil
}
