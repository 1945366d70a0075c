package policy

import (
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

// Engine is a set of compiled rules. It never changes and is safe for
// concurrent use.
type Engine struct {
	set       *shape.Set
	functions Functions
	builtins  map[string]*topdown.Builtin
	compiler  *ast.Compiler // nil where each input has its own
	byID      map[string]func() *Rule
	queries   map[string]func() *query // by kind, or by gate
	counts    map[string]int           // rules, by kind or by gate
}

// Rules are the rules of the engine, sorted by id.
func (e *Engine) Rules() []Rule {
	var rules []Rule
	for _, id := range e.ids() {
		rules = append(rules, *e.byID[id]())
	}
	return rules
}

// rule is one by its id, nil where there is none.
func (e *Engine) rule(id string) *Rule {
	if about := e.byID[id]; about != nil {
		return about()
	}
	return nil
}

// Count is how many rules judge a kind of document, or an input of a gate.
func (e *Engine) Count(kindOrGate string) int {
	return e.counts[kindOrGate]
}

// query is that of a kind or gate, nil where no rule judges it.
func (e *Engine) query(kindOrGate string) *query {
	if q := e.queries[kindOrGate]; q != nil {
		return q()
	}
	return nil
}

// Compile compiles rules; tests (*_test.rego) are left to RunTests. Own modules
// with a finding take no part, so that the others still judge; only a finding
// about a built-in module leaves no engine.
func Compile(set *shape.Set, modules []Module, functions Functions) (*Engine, []finding.Finding) {
	b := builder{set: set, caps: capabilities(), functions: functions}
	modules = slices.DeleteFunc(slices.Clone(modules), Module.isTest)
	engine, found := b.build(b.read(modules))
	return engine, finding.Sort(append(b.found, found...))
}

// A builder turns modules into an engine.
type builder struct {
	set       *shape.Set
	caps      *ast.Capabilities
	functions Functions
	found     []finding.Finding
	left      []string // packages that exist, but take no part
}

// read parses modules and their metadata, built-in ones first. Modules with a
// finding are left out.
func (b *builder) read(modules []Module) []*parsed {
	slices.SortStableFunc(modules, compareModules)
	if len(modules) > maxModules {
		b.found = append(b.found, problem("policy/limit", startOf(modules[maxModules]), "more than 2000 modules", ""))
		modules = modules[:maxModules]
	}
	var list []*parsed
	for _, m := range modules {
		p, found := parse(m, b.caps)
		if p != nil && !m.isTest() && !m.isLib() {
			found = append(readRule(p, b.set), checkHeads(p)...)
		}
		b.found = append(b.found, found...)
		if p != nil && len(found) == 0 {
			list = append(list, p)
		} else {
			b.left = append(b.left, "data."+m.packageName())
		}
	}
	list, found := distinct(list)
	b.found = append(b.found, found...)
	return list
}

// compareModules puts built-in modules first, then sorts by path.
func compareModules(x, y Module) int {
	switch {
	case x.Builtin != y.Builtin && x.Builtin:
		return -1
	case x.Builtin != y.Builtin || x.File > y.File:
		return 1
	case x.File < y.File:
		return -1
	}
	return 0
}

// build compiles what was read. As long as own modules have findings, it drops
// them and tries again.
func (b *builder) build(list []*parsed) (*Engine, []finding.Finding) {
	var all []finding.Finding
	for {
		compiler, found := b.compile(list)
		if len(found) == 0 {
			engine, found := b.engine(compiler, list)
			return engine, append(all, found...)
		}
		all = append(all, found...)
		bad := map[string]bool{}
		for _, f := range found {
			bad[f.File] = true
		}
		kept := slices.DeleteFunc(slices.Clone(list), func(p *parsed) bool { return bad[p.File] && !p.Builtin })
		if len(kept) == len(list) {
			return nil, all
		}
		for _, p := range list {
			if !slices.Contains(kept, p) {
				b.left = append(b.left, p.tree.Package.Path.String())
			}
		}
		list = kept
	}
}

// compile runs OPA's compiler with its type check, then our own pass.
func (b *builder) compile(list []*parsed) (*ast.Compiler, []finding.Finding) {
	trees := map[string]*ast.Module{}
	for _, p := range list {
		trees[p.File] = p.tree
	}
	c := ast.NewCompiler().WithCapabilities(b.caps).WithSchemas(b.schemas()).WithUseTypeCheckAnnotations(true).WithStrict(true)
	c.SetErrorLimit(0)
	c.Compile(trees)
	found := b.opaFindings(c.Errors)
	if c.Failed() && !onlyTypeErrors(c.Errors) {
		return nil, found
	}
	return c, merge(found, b.checkTypes(c, list))
}

// schemas are the kinds and gates as OPA's type checker reads them.
func (b *builder) schemas() *ast.SchemaSet {
	ss := ast.NewSchemaSet()
	for _, nodes := range []map[string]*shape.Node{b.set.Kinds, b.set.Gates} {
		for name, node := range nodes {
			ss.Put(ast.Ref{ast.VarTerm("schema"), ast.StringTerm(name)}, shape.TypeSchema(node))
		}
	}
	return ss
}

func (b *builder) engine(c *ast.Compiler, list []*parsed) (*Engine, []finding.Finding) {
	e := b.empty()
	e.compiler = c
	byInput := e.know(list)
	for _, input := range slices.Sorted(maps.Keys(byInput)) {
		q, err := newQuery(c, byInput[input], e.byID)
		if err != nil {
			return nil, []finding.Finding{problem("policy/compile", byInput[input][0].rule.Position, oneLine(err.Error()), "")}
		}
		e.queries[input], e.counts[input] = func() *query { return q }, len(q.rules)
	}
	return e, nil
}

func (b *builder) empty() *Engine {
	return &Engine{
		set: b.set, functions: b.functions, builtins: b.functions.implementations(),
		byID: map[string]func() *Rule{}, queries: map[string]func() *query{}, counts: map[string]int{},
	}
}

// know takes note of the rules among modules, and returns those by what they judge.
func (e *Engine) know(list []*parsed) (byInput map[string][]*parsed) {
	byInput = map[string][]*parsed{}
	for _, p := range list {
		if p.rule != nil {
			e.byID[p.rule.ID] = func() *Rule { return p.rule }
			byInput[p.rule.input()] = append(byInput[p.rule.input()], p)
		}
	}
	return byInput
}
