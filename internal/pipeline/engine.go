package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/patchops/patchops/docs"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/internal/schema"
	"github.com/patchops/patchops/internal/shape"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/window"
	"github.com/patchops/patchops/policies"
	"github.com/patchops/patchops/schemas"
)

// Engine is the built-in schemas, compiled, and the built-in rules, compiled as
// far as a tree needs them. It does not change and is safe for concurrent use.
type Engine struct {
	Shapes *shape.Set

	modules []policy.Module
	rules   *policy.Engine
	known   []string // ids of all findings that have a page, sorted
	ids     []string // of built-in rules, sorted
	own     []string // ids of the judged tree's own rules, sorted (see with)
}

// NewEngine compiles the built-in schemas. It fails only when they are wrong,
// which is a bug of ours.
func NewEngine() (*Engine, error) {
	shapes, err := Shapes()
	if err != nil {
		return nil, err
	}
	modules, err := BuiltinModules()
	if err != nil {
		return nil, err
	}
	e := &Engine{Shapes: shapes, modules: modules, rules: policy.CompileVetted(shapes, modules, Functions()), known: Known()}
	for _, m := range modules {
		if id, ok := ruleOfPath(m.File); ok {
			e.ids = append(e.ids, id)
		}
	}
	slices.Sort(e.ids)
	return e, nil
}

// Rules are all built-in rules.
func (e *Engine) Rules() *policy.Engine { return e.rules }

// Shapes compiles the built-in schemas.
func Shapes() (*shape.Set, error) {
	files, err := contents(schemas.FS, ".cue", "schemas/")
	if err != nil {
		return nil, err
	}
	shapes, found := schema.Compile(files, Checks())
	if len(found) > 0 {
		return nil, broken("schemas", found)
	}
	return shapes, nil
}

// Checks are what a pattern cannot say, by the definition they hang on.
func Checks() map[string]shape.Check {
	checks := map[string]shape.Check{}
	for name, check := range window.Checks() {
		checks[name] = check
	}
	for name, check := range spec.Checks() {
		checks[name] = check
	}
	return checks
}

// Functions are the meanings that rules may ask for.
func Functions() policy.Functions {
	return policy.Functions{
		Seconds: window.Seconds,
		Instant: func(text, zone, bound string) (int64, error) {
			t, err := window.Instant(text, zone, bound)
			if err != nil {
				return 0, err
			}
			return t.UnixNano(), nil
		},
		Matches: func(selector, asset *document.Value) bool {
			return spec.ParseSelector(selector).Matches(spec.AssetFacets(asset, nil))
		},
	}
}

// BuiltinModules are the built-in rules and libraries, without their tests.
func BuiltinModules() ([]policy.Module, error) {
	files, err := contents(policies.FS, ".rego", "policies/")
	if err != nil {
		return nil, err
	}
	var out []policy.Module
	for name, src := range files {
		if !strings.HasSuffix(name, "_test.rego") {
			out = append(out, policy.Module{File: name, Source: src, Builtin: true})
		}
	}
	slices.SortFunc(out, func(a, b policy.Module) int { return strings.Compare(a.File, b.File) })
	return out, nil
}

// Known are the ids of all findings that have a page, sorted.
func Known() []string {
	var out []string
	_ = fs.WalkDir(docs.Findings, "findings", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && path.Ext(name) == ".md" {
			out = append(out, strings.TrimSuffix(strings.TrimPrefix(name, "findings/"), ".md"))
		}
		return err
	})
	slices.Sort(out)
	return out
}

func contents(fsys fs.FS, ext, prefix string) (map[string][]byte, error) {
	out := map[string][]byte{}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || path.Ext(name) != ext {
			return err
		}
		out[prefix+name], err = fs.ReadFile(fsys, name)
		return err
	})
	return out, err
}

func broken(what string, found []finding.Finding) error {
	errs := []error{fmt.Errorf("the built-in %s are wrong", what)}
	for _, f := range found[:min(len(found), 20)] {
		errs = append(errs, fmt.Errorf("%s:%d:%d: %s: %s", f.File, f.Line, f.Column, f.ID, f.Message))
	}
	return errors.Join(errs...)
}

// with is the engine for a tree that has own rules.
func (e *Engine) with(own []string) *Engine {
	engine := *e
	engine.own = own
	return &engine
}

func (e *Engine) ownRule(id string) bool {
	_, ok := slices.BinarySearch(e.own, id)
	return ok
}

// isEngine reports whether the engine itself finds this, not a rule.
func (e *Engine) isEngine(id string) bool {
	_, known := slices.BinarySearch(e.known, id)
	_, rule := slices.BinarySearch(e.ids, id)
	return known && !rule
}

// isRule reports whether a rule finds this, so that a repository may change its
// level and waive it. No own rule makes a finding of the engine one of a rule.
func (e *Engine) isRule(id string) bool {
	_, ok := slices.BinarySearch(e.ids, id)
	return ok || e.ownRule(id) && !e.isEngine(id)
}

func documentPath(keys ...string) document.Path {
	p := make(document.Path, len(keys))
	for i, k := range keys {
		p[i] = document.Segment{Key: k}
	}
	return p
}
