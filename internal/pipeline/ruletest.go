package pipeline

import (
	"errors"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/policies"
)

// TestInput is what a run of rule tests needs.
type TestInput struct {
	Tree     *Tree // whose own rules are tested; nil for the built-in ones only
	OnlyOwn  bool  // leave the built-in rules out
	Coverage bool
	Child    Child
	Wanted   func(file string) bool // of own test files; nil for all
}

// TestOutcome is what the tests of rules say.
type TestOutcome struct {
	Findings []finding.Finding // what keeps rules from being tested
	Results  []policy.TestResult
	Coverage []policy.Coverage
	Passed   int
	Failed   int // failed tests, and findings of severity error
}

const testJob = "test"

type testShared struct {
	Policies []Source
	Coverage bool
}

// testAsOf is data.asOf where a test gives none.
const testAsOf = "2026-03-12T09:00:00Z"

// Test runs the tests of the built-in rules here and those of own rules in the
// child.
func Test(in TestInput) (*TestOutcome, error) {
	out := &TestOutcome{}
	if !in.OnlyOwn {
		results, err := testBuiltin(in.Coverage)
		if err != nil {
			return nil, err
		}
		out.add(results)
	}
	if in.Tree != nil && len(in.Tree.Policies) > 0 {
		results, err := testOwn(in)
		if err != nil {
			return nil, err
		}
		out.add(results)
	}
	return out, nil
}

func (o *TestOutcome) add(r policy.Results) {
	o.Findings = append(o.Findings, r.Findings...)
	o.Results = append(o.Results, r.Tests...)
	o.Coverage = append(o.Coverage, r.Coverage...)
	o.Failed += finding.Count(r.Findings).Errors
	for _, t := range r.Tests {
		if t.Passed {
			o.Passed++
		} else {
			o.Failed++
		}
	}
}

func testBuiltin(cover bool) (policy.Results, error) {
	shapes, err := Shapes()
	if err != nil {
		return policy.Results{}, err
	}
	files, err := contents(policies.FS, ".rego", "policies/")
	if err != nil {
		return policy.Results{}, err
	}
	var modules []policy.Module
	for name, src := range files {
		modules = append(modules, policy.Module{File: name, Source: src, Builtin: true})
	}
	slices.SortFunc(modules, func(a, b policy.Module) int { return strings.Compare(a.File, b.File) })
	return policy.RunTests(shapes, modules, Functions(), policy.TestOptions{Cover: cover, AsOf: testAsOf}), nil
}

func testOwn(in TestInput) (policy.Results, error) {
	var out policy.Results
	answers, err := in.Child(testJob, encode(testShared{in.Tree.Policies, in.Coverage}), [][]byte{nil})
	if err != nil {
		return out, err
	}
	if problem := answers[0].Problem; problem != "" {
		out.Findings = []finding.Finding{limit("policy/limit", in.Tree.Policies[0].Path, "the tests of own rules did not end: the evaluation "+problem)}
		return out, nil
	}
	err = decode(answers[0].Output, &out)
	if in.Wanted != nil {
		out.Tests = slices.DeleteFunc(out.Tests, func(t policy.TestResult) bool { return !in.Wanted(t.Position.File) })
		out.Findings = slices.DeleteFunc(out.Findings, func(f finding.Finding) bool { return !in.Wanted(f.File) })
	}
	return out, err
}

func testRules(shared []byte) (func([]byte) []byte, error) {
	var in testShared
	if err := decode(shared, &in); err != nil {
		return nil, err
	}
	shapes, err := Shapes()
	if err != nil {
		return nil, err
	}
	modules, err := libraries()
	for _, s := range in.Policies {
		modules = append(modules, policy.Module{File: s.Path, Source: s.Bytes})
	}
	return func([]byte) []byte {
		r := policy.RunTests(shapes, modules, Functions(), policy.TestOptions{Cover: in.Coverage, AsOf: testAsOf})
		// The built-in libraries have their tests elsewhere.
		r.Findings = slices.DeleteFunc(r.Findings, func(f finding.Finding) bool { return strings.HasPrefix(f.File, "policies/lib/") })
		r.Coverage = slices.DeleteFunc(r.Coverage, func(c policy.Coverage) bool { return strings.HasPrefix(c.File, "policies/lib/") })
		return encode(r)
	}, errors.Join(err)
}
