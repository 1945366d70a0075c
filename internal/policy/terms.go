package policy

import (
	"fmt"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/document"
)

// Terms keeps what values look like to Rego, so that a document which many
// rules read is converted once. It is safe for concurrent use and lives as long
// as the values do: one for a tree of documents.
type Terms struct{ known sync.Map } // *document.Value -> ast.Value

// NewTerms returns an empty memory of terms.
func NewTerms() *Terms { return &Terms{} }

// Remembering is a Data that brings memories of terms: one for what belongs to
// clients and one for global documents, which all clients share. Without them
// every judgement converts what it reads anew.
type Remembering interface {
	Terms() (clients, global *Terms)
}

// of returns the term of a value that `data` holds.
func (t *Terms) of(v *document.Value) ast.Value {
	if v.Kind != document.Map && v.Kind != document.List {
		return toTerm(v).Value
	}
	if known, ok := t.known.Load(v); ok {
		return known.(ast.Value)
	}
	known, _ := t.known.LoadOrStore(v, toTerm(v).Value)
	return known.(ast.Value)
}

// toTerm is the value as Rego sees it. The hash of a term is computed here, so
// that terms are only read afterwards. Lists that share their elements share a term.
func toTerm(v *document.Value) *ast.Term {
	var c conversion
	return c.term(v)
}

// conversion is the conversion of one value.
type conversion struct {
	lists [4]struct { // of those met last
		first *document.Value // an element names the list that it is the first of
		count int
		term  *ast.Term
	}
	next int
}

func (c *conversion) list(v *document.Value) *ast.Term {
	if len(v.Items) > 0 {
		for _, known := range c.lists {
			if known.first == &v.Items[0] && known.count == len(v.Items) {
				return known.term
			}
		}
	}
	items := make([]*ast.Term, len(v.Items))
	for i := range v.Items {
		items[i] = c.term(&v.Items[i])
	}
	term := ast.ArrayTerm(items...)
	if len(v.Items) > 0 {
		c.lists[c.next].first, c.lists[c.next].count, c.lists[c.next].term = &v.Items[0], len(v.Items), term
		c.next = (c.next + 1) % len(c.lists)
	}
	return term
}

func (c *conversion) term(v *document.Value) *ast.Term {
	switch v.Kind {
	case document.Bool:
		return ast.InternedTerm(v.Bool)
	case document.Int:
		return integerTerm(v.Int)
	case document.String, document.Odd:
		return ast.InternedTerm(v.Str)
	case document.List:
		return c.list(v)
	case document.Map:
		fields := ast.NewObjectWithCapacity(len(v.Keys))
		for i := range v.Keys {
			fields.Insert(ast.InternedTerm(v.Keys[i].Name), c.term(&v.Items[i]))
		}
		return ast.NewTerm(fields)
	}
	return ast.NullTerm()
}

// toValue is a term as a value without positions, for our own builtins.
func toValue(v ast.Value) (*document.Value, error) {
	switch v := v.(type) {
	case ast.Null:
		return &document.Value{Kind: document.Null}, nil
	case ast.Boolean:
		return &document.Value{Kind: document.Bool, Bool: bool(v)}, nil
	case ast.Number:
		n, ok := v.Int64()
		if !ok {
			return nil, fmt.Errorf("%s is no integer", v.String())
		}
		return &document.Value{Kind: document.Int, Int: n}, nil
	case ast.String:
		return &document.Value{Kind: document.String, Str: string(v)}, nil
	case *ast.Array:
		return listValue(v)
	case ast.Object:
		return mapValue(v)
	}
	return nil, fmt.Errorf("%s has no place in a document", ast.ValueName(v))
}

func listValue(a *ast.Array) (*document.Value, error) {
	list := &document.Value{Kind: document.List}
	err := a.Iter(func(t *ast.Term) error {
		item, err := toValue(t.Value)
		if err == nil {
			list.Items = append(list.Items, *item)
		}
		return err
	})
	return list, err
}

func mapValue(o ast.Object) (*document.Value, error) {
	m := &document.Value{Kind: document.Map}
	err := o.Iter(func(k, t *ast.Term) error {
		name, ok := k.Value.(ast.String)
		if !ok {
			return fmt.Errorf("the key %s is no string", k)
		}
		item, err := toValue(t.Value)
		if err == nil {
			m.Keys, m.Items = append(m.Keys, document.Key{Name: string(name)}), append(m.Items, *item)
		}
		return err
	})
	return m, err
}
