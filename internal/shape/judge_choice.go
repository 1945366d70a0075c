package shape

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/document"
)

// choice judges the fields of an exactly-one-of by the branch that v takes: of
// those that the tag leaves in question, the one that v has a field of which no
// other names.
func (j *judge) choice(c *Choice, v *document.Value) {
	tag, ok := j.tag(c, v)
	if !ok {
		j.branchValues(c, c.Branches, v)
		return
	}
	taken, count := -1, 0
	for b := range c.Branches {
		if c.inQuestion(b, tag) && c.taken(b, v) {
			taken, count = b, count+1
		}
	}
	if count != 1 {
		j.branchValues(c, c.Branches, v)
		j.undecided(c, tag, count, v)
		return
	}
	branch, required := c.Branches[taken], 0
	for i := range branch {
		if branch[i].Required && v.Get(branch[i].Name) != nil {
			required++
		}
	}
	j.missing(branch, required, v)
	j.branchValues(c, c.Branches[taken:taken+1], v)
	j.foreign(c, taken, v)
}

// tag judges the tag and returns its value; false when there is no knowing
// which branches are in question.
func (j *judge) tag(c *Choice, v *document.Value) (string, bool) {
	if c.Tag == nil {
		return "", true
	}
	value := v.Get(c.Tag.Name)
	if value == nil {
		j.missingField(c.Tag, v)
		return "", false
	}
	j.step(document.Segment{Key: c.Tag.Name}, c.Tag.Node, value)
	return value.Str, value.Kind == document.String && c.Tag.Node.String.allows(value.Str)
}

// branchValues judges the values of the fields that the branches name, but for
// the tag.
func (j *judge) branchValues(c *Choice, branches [][]Field, v *document.Value) {
	for i := range v.Items {
		name := v.Keys[i].Name
		if c.Tag != nil && c.Tag.Name == name {
			continue
		}
		for _, fields := range branches {
			if f := branchField(fields, name); f != nil {
				j.step(document.Segment{Key: name}, f.Node, &v.Items[i])
				break
			}
		}
	}
}

func (c *Choice) taken(b int, v *document.Value) bool {
	if c.alone(b) {
		return true
	}
	for i := range c.Branches[b] {
		if name := c.Branches[b][i].Name; v.Get(name) != nil && c.own(b, name) {
			return true
		}
	}
	return false
}

// foreign reports fields of other branches beside those of the taken one.
func (j *judge) foreign(c *Choice, taken int, v *document.Value) {
	for i := range v.Keys {
		name := v.Keys[i].Name
		if c.firstBranch(name) < 0 || branchField(c.Branches[taken], name) != nil {
			continue
		}
		j.addKey("schema/choice", fmt.Sprintf("%q does not go with %s", name, c.label(taken)), "remove "+name, v.Keys[i].Pos, name)
	}
}

// undecided reports that no branch in question is taken, or several.
func (j *judge) undecided(c *Choice, tag string, count int, v *document.Value) {
	var all, found []string
	at := v.Pos
	for b := range c.Branches {
		if !c.inQuestion(b, tag) {
			continue
		}
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
	j.add("schema/choice", message, hint, at)
}

func (c *Choice) firstKey(b int, v *document.Value) document.Pos {
	for i := range v.Keys {
		if name := v.Keys[i].Name; branchField(c.Branches[b], name) != nil && c.own(b, name) {
			return v.Keys[i].Pos
		}
	}
	return v.Pos
}

// label names a branch by the required fields of its own, or by its tag where
// that says it all.
func (c *Choice) label(b int) string {
	if c.Tag != nil && c.alone(b) {
		return c.Tag.Name + " " + strconv.Quote(c.tagOf(b))
	}
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
