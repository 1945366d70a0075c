package policy

import (
	"maps"
	"slices"

	"github.com/patchops/patchops/internal/shape"
)

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
