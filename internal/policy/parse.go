package policy

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/patchops/patchops/internal/finding"
)

// A parsed module is a Module that OPA can read, with what its place says.
type parsed struct {
	Module
	tree *ast.Module
	rule *Rule // nil for a shared package and for a test
}

// folder returns the last two folders of a module's path: category and rule, or
// "lib" and the name of a shared package.
func (m Module) folder() (category, name string) {
	dir := path.Dir(m.File)
	return path.Base(path.Dir(dir)), path.Base(dir)
}

func (m Module) isTest() bool { return strings.HasSuffix(m.File, "_test.rego") }
func (m Module) isLib() bool  { category, _ := m.folder(); return category == "lib" }

// id is that of the rule in a module.
func (m Module) id() string {
	category, name := m.folder()
	return category + "/" + name
}

// packageName is the only package that a module at that place may be.
func (m Module) packageName() string {
	category, name := m.folder()
	full := "patchops." + category + "." + strings.ReplaceAll(name, "-", "_")
	if m.isTest() {
		return full + "_test"
	}
	return full
}

// parse reads one module: its limits, its syntax, its package.
func parse(m Module, caps *ast.Capabilities) (*parsed, []finding.Finding) {
	if found := checkLimits(m); found != nil {
		return nil, found
	}
	tree, err := ast.ParseModuleWithOpts(m.File, string(m.Source), ast.ParserOptions{
		ProcessAnnotation: true, RegoVersion: ast.RegoV1, Capabilities: caps,
	})
	if err != nil {
		return nil, syntaxFindings(m, err)
	}
	if tree == nil {
		return nil, []finding.Finding{problem("policy/compile", startOf(m), "the module is empty, want a package", "")}
	}
	if found := checkPackage(m, tree); found != nil {
		return nil, found
	}
	return &parsed{Module: m, tree: tree}, nil
}

func checkPackage(m Module, tree *ast.Module) []finding.Finding {
	at := position(tree.Package.Location, m.File)
	have, want := strings.TrimPrefix(tree.Package.Path.String(), "data."), m.packageName()
	if have != want {
		return []finding.Finding{problem("policy/annotation", at,
			fmt.Sprintf("package %q in this folder, want %q", have, want), "name the package for its folder")}
	}
	if m.isLib() && !m.Builtin {
		return []finding.Finding{problem("policy/annotation", at,
			"package \"patchops.lib\" is ours, own modules cannot extend it", "move what the rule needs into its own package")}
	}
	return nil
}

func syntaxFindings(m Module, err error) []finding.Finding {
	var list ast.Errors
	if !errors.As(err, &list) {
		return []finding.Finding{problem("policy/compile", startOf(m), oneLine(err.Error()), "")}
	}
	var found []finding.Finding
	for _, e := range list {
		found = append(found, problem("policy/compile", position(e.Location, m.File), oneLine(e.Message), ""))
	}
	return found
}

// problem is an error finding about a module.
func problem(id string, at finding.Position, message, hint string) finding.Finding {
	return finding.Finding{ID: id, Severity: finding.Error, Position: at, Message: message, Hint: hint}
}

func startOf(m Module) finding.Position { return finding.Position{File: m.File, Line: 1, Column: 1} }

func position(l *ast.Location, file string) finding.Position {
	if l == nil || l.Row == 0 {
		return finding.Position{File: file, Line: 1, Column: 1}
	}
	if l.File != "" {
		file = l.File
	}
	return finding.Position{File: file, Line: l.Row, Column: max(1, l.Col)} // at the end of a file OPA knows no column
}

// oneLine is OPA's message in the form of ours: one line, no full stop.
func oneLine(s string) string {
	s = strings.TrimSuffix(strings.Join(strings.Fields(s), " "), ".")
	return strings.TrimPrefix(s, "rego_parse_error: ")
}

// distinct refuses a second module of one package: nobody adds a clause to a
// rule from elsewhere. Built-in modules come first and win.
func distinct(modules []*parsed) (kept []*parsed, found []finding.Finding) {
	first := map[string]*parsed{}
	for _, m := range modules {
		name := m.tree.Package.Path.String()
		other := first[name]
		if other == nil {
			first[name], kept = m, append(kept, m)
			continue
		}
		f := problem("policy/annotation", position(m.tree.Package.Location, m.File),
			fmt.Sprintf("a second module of package %q", strings.TrimPrefix(name, "data.")), "put each rule into a folder of its own")
		if other.Builtin {
			f.Message, f.Hint = f.Message+", which is built in", "give the rule another name"
		}
		f.Related = []finding.Related{{Position: position(other.tree.Package.Location, other.File), Message: "the first module"}}
		found = append(found, f)
	}
	return kept, found
}
