package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

// A checker is the second pass over compiled modules, for what OPA's type check
// does not see: variables of `every`, arguments of own functions, object.get,
// literals that are in no enum, and everything below data. Stated limits:
// computed keys and walk.
//
// A function's body is checked once per call, with the types of the arguments;
// what is right in one call is not reported for another, so that a function may
// take several kinds.
type checker struct {
	builder  *builder
	data     *typ
	inputs   map[string]*typ // by package
	modules  map[*ast.Module]*parsed
	env      map[ast.Var]*typ
	current  *ast.Module
	values   map[*ast.Rule]*typ
	open     map[*ast.Rule]bool // being evaluated
	results  map[string]*typ    // of the calls that were followed
	failed   map[string]finding.Finding
	passed   map[string]bool
	packages *space
	builtins map[string]*ast.Builtin
}

// maxCalls bounds the calls of functions, different in their types, that are
// followed.
const maxCalls = 20_000

func (b *builder) checkTypes(compiler *ast.Compiler, list []*parsed) []finding.Finding {
	c := &checker{
		builder: b, inputs: map[string]*typ{}, modules: map[*ast.Module]*parsed{}, env: map[ast.Var]*typ{},
		values: map[*ast.Rule]*typ{}, results: map[string]*typ{}, open: map[*ast.Rule]bool{}, failed: map[string]finding.Finding{}, passed: map[string]bool{},
		packages: spaces(compiler.Modules), builtins: map[string]*ast.Builtin{},
	}
	for _, builtin := range b.caps.Builtins {
		c.builtins[builtin.Name] = builtin
	}
	var rules []*Rule
	for _, p := range list {
		c.modules[compiler.Modules[p.File]] = p
		if p.rule != nil {
			rules = append(rules, p.rule)
			c.inputs[p.packageName()] = ofNodes(b.inputNode(p.rule)).named("input")
		}
	}
	c.data = dataTyp(b.set, rules, c.packages)
	for _, file := range slices.Sorted(maps.Keys(compiler.Modules)) {
		for _, r := range compiler.Modules[file].Rules {
			c.rule(r)
		}
	}
	return c.findings()
}

func (b *builder) inputNode(r *Rule) *shape.Node {
	if r.Gate == GateDocument {
		return b.set.Kinds[r.Kind]
	}
	return b.set.Gates[r.Gate]
}

func (c *checker) findings() []finding.Finding {
	var list []finding.Finding
	for _, key := range slices.Sorted(maps.Keys(c.failed)) {
		if !c.passed[key] {
			list = append(list, c.failed[key])
		}
	}
	return finding.Sort(list)
}

func (c *checker) key(at *ast.Location, check string) string {
	p := position(at, c.file())
	return fmt.Sprintf("%s:%08d:%08d:%s", p.File, p.Line, p.Column, check)
}

func (c *checker) file() string {
	if p := c.modules[c.current]; p != nil {
		return p.File
	}
	return ""
}

func (c *checker) fail(at *ast.Location, check, message, hint string) {
	c.failed[c.key(at, check)] = problem("policy/type", position(at, c.file()), message, hint)
}

func (c *checker) pass(at *ast.Location, check string) { c.passed[c.key(at, check)] = true }

// rule checks a rule or function by itself, its arguments unknown.
func (c *checker) rule(r *ast.Rule) {
	defer c.enter(r)()
	c.value(r)
	if len(r.Head.Args) > 0 {
		c.clause(r)
	}
}

// enter makes a rule's module the current one until the returned call.
func (c *checker) enter(r *ast.Rule) func() {
	before := c.current
	c.current = r.Module
	return func() { c.current = before }
}

// value is the type of a rule that is no function; its body is checked once.
func (c *checker) value(r *ast.Rule) *typ {
	if len(r.Head.Args) > 0 || c.open[r] {
		return nil
	}
	if known, ok := c.values[r]; ok {
		return known
	}
	defer c.enter(r)()
	c.open[r] = true
	c.values[r] = c.clause(r)
	delete(c.open, r)
	return c.values[r]
}

// clause checks the bodies of a rule and its else branches and returns what
// its head holds.
func (c *checker) clause(r *ast.Rule) *typ {
	var parts []*typ
	for ; r != nil; r = r.Else {
		c.body(r.Body)
		if ruleName(r) == "deny" && !c.inTest() {
			c.denyPath(r.Head.Key)
		}
		parts = append(parts, c.head(r.Head))
	}
	return union(parts...)
}

func (c *checker) inTest() bool {
	p := c.modules[c.current]
	return p != nil && p.isTest()
}

