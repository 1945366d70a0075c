package policy

import (
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/shape"
)

// A space is a package, or a folder of packages, below data.patchops.
type space struct {
	children map[string]*space
	rules    map[string][]*ast.Rule
}

func (s *space) child(name string) *space {
	if s.children[name] == nil {
		if s.children == nil {
			s.children = map[string]*space{}
		}
		s.children[name] = &space{rules: map[string][]*ast.Rule{}}
	}
	return s.children[name]
}

func (s *space) names() []string {
	return slices.Sorted(func(yield func(string) bool) {
		for _, seq := range []func(func(string) bool){maps.Keys(s.children), maps.Keys(s.rules)} {
			for name := range seq {
				if !yield(name) {
					return
				}
			}
		}
	})
}

// spaces indexes the rules of all modules by package.
func spaces(modules map[string]*ast.Module) *space {
	root := &space{rules: map[string][]*ast.Rule{}}
	for _, file := range slices.Sorted(maps.Keys(modules)) {
		m, s := modules[file], root
		for _, segment := range m.Package.Path[1:] {
			s = s.child(string(segment.Value.(ast.String)))
		}
		for _, r := range m.Rules {
			name := ruleName(r)
			s.rules[name] = append(s.rules[name], r)
		}
	}
	return root
}

func ruleName(r *ast.Rule) string {
	switch v := r.Head.Reference[0].Value.(type) {
	case ast.Var:
		return string(v)
	case ast.String:
		return string(v)
	}
	return ""
}

// dataTyp is what rules may read below `data`.
func dataTyp(set *shape.Set, rules []*Rule, packages *space) *typ {
	kinds := map[string]*shape.Node{}
	for kind, node := range set.Kinds {
		kinds[kind] = anyKey(anyKey(node))
	}
	asset := set.Definitions["#Asset"]
	if asset == nil {
		asset = &shape.Node{Any: true}
	}
	target := closed(map[string]*shape.Node{"client": anyString, "asset": anyString})
	listed := closed(map[string]*shape.Node{
		"asset": asset, "index": anyNumber, "windows": {List: &shape.ListType{Element: anyString}},
	})
	parameters := map[string]*shape.Node{}
	for _, r := range rules {
		parameters[r.ID] = parametersNode(r)
	}
	root := map[string]field{
		"asOf":       {typ: ofNodes(anyString)},
		"documents":  {typ: ofNodes(closed(kinds))},
		"assets":     {typ: ofNodes(anyKey(anyKey(asset)))},
		"members":    {typ: ofNodes(anyKey(anyKey(&shape.Node{List: &shape.ListType{Element: anyString}})))},
		"targets":    {typ: ofNodes(anyKey(anyKey(&shape.Node{List: &shape.ListType{Element: target}})))},
		"listed":     {typ: ofNodes(anyKey(anyKey(&shape.Node{List: &shape.ListType{Element: listed}})))},
		"parameters": {typ: ofNodes(closed(parameters))},
	}
	for name, child := range packages.children {
		root[name] = field{typ: &typ{space: child}}
	}
	return &typ{object: true, fields: root}
}

func parametersNode(r *Rule) *shape.Node {
	fields := map[string]*shape.Node{}
	for _, p := range r.Parameters {
		fields[p.Name] = map[string]*shape.Node{
			"integer": anyNumber, "duration": anyString, "string": anyString, "boolean": anyBool,
			"strings": {List: &shape.ListType{Element: anyString}},
		}[p.Type]
	}
	return closed(fields)
}

func anyKey(n *shape.Node) *shape.Node {
	return &shape.Node{Map: &shape.MapType{Keys: []shape.KeyPattern{{Node: n}}}}
}

func closed(fields map[string]*shape.Node) *shape.Node {
	m := &shape.MapType{}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		m.Fields = append(m.Fields, shape.Field{Name: name, Node: fields[name]})
	}
	return &shape.Node{Map: m}
}
