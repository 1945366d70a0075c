package schema

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/shape"
)

// mutant is one way in which a compiled tree could be wrong.
type mutant struct {
	name        string
	apply, undo func()
}

// swap is a mutant that gives a place of the tree another value.
func swap[T any](name string, at *T, wrong T) mutant {
	right := *at
	return mutant{name, func() { *at = wrong }, func() { *at = right }}
}

func without[T any](s []T, i int) []T { return slices.Delete(slices.Clone(s), i, i+1) }

// mutants lists the wrong trees that are one change away from a definition's,
// in its anonymous parts too.
func mutants(n *shape.Node) []mutant {
	var all []mutant
	if n.Bool != nil && n.Bool.Const != nil {
		all = append(all, swap("drop const", &n.Bool.Const, nil))
	}
	if n.Int != nil && len(n.Alternatives) == 0 {
		all = append(all, intMutants(n.Int)...)
	}
	if n.String != nil && len(n.Alternatives) == 0 {
		all = append(all, stringMutants(n.String)...)
	}
	for i := range n.Alternatives {
		all = append(all, swap("drop alternative "+n.Alternatives[i].TypeText(), n, withoutAlternative(n, i)))
	}
	if n.Map != nil && len(n.Alternatives) == 0 {
		all = append(all, mapMutants(n.Map)...)
	}
	for _, part := range anonymousParts(n) {
		all = append(all, mutants(part)...)
	}
	return all
}

func withoutAlternative(n *shape.Node, i int) shape.Node {
	wrong := *n
	wrong.Alternatives = without(n.Alternatives, i)
	part := n.Alternatives[i]
	wrong.Null = wrong.Null && !part.Null
	if part.Bool != nil {
		wrong.Bool = nil
	}
	if part.Int != nil {
		wrong.Int = nil
	}
	if part.String != nil {
		wrong.String = nil
	}
	if part.List != nil {
		wrong.List = nil
	}
	if part.Map != nil {
		wrong.Map = nil
	}
	return wrong
}

func anonymousParts(n *shape.Node) []*shape.Node {
	parts := slices.Clone(n.Alternatives)
	if n.List != nil && len(n.Alternatives) == 0 {
		parts = append(parts, n.List.Element)
	}
	if n.Map != nil && len(n.Alternatives) == 0 {
		for _, name := range n.FieldNames() {
			if !isTagOf(n.Map, name) {
				parts = append(parts, n.Child(name))
			}
		}
		for _, k := range n.Map.Keys {
			parts = append(parts, k.Node)
		}
	}
	return slices.DeleteFunc(parts, func(p *shape.Node) bool { return p.Name != "" })
}

func isTagOf(m *shape.MapType, name string) bool {
	return slices.ContainsFunc(m.Choices, func(c shape.Choice) bool { return c.Tag != nil && c.Tag.Name == name })
}

func intMutants(t *shape.IntType) []mutant {
	var all []mutant
	for i := range t.Enum {
		all = append(all, swap("drop value", &t.Enum, without(t.Enum, i)))
	}
	for side, bound := range map[string]**int64{"min": &t.Min, "max": &t.Max} {
		if *bound == nil {
			continue
		}
		less, more := **bound-1, **bound+1
		all = append(all, swap("drop "+side, bound, nil), swap(side+"-1", bound, &less), swap(side+"+1", bound, &more))
	}
	return all
}

func stringMutants(t *shape.StringType) []mutant {
	var all []mutant
	for i := range t.Patterns {
		all = append(all, swap("drop pattern "+t.Patterns[i].String(), &t.Patterns, without(t.Patterns, i)))
	}
	for i := range t.Enum {
		if len(t.Enum) > 1 {
			all = append(all, swap("drop value "+t.Enum[i], &t.Enum, without(t.Enum, i)))
		}
	}
	if len(t.Enum) > 0 {
		all = append(all, swap("any string", &t.Enum, nil), swap("one value more", &t.Enum, append(slices.Clone(t.Enum), "more")))
	}
	return all
}

