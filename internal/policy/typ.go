package policy

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/shape"
)

// A typ is what is known of a term: the union of all its parts. The nil typ
// knows nothing, and nothing is reported about it.
type typ struct {
	nodes    []*shape.Node    // values of documents and of data
	literals []*ast.Term      // scalars written in Rego
	items    *typ             // elements of a list or set made in Rego
	fields   map[string]field // fields of an object made in Rego
	rest     *typ             // values of an object made in Rego under computed keys,
	computed bool             // if it has such keys
	space    *space           // below data.patchops
	tuple    []*typ           // the elements of a list made in Rego, by index
	list     bool             // a list or set made in Rego
	object   bool             // likewise an object
	what     string           // how the rule calls it, for messages
}

// A field is a key of an object literal.
type field struct {
	typ *typ
	key *ast.Term
}

func ofNodes(nodes ...*shape.Node) *typ {
	if len(nodes) == 0 || slices.ContainsFunc(nodes, func(n *shape.Node) bool { return n == nil || n.Any }) {
		return nil
	}
	return &typ{nodes: nodes}
}

var (
	anyString = &shape.Node{String: &shape.StringType{}}
	anyNumber = &shape.Node{Int: &shape.IntType{}}
	anyBool   = &shape.Node{Bool: &shape.BoolType{}}
)

// union is nil when one of the parts is: then anything may come.
func union(parts ...*typ) *typ {
	if len(parts) == 1 {
		return parts[0]
	}
	var sum *typ
	for _, p := range parts {
		switch {
		case p == nil || p.space != nil:
			return nil
		case sum == nil:
			copied := *p
			sum = &copied
		default:
			sum = sum.plus(p)
		}
	}
	return sum
}

func (t *typ) plus(p *typ) *typ {
	sum := &typ{
		literals: append(slices.Clone(t.literals), p.literals...),
		nodes:    slices.Clone(t.nodes), list: t.list || p.list, object: t.object || p.object,
		items: either(t.list, t.items, p.list, p.items), what: t.what,
		rest: either(t.computed, t.rest, p.computed, p.rest), computed: t.computed || p.computed,
	}
	if len(t.tuple) == len(p.tuple) && len(t.nodes)+len(p.nodes) == 0 {
		for i := range t.tuple {
			sum.tuple = append(sum.tuple, union(t.tuple[i], p.tuple[i]))
		}
	}
	for _, n := range p.nodes {
		if !slices.Contains(sum.nodes, n) {
			sum.nodes = append(sum.nodes, n)
		}
	}
	for _, fields := range []map[string]field{t.fields, p.fields} {
		for name, f := range fields {
			if sum.fields == nil {
				sum.fields = map[string]field{}
			}
			if other, ok := sum.fields[name]; ok {
				f.typ = union(other.typ, f.typ)
			}
			sum.fields[name] = f
		}
	}
	return sum
}

// none reports that there is nothing of that type: an element of an empty list.
func (t *typ) none() bool {
	return t != nil && len(t.nodes)+len(t.literals) == 0 && !t.list && !t.object && t.space == nil
}

// either is the union of what those have that are there at all.
func either(hasX bool, x *typ, hasY bool, y *typ) *typ {
	switch {
	case hasX && hasY:
		return union(x, y)
	case hasX:
		return x
	}
	return y
}

// named says how a rule calls the term.
func (t *typ) named(what string) *typ {
	if t == nil {
		return nil
	}
	copied := *t
	copied.what = what
	return &copied
}

// elements is what lies below any key, and the keys themselves.
func (t *typ) elements() (keys, values *typ) {
	if t == nil || t.space != nil {
		return nil, nil
	}
	var parts, names []*typ
	for _, n := range t.nodes {
		if n.List != nil {
			parts, names = append(parts, ofNodes(n.List.Element)), append(names, ofNodes(anyNumber))
		}
		if n.Map != nil {
			parts, names = append(parts, mapValues(n.Map)...), append(names, mapKeys(n.Map))
		}
	}
	if t.list {
		parts, names = append(parts, t.items), append(names, nil)
	}
	if t.object {
		for _, name := range slices.Sorted(maps.Keys(t.fields)) {
			parts = append(parts, t.fields[name].typ)
			names = append(names, &typ{literals: []*ast.Term{t.fields[name].key}})
		}
		if t.computed {
			parts, names = append(parts, t.rest), append(names, nil)
		}
	}
	return union(names...), union(parts...)
}

