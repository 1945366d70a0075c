package policies

import (
	"encoding/json"
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
)

var mutate = flag.Bool("mutate", false, "show that a changed condition of any rule makes some test fail")

// TestMutantsDie changes every condition of every rule, one at a time: leaves
// it out, negates it, turns its comparison, moves its constants. Each change
// that still compiles must make one of the rule's own tests fail.
func TestMutantsDie(t *testing.T) {
	if !*mutate {
		t.Skip("takes a minute: go test ./policies -run Mutants -mutate")
	}
	all := load(t)
	for _, rule := range all.rules() {
		t.Run(rule, func(t *testing.T) { mutateRule(t, all, rule) })
	}
}

func mutateRule(t *testing.T, all library, rule string) {
	part := all.of(rule)
	if !survives(part) {
		t.Fatal("its tests fail without any change")
	}
	for file, module := range part {
		if strings.HasSuffix(file, "_test.rego") || !strings.HasPrefix(file, rule+"/") {
			continue
		}
		for site := 0; ; site++ {
			mutant := module.Copy()
			m := &mutation{site: site}
			m.module(mutant)
			if m.what == "" {
				break
			}
			part[file] = mutant
			if survives(part) {
				t.Errorf("%s survives", m.what)
			}
		}
		part[file] = module
	}
}

func survives(part library) bool {
	compiler, err := part.compile()
	if err != nil {
		return false
	}
	failed, _ := failures(compiler)
	return len(failed) == 0
}

// A mutation changes the site-th place it comes to and says what it changed.
type mutation struct {
	site, seen int
	what       string
}

// here reports whether this place is the one to change.
func (m *mutation) here(at *ast.Location, what string) bool {
	m.seen++
	if m.seen-1 != m.site {
		return false
	}
	m.what = fmt.Sprintf("%s: %s", at, what)
	return true
}

func (m *mutation) module(module *ast.Module) {
	for _, rule := range module.Rules {
		for r := rule; r != nil; r = r.Else {
			r.Body = m.body(r.Body)
			m.inside(r.Head.Value)
			m.inside(r.Head.Key)
		}
	}
}

func (m *mutation) body(body ast.Body) ast.Body {
	for i, expr := range body {
		if expr.Generated || expr.IsSome() && !isMembership(expr) {
			continue
		}
		text := expr.String()
		if m.here(expr.Location, "left out "+text) {
			left := append(append(ast.Body{}, body[:i]...), body[i+1:]...)
			if len(left) == 0 {
				left = ast.NewBody(ast.NewExpr(ast.BooleanTerm(true)))
			}
			return left
		}
		if m.here(expr.Location, "negated "+text) {
			expr.Negated = !expr.Negated
		}
		m.expr(expr)
	}
	return body
}

// isMembership tells "some x in y" from "some x", which says nothing by itself.
func isMembership(expr *ast.Expr) bool {
	declared, ok := expr.Terms.(*ast.SomeDecl)
	if !ok || len(declared.Symbols) != 1 {
		return false
	}
	_, ok = declared.Symbols[0].Value.(ast.Call)
	return ok
}

var turned = map[string]string{"lt": "lte", "lte": "lt", "gt": "gte", "gte": "gt", "equal": "neq", "neq": "equal"}

func (m *mutation) expr(expr *ast.Expr) {
	if expr.IsCall() {
		if other, ok := turned[expr.Operator().String()]; ok && m.here(expr.Location, "turned "+expr.String()) {
			expr.Terms.([]*ast.Term)[0] = ast.NewTerm(ast.Ref{ast.VarTerm(other)})
		}
	}
	switch terms := expr.Terms.(type) {
	case []*ast.Term:
		for _, term := range terms[1:] {
			m.term(term)
		}
	case *ast.Every:
		terms.Body = m.body(terms.Body)
	case *ast.Term:
		m.inside(terms)
	}
}

func (m *mutation) term(term *ast.Term) {
	switch v := term.Value.(type) {
	case ast.Number:
		for _, by := range []int{-1, 1} {
			if n, ok := v.Int(); ok && m.here(term.Location, fmt.Sprintf("%s moved by %d", v, by)) {
				term.Value = ast.Number(json.Number(fmt.Sprint(n + by)))
			}
		}
	case ast.String:
		if m.here(term.Location, fmt.Sprintf("%s changed", v)) {
			term.Value = ast.String("mutant")
		}
	default:
		m.inside(term)
	}
}

// inside changes the bodies of comprehensions and the constants of sets and calls.
func (m *mutation) inside(term *ast.Term) {
	if term == nil {
		return
	}
	switch v := term.Value.(type) {
	case *ast.SetComprehension:
		v.Body = m.body(v.Body)
	case *ast.ArrayComprehension:
		v.Body = m.body(v.Body)
	case *ast.ObjectComprehension:
		v.Body = m.body(v.Body)
	case ast.Set:
		term.Value = m.set(v)
	case ast.Call:
		for _, arg := range v[1:] {
			m.term(arg)
		}
	}
}

func (m *mutation) set(set ast.Set) ast.Value {
	changed := ast.NewSet()
	set.Foreach(func(member *ast.Term) {
		copied := member.Copy()
		if _, ok := copied.Value.(ast.String); ok {
			m.term(copied)
		}
		changed.Add(copied)
	})
	return changed
}
