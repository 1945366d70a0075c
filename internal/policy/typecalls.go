package policy

import (
	"fmt"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/shape"
)

// call checks a call as an expression: terms are the operator, the arguments
// and, for a function with a result, the term that receives it.
func (c *checker) call(expr *ast.Expr, terms []*ast.Term) {
	switch terms[0].String() {
	case "eq", "assign":
		c.equal(expr, terms[1], terms[2])
	case "equal", "neq":
		c.compare(expr, c.term(terms[1]), c.term(terms[2]), true)
	case "lt", "lte", "gt", "gte":
		c.compare(expr, c.term(terms[1]), c.term(terms[2]), false)
	default:
		t := c.called(expr, terms)
		if out := c.receiver(terms); out != nil {
			c.unify(expr, out, t)
		}
	}
}

func (c *checker) equal(expr *ast.Expr, a, b *ast.Term) {
	if v, ok := b.Value.(ast.Var); ok {
		if _, bound := c.env[v]; !bound && v != "input" && v != "data" {
			a, b = b, a
		}
	}
	switch a.Value.(type) {
	case ast.Var, *ast.Array, ast.Object:
		if v, ok := a.Value.(ast.Var); !ok || v != "input" && v != "data" {
			c.unify(expr, a, c.term(b))
			return
		}
	}
	c.compare(expr, c.term(a), c.term(b), true)
}

// receiver is the term that a call's result goes to, nil when there is none.
func (c *checker) receiver(terms []*ast.Term) *ast.Term {
	if n := c.arity(terms[0]); n >= 0 && len(terms) == n+2 {
		return terms[n+1]
	}
	return nil
}

// arity is the number of a function's arguments, -1 when it is unknown.
func (c *checker) arity(operator *ast.Term) int {
	if rules := c.function(operator); len(rules) > 0 {
		return len(rules[0].Head.Args)
	}
	if b := c.builtins[operator.String()]; b != nil {
		return len(b.Decl.FuncArgs().Args)
	}
	return -1
}

// function finds the clauses of an own function.
func (c *checker) function(operator *ast.Term) []*ast.Rule {
	ref, ok := operator.Value.(ast.Ref)
	if !ok || len(ref) < 3 || !ref[0].Equal(ast.DefaultRootDocument) {
		return nil
	}
	s := c.packages
	for _, segment := range ref[1 : len(ref)-1] {
		text, isText := segment.Value.(ast.String)
		if !isText || s.children[string(text)] == nil {
			return nil
		}
		s = s.children[string(text)]
	}
	last, _ := ref[len(ref)-1].Value.(ast.String)
	return s.rules[string(last)]
}

// called is the type of a call's result.
func (c *checker) called(expr *ast.Expr, terms []*ast.Term) *typ {
	args := make([]*typ, 0, len(terms))
	n := c.arity(terms[0])
	for i, t := range terms[1:] {
		if n < 0 || i < n {
			args = append(args, c.term(t))
		}
	}
	if rules := c.function(terms[0]); rules != nil {
		return c.own(rules, args)
	}
	if expr == nil {
		expr = &ast.Expr{Location: terms[0].Location}
	}
	return c.builtin(expr, terms[0].String(), terms, args)
}

// own follows a call into the function, with the types of the arguments.
func (c *checker) own(rules []*ast.Rule, args []*typ) *typ {
	c.patterns(rules, args)
	call := c.callOf(rules[0], args)
	if known, ok := c.results[call]; ok {
		return known
	}
	if len(c.results) > maxCalls {
		return nil
	}
	c.results[call] = nil
	var parts []*typ
	for _, r := range rules {
		if c.open[r] || len(r.Head.Args) != len(args) {
			return nil
		}
		parts = append(parts, c.follow(r, args))
	}
	c.results[call] = union(parts...)
	return c.results[call]
}

// callOf names a function with the types of its arguments.
func (c *checker) callOf(r *ast.Rule, args []*typ) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%p", r)
	for _, a := range args {
		a.sign(&b)
	}
	return b.String()
}

// patterns checks literal arguments against functions whose every clause wants
// a literal there.
func (c *checker) patterns(rules []*ast.Rule, args []*typ) {
	for i, arg := range args {
		if arg == nil || len(arg.nodes) > 0 || len(arg.literals) == 0 {
			continue
		}
		want := &typ{}
		for _, r := range rules {
			if i < len(r.Head.Args) && literalKind(r.Head.Args[i]) != isAny {
				want.literals = append(want.literals, r.Head.Args[i])
			}
		}
		for _, l := range arg.literals {
			if ok, enum := want.admits(l); !ok && len(want.literals) == len(rules) {
				c.fail(l.Location, "argument", fmt.Sprintf("no clause of the function takes %s", l), nearestHint(strings.Trim(l.String(), `"`), enum))
			}
		}
	}
}

func (c *checker) follow(r *ast.Rule, args []*typ) *typ {
	defer c.enter(r)()
	outer := c.env
	c.env, c.open[r] = map[ast.Var]*typ{}, true
	for i, pattern := range r.Head.Args {
		if v, ok := pattern.Value.(ast.Var); ok {
			c.env[v] = args[i]
			continue
		}
		c.unify(&ast.Expr{Location: pattern.Location}, pattern, args[i])
	}
	t := c.clause(r)
	c.env = outer
	delete(c.open, r)
	return t
}

// builtin checks the calls that look into values, and says what they return.
func (c *checker) builtin(expr *ast.Expr, name string, terms []*ast.Term, args []*typ) *typ {
	switch name {
	case "internal.member_2":
		_, items := args[1].elements()
		c.compare(expr, args[0], items, true)
		return ofNodes(anyBool)
	case "internal.member_3":
		keys, items := args[2].elements()
		c.compare(expr, args[0], keys, true)
		c.compare(expr, args[1], items, true)
		return ofNodes(anyBool)
	case "object.get":
		return union(c.getPath(args[0], terms), args[2])
	case "array.concat", "or", "object.union":
		return union(args[0], args[1])
	case "and", "minus":
		// A member that the other set cannot have is a misspelling.
		if args[0].kinds()&isNumber == 0 {
			_, left := args[0].elements()
			_, right := args[1].elements()
			c.compare(expr, left, right, true)
			return args[0]
		}
	case builtinInstant:
		c.literalsIn(args[2], bounds)
	case "sort", "array.reverse", "array.slice":
		return args[0]
	case "object.keys":
		keys, _ := args[0].elements()
		return &typ{list: true, items: keys}
	case "max", "min":
		_, items := args[0].elements()
		return items
	}
	if b := c.builtins[name]; b != nil {
		return ofOPA(b.Decl.Result())
	}
	return nil
}

// bounds are what patchops.instant takes a bare date for.
var bounds = ofNodes(&shape.Node{String: &shape.StringType{Enum: []string{"from", "until"}}}).named("the bound")

// getPath follows the key, or the list of keys, of object.get.
func (c *checker) getPath(t *typ, terms []*ast.Term) *typ {
	ref := ast.Ref{ast.VarTerm("object")}
	if t != nil && t.what != "" {
		ref[0] = ast.VarTerm(t.what)
	}
	keys, ok := terms[2].Value.(*ast.Array)
	if !ok {
		return c.step(t, append(ref, terms[2]), 1, terms[2].Location)
	}
	for i := range keys.Len() {
		ref = append(ref, keys.Elem(i))
		t = c.step(t, ref, i+1, terms[2].Location)
	}
	return t
}
