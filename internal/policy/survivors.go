package policy

import (
	"errors"
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
)

// Survivors returns the mutants of a rule, or of a shared package, that all its
// tests let pass, and how many mutants ran at all. A mutant dies when a test
// fails on it or cannot be evaluated; one that does not compile is not counted.
//
// Modules are the rule, its tests and every module they read; unmutated tests
// must pass. Nothing is type-checked: a mutant may well be a misspelling.
func Survivors(rule Module, modules []Module, functions Functions, asOf string) (survivors []Mutant, ran int, err error) {
	s := surgeon{functions: functions, asOf: asOf, caps: capabilities(), trees: map[string]*ast.Module{}}
	for _, m := range modules {
		if s.trees[m.File], err = s.parse(m); err != nil {
			return nil, 0, err
		}
	}
	compiled, failed := s.test(rule, rule.Source)
	switch {
	case !compiled:
		return nil, 0, errors.New(rule.File + " does not compile")
	case failed != "":
		return nil, 0, fmt.Errorf("%s: %s fails without any change", rule.File, failed)
	}
	for _, mutant := range Mutants(rule) {
		compiled, failed := s.test(rule, mutant.Module.Source)
		if !compiled {
			continue
		}
		if ran++; failed == "" {
			survivors = append(survivors, mutant)
		}
	}
	return survivors, ran, nil
}

// A surgeon compiles one module anew among parsed others and runs its tests.
type surgeon struct {
	functions Functions
	asOf      string
	caps      *ast.Capabilities
	trees     map[string]*ast.Module
	scope     map[string]*ast.Module // the trees that matter
}

func (s *surgeon) parse(m Module) (*ast.Module, error) {
	return ast.ParseModuleWithOpts(m.File, string(m.Source), ast.ParserOptions{
		ProcessAnnotation: true, RegoVersion: ast.RegoV1, Capabilities: s.caps,
	})
}

// test returns the name of the first test that fails.
func (s *surgeon) test(rule Module, source []byte) (compiled bool, failed string) {
	tree, err := s.parse(Module{File: rule.File, Source: source})
	if err != nil {
		return false, ""
	}
	list, trees := []*parsed{}, map[string]*ast.Module{}
	for file, other := range s.needed(rule) {
		if file == rule.File {
			other = tree
		}
		trees[file] = other
		list = append(list, &parsed{Module: Module{File: file}, tree: other})
	}
	compiler := ast.NewCompiler().WithCapabilities(s.caps)
	compiler.Compile(trees)
	if compiler.Failed() {
		return false, ""
	}
	return true, s.run(compiler, rule, list)
}

// needed are the modules that a rule and its tests read, by way of others too.
func (s *surgeon) needed(rule Module) map[string]*ast.Module {
	if s.scope != nil {
		return s.scope
	}
	byPackage := map[string]string{}
	for file, tree := range s.trees {
		byPackage[tree.Package.Path.String()] = file
	}
	s.scope = map[string]*ast.Module{}
	var add func(file string)
	add = func(file string) {
		if s.scope[file] != nil || s.trees[file] == nil {
			return
		}
		s.scope[file] = s.trees[file]
		ast.WalkRefs(s.trees[file], func(r ast.Ref) bool {
			if r.HasPrefix(ast.DefaultRootRef) && len(r) >= 4 {
				add(byPackage[r[:4].String()])
			}
			return false
		})
	}
	add(rule.File)
	add(byPackage["data."+rule.packageName()+"_test"])
	return s.scope
}

func (s *surgeon) run(compiler *ast.Compiler, rule Module, list []*parsed) string {
	engine := &Engine{functions: s.functions, builtins: s.functions.implementations(), compiler: compiler, byID: map[string]func() *Rule{}}
	for _, m := range list {
		s.parameters(engine, m)
	}
	t := tester{engine: engine, options: TestOptions{AsOf: s.asOf}}
	for _, m := range list {
		if m.isTest() && strings.TrimSuffix(m.packageName(), "_test") == rule.packageName() {
			if name := t.firstFailure(m); name != "" {
				return name
			}
		}
	}
	return ""
}

// parameters gives the tests the defaults of a rule's metadata.
func (s *surgeon) parameters(engine *Engine, m *parsed) {
	if m.isTest() || m.isLib() {
		return
	}
	for _, a := range m.tree.Annotations {
		if a.Scope == "package" {
			h := header{m: m, rule: Rule{ID: m.id()}}
			h.rule.Parameters = h.parameters(a.Custom["parameters"])
			engine.byID[h.rule.ID] = func() *Rule { return &h.rule }
		}
	}
}

func (t *tester) firstFailure(m *parsed) string {
	for _, r := range m.tree.Rules {
		if name := ruleName(r); strings.HasPrefix(name, "test_") {
			if t.run(m, name) != "" {
				return name
			}
		}
	}
	return ""
}
