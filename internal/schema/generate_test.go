package schema

import (
	"math/rand/v2"
	"strings"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/shape"
)

// generator makes values of a tree, half of them with something wrong, and puts
// ints and lengths on their bounds on purpose. What it cannot know from a tree
// that is wrong itself (a field or a value it lost) comes from words and
// numbers, which hold every literal and field name of the source.
type generator struct {
	*rand.Rand
	words   []string
	numbers []int64
}

func newGenerator(files map[string][]byte, source rand.Source) *generator {
	g := &generator{Rand: rand.New(source)}
	g.words, g.numbers = literals(files)
	return g
}

// next makes one value for the node.
func (g *generator) next(n *shape.Node) document.Value {
	v := g.value(n, 5)
	for g.IntN(2) == 0 {
		g.mutate(n, &v)
	}
	return v
}

func (g *generator) one(in int) bool { return g.IntN(in) == 0 }

func pick[T any](g *generator, from []T) T { return from[g.IntN(len(from))] }

// value makes a value that the node allows, as far as that is easy.
func (g *generator) value(n *shape.Node, depth int) document.Value {
	if len(n.Alternatives) > 0 {
		return g.value(pick(g, n.Alternatives), depth)
	}
	switch {
	case n.Null:
		return document.Value{Kind: document.Null}
	case n.Bool != nil:
		v := document.Value{Kind: document.Bool, Bool: g.one(2)}
		if n.Bool.Const != nil {
			v.Bool = *n.Bool.Const
		}
		return v
	case n.Int != nil:
		return document.Value{Kind: document.Int, Int: g.integer(n.Int)}
	case n.String != nil:
		return stringValue(g.text(n.String))
	case n.List != nil:
		v := document.Value{Kind: document.List}
		for depth > 0 && !g.one(3) && len(v.Items) < 4 {
			v.Items = append(v.Items, g.value(n.List.Element, depth-1))
		}
		return v
	case n.Map != nil:
		return g.mapValue(n.Map, depth)
	}
	return g.anything(2)
}

func stringValue(s string) document.Value { return document.Value{Kind: document.String, Str: s} }

func (g *generator) integer(t *shape.IntType) int64 {
	if len(t.Enum) > 0 {
		return pick(g, t.Enum)
	}
	low, high := int64(-1000), int64(1<<40)
	if t.Max != nil {
		high = *t.Max
		low = min(low, high)
	}
	if t.Min != nil {
		low = *t.Min
		high = max(low, high)
	}
	switch g.IntN(4) {
	case 0:
		return low
	case 1:
		return high
	}
	return low + g.Int64N(high-low+1)
}

func (g *generator) text(t *shape.StringType) string {
	if len(t.Enum) > 0 {
		return pick(g, t.Enum)
	}
	if len(t.Patterns) == 0 {
		return pick(g, []string{"", "x", "ä\n", pick(g, g.words)})
	}
	return g.match(t.Patterns[0].String())
}

// mapValue fills fields, one branch of each choice and some keys; optional ones
// by chance, none once it is deep.
func (g *generator) mapValue(m *shape.MapType, depth int) document.Value {
	v := document.Value{Kind: document.Map}
	fill := func(fields []shape.Field) {
		for _, f := range fields {
			if f.Required || depth > 0 && g.IntN(5) < 2 {
				set(&v, f.Name, g.value(f.Node, depth-1))
			}
		}
	}
	fill(m.Fields)
	for _, c := range m.Choices {
		fill(c.Branches[g.branch(c, depth)])
	}
	for _, k := range m.Keys {
		for depth > 0 && g.one(2) {
			key := pick(g, g.words)
			if k.Pattern != nil {
				key = g.match(k.Pattern.String())
			}
			set(&v, key, g.value(k.Node, depth-1))
		}
	}
	return v
}

// branch picks a branch; a deep one picks the one that asks for least, so that
// recursion ends.
func (g *generator) branch(c shape.Choice, depth int) int {
	best := g.IntN(len(c.Branches))
	if depth > 0 {
		return best
	}
	for b := range c.Branches {
		if len(c.Branches[b]) < len(c.Branches[best]) {
			best = b
		}
	}
	return best
}

// anything makes a value without looking at a node.
func (g *generator) anything(depth int) document.Value {
	switch g.IntN(8) {
	case 0:
		return document.Value{Kind: document.Null}
	case 1:
		return document.Value{Kind: document.Bool, Bool: g.one(2)}
	case 2:
		return document.Value{Kind: document.Int, Int: pick(g, g.numbers)}
	case 3:
		v := document.Value{Kind: document.List}
		if depth > 0 && g.one(2) {
			v.Items = []document.Value{g.anything(depth - 1)}
		}
		return v
	case 4:
		v := document.Value{Kind: document.Map}
		if depth > 0 && g.one(2) {
			set(&v, pick(g, g.words), g.anything(depth-1))
		}
		return v
	}
	return stringValue(pick(g, g.words))
}

// set sets a key, in place where it exists: keys are never repeated.
func set(v *document.Value, key string, value document.Value) {
	if at := v.Get(key); at != nil {
		*at = value
		return
	}
	v.Keys, v.Items = append(v.Keys, document.Key{Name: key}), append(v.Items, value)
}

func remove(v *document.Value, i int) {
	v.Items = append(v.Items[:i], v.Items[i+1:]...)
	if v.Kind == document.Map {
		v.Keys = append(v.Keys[:i], v.Keys[i+1:]...)
	}
}

// plain turns a value into what encoding/json would decode it to.
func plain(v *document.Value) any {
	switch v.Kind {
	case document.Bool:
		return v.Bool
	case document.Int:
		return v.Int
	case document.String:
		return v.Str
	case document.List:
		list := []any{}
		for i := range v.Items {
			list = append(list, plain(&v.Items[i]))
		}
		return list
	case document.Map:
		m := map[string]any{}
		for i := range v.Items {
			m[v.Keys[i].Name] = plain(&v.Items[i])
		}
		return m
	}
	return nil
}

func show(v any) string {
	var b strings.Builder
	writeJSON(&b, v)
	return b.String()
}
