package policy

import (
	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

// Broken is why the rules of a kind or gate do not compile; nil if they do.
func (e *Engine) Broken(kindOrGate string) error {
	if q := e.query(kindOrGate); q != nil {
		return q.broken
	}
	return nil
}

// Compiled is what judges one kind or gate in a release, and what all stages of the
// compiler make of the same modules.
type Compiled struct {
	Input      string
	Vetted     *ast.Compiler
	Whole      *ast.Compiler
	Found      []finding.Finding
	Unreadable error
}

// BothWays compiles the rules of each kind and gate as a release does, and as Compile does.
func BothWays(set *shape.Set, modules []Module, functions Functions) []Compiled {
	v := newVetted(set, modules, functions)
	var all []Compiled
	for input, rules := range byInput(modules) {
		list, err := v.read(rules)
		if err != nil {
			all = append(all, Compiled{Input: input, Unreadable: err})
			continue
		}
		var same []Module
		for _, p := range list {
			same = append(same, p.Module)
		}
		b := builder{set: set, caps: capabilities(), functions: functions}
		whole, found := b.compile(b.read(same))
		all = append(all, Compiled{Input: input, Vetted: v.compile(list), Whole: whole, Found: append(found, b.found...)})
	}
	return all
}
