package policy

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

// CompileVetted is an engine of built-in rules that Compile has taken before: tests
// do that with every built-in rule, so a release need not check them again at each
// start. Rules are read and compiled when their kind or gate is first judged, and what a
// rule says of itself when somebody asks; one that cannot be is a bug of ours, and fails
// there as an evaluation error.
func CompileVetted(set *shape.Set, modules []Module, functions Functions) *Engine {
	v := newVetted(set, modules, functions)
	e := v.empty()
	for _, m := range modules {
		if !m.isLib() {
			e.byID[m.id()] = sync.OnceValue(func() *Rule { return v.metadata(m) })
		}
	}
	for input, some := range byInput(modules) {
		e.queries[input] = sync.OnceValue(func() *query { return v.query(some, e.byID) })
		e.counts[input] = len(some)
	}
	return e
}

// byInput are the rules among modules by the kind or gate that they judge.
func byInput(modules []Module) map[string][]Module {
	rules := map[string][]Module{}
	for _, m := range modules {
		if found := inputName.FindSubmatch(m.head()); found != nil {
			rules[string(found[1])] = append(rules[string(found[1])], m)
		}
	}
	return rules
}

var (
	// inputName finds what a rule's annotation says that it judges.
	inputName = regexp.MustCompile(`(?m)^#\s+- input: schema\.(\w+)`)
	// sharedName finds the shared packages that a module names.
	sharedName = regexp.MustCompile(`data\.(patchops\.lib\.\w+)`)
)

// vetted are modules that were vetted, of which each query takes what it needs.
type vetted struct {
	builder
	shared map[string]func() (*parsed, error) // by package
	uses   map[string][]string                // which ones a shared package names
}

func newVetted(set *shape.Set, modules []Module, functions Functions) *vetted {
	v := &vetted{
		builder: builder{set: set, caps: capabilities(), functions: functions},
		shared:  map[string]func() (*parsed, error){}, uses: map[string][]string{},
	}
	for _, m := range modules {
		if m.isLib() {
			v.shared[m.packageName()] = sync.OnceValues(func() (*parsed, error) { return v.tree(m) })
			v.uses[m.packageName()] = sharedIn(m)
		}
	}
	return v
}

func sharedIn(m Module) []string {
	var names []string
	for _, found := range sharedName.FindAllSubmatch(m.Source, -1) {
		names = append(names, string(found[1]))
	}
	return names
}

// tree reads a module, but not what its comments say.
func (v *vetted) tree(m Module) (*parsed, error) {
	tree, err := ast.ParseModuleWithOpts(m.File, string(m.Source), ast.ParserOptions{RegoVersion: ast.RegoV1, Capabilities: v.caps})
	if err == nil && tree == nil {
		err = fmt.Errorf("%s is empty", m.File)
	}
	return &parsed{Module: m, tree: tree}, err
}

// read reads rules and the shared packages that they need, and those that these need.
func (v *vetted) read(rules []Module) ([]*parsed, error) {
	var list []*parsed
	var wanted []string
	for _, m := range rules {
		p, err := v.tree(m)
		if err != nil {
			return nil, err
		}
		list, wanted = append(list, p), append(wanted, sharedIn(m)...)
	}
	had := map[string]bool{}
	for ; len(wanted) > 0; wanted = wanted[1:] {
		name := wanted[0]
		if had[name] {
			continue
		}
		had[name] = true
		if v.shared[name] == nil {
			return nil, fmt.Errorf("there is no package %s", name)
		}
		p, err := v.shared[name]()
		if err != nil {
			return nil, err
		}
		list, wanted = append(list, p), append(wanted, v.uses[name]...)
	}
	return list, nil
}

// query compiles the rules of one input. One that does not compile fails at each of
// its rules.
func (v *vetted) query(rules []Module, about map[string]func() *Rule) *query {
	q := &query{}
	for _, m := range rules {
		q.rules = append(q.rules, about[m.id()])
	}
	list, err := v.read(rules)
	if err != nil {
		q.broken = err
		return q
	}
	c := v.compile(list)
	if c.Failed() {
		q.broken = errors.New(oneLine(c.Errors.Error()))
		return q
	}
	made, err := newQuery(c, list[:len(rules)], about)
	if err != nil {
		q.broken = err
		return q
	}
	return made
}

// compile runs the stages of OPA's compiler that change a module or prepare it for
// judging; those that could only refuse it have let it pass before.
func (v *vetted) compile(list []*parsed) *ast.Compiler {
	trees := map[string]*ast.Module{}
	for _, p := range list {
		trees[p.File] = p.tree
	}
	c := ast.NewCompiler().WithCapabilities(v.caps).WithSkipStages(judged...)
	c.SetErrorLimit(0)
	c.Compile(trees)
	return c
}

// judged are the stages of OPA's compiler that only refuse a module, or prepare for
// another that does, or for metadata, print and capabilities, which no rule reads. That
// for unsafe bodies would also put what binds a variable before what uses it: built-in
// rules are written in that order.
var judged = []ast.StageID{
	ast.StageCheckUnusedImports, ast.StageCheckKeywordOverrides, ast.StageCheckDuplicateImports,
	ast.StageCheckVoidCalls, ast.StageRewritePrintCalls, ast.StageParseMetadataBlocks, ast.StageSetAnnotationSet,
	ast.StageRewriteRegoMetadataCalls, ast.StageSetGraph, ast.StageCheckRuleConflicts, ast.StageCheckUndefinedFuncs,
	ast.StageCheckSafetyRuleHeads, ast.StageCheckSafetyRuleBodies,
	ast.StageRewriteTestRulesForTracing, ast.StageCheckRecursion, ast.StageCheckTypes,
	ast.StageCheckUnsafeBuiltins, ast.StageCheckDeprecatedBuiltins, ast.StageBuildRequiredCapabilities,
}

// metadata is what a rule says of itself, read from what stands above its package clause.
func (v *vetted) metadata(m Module) *Rule {
	p, found := parse(Module{File: m.File, Source: m.head(), Builtin: m.Builtin}, v.caps)
	if p != nil {
		found = readRule(p, v.set)
	}
	if len(found) > 0 { // no rule without metadata is vetted
		return &Rule{ID: m.id(), Severity: finding.Error, Builtin: m.Builtin, Position: found[0].Position}
	}
	return p.rule
}

// head is all of a module up to its package clause, that included.
func (m Module) head() []byte {
	clause := bytes.Index(m.Source, []byte("\npackage ")) + 1
	line, _, _ := bytes.Cut(m.Source[clause:], []byte("\n"))
	return m.Source[:clause+len(line)]
}
