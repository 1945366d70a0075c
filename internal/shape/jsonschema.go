package shape

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Draft is the JSON Schema dialect that editors are given: the newest one that
// yaml-language-server supports in full.
const Draft = "http://json-schema.org/draft-07/schema#"

// JSONSchema prints a kind for editors. It accepts exactly the documents that
// the tree accepts, but for the checks hung on definitions. Equal sets give
// equal bytes.
func JSONSchema(set *Set, kind string) ([]byte, error) {
	n := set.Kinds[kind]
	if n == nil {
		return nil, fmt.Errorf("no kind %q", kind)
	}
	p := printer{definitions: map[string]any{}}
	schema := p.content(n)
	schema["$schema"], schema["title"] = Draft, kind
	if len(p.definitions) > 0 {
		schema["definitions"] = p.definitions
	}
	describeSchema(schema, n.Doc)
	return encodeSchema(schema)
}

func encodeSchema(schema any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(schema) // keys of maps come out sorted
	return b.Bytes(), err
}

// printer collects the definitions that the printed nodes refer to.
type printer struct{ definitions map[string]any }

func definitionKey(name string) string { return strings.TrimPrefix(name, "#") }

func describeSchema(schema map[string]any, doc string) {
	if doc != "" {
		schema["description"] = doc
	}
}

// node prints a reference where the node has a name.
func (p *printer) node(n *Node) map[string]any {
	if n.Name == "" {
		return p.content(n)
	}
	key := definitionKey(n.Name)
	if _, ok := p.definitions[key]; !ok {
		p.definitions[key] = nil // being printed: a definition may refer to itself
		schema := p.content(n)
		describeSchema(schema, n.Doc)
		p.definitions[key] = schema
	}
	return map[string]any{"$ref": "#/definitions/" + key}
}

func (p *printer) content(n *Node) map[string]any {
	if n.Any {
		return map[string]any{}
	}
	var parts []any
	if len(n.Alternatives) > 0 {
		for _, a := range n.Alternatives {
			parts = append(parts, p.node(a))
		}
		return map[string]any{"anyOf": parts}
	}
	switch {
	case n.Null:
		return map[string]any{"type": "null"}
	case n.Bool != nil:
		return n.Bool.schema()
	case n.Int != nil:
		return n.Int.schema()
	case n.String != nil:
		return n.String.schema()
	case n.List != nil:
		return map[string]any{"type": "array", "items": p.node(n.List.Element)}
	case n.Map != nil:
		return p.mapSchema(n.Map)
	}
	return map[string]any{"not": map[string]any{}}
}

func (t *BoolType) schema() map[string]any {
	if t.Const != nil {
		return map[string]any{"type": "boolean", "const": *t.Const}
	}
	return map[string]any{"type": "boolean"}
}

func (t *IntType) schema() map[string]any {
	s := map[string]any{"type": "integer"}
	if len(t.Enum) > 0 {
		s["enum"] = t.Enum
		return s
	}
	if t.Min != nil {
		s["minimum"] = *t.Min
	}
	if t.Max != nil {
		s["maximum"] = *t.Max
	}
	return s
}

func (t *StringType) schema() map[string]any {
	s := map[string]any{"type": "string"}
	switch {
	case len(t.Enum) == 1:
		s["const"] = t.Enum[0]
	case len(t.Enum) > 1:
		s["enum"] = t.Enum
	case len(t.Patterns) == 1:
		s["pattern"] = t.Patterns[0].String()
	case len(t.Patterns) > 1:
		var all []any
		for _, p := range t.Patterns {
			all = append(all, map[string]any{"pattern": p.String()})
		}
		s["allOf"] = all
	}
	return s
}

func (p *printer) mapSchema(m *MapType) map[string]any {
	s := map[string]any{"type": "object", "additionalProperties": false}
	properties, required := map[string]any{}, []string{}
	m.each(func(f *Field, choice int) {
		property := p.node(f.Node)
		describeSchema(property, f.Doc)
		properties[f.Name] = property
		if f.Required && choice < 0 {
			required = append(required, f.Name)
		}
	})
	patterns := map[string]any{}
	for _, k := range m.Keys {
		p.keySchema(patterns, k)
	}
	if len(properties) > 0 {
		s["properties"] = properties
	}
	if len(required) > 0 {
		s["required"] = required
	}
	if len(patterns) > 0 {
		s["patternProperties"] = patterns
	}
	choiceSchemas(s, m.Choices)
	return s
}

// keySchema adds one key pattern. Two of the same text become an allOf; a key
// that nothing else matches is judged by the pattern that matches all.
func (p *printer) keySchema(patterns map[string]any, k KeyPattern) {
	text := "" // matches every key
	if k.Pattern != nil {
		text = k.Pattern.String()
	}
	schema := any(p.node(k.Node))
	if first, ok := patterns[text]; ok {
		schema = map[string]any{"allOf": []any{first, schema}}
	}
	patterns[text] = schema
}

// choiceSchemas says of each exactly-one-of which fields its branches demand
// and which they refuse. The fields themselves stand in properties, where
// additionalProperties sees them.
func choiceSchemas(s map[string]any, choices []Choice) {
	var all []any
	for i := range choices {
		var branches []any
		for b := range choices[i].Branches {
			branches = append(branches, choices[i].branchSchema(b))
		}
		all = append(all, map[string]any{"oneOf": branches})
	}
	switch len(all) {
	case 0:
	case 1:
		s["oneOf"] = all[0].(map[string]any)["oneOf"]
	default:
		s["allOf"] = all
	}
}

func (c *Choice) branchSchema(b int) map[string]any {
	required, properties := []string{}, map[string]any{}
	for _, f := range c.Branches[b] {
		if f.Required {
			required = append(required, f.Name)
		}
	}
	for other := range c.Branches {
		for _, f := range c.Branches[other] {
			if branchField(c.Branches[b], f.Name) == nil {
				properties[f.Name] = false
			}
		}
	}
	if c.Tag != nil {
		properties[c.Tag.Name] = branchField(c.Branches[b], c.Tag.Name).Node.String.schema()
	}
	s := map[string]any{"required": required}
	if len(properties) > 0 {
		s["properties"] = properties
	}
	return s
}
