package shape

import (
	"slices"
	"strings"
)

// Row is one field in a table of the docs.
type Row struct {
	Path     string // "spec.waves[].percent", "labels{}" for the values of a map
	Type     string // in the words of the schema; a definition's name has a table of its own
	Required bool   // of its map; never so in a choice
	OneOf    string // of a choice: how its branches are called ("percent, count, selector")
	Doc      string
}

// FieldTable lists the fields of a node and of the anonymous types in it, in
// the order of the schema. Definitions are named, not entered: Uses lists them.
func FieldTable(n *Node) []Row {
	var rows []Row
	appendRows(&rows, "", n)
	return rows
}

func appendRows(rows *[]Row, prefix string, n *Node) {
	if len(n.Alternatives) > 0 {
		for _, a := range n.Alternatives {
			appendAnonymous(rows, prefix, a)
		}
		return
	}
	if n.List != nil {
		appendAnonymous(rows, prefix+"[]", n.List.Element)
	}
	if n.Map == nil {
		return
	}
	n.Map.each(func(f *Field, choice int) {
		row := Row{Path: strings.TrimPrefix(prefix+"."+f.Name, "."), Type: shortType(f.Node), Required: f.Required, Doc: f.Doc}
		if choice >= 0 {
			row.OneOf, row.Required = n.Map.Choices[choice].names(), false
		}
		if row.Doc == "" {
			row.Doc = f.Node.Doc
		}
		*rows = append(*rows, row)
		appendAnonymous(rows, row.Path, f.Node)
	})
	for _, k := range n.Map.Keys {
		appendAnonymous(rows, prefix+"{}", k.Node)
	}
}

func appendAnonymous(rows *[]Row, prefix string, n *Node) {
	if n.Name == "" {
		appendRows(rows, prefix, n)
	}
}

func (c *Choice) names() string {
	labels := make([]string, len(c.Branches))
	for b := range c.Branches {
		labels[b] = c.label(b)
	}
	return strings.Join(labels, ", ")
}

// shortType is TypeText without the insides of anonymous structs, which have
// rows of their own.
func shortType(n *Node) string {
	switch {
	case n.Name != "" || n.Any:
		return n.TypeText()
	case len(n.Alternatives) > 0:
		parts := make([]string, len(n.Alternatives))
		for i, a := range n.Alternatives {
			parts[i] = shortType(a)
		}
		return strings.Join(parts, " | ")
	case n.List != nil:
		return "[..." + shortType(n.List.Element) + "]"
	case n.Map != nil && len(n.Map.Keys) == 0:
		return "{...}"
	case n.Map != nil && len(n.Map.Fields) == 0 && len(n.Map.Choices) == 0:
		return "{" + n.Map.Keys[0].text() + ": " + shortType(n.Map.Keys[0].Node) + "}"
	}
	return n.TypeText()
}

// Uses lists the definitions that a node refers to, directly or through others,
// without itself, sorted by name.
func Uses(n *Node) []*Node {
	seen := map[*Node]bool{n: true}
	var used []*Node
	var visit func(n *Node)
	visit = func(n *Node) {
		for _, next := range n.parts() {
			if seen[next] {
				continue
			}
			seen[next] = true
			if next.Name != "" {
				used = append(used, next)
			}
			visit(next)
		}
	}
	visit(n)
	slices.SortFunc(used, func(a, b *Node) int { return strings.Compare(a.Name, b.Name) })
	return used
}

// parts are the nodes directly in n.
func (n *Node) parts() []*Node {
	parts := slices.Clone(n.Alternatives)
	if n.List != nil {
		parts = append(parts, n.List.Element)
	}
	if n.Map == nil {
		return parts
	}
	n.Map.each(func(f *Field, _ int) { parts = append(parts, f.Node) })
	for _, k := range n.Map.Keys {
		parts = append(parts, k.Node)
	}
	return parts
}
