package policies_test

import (
	"io/fs"
	"testing"

	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/internal/shape"
	"github.com/patchops/patchops/policies"
)

// shapes are the built-in kinds, which rules are compiled against.
func shapes(t *testing.T) *shape.Set {
	t.Helper()
	set, err := pipeline.Shapes()
	if err != nil {
		t.Fatal(err)
	}
	return set
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
