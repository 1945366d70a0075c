// Package schema reads CUE: the built-in schemas, which it compiles to shapes,
// and a repository's own constraints, which it judges as they are.
//
// The built-in schemas keep to a small style (a closed struct, an enumeration,
// a pattern, a range, a list, a map, a reference, an exactly-one-of), for what
// is outside it means one thing to CUE and another to every form printed from
// the tree. An allow-list over the syntax refuses the rest at its place. CUE
// itself judges the tree in the tests: never at run time.
package schema

import (
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

// Folder holds the schemas of patchops, and those of a repository.
const Folder = "schemas/"

// Package is the CUE package of the built-in schemas.
const Package = "patchops"

// gates are the definitions that are a gate's input and no document.
var gates = map[string]string{
	"#RolloutInput": "rollout", "#ChangeInput": "change", "#StartInput": "start", "#CloseInput": "close",
}

// Compile compiles the built-in schemas: CUE files of one package by name, with
// or without "schemas/" before it. A check judges the strings of the definition
// that it is named for ("#Date"). Findings are about the files; with any, the
// set is incomplete.
func Compile(files map[string][]byte, checks map[string]shape.Check) (*shape.Set, []finding.Finding) {
	c := &compiler{
		sources: map[string][]byte{}, definitions: map[string]*definition{},
		patterns: map[string]*regexp.Regexp{}, checks: checks,
	}
	for _, f := range c.parse(files) {
		c.declare(f)
	}
	for _, name := range sortedKeys(c.definitions) {
		c.fill(c.definitions[name])
	}
	for len(c.later) > 0 {
		next := c.later[0]
		c.later = c.later[1:]
		next()
	}
	set := c.set()
	c.unusedChecks()
	if len(c.findings) == 0 {
		c.endless()
	}
	return set, finding.Sort(c.findings)
}

type compiler struct {
	sources     map[string][]byte
	definitions map[string]*definition
	checks      map[string]shape.Check
	patterns    map[string]*regexp.Regexp // by their text: many are written more than once
	later       []func()                  // types inside definitions, filled once all definitions are
	findings    []finding.Finding
}

// definition is a top-level `#Name: ...`.
type definition struct {
	node    *shape.Node
	expr    ast.Expr
	filling bool
	filled  bool
}

// parse returns the files that have no syntax error, in the order of their names.
func (c *compiler) parse(files map[string][]byte) []*ast.File {
	var parsed []*ast.File
	for _, name := range sortedKeys(files) {
		path := Folder + strings.TrimPrefix(name, Folder)
		c.sources[path] = files[name]
		f, problems := parseFile(path, files[name])
		c.findings = append(c.findings, problems...)
		if len(problems) == 0 {
			parsed = append(parsed, f)
		}
	}
	return parsed
}

// declare notes a file's definitions and refuses everything beside them.
func (c *compiler) declare(f *ast.File) {
	for _, d := range f.Decls {
		switch x := d.(type) {
		case *ast.CommentGroup:
		case *ast.Package:
			if x.Name.Name != Package {
				c.refuse(x.Name, "package "+x.Name.Name+", wanted package "+Package, "write package "+Package)
			}
		case *ast.Field:
			c.declareField(x)
		default:
			c.refuseDecl(d)
		}
	}
}

func (c *compiler) declareField(f *ast.Field) {
	id, ok := f.Label.(*ast.Ident)
	if !ok || !strings.HasPrefix(id.Name, "#") {
		c.refuse(f, "a schema file holds definitions only", "write a definition: #Name: ...")
		return
	}
	if f.Constraint != token.ILLEGAL || f.Alias != nil || len(f.Attrs) > 0 {
		c.refuse(f, "definition "+id.Name+" carries more than a name", "write "+id.Name+": ...")
	}
	if first := c.definitions[id.Name]; first != nil {
		c.refuse(f, id.Name+" is defined twice: CUE would make one of both", "give each definition a name of its own",
			finding.Related{Position: first.node.Pos, Message: "first definition"})
		return
	}
	c.definitions[id.Name] = &definition{expr: f.Value, node: &shape.Node{Name: id.Name, Doc: docOf(f), Pos: c.at(f.Pos())}}
}

// fill compiles a definition into its node, once. It returns false when the
// definition is being filled already: it is made of itself.
func (c *compiler) fill(d *definition) bool {
	if d.filling {
		return false
	}
	if !d.filled {
		d.filling = true
		c.build(d.node, d.expr)
		describe(d.node, d.node.Doc)
		d.filling, d.filled = false, true
		if check := c.checks[d.node.Name]; check != nil {
			c.hang(d, check)
		}
	}
	return true
}

// describe keeps what a comment says of patterns, unless another one, nearer to
// them, says it already.
func describe(n *shape.Node, doc string) {
	if s := n.String; s != nil && len(s.Patterns) > 0 && s.Words == "" {
		s.Words = doc
	}
}

// hang adds a check to a definition, behind the one it has by being an alias.
func (c *compiler) hang(d *definition, check shape.Check) {
	if d.node.String == nil || len(d.node.Alternatives) > 0 {
		c.fail(d.node.Pos, "the check of "+d.node.Name+" judges strings, but it is "+d.node.Content())
		return
	}
	first := d.node.Check
	d.node.Check = check
	if first == nil {
		return
	}
	d.node.Check = func(text string) (string, string) {
		if problem, hint := first(text); problem != "" {
			return problem, hint
		}
		return check(text)
	}
}

func (c *compiler) unusedChecks() {
	for _, name := range sortedKeys(c.checks) {
		if c.definitions[name] == nil {
			c.fail(finding.Position{File: Folder}, "no definition "+name+" for its check")
		}
	}
}

func (c *compiler) set() *shape.Set {
	s := &shape.Set{Kinds: map[string]*shape.Node{}, Gates: map[string]*shape.Node{}, Definitions: map[string]*shape.Node{}}
	for _, name := range sortedKeys(c.definitions) {
		n := c.definitions[name].node
		s.Definitions[name] = n
		if gate := gates[name]; gate != "" {
			s.Gates[gate] = n
			continue
		}
		kind, ok := kindOf(n)
		if ok && "#"+kind != name {
			c.fail(n.Pos, name+" is kind "+kind+", wanted #"+kind+" as its name")
		}
		if ok {
			s.Kinds[kind] = n
		}
	}
	return s
}

// kindOf returns the kind of document that a definition is: it requires
// apiVersion, and a kind of one value.
func kindOf(n *shape.Node) (string, bool) {
	if n.Map == nil {
		return "", false
	}
	version, kind := n.Map.Field("apiVersion"), n.Map.Field("kind")
	if version == nil || kind == nil || !version.Required || !kind.Required ||
		kind.Node.String == nil || len(kind.Node.String.Enum) != 1 {
		return "", false
	}
	return kind.Node.String.Enum[0], true
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
