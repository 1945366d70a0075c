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
	c.findings = append(c.findings, finding.Finding{ID: "schema/style", Severity: finding.Error,
		Message: message, Hint: hint, Position: f.Pos,
		Related: []finding.Related{{Position: first.Pos, Message: "named here first"}}})
}

func (c *compiler) checkChoice(at finding.Position, outer map[string]*shape.Field, choice *shape.Choice) {
	first := map[string]*shape.Field{} // of the choice's fields
	uses := map[string]int{}
	for _, fields := range choice.Branches {
		branch := map[string]*shape.Field{}
		for i := range fields {
			f := &fields[i]
			c.once(branch, f)
			uses[f.Name]++
			if before := first[f.Name]; before == nil {
				first[f.Name] = f
			} else {
				c.sameType(f, before)
			}
		}
	}
	c.tellApart(at, choice, uses)
	for _, name := range sortedKeys(first) {
		c.once(outer, first[name])
	}
}

// tellApart wants a required field of its own in every branch.
func (c *compiler) tellApart(at finding.Position, choice *shape.Choice, uses map[string]int) {
	for _, fields := range choice.Branches {
		own := false
		for _, f := range fields {
			own = own || f.Required && uses[f.Name] == 1
		}
		switch {
		case own:
		case len(fields) == 0:
			c.fail(at, "a branch of an exactly-one-of is empty")
		default:
			c.twice(&fields[0], &fields[0], "this branch of an exactly-one-of has no required field of its own",
				"give each branch a required field that no other branch names")
		}
	}
}

// sameType refuses a field of two branches whose types differ. It waits until
// all types are filled.
func (c *compiler) sameType(f, first *shape.Field) {
	c.later = append(c.later, func() {
		if f.Node != first.Node && f.Node.TypeText() != first.Node.TypeText() {
			c.twice(f, first, fmt.Sprintf("field %q has another type in another branch", f.Name), "give it one type")
		}
	})
}