func mapValues(m *shape.MapType) []*typ {
	var parts []*typ
	for _, name := range fieldNames(m) {
		parts = append(parts, ofNodes(fieldNodes(m, name)...))
	}
	for _, k := range m.Keys {
		parts = append(parts, ofNodes(k.Node))
	}
	return parts
}

func mapKeys(m *shape.MapType) *typ {
	if len(m.Keys) > 0 {
		return ofNodes(anyString)
	}
	return ofNodes(&shape.Node{String: &shape.StringType{Enum: fieldNames(m)}})
}

// fieldNodes are the nodes of a field: several where branches of a choice
// differ in it.
func fieldNodes(m *shape.MapType, name string) []*shape.Node {
	var nodes []*shape.Node
	add := func(list []shape.Field) {
		for i := range list {
			if list[i].Name == name && !slices.Contains(nodes, list[i].Node) {
				nodes = append(nodes, list[i].Node)
			}
		}
	}
	add(m.Fields)
	for _, c := range m.Choices {
		for _, branch := range c.Branches {
			add(branch)
		}
	}
	if nodes != nil {
		return nodes
	}
	for _, k := range m.Keys {
		if k.Pattern == nil || k.Pattern.MatchString(name) {
			return []*shape.Node{k.Node}
		}
	}
	return nil
}

func fieldNames(m *shape.MapType) []string {
	return slices.Sorted(maps.Keys(fieldsOf(m)))
}

// get returns what lies below a constant key, whether there is such a key, and
// the keys that there are.
func (t *typ) get(name string) (below *typ, ok bool, known []string) {
	var parts []*typ
	for _, n := range t.nodes {
		if n.Map == nil {
			continue
		}
		known = append(known, fieldNames(n.Map)...)
		if nodes := fieldNodes(n.Map, name); nodes != nil {
			parts = append(parts, ofNodes(nodes...))
		}
	}
	if f, found := t.fields[name]; found {
		parts = append(parts, f.typ)
	} else if t.computed {
		parts = append(parts, t.rest)
	}
	for k := range t.fields {
		known = append(known, k)
	}
	if t.list {
		parts = append(parts, t.items)
	}
	slices.Sort(known)
	return union(parts...), len(parts) > 0, slices.Compact(known)
}

// at returns the elements of lists, and whether there are lists at all.
func (t *typ) at() (element *typ, ok bool) {
	var parts []*typ
	for _, n := range t.nodes {
		if n.List != nil {
			parts = append(parts, ofNodes(n.List.Element))
		}
	}
	if t.list {
		parts = append(parts, t.items)
	}
	if t.computed {
		parts = append(parts, t.rest)
	}
	return union(parts...), len(parts) > 0
}

// sign writes what tells one type from another.
func (t *typ) sign(b *strings.Builder) {
	if t == nil {
		b.WriteString("?")
		return
	}
	b.WriteByte('(')
	for _, n := range t.nodes {
		fmt.Fprintf(b, "%p ", n)
	}
	for _, l := range t.literals {
		b.WriteString(l.String() + " ")
	}
	if t.space != nil {
		fmt.Fprintf(b, "%p", t.space)
	}
	if t.list {
		b.WriteByte('[')
		t.items.sign(b)
	}
	for _, e := range t.tuple {
		e.sign(b)
	}
	for _, name := range slices.Sorted(maps.Keys(t.fields)) {
		b.WriteString(strconv.Quote(name))
		t.fields[name].typ.sign(b)
	}
	if t.computed {
		b.WriteByte('*')
		t.rest.sign(b)
	}
	b.WriteByte(')')
}
