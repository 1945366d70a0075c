package policy

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/open-policy-agent/opa/v1/ast"
)

// A query asks for the findings of all rules of one input at once; single asks
// for those of one rule, for when the joint one fails.
type query struct {
	compiler *ast.Compiler
	rules    []func() *Rule
	joint    ast.Body
	single   []func() (ast.Body, error)
	broken   error // why no rule of it can be asked; nil
}

// result is the variable that a query binds to a list of deny sets.
const result = ast.Var("result")

func newQuery(c *ast.Compiler, modules []*parsed, about map[string]func() *Rule) (*query, error) {
	slices.SortFunc(modules, func(x, y *parsed) int { return strings.Compare(x.id(), y.id()) })
	q, refs := &query{compiler: c}, []*ast.Term{}
	for _, m := range modules {
		ref := ast.NewTerm(m.tree.Package.Path.Append(ast.StringTerm("deny")))
		alone := sync.OnceValues(func() (ast.Body, error) { return queryFor(c, ref) })
		q.rules, q.single, refs = append(q.rules, about[m.id()]), append(q.single, alone), append(refs, ref)
	}
	body, err := queryFor(c, refs...)
	q.joint = body
	return q, err
}

func queryFor(c *ast.Compiler, refs ...*ast.Term) (ast.Body, error) {
	terms := make([]*ast.Term, len(refs))
	for i := range refs {
		terms[i] = refs[i].Copy()
	}
	body, err := c.QueryCompiler().Compile(ast.NewBody(ast.Equality.Expr(ast.NewTerm(result), ast.ArrayTerm(terms...))))
	if err != nil {
		return nil, fmt.Errorf("query of %s: %w", refs[0], err)
	}
	return body, nil
}
