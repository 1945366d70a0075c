package shape

import (
	"strconv"
	"strings"
)

// TypeText is a node's type in the words of the schema: the definition's name
// where it has one, else Content.
func (n *Node) TypeText() string {
	if n.Name != "" {
		return n.Name
	}
	return n.Content()
}

// Content is what a node allows in the words of the schema, even where it has a
// name: `int & >=1 & <=100`, `"a" | "b"`, `[...#Wave]`.
func (n *Node) Content() string {
	if n.Any {
		return "_"
	}
	if len(n.Alternatives) > 0 {
		parts := make([]string, len(n.Alternatives))
		for i, a := range n.Alternatives {
			parts[i] = a.TypeText()
		}
		return strings.Join(parts, " | ")
	}
	var parts []string
	if n.Null {
		parts = append(parts, "null")
	}
	if n.Bool != nil {
		parts = append(parts, n.Bool.text())
	}
	if n.Int != nil {
		parts = append(parts, n.Int.text())
	}
	if n.String != nil {
		parts = append(parts, n.String.text())
	}
	if n.List != nil {
		parts = append(parts, "[..."+n.List.Element.TypeText()+"]")
	}
	if n.Map != nil {
		parts = append(parts, n.Map.text())
	}
	return strings.Join(parts, " | ")
}

func (t *BoolType) text() string {
	if t.Const != nil {
		return strconv.FormatBool(*t.Const)
	}
	return "bool"
}

func (t *IntType) text() string {
	if len(t.Enum) > 0 {
		parts := make([]string, len(t.Enum))
		for i, e := range t.Enum {
			parts[i] = strconv.FormatInt(e, 10)
		}
		return strings.Join(parts, " | ")
	}
	text := "int"
	if t.Min != nil {
		text += " & >=" + strconv.FormatInt(*t.Min, 10)
	}
	if t.Max != nil {
		text += " & <=" + strconv.FormatInt(*t.Max, 10)
	}
	return text
}

func (t *StringType) text() string {
	var parts []string
	for _, e := range t.Enum {
		parts = append(parts, strconv.Quote(e))
	}
	if len(parts) > 0 {
		return strings.Join(parts, " | ")
	}
	for _, p := range t.Patterns {
		parts = append(parts, "=~"+strconv.Quote(p.String()))
	}
	if len(parts) == 0 {
		return "string"
	}
	return strings.Join(parts, " & ")
}

func (m *MapType) text() string {
	var parts []string
	m.each(func(f *Field, choice int) {
		if choice < 0 {
			parts = append(parts, f.text())
		}
	})
	for i := range m.Choices {
		parts = append(parts, m.Choices[i].text())
	}
	for _, k := range m.Keys {
		parts = append(parts, k.text()+": "+k.Node.TypeText())
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (f *Field) text() string {
	if f.Required {
		return f.Name + "!"
	}
	return f.Name + "?"
}

func (c *Choice) text() string {
	branches := make([]string, len(c.Branches))
	for i, fields := range c.Branches {
		names := make([]string, len(fields))
		for k := range fields {
			names[k] = fields[k].text()
		}
		branches[i] = "{" + strings.Join(names, ", ") + "}"
	}
	return strings.Join(branches, " | ")
}

func (k *KeyPattern) text() string {
	if k.Pattern == nil {
		return "[string]"
	}
	return "[=~" + strconv.Quote(k.Pattern.String()) + "]"
}
