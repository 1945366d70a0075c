package shape

import (
	"fmt"
	"strings"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// fields judges a map against the fields, choices and key patterns of n. The
// search for a key's field starts behind the last one found, for people write
// fields in the order of the schema.
func (j *judge) fields(n *Node, v *document.Value) {
	m, next, required := n.Map, 0, 0
	for i := range v.Items {
		key := v.Keys[i].Name
		if f := m.find(key, &next); f != nil {
			if f.Required {
				required++
			}
			j.step(document.Segment{Key: key}, f.Node, &v.Items[i])
			continue
		}
		if !m.inChoice(key) {
			j.otherKey(n, v, i)
		}
	}
	j.missing(m.Fields, required, v)
	for i := range m.Choices {
		j.choice(&m.Choices[i], v)
	}
}

func (m *MapType) find(name string, next *int) *Field {
	for range m.Fields {
		if *next >= len(m.Fields) {
			*next = 0
		}
		f := &m.Fields[*next]
		*next++
		if f.Name == name {
			return f
		}
	}
	return nil
}

func (m *MapType) inChoice(name string) bool {
	for i := range m.Choices {
		if m.Choices[i].firstBranch(name) >= 0 {
			return true
		}
	}
	return false
}

// otherKey judges a key that no field has: by every pattern that matches it.
func (j *judge) otherKey(n *Node, v *document.Value, i int) {
	key, known := v.Keys[i].Name, false
	for k := range n.Map.Keys {
		if p := &n.Map.Keys[k]; p.matches(key) {
			known = true
			j.step(document.Segment{Key: key}, p.Node, &v.Items[i])
		}
	}
	if known {
		return
	}
	message, hint := fmt.Sprintf("unknown field %q", key), writeNearest(key, n.FieldNames())
	if len(n.Map.Keys) > 0 {
		message, hint = fmt.Sprintf("found key %q, wanted %s", key, n.Map.keysWanted()), ""
	}
	j.addKey("schema/unknown-field", message, hint, v.Keys[i].Pos, key)
}

func (m *MapType) keysWanted() string {
	parts := make([]string, len(m.Keys))
	for i := range m.Keys {
		parts[i] = m.Keys[i].wanted()
	}
	return strings.Join(parts, " or ")
}

// missing reports the required fields that v lacks; found is how many it has.
func (j *judge) missing(fields []Field, found int, v *document.Value) {
	for i := range fields {
		if fields[i].Required {
			found--
		}
	}
	if found == 0 {
		return
	}
	for i := range fields {
		if fields[i].Required && v.Get(fields[i].Name) == nil {
			j.missingField(&fields[i], v)
		}
	}
}

func (j *judge) missingField(f *Field, v *document.Value) {
	rule := finding.Related{Position: f.Pos, Message: j.trail.owner() + "." + f.Name + "!: " + f.Node.TypeText()}
	j.report("schema/missing-field", fmt.Sprintf("missing field %q", f.Name), "add "+f.Name, v.Pos,
		j.trail.path().With(document.Segment{Key: f.Name}), rule)
}
