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
		if f := m.inChoice(key); f != nil {
			j.step(document.Segment{Key: key}, f.Node, &v.Items[i])
			continue
		}
		j.otherKey(n, v, i)
	}
	j.missing(m.Fields, required, v)
	for i := range m.Choices {
		j.choice(n, &m.Choices[i], v)
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

func (m *MapType) inChoice(name string) *Field {
	for i := range m.Choices {
		if f := m.Choices[i].field(name); f != nil {
			return f
		}
	}
	return nil
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
	rule := j.rule(n)
	j.path = append(j.path, document.Segment{Key: key})
	if len(n.Map.Keys) > 0 {
		j.add("schema/unknown-field", fmt.Sprintf("found key %q, wanted a key that matches %s", key, n.Map.keysText()), "", v.Keys[i].Pos, rule)
	} else {
		j.add("schema/unknown-field", fmt.Sprintf("unknown field %q", key), writeNearest(key, n.FieldNames()), v.Keys[i].Pos, rule)
	}
	j.path = j.path[:len(j.path)-1]
}

func (m *MapType) keysText() string {
	parts := make([]string, len(m.Keys))
	for i := range m.Keys {
		parts[i] = m.Keys[i].Pattern.String()
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
	rule := finding.Related{Position: f.Pos, Message: j.owner() + "." + f.Name + "!: " + f.Node.TypeText()}
	j.path = append(j.path, document.Segment{Key: f.Name})
	j.add("schema/missing-field", fmt.Sprintf("missing field %q", f.Name), "add "+f.Name, v.Pos, rule)
	j.path = j.path[:len(j.path)-1]
}

// choice judges which branch of an exactly-one-of v takes. A branch is taken
// when v has a field that only this branch names.
func (j *judge) choice(n *Node, c *Choice, v *document.Value) {
	taken, count := -1, 0
	for b := range c.Branches {
		if c.taken(b, v) {
			taken, count = b, count+1
		}
	}
	if count != 1 {
		j.undecided(n, c, count, v)
		return
	}
	branch, required := c.Branches[taken], 0
	for i := range branch {
		if branch[i].Required && v.Get(branch[i].Name) != nil {
			required++
		}
	}
	j.missing(branch, required, v)
	j.foreign(n, c, taken, v)
}

func (c *Choice) taken(b int, v *document.Value) bool {
	for i := range c.Branches[b] {
		if name := c.Branches[b][i].Name; v.Get(name) != nil && c.own(b, name) {
			return true
		}
	}
	return false
}

// foreign reports fields of other branches beside those of the taken one.
func (j *judge) foreign(n *Node, c *Choice, taken int, v *document.Value) {
	for i := range v.Keys {
		name := v.Keys[i].Name
		if c.firstBranch(name) < 0 || branchField(c.Branches[taken], name) != nil {
			continue
		}
		rule := j.rule(n)
		j.path = append(j.path, document.Segment{Key: name})
		j.add("schema/choice", fmt.Sprintf("%q does not go with %s", name, c.label(taken)), "remove "+name, v.Keys[i].Pos, rule)
		j.path = j.path[:len(j.path)-1]
	}
}

// undecided reports that no branch is taken, or several.
func (j *judge) undecided(n *Node, c *Choice, count int, v *document.Value) {
	var all, found []string
	at := v.Pos
	for b := range c.Branches {
		all = append(all, c.label(b))
		if !c.taken(b, v) {
			continue
		}
		found = append(found, c.label(b))
		if len(found) == 2 {
			at = c.firstKey(b, v)
		}
	}
	message := "needs exactly one of " + strings.Join(all, ", ") + "; found " + numberWord(found, len(all))
	hint := "add one of " + strings.Join(all, ", ")
	if count > 1 {
		hint = "keep one of " + strings.Join(found, ", ")
	}
	j.add("schema/choice", message, hint, at, j.rule(n))
}

func (c *Choice) firstKey(b int, v *document.Value) document.Pos {
	for i := range v.Keys {
		if name := v.Keys[i].Name; branchField(c.Branches[b], name) != nil && c.own(b, name) {
			return v.Keys[i].Pos
		}
	}
	return v.Pos
}

// label names a branch by the required fields of its own.
func (c *Choice) label(b int) string {
	var names []string
	for _, f := range c.Branches[b] {
		if f.Required && c.own(b, f.Name) {
			names = append(names, f.Name)
		}
	}
	return strings.Join(names, " with ")
}

// numberWord is how people say which of several they found.
func numberWord(found []string, of int) string {
	switch {
	case len(found) == 0 && of == 2:
		return "neither"
	case len(found) == 0:
		return "none"
	case of == 2:
		return "both"
	}
	return strings.Join(found, " and ")
}