func mapMutants(m *shape.MapType) []mutant {
	all := []mutant{}
	all = append(all, fieldMutants(&m.Fields)...)
	for i := range m.Choices {
		all = append(all, swap("drop choice", &m.Choices, without(m.Choices, i)))
		branches := m.Choices[i].Branches
		if tag := m.Choices[i].Tag; tag != nil {
			all = append(all, tagMutants(branches, tag.Name)...)
		}
		for b := range branches {
			if m.Choices[i].Tag != nil { // beside them, the tag stands in every branch: no one change drops it
				continue
			}
			if len(branches) > 2 {
				all = append(all, swap("drop branch", &m.Choices[i].Branches, without(branches, b)))
			}
			if len(branches[b]) > 1 {
				equivalent := "required false " + soleOwn(branches, b)
				all = append(all, slices.DeleteFunc(fieldMutants(&branches[b]), func(m mutant) bool { return m.name == equivalent })...)
			}
		}
	}
	for i := range m.Keys {
		all = append(all, swap("drop key pattern", &m.Keys, without(m.Keys, i)))
		if m.Keys[i].Pattern != nil {
			all = append(all, swap("any key", &m.Keys[i].Pattern, nil))
		}
	}
	if len(m.Keys) == 0 {
		all = append(all, swap("open", &m.Keys, []shape.KeyPattern{{Node: &shape.Node{Any: true}}}))
	}
	return all
}

// soleOwn is the field that alone tells a branch apart: no branch is taken
// without it, so that it need not be required.
func soleOwn(branches [][]shape.Field, b int) string {
	own := slices.Clone(branches[b])
	for o := range branches {
		own = slices.DeleteFunc(own, func(f shape.Field) bool {
			return o != b && slices.ContainsFunc(branches[o], func(g shape.Field) bool { return g.Name == f.Name })
		})
	}
	if len(own) != 1 {
		return ""
	}
	return own[0].Name
}

// tagMutants give a branch the tag of the next one.
func tagMutants(branches [][]shape.Field, tag string) []mutant {
	at := func(b int) *shape.Field {
		return &branches[b][slices.IndexFunc(branches[b], func(f shape.Field) bool { return f.Name == tag })]
	}
	var all []mutant
	for b := range branches {
		if next := at((b + 1) % len(branches)); next.Node.TypeText() != at(b).Node.TypeText() {
			all = append(all, swap("tag of the next branch", &at(b).Node, next.Node))
		}
	}
	return all
}

func fieldMutants(fields *[]shape.Field) []mutant {
	var all []mutant
	for i := range *fields {
		f := &(*fields)[i]
		all = append(all, swap("drop field "+f.Name, fields, without(*fields, i)),
			swap(fmt.Sprintf("required %v %s", !f.Required, f.Name), &f.Required, !f.Required))
	}
	return all
}

// The differential test would find a wrong tree: of every mutant of the
// built-in trees, the generator makes a value that is judged wrong. Half of the
// values come from the mutant, as they would in that test; the other half from
// the right tree, for what a tree lost is found by TestNothingLost and by
// documents that use it. The right tree stands in for CUE, to which the
// differential test shows it equal.
func TestGeneratorFindsMutants(t *testing.T) {
	files := builtin(t)
	right, wrong := compileBuiltin(t), compileBuiltin(t)
	g := newGenerator(files, rand.NewPCG(3, 4))
	most, total, missed := 0, 0, []string{}
	for _, name := range sortedKeys(wrong.Definitions) {
		for i, m := range mutants(wrong.Definitions[name]) {
			if os.Getenv("PATCHOPS_DOCUMENTS") == "" && i%4 != len(name)%4 {
				continue // a quarter of them, unless asked for all
			}
			total++
			m.apply()
			n := g.find(right.Definitions[name], wrong.Definitions[name], documents(t, 20_000))
			m.undo()
			if most = max(most, n); n == 0 {
				missed = append(missed, name+" "+m.name)
			}
		}
	}
	t.Logf("%d of %d mutants found, within %d values at most", total-len(missed), total, most)
	if len(missed) > 0 {
		t.Errorf("missed:\n%s", strings.Join(missed, "\n"))
	}
}

// find returns after how many documents two trees disagree, 0 when they do not.
func (g *generator) find(right, wrong *shape.Node, most int) int {
	for i := range most {
		from := wrong
		if i%2 == 1 {
			from = right
		}
		v := g.next(from)
		if admits(right, &v) != admits(wrong, &v) {
			return i + 1
		}
	}
	return 0
}
