package shape

// TypeSchema prints a node as the bare JSON Schema that OPA's type checker
// reads without loss: types, properties, items, references, unions. It says
// nothing of values, of required fields, or of exactly-one-ofs, whose fields
// are plain properties here. OPA takes every map without named fields, and
// every union that admits null, for anything.
func TypeSchema(n *Node) any {
	t := typer{definitions: map[string]any{}}
	schema := t.content(n)
	if len(t.definitions) > 0 {
		schema["definitions"] = t.definitions
	}
	return schema
}

type typer struct{ definitions map[string]any }

func (t *typer) node(n *Node) map[string]any {
	if n.Name == "" || n.Map == nil && n.List == nil {
		return t.content(n) // a scalar's definition would only cost time
	}
	key := definitionKey(n.Name)
	if _, ok := t.definitions[key]; !ok {
		t.definitions[key] = nil
		t.definitions[key] = t.content(n)
	}
	return map[string]any{"$ref": "#/definitions/" + key}
}

func (t *typer) content(n *Node) map[string]any {
	if n.Any {
		return map[string]any{}
	}
	if len(n.Alternatives) > 0 {
		var parts []any
		for _, a := range n.Alternatives {
			parts = append(parts, t.node(a))
		}
		return map[string]any{"anyOf": parts}
	}
	switch {
	case n.Bool != nil:
		return map[string]any{"type": "boolean"}
	case n.Int != nil:
		return map[string]any{"type": "integer"}
	case n.String != nil:
		return map[string]any{"type": "string"}
	case n.List != nil:
		return map[string]any{"type": "array", "items": t.node(n.List.Element)}
	case n.Map != nil:
		return t.object(n.Map)
	}
	return map[string]any{"type": "null"}
}

// object prints the named fields. A struct with key patterns too is anything to
// OPA: it knows either the fields or the rest, not both.
func (t *typer) object(m *MapType) map[string]any {
	s := map[string]any{"type": "object"}
	if len(m.Keys) > 0 {
		return s
	}
	properties := map[string]any{}
	m.each(func(f *Field, _ int) { properties[f.Name] = t.node(f.Node) })
	if len(properties) > 0 {
		s["properties"] = properties
	}
	return s
}
