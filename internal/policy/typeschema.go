package policy

import (
	"maps"
	"slices"
	"strconv"

	"github.com/patchops/patchops/internal/shape"
)

// typeSchema prints a node for OPA's type checker.
func typeSchema(n *shape.Node) any {
	p := typePrinter{names: map[*shape.Node]string{}, definitions: map[string]any{}}
	root := p.node(n)
	return map[string]any{
		"$schema": "http://json-schema.org/draft-07/schema#", "definitions": p.definitions, "allOf": []any{root},
	}
}

type typePrinter struct {
	names       map[*shape.Node]string
	definitions map[string]any
}

func (p *typePrinter) node(n *shape.Node) any {
	if n.Map == nil {
		return p.union(n)
	}
	name, ok := p.names[n]
	if !ok {
		name = "n" + strconv.Itoa(len(p.names))
		p.names[n] = name
		p.definitions[name] = p.union(n)
	}
	return map[string]any{"$ref": "#/definitions/" + name}
}

func (p *typePrinter) union(n *shape.Node) any {
	if n.Any {
		return map[string]any{}
	}
	var parts []any
	add := func(s map[string]any) { parts = append(parts, s) }
	if n.Null {
		add(map[string]any{"type": "null"})
	}
	if n.Bool != nil {
		add(map[string]any{"type": "boolean"})
	}
	if n.Int != nil {
		add(map[string]any{"type": "integer"})
	}
	if n.String != nil {
		add(map[string]any{"type": "string"})
	}
	if n.List != nil {
		add(map[string]any{"type": "array", "items": p.node(n.List.Element)})
	}
	if n.Map != nil {
		add(p.object(n.Map))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return map[string]any{"anyOf": parts}
}

func (p *typePrinter) object(m *shape.MapType) map[string]any {
	if len(m.Keys) > 0 {
		return map[string]any{"type": "object"}
	}
	properties := map[string]any{}
	for name, field := range fieldsOf(m) {
		properties[name] = p.node(field)
	}
	return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
}

// fieldsOf are all fields that a map may have, in any branch of its choices.
func fieldsOf(m *shape.MapType) map[string]*shape.Node {
	fields := map[string]*shape.Node{}
	add := func(list []shape.Field) {
		for _, f := range list {
			fields[f.Name] = f.Node
		}
	}
	add(m.Fields)
	for _, c := range m.Choices {
		for _, branch := range c.Branches {
			add(branch)
		}
	}
	return fields
}

func sortedKinds(set *shape.Set) []string { return slices.Sorted(maps.Keys(set.Kinds)) }
