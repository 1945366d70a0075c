package policy

import (
	"errors"
	"regexp"
	"slices"
	"sync"

	"github.com/patchops/patchops/internal/shape"
)

// CompileVetted is an engine of built-in rules that Compile has taken before: tests
// do that with every built-in rule, so a release need not type-check them again at
// each start. Rules are read and compiled when their kind or gate is first judged; one
// that cannot be is a bug of ours, and fails there as an evaluation error.
func CompileVetted(set *shape.Set, modules []Module, functions Functions) *Engine {
	b := builder{set: set, caps: capabilities(), functions: functions, vetted: true}
	e := b.empty()
	var shared []Module
	byInput := map[string][]Module{}
	for _, m := range modules {
		if input := inputName.FindSubmatch(m.Source); input != nil {
			byInput[string(input[1])] = append(byInput[string(input[1])], m)
		} else {
			shared = append(shared, m)
		}
	}
	for input, some := range byInput {
		e.queries[input] = sync.OnceValue(func() *query { return b.vettedQuery(shared, some) })
	}
	e.load = sync.OnceFunc(func() {
		all := builder{set: b.set, caps: b.caps, functions: b.functions, vetted: true}
		e.know(all.read(slices.Clone(modules)))
	})
	return e
}

// inputName finds what a rule's annotation says that it judges.
var inputName = regexp.MustCompile(`(?m)^#\s+- input: schema\.(\w+)`)

// vettedQuery reads and compiles the rules of one input, with all shared packages. A
// query that does not compile fails at each of its rules.
func (b *builder) vettedQuery(shared, some []Module) *query {
	own := builder{set: b.set, caps: b.caps, functions: b.functions, vetted: true}
	list := own.read(slices.Concat(shared, some))
	compiler, found := own.compile(list)
	rules := slices.DeleteFunc(list, func(p *parsed) bool { return p.rule == nil })
	q := &query{}
	for _, p := range rules {
		q.rules = append(q.rules, p.rule)
	}
	if found = append(own.found, found...); len(found) > 0 {
		q.broken = errors.New(found[0].Message)
		return q
	}
	made, err := newQuery(compiler, rules)
	if err != nil {
		q.broken = err
		return q
	}
	return made
}
