package policy

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/finding"
)

// A Mutant is a module with one change.
type Mutant struct {
	Module   Module
	Position finding.Position
	What     string // what changed: `turned == into !=`
}

// equivalent marks a line whose mutants change nothing that can be seen; the
// reason must follow.
const equivalent = "# mutation: equivalent "

// Mutants are the changes to the conditions of a module's rules, one each: an
// expression left out, negated, a comparison turned, a literal moved, a clause
// that never holds. Many do not compile; Survivors passes over those. A line
// with a comment "# mutation: equivalent <why>" has none.
func Mutants(m Module) []Mutant {
	tree, err := ast.ParseModuleWithOpts(m.File, string(m.Source), ast.ParserOptions{RegoVersion: ast.RegoV1})
	if err != nil || tree == nil {
		return nil
	}
	e := editor{module: m, lines: bytes.Split(m.Source, []byte("\n"))}
	for _, r := range tree.Rules {
		for clause := r; clause != nil; clause = clause.Else {
			e.clause(clause)
		}
	}
	return e.sorted()
}

// An editor collects mutants as edits of the source.
type editor struct {
	module  Module
	lines   [][]byte
	mutants []Mutant
}

func (e *editor) sorted() []Mutant {
	slices.SortStableFunc(e.mutants, func(x, y Mutant) int {
		return cmp.Or(cmp.Compare(x.Position.Line, y.Position.Line), cmp.Compare(x.Position.Column, y.Position.Column))
	})
	return slices.CompactFunc(e.mutants, func(x, y Mutant) bool { return bytes.Equal(x.Module.Source, y.Module.Source) })
}

// replace adds the mutant that has text where now old stands.
func (e *editor) replace(at *ast.Location, old, text, what string) {
	if at == nil || at.Row < 1 || at.Row > len(e.lines) || !bytes.HasPrefix(e.module.Source[min(at.Offset, len(e.module.Source)):], []byte(old)) {
		return
	}
	if _, why, found := strings.Cut(string(e.lines[at.Row-1]), equivalent); found && strings.TrimSpace(why) != "" {
		return
	}
	changed := slices.Concat(e.module.Source[:at.Offset], []byte(text), e.module.Source[at.Offset+len(old):])
	e.mutants = append(e.mutants, Mutant{
		Module:   Module{File: e.module.File, Source: changed, Builtin: e.module.Builtin},
		Position: position(at, e.module.File), What: what,
	})
}

func (e *editor) clause(r *ast.Rule) {
	if r.Head.Value != nil {
		e.value(r.Head.Value)
	}
	for i, expr := range r.Body {
		if i == 0 && !expr.Generated {
			e.replace(expr.Location, string(expr.Location.Text), "false", "dropped the clause")
		}
	}
	ast.WalkExprs(r, func(expr *ast.Expr) bool {
		if !expr.Generated {
			e.expr(expr)
		}
		return false
	})
}

var turned = map[string][2]string{
	"equal": {"==", "!="}, "neq": {"!=", "=="}, "lt": {"<", "<="}, "lte": {"<=", "<"}, "gt": {">", ">="}, "gte": {">=", ">"},
}

func (e *editor) expr(expr *ast.Expr) {
	text := string(expr.Location.Text)
	switch terms := expr.Terms.(type) {
	case *ast.SomeDecl:
		for _, s := range terms.Symbols {
			e.value(s)
		}
		if strings.Contains(text, " in ") {
			e.replace(expr.Location, text, "true", "left out "+brief(text))
		}
		return
	case *ast.Every:
		e.value(terms.Domain)
	case *ast.Term:
		e.value(terms)
	case []*ast.Term:
		e.call(terms)
	}
	if expr.Negated {
		e.replace(expr.Location, "not ", "", "no more negated "+brief(text))
	} else {
		e.replace(expr.Location, text, "not "+text, "negated "+brief(text))
	}
	e.replace(expr.Location, text, "true", "left out "+brief(text))
}

func (e *editor) call(terms []*ast.Term) {
	name := terms[0].String()
	if turn, ok := turned[name]; ok {
		e.replace(terms[0].Location, turn[0], turn[1], "turned "+turn[0]+" into "+turn[1])
	}
	if name == "sprintf" {
		return // a message is no condition
	}
	for _, arg := range terms[1:] {
		e.value(arg)
	}
}

// value moves the literals in a term. Segments of references are left to the
// type check, and messages are no conditions.
func (e *editor) value(t *ast.Term) {
	switch v := t.Value.(type) {
	case ast.Number:
		n, err := strconv.Atoi(v.String())
		if err != nil {
			return
		}
		for _, by := range []int{1, -1} {
			e.replace(t.Location, v.String(), strconv.Itoa(n+by), fmt.Sprintf("moved %d to %d", n, n+by))
		}
	case ast.String:
		e.replace(t.Location, v.String(), strconv.Quote(string(v)+"x"), "changed "+v.String())
	case ast.Boolean:
		e.replace(t.Location, v.String(), strconv.FormatBool(!bool(v)), "turned "+v.String())
	case ast.Set:
		v.Foreach(e.value)
	case *ast.Array:
		v.Foreach(e.value)
	case ast.Object:
		v.Foreach(func(k, x *ast.Term) { e.value(k); e.value(x) })
	case ast.Call:
		e.call(v)
	case *ast.ArrayComprehension:
		e.value(v.Term)
	case *ast.SetComprehension:
		e.value(v.Term)
	case *ast.ObjectComprehension:
		e.value(v.Key)
		e.value(v.Value)
	}
}

func brief(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 60 {
		s = string(r[:57]) + "..."
	}
	return s
}

// Misspellings are a module's mutants in which one letter of one constant path
// segment, or of one literal, is another. Every one that names something of a
// schema must be refused by Compile.
func Misspellings(m Module) []Mutant {
	tree, err := ast.ParseModuleWithOpts(m.File, string(m.Source), ast.ParserOptions{RegoVersion: ast.RegoV1})
	if err != nil || tree == nil {
		return nil
	}
	e := editor{module: m, lines: bytes.Split(m.Source, []byte("\n"))}
	for _, r := range tree.Rules {
		if isDeny(r) {
			r.Head.Key = ast.NewTerm(r.Head.Key.Value.(ast.Object).Get(ast.InternedTerm("path")).Value)
		}
		ast.WalkTerms(r, func(t *ast.Term) bool {
			if _, ok := t.Value.(*ast.TemplateString); ok {
				return true
			}
			if s, ok := t.Value.(ast.String); ok && t.Location != nil && s != "" {
				e.misspell(t.Location, string(s))
			}
			return false
		})
	}
	return e.sorted()
}

// isDeny reports a deny rule with a path, whose message is left alone.
func isDeny(r *ast.Rule) bool {
	if ruleName(r) != "deny" || r.Head.Key == nil {
		return false
	}
	o, ok := r.Head.Key.Value.(ast.Object)
	return ok && o.Get(ast.InternedTerm("path")) != nil
}

func (e *editor) misspell(at *ast.Location, s string) {
	wrong := misspelt(s)
	e.replace(at, s, wrong, s+" became "+wrong)
	e.replace(at, strconv.Quote(s), strconv.Quote(wrong), s+" became "+wrong)
}

// misspelt changes the letter in the middle.
func misspelt(s string) string {
	r := []rune(s)
	i := len(r) / 2
	if r[i] == 'q' {
		r[i] = 'z'
	} else {
		r[i] = 'q'
	}
	return string(r)
}
