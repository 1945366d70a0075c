package policies

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/topdown"
)

// A library is the parsed Rego files by path.
type library map[string]*ast.Module

func load(t *testing.T) library {
	t.Helper()
	files, err := fs.Glob(FS, "*/*/*.rego")
	if err != nil {
		t.Fatal(err)
	}
	loaded := library{}
	for _, file := range files {
		src, err := FS.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		loaded[file] = parse(t, file, string(src))
	}
	return loaded
}

func parse(t *testing.T, file, src string) *ast.Module {
	t.Helper()
	m, err := ast.ParseModuleWithOpts(file, src, ast.ParserOptions{ProcessAnnotation: true, RegoVersion: ast.RegoV1})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// of is one rule with its tests, and all that is shared.
func (l library) of(rule string) library {
	part := library{}
	for file, module := range l {
		if strings.HasPrefix(file, rule+"/") || strings.HasPrefix(file, "lib/") && !strings.HasSuffix(file, "_test.rego") {
			part[file] = module
		}
	}
	return part
}

// rules are the folders that hold a rule or a shared package.
func (l library) rules() []string {
	seen := map[string]bool{}
	for file := range l {
		seen[file[:strings.LastIndexByte(file, '/')]] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

func (l library) compile() (*ast.Compiler, error) {
	able := ast.CapabilitiesForThisVersion()
	for _, f := range functions() {
		able.Builtins = append(able.Builtins, f.declaration)
	}
	compiler := ast.NewCompiler().WithCapabilities(able).WithStrict(true)
	compiler.Compile(l)
	if compiler.Failed() {
		return nil, compiler.Errors
	}
	return compiler, nil
}

// failures runs the tests of all modules and names those that do not hold.
func failures(compiler *ast.Compiler) (failed []string, ran int) {
	for file, module := range compiler.Modules {
		if !strings.HasSuffix(file, "_test.rego") {
			continue
		}
		for _, name := range tests(module) {
			ran++
			if why := run(compiler, module.Package.Path.Append(ast.StringTerm(name))); why != "" {
				failed = append(failed, fmt.Sprintf("%s: %s: %s", file, name, why))
			}
		}
	}
	slices.Sort(failed)
	return failed, ran
}

func tests(module *ast.Module) []string {
	var names []string
	for _, rule := range module.Rules {
		if name := rule.Head.Name.String(); strings.HasPrefix(name, "test_") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func run(compiler *ast.Compiler, path ast.Ref) (why string) {
	store := inmem.New()
	ctx := context.Background()
	txn, err := store.NewTransaction(ctx)
	if err != nil {
		return err.Error()
	}
	defer store.Abort(ctx, txn)
	own := map[string]*topdown.Builtin{}
	for _, f := range functions() {
		own[f.declaration.Name] = &topdown.Builtin{Decl: f.declaration, Func: f.call}
	}
	body, err := compiler.QueryCompiler().Compile(ast.NewBody(ast.NewExpr(ast.NewTerm(path))))
	if err != nil {
		return err.Error()
	}
	found, err := topdown.NewQuery(body).WithCompiler(compiler).WithStore(store).WithTransaction(txn).
		WithBuiltins(own).WithStrictBuiltinErrors(true).Run(ctx)
	if err != nil {
		return err.Error()
	}
	if len(found) == 0 {
		return "does not hold"
	}
	return ""
}
