package policy

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/topdown"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

// TestOptions choose what RunTests does. The zero value runs every test.
type TestOptions struct {
	Filter *regexp.Regexp // of "plan/waves-increase.test_name"; nil for all
	Cover  bool           // measure which lines of the rules ran
	AsOf   string         // data.asOf where a test gives none
}

// TestResult is one test of a rule.
type TestResult struct {
	Rule     string // id of the rule's folder
	Name     string // test_...
	Position finding.Position
	Passed   bool
	Message  string // why it failed
}

// Results are what the tests of rules say. Findings are what keeps a module
// from being tested at all, and packages without tests (policy/untested).
type Results struct {
	Findings []finding.Finding
	Tests    []TestResult // sorted by file and line
	Coverage []Coverage   // sorted by file
}

// Passed reports whether everything passed: no error finding, no failed test.
func (r Results) Passed() bool {
	return !slices.ContainsFunc(r.Findings, func(f finding.Finding) bool { return f.Severity == finding.Error }) &&
		!slices.ContainsFunc(r.Tests, func(t TestResult) bool { return !t.Passed })
}

// RunTests compiles rules with their tests, as strictly as Compile does, and
// runs the tests. In a test `data` holds the defaults of parameters and as-of;
// everything else a test gives by `with`.
func RunTests(set *shape.Set, modules []Module, functions Functions, options TestOptions) Results {
	b := builder{set: set, caps: capabilities(), functions: functions}
	list := b.read(slices.Clone(modules))
	engine, found := b.build(list)
	results := Results{Findings: append(b.found, found...)}
	results.Findings = finding.Sort(append(results.Findings, untested(list)...))
	if engine == nil {
		return results
	}
	t := tester{engine: engine, options: options, lines: lineCover{}, explain: true}
	for _, m := range list {
		if m.isTest() {
			results.Tests = append(results.Tests, t.module(m)...)
		}
	}
	if options.Cover {
		results.Coverage = t.lines.report(list)
	}
	return results
}

// untested warns of rules and shared packages that no test file stands beside.
func untested(list []*parsed) []finding.Finding {
	tested := map[string]bool{}
	for _, m := range list {
		if m.isTest() {
			tested[strings.TrimSuffix(m.packageName(), "_test")] = true
		}
	}
	var found []finding.Finding
	for _, m := range list {
		if !m.isTest() && !tested[m.packageName()] {
			f := problem("policy/untested", position(m.tree.Package.Location, m.File),
				fmt.Sprintf("package %q has no tests", m.packageName()), "write rule_test.rego beside it")
			f.Severity = finding.Warning
			found = append(found, f)
		}
	}
	return found
}

type tester struct {
	engine  *Engine
	options TestOptions
	lines   lineCover
	explain bool // say where a test failed
}

// module runs the tests of one file in the order they are written.
func (t *tester) module(m *parsed) []TestResult {
	category, name := m.folder()
	var list []TestResult
	seen := map[string]bool{}
	for _, r := range m.tree.Rules {
		if test := ruleName(r); !strings.HasPrefix(test, "test_") && !strings.HasPrefix(test, "todo_test_") {
			continue
		}
		result := TestResult{Rule: category + "/" + name, Name: ruleName(r), Position: position(r.Location, m.File)}
		if t.options.Filter != nil && !t.options.Filter.MatchString(result.Rule+"."+result.Name) {
			continue
		}
		switch {
		case seen[result.Name]:
			result.Message = "a second test of that name: either one would do"
		case strings.HasPrefix(result.Name, "todo_"):
			result.Message = "a test that is left out"
		case len(r.Head.Reference) > 1 || len(r.Head.Args) > 0 || r.Head.RuleKind() != ast.SingleValue || r.Else != nil:
			result.Message = "a test is a plain rule: test_name if { ... }"
		default:
			result.Message = t.run(m, result.Name)
		}
		seen[result.Name] = true
		result.Passed = result.Message == ""
		list = append(list, result)
	}
	return list
}

// run returns why a test failed, "" when it passed.
func (t *tester) run(m *parsed, name string) string {
	ref := ast.NewTerm(m.tree.Package.Path.Append(ast.StringTerm(name)))
	body, err := queryFor(t.engine.compiler, ref)
	if err != nil {
		return oneLine(err.Error())
	}
	query := topdown.NewQuery(body).WithCompiler(t.engine.compiler).WithStore(newStore(t.engine, testData{t.options.AsOf})).
		WithTransaction(transaction{}).WithBuiltins(t.engine.builtins).WithStrictBuiltinErrors(true).WithIndexing(false).
		WithCancel(&budget{left: stepsPerRule}).WithTime(epoch).WithSeed(noSeed{})
	failed := &lastFailure{file: m.File}
	if t.explain {
		query = query.WithQueryTracer(failed)
	}
	if t.options.Cover {
		query = query.WithQueryTracer(t.lines)
	}
	passed := false
	err = query.Iter(context.Background(), func(r topdown.QueryResult) error {
		passed = r[result].Value.Compare(ast.NewArray(ast.InternedTerm(true))) == 0
		return nil
	})
	switch {
	case err != nil:
		return oneLine(err.Error())
	case passed:
		return ""
	case failed.row > 0:
		return fmt.Sprintf("not true: line %d", failed.row)
	}
	return "not true"
}

// lastFailure remembers the furthest line of a file that was not true.
type lastFailure struct {
	file string
	row  int
}

// Enabled implements topdown.QueryTracer.
func (*lastFailure) Enabled() bool { return true }

// Config implements topdown.QueryTracer.
func (*lastFailure) Config() topdown.TraceConfig { return topdown.TraceConfig{} }

// TraceEvent implements topdown.QueryTracer.
func (l *lastFailure) TraceEvent(e topdown.Event) {
	if e.Op == topdown.FailOp && e.Location != nil && e.Location.File == l.file && e.Location.Row > l.row {
		l.row = e.Location.Row
	}
}

// testData is `data` of a test: nothing but what the test gives.
type testData struct{ asOf string }

// AsOf implements Data.
func (d testData) AsOf() string { return d.asOf }

// Document implements Data.
func (testData) Document(string, string, string) *document.Value { return nil }

// Names implements Data.
func (testData) Names(string, string) []string { return nil }

// Clients implements Data.
func (testData) Clients(string) []string { return nil }

// Asset implements Data.
func (testData) Asset(string, string) *document.Value { return nil }

// AssetNames implements Data.
func (testData) AssetNames(string) []string { return nil }

// Members implements Data.
func (testData) Members(string, string) *document.Value { return nil }

// MemberGroups implements Data.
func (testData) MemberGroups(string) []string { return nil }

// Listed implements Data.
func (testData) Listed(string, string) *document.Value { return nil }

// Targets implements Data.
func (testData) Targets(string, string) *document.Value { return nil }

// Parameters implements Data.
func (testData) Parameters(string) (config, client *document.Value) { return nil, nil }
