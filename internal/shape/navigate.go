package shape

import (
	"github.com/patchops/patchops/internal/document"
)

// Allows reports whether some value of this kind may stand here. An Odd scalar
// never may.
func (n *Node) Allows(kind document.Kind) bool {
	switch kind {
	case document.Null:
		return n.Any || n.Null
	case document.Bool:
		return n.Any || n.Bool != nil
	case document.Int:
		return n.Any || n.Int != nil
	case document.String:
		return n.Any || n.String != nil
	case document.List:
		return n.Any || n.List != nil
	case document.Map:
		return n.Any || n.Map != nil
	}
	return false
}

// Alternative returns the part of a union that judges values of this kind, and
// n itself when n is no union or no part allows the kind.
func (n *Node) Alternative(kind document.Kind) *Node {
	for _, a := range n.Alternatives {
		if a.Allows(kind) {
			return a
		}
	}
	return n
}

// Child returns the node of a map's key: of a field, of a field of any branch
// of a choice, or of the first pattern of keys that matches. It returns nil
// when no value of n may have that key, or n says nothing about it (Any).
func (n *Node) Child(key string) *Node {
	if n == nil || n.Map == nil {
		return nil
	}
	if f := n.Map.Field(key); f != nil {
		return f.Node
	}
	for i := range n.Map.Keys {
		if k := &n.Map.Keys[i]; k.matches(key) {
			return k.Node
		}
	}
	return nil
}

// Element returns the node of a list's elements, nil when n allows no list.
func (n *Node) Element() *Node {
	if n == nil || n.List == nil {
		return nil
	}
	return n.List.Element
}

// Open reports whether a map here may have keys that FieldNames does not list.
func (n *Node) Open() bool {
	return n != nil && (n.Any || n.Map != nil && len(n.Map.Keys) > 0)
}

// FieldNames are the names of all fields, those of choices too, in the order
// of the schema and each once.
func (n *Node) FieldNames() []string {
	if n == nil || n.Map == nil {
		return nil
	}
	var names []string
	n.Map.each(func(f *Field, _ int) { names = append(names, f.Name) })
	return names
}

// Field returns the field of that name, also one of a choice's branches; nil
// when there is none.
func (m *MapType) Field(name string) *Field {
	for i := range m.Fields {
		if m.Fields[i].Name == name {
			return &m.Fields[i]
		}
	}
	for _, c := range m.Choices {
		if f := c.field(name); f != nil {
			return f
		}
	}
	return nil
}

// each visits the fields, then those of choices, each name once; choice is -1
// for a field outside choices.
func (m *MapType) each(visit func(f *Field, choice int)) {
	for i := range m.Fields {
		visit(&m.Fields[i], -1)
	}
	for i := range m.Choices {
		c := &m.Choices[i]
		for b, fields := range c.Branches {
			for k := range fields {
				if c.firstBranch(fields[k].Name) == b {
					visit(c.field(fields[k].Name), i)
				}
			}
		}
	}
}

// field returns the field of that name for all branches; nil when no branch
// names it.
func (c *Choice) field(name string) *Field {
	if c.Tag != nil && c.Tag.Name == name {
		return c.Tag
	}
	if b := c.firstBranch(name); b >= 0 {
		return branchField(c.Branches[b], name)
	}
	return nil
}

func (c *Choice) firstBranch(name string) int {
	for b := range c.Branches {
		if branchField(c.Branches[b], name) != nil {
			return b
		}
	}
	return -1
}

// inQuestion reports whether the tag's value picks the branch.
func (c *Choice) inQuestion(branch int, tag string) bool {
	return c.Tag == nil || branchField(c.Branches[branch], c.Tag.Name).Node.String.allows(tag)
}

// own reports whether only this branch names the field, of all branches that
// are in question together.
func (c *Choice) own(branch int, name string) bool {
	tag := c.tagOf(branch)
	for b := range c.Branches {
		if b != branch && c.inQuestion(b, tag) && branchField(c.Branches[b], name) != nil {
			return false
		}
	}
	return true
}

// tagOf returns one value of the tag that picks the branch.
func (c *Choice) tagOf(branch int) string {
	if c.Tag == nil {
		return ""
	}
	return branchField(c.Branches[branch], c.Tag.Name).Node.String.Enum[0]
}

// alone reports whether the tag alone picks the branch.
func (c *Choice) alone(branch int) bool {
	tag := c.tagOf(branch)
	for b := range c.Branches {
		if b != branch && c.inQuestion(b, tag) {
			return false
		}
	}
	return true
}

func branchField(fields []Field, name string) *Field {
	for i := range fields {
		if fields[i].Name == name {
			return &fields[i]
		}
	}
	return nil
}

func (k *KeyPattern) matches(key string) bool {
	return k.Pattern == nil || k.Pattern.MatchString(key)
}
