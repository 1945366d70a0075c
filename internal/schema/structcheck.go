package schema

import (
	"fmt"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

// checkStruct refuses what CUE would take but the tree cannot say: a field
// named twice, a key pattern that meets a field, an exactly-one-of whose
// branches do not tell themselves apart.
func (c *compiler) checkStruct(at finding.Position, m *shape.MapType) {
	seen := map[string]*shape.Field{}
	for i := range m.Fields {
		c.once(seen, &m.Fields[i])
	}
	for i := range m.Choices {
		c.checkChoice(at, seen, &m.Choices[i])
	}
	for _, k := range m.Keys {
		for _, name := range sortedKeys(seen) {
			if k.Pattern == nil || k.Pattern.MatchString(name) {
				c.fail(seen[name].Pos, fmt.Sprintf("field %q matches the key pattern beside it: CUE would demand both", name))
			}
		}
	}
}

// once refuses a field that its struct names already.
func (c *compiler) once(seen map[string]*shape.Field, f *shape.Field) {
	if first := seen[f.Name]; first != nil {
		c.twice(f, first, fmt.Sprintf("field %q is named twice: CUE would demand both", f.Name), "keep one")
		return
	}
	seen[f.Name] = f
}

func (c *compiler) twice(f, first *shape.Field, message, hint string) {
	c.findings = append(c.findings, finding.Finding{
		ID: "schema/style", Severity: finding.Error,
		Message: message, Hint: hint, Position: f.Pos,
		Related: []finding.Related{{Position: first.Pos, Message: "named here first"}},
	})
}

// checkChoice looks at the names of a choice's fields now, and at their types
// once all types are filled.
func (c *compiler) checkChoice(at finding.Position, outer map[string]*shape.Field, choice *shape.Choice) {
	first := map[string]*shape.Field{} // of the choice's fields
	for _, fields := range choice.Branches {
		branch := map[string]*shape.Field{}
		for i := range fields {
			c.once(branch, &fields[i])
			if first[fields[i].Name] == nil {
				first[fields[i].Name] = &fields[i]
			}
		}
		if len(fields) == 0 {
			c.fail(at, "a branch of an exactly-one-of is empty")
			return
		}
	}
	for _, name := range sortedKeys(first) {
		c.once(outer, first[name])
	}
	c.later = append(c.later, func() {
		choice.Tag = tagOf(choice)
		c.tellApart(choice)
		for _, fields := range choice.Branches {
			for i := range fields {
				c.sameType(choice, &fields[i], first[fields[i].Name])
			}
		}
	})
}

// sameType refuses a field of two branches whose types differ.
func (c *compiler) sameType(choice *shape.Choice, f, first *shape.Field) {
	isTag := choice.Tag != nil && choice.Tag.Name == f.Name
	if !isTag && f.Node != first.Node && f.Node.TypeText() != first.Node.TypeText() {
		c.twice(f, first, fmt.Sprintf("field %q has another type in another branch", f.Name), "give it one type")
	}
}