func (c *checker) head(h *ast.Head) *typ {
	var t *typ
	switch {
	case h.Key != nil && h.RuleKind() == ast.MultiValue:
		t = &typ{list: true, items: c.term(h.Key)}
	case h.Value != nil:
		t = c.term(h.Value)
	default:
		t = ofNodes(anyBool)
	}
	for _, segment := range slices.Backward(h.Reference[1:]) {
		if s, ok := segment.Value.(ast.String); ok {
			t = &typ{object: true, fields: map[string]field{string(s): {typ: t, key: segment}}}
		} else {
			c.term(segment)
			t = &typ{object: true, rest: t, computed: true}
		}
	}
	return t
}

// denyPath checks the constant segments of a finding's path.
func (c *checker) denyPath(key *ast.Term) {
	if key == nil {
		return
	}
	object, ok := key.Value.(ast.Object)
	if !ok {
		return
	}
	path := object.Get(ast.InternedTerm("path"))
	if path == nil {
		return
	}
	if segments, ok := path.Value.(*ast.Array); ok {
		t := c.input(path.Location)
		ref := ast.Ref{ast.InputRootDocument}
		segments.Foreach(func(s *ast.Term) {
			ref = append(ref, s)
			t = c.step(t, ref, len(ref)-1, path.Location)
		})
	}
}

func (c *checker) input(at *ast.Location) *typ {
	p := c.modules[c.current]
	if p != nil && p.isLib() && !p.isTest() {
		c.fail(at, "input", "a shared package does not know its input", "pass it as an argument of a function")
	}
	if p == nil {
		return nil
	}
	return c.inputs[p.packageName()]
}

func (c *checker) body(body ast.Body) {
	for _, expr := range body {
		c.expr(expr)
	}
}

func (c *checker) expr(expr *ast.Expr) {
	if len(expr.With) > 0 {
		c.with(expr)
	}
	switch terms := expr.Terms.(type) {
	case *ast.Every:
		keys, values := c.term(terms.Domain).elements()
		if terms.Key != nil {
			c.unify(expr, terms.Key, keys)
		}
		c.unify(expr, terms.Value, values)
		c.body(terms.Body)
	case *ast.Term:
		c.term(terms)
	case []*ast.Term:
		c.call(expr, terms)
	}
}

// unify binds the variables of a pattern to what it is equal to.
func (c *checker) unify(expr *ast.Expr, pattern *ast.Term, t *typ) {
	switch p := pattern.Value.(type) {
	case ast.Var:
		if old := c.env[p]; old != nil {
			c.compare(expr, old, t, true)
			return
		}
		c.env[p] = t
	case *ast.Array:
		_, below := t.elements()
		for i := range p.Len() {
			if t != nil && len(t.tuple) == p.Len() {
				below = t.tuple[i]
			}
			c.unify(expr, p.Elem(i), below)
		}
	case ast.Object:
		p.Foreach(func(k, v *ast.Term) {
			ref := ast.Ref{ast.VarTerm(t.text()), k}
			c.unify(expr, v, c.step(t, ref, 1, k.Location))
		})
	default:
		c.compare(expr, c.term(pattern), t, true)
	}
}

// with checks the targets of `with`, which is for tests.
func (c *checker) with(expr *ast.Expr) {
	for _, w := range expr.With {
		if !c.inTest() {
			c.fail(w.Location, "with", "a rule replaces what it judges by with", "leave with to tests")
			continue
		}
		target, isRef := w.Target.Value.(ast.Ref)
		value := c.term(w.Value)
		if isRef && target.HasPrefix(ast.InputRootRef) || w.Target.Value.Compare(ast.InputRootDocument.Value) == 0 {
			c.conforms(value, c.mock(target))
			continue
		}
		if isRef && target.HasPrefix(ast.DefaultRootRef) && len(target) > 1 {
			want := c.term(w.Target)
			if target[1].Equal(ast.StringTerm("patchops")) {
				continue
			}
			c.conforms(value, want)
		}
	}
}

// mock is what a test may give as input, or as a part of it.
func (c *checker) mock(target ast.Ref) *typ {
	p := c.modules[c.current]
	t := c.inputs[strings.TrimSuffix(p.packageName(), "_test")]
	for i := 1; i < len(target); i++ {
		t = c.step(t, target, i, target[i].Location)
	}
	return t
}

// conforms checks what a test makes up against what could be there.
func (c *checker) conforms(made, want *typ) {
	if made == nil || want == nil || want.space != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(made.fields)) {
		f := made.fields[name]
		below, ok, known := want.get(name)
		if !ok && want.kinds()&isObject != 0 {
			at := position(f.key.Location, c.file())
			c.failed[c.key(f.key.Location, "field "+name)] = unknownField(at, want.text(), name, known)
			continue
		}
		if ok {
			c.conforms(f.typ, below.named(want.text()+"."+name))
		}
	}
	if made.computed || made.list {
		_, below := want.elements()
		c.conforms(either(made.list, made.items, made.computed, made.rest), below.named(want.text()+"[_]"))
	}
	for _, l := range made.literals {
		c.literal(l, want)
	}
}
