package policy

import (
	"testing"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

func TestScratch(t *testing.T) {
	str := &shape.Node{String: &shape.StringType{}}
	wave := &shape.Node{Map: &shape.MapType{Fields: []shape.Field{{Name: "name", Node: str}, {Name: "percent", Node: &shape.Node{Int: &shape.IntType{}}}}}}
	spec := &shape.Node{Map: &shape.MapType{Fields: []shape.Field{{Name: "waves", Node: &shape.Node{List: &shape.ListType{Element: wave}}}}}}
	plan := &shape.Node{Map: &shape.MapType{Fields: []shape.Field{{Name: "kind", Node: str}, {Name: "spec", Node: spec}}}}
	set := &shape.Set{Kinds: map[string]*shape.Node{"PatchPlan": plan}}
	src := `# METADATA
# title: Waves increase
# description: x
# scope: package
# schemas:
#   - input: schema.PatchPlan
# custom:
#   severity: error
#   gate: document
#   controls: [x]
#   parameters:
#     minimum: {type: integer, default: 20}
package patchops.plan.waves_increase

deny contains {"path": ["spec", "waves", i, "percent"], "message": $"wave {w.name} {w.percent}"} if {
	some i, w in input.spec.waves
	w.percent < data.parameters["plan/waves-increase"].minimum
}
`
	e, fs := Compile(set, []Module{{File: "policies/plan/waves-increase/rule.rego", Source: []byte(src), Builtin: true}}, Functions{})
	t.Log(fs)
	p := document.Pos{Line: 3, Column: 4}
	m := func(k string, v document.Value) document.Value {
		return document.Value{Kind: document.Map, Keys: []document.Key{{Name: k}}, Items: []document.Value{v}}
	}
	root := m("spec", m("waves", document.Value{Kind: document.List, Items: []document.Value{m("percent", document.Value{Kind: document.Int, Int: 10, Pos: p})}}))
	doc := &document.Document{File: "a.yaml", Root: root, ID: finding.Identity{Kind: "PatchPlan", Name: "x"}}
	got, n := e.Judge(doc, none{})
	t.Logf("%+v %d", got, n)
}

type none struct{}

func (none) AsOf() string                                            { return "" }
func (none) Document(kind, client, name string) *document.Value      { return nil }
func (none) Names(kind, client string) []string                      { return nil }
func (none) Clients(kind string) []string                            { return nil }
func (none) Asset(client, name string) *document.Value               { return nil }
func (none) AssetNames(client string) []string                       { return nil }
func (none) Targets(client, plan string) *document.Value             { return nil }
func (none) Parameters(rule string) (config, client *document.Value) { return nil, nil }
