package schema

import (
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/shape"
)

// tagOf finds the field that tells a choice's branches apart by its value: every
// branch requires it with an enumeration, and the enumerations are not all equal.
// It returns nil when there is none.
func tagOf(c *shape.Choice) *shape.Field {
	for i := range c.Branches[0] {
		if tag := c.Branches[0][i]; isTag(c, tag.Name) {
			tag.Doc = tagDoc(c, tag.Name)
			tag.Node = &shape.Node{Pos: tag.Node.Pos, String: &shape.StringType{Enum: tagValues(c, tag.Name)}}
			return &tag
		}
	}
	return nil
}

func isTag(c *shape.Choice, name string) bool {
	differ := false
	first := enumOf(c.Branches[0], name)
	for b := range c.Branches {
		enum := enumOf(c.Branches[b], name)
		if len(enum) == 0 {
			return false
		}
		differ = differ || !sameValues(first, enum)
		for other := range b {
			if before := enumOf(c.Branches[other], name); !sameValues(before, enum) && overlap(before, enum) {
				return false
			}
		}
	}
	return differ
}

// enumOf returns the values of a branch's required enumeration.
func enumOf(fields []shape.Field, name string) []string {
	for _, f := range fields {
		if f.Name == name && f.Required && f.Node.String != nil && len(f.Node.Alternatives) == 0 && f.Node.Check == nil {
			return f.Node.String.Enum
		}
	}
	return nil
}

func sameValues(a, b []string) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(v string) bool { return !slices.Contains(b, v) })
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(v string) bool { return slices.Contains(b, v) })
}

func tagValues(c *shape.Choice, name string) []string {
	var values []string
	for _, fields := range c.Branches {
		for _, v := range enumOf(fields, name) {
			if !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
	}
	return values
}

// tagDoc joins what the branches say of the tag.
func tagDoc(c *shape.Choice, name string) string {
	var docs []string
	for _, fields := range c.Branches {
		for _, f := range fields {
			if f.Name == name && f.Doc != "" && !slices.Contains(docs, f.Doc) {
				docs = append(docs, f.Doc)
			}
		}
	}
	return strings.Join(docs, " ")
}

// tellApart wants a required field of its own in every branch, of those that
// have the same tag, unless the tag alone tells it apart.
func (c *compiler) tellApart(choice *shape.Choice) {
	for b, fields := range choice.Branches {
		rivals, own := false, map[string]bool{}
		for _, f := range fields {
			own[f.Name] = f.Required
		}
		for o, others := range choice.Branches {
			if o == b || !inQuestion(choice, b, o) {
				continue
			}
			rivals = true
			for _, f := range others {
				own[f.Name] = false
			}
		}
		if rivals && !slices.Contains(mapValues(own), true) {
			c.twice(&fields[0], &fields[0], "this branch of an exactly-one-of has no required field of its own",
				"give each branch a required field that no other branch names")
		}
	}
}

// inQuestion reports whether two branches have the same tag.
func inQuestion(choice *shape.Choice, a, b int) bool {
	return choice.Tag == nil ||
		sameValues(enumOf(choice.Branches[a], choice.Tag.Name), enumOf(choice.Branches[b], choice.Tag.Name))
}

func mapValues(m map[string]bool) []bool {
	values := make([]bool, 0, len(m))
	for _, v := range m {
		values = append(values, v)
	}
	return values
}
