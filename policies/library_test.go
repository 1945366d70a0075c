package policies_test

import (
	"io/fs"
	"testing"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/internal/schema"
	"github.com/patchops/patchops/internal/shape"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/window"
	"github.com/patchops/patchops/policies"
	"github.com/patchops/patchops/schemas"
)

// shapes are the built-in kinds, which rules are compiled against.
func shapes(t *testing.T) *shape.Set {
	t.Helper()
	checks := map[string]shape.Check{}
	for name, check := range window.Checks() {
		checks[name] = check
	}
	for name, check := range spec.Checks() {
		checks[name] = check
	}
	set, found := schema.Compile(files(t, schemas.FS, "*.cue", "schemas/"), checks)
	for _, f := range found {
		t.Fatalf("%s:%d: %s", f.File, f.Line, f.Message)
	}
	return set
}

// functions are what the rules' own builtins mean.
func functions() policy.Functions {
	return policy.Functions{
		Seconds: window.Seconds,
		Instant: func(text, zone, bound string) (int64, error) {
			at, err := window.Instant(text, zone, bound)
			if err != nil {
				return 0, err
			}
			return at.UnixNano(), nil
		},
		Matches: func(selector, asset *document.Value) bool {
			return spec.ParseSelector(selector).Matches(spec.AssetFacets(asset, nil))
		},
	}
}

// modules are all Rego files, tests too.
func modules(t *testing.T) []policy.Module {
	t.Helper()
	var all []policy.Module
	for file, src := range files(t, policies.FS, "*/*/*.rego", "policies/") {
		all = append(all, policy.Module{File: file, Source: src, Builtin: true})
	}
	return all
}

func files(t *testing.T, fsys fs.FS, pattern, prefix string) map[string][]byte {
	t.Helper()
	names, err := fs.Glob(fsys, pattern)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]byte{}
	for _, name := range names {
		src, err := fs.ReadFile(fsys, name)
		if err != nil {
			t.Fatal(err)
		}
		found[prefix+name] = src
	}
	return found
}
