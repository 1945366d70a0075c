package schema

import "github.com/patchops/patchops/internal/shape"

// endless refuses definitions that no finite value satisfies: each requires
// itself, without a list, a map or an optional field between.
func (c *compiler) endless() {
	finite := map[*shape.Node]bool{}
	for changed := true; changed; {
		changed = false
		for _, d := range c.definitions {
			if !finite[d.node] && isFinite(d.node, finite) {
				finite[d.node], changed = true, true
			}
		}
	}
	for _, name := range sortedKeys(c.definitions) {
		if n := c.definitions[name].node; !finite[n] {
			c.fail(n.Pos, name+" requires itself: no value can ever satisfy it")
		}
	}
}

func isFinite(n *shape.Node, finite map[*shape.Node]bool) bool {
	if finite[n] || n.Any || n.Null || n.Bool != nil || n.Int != nil || n.String != nil || n.List != nil {
		return true
	}
	if n.Name != "" && len(n.Alternatives) == 0 && n.Map == nil {
		return false
	}
	return n.Map != nil && finiteMap(n.Map, finite)
}

func finiteMap(m *shape.MapType, finite map[*shape.Node]bool) bool {
	if !finiteFields(m.Fields, finite) {
		return false
	}
	for _, c := range m.Choices {
		any := false
		for _, b := range c.Branches {
			any = any || finiteFields(b, finite)
		}
		if !any {
			return false
		}
	}
	return true
}

func finiteFields(fields []shape.Field, finite map[*shape.Node]bool) bool {
	for _, f := range fields {
		if !f.Required || finite[f.Node] {
			continue
		}
		if f.Node.Name != "" || !isFinite(f.Node, finite) {
			return false
		}
	}
	return true
}
