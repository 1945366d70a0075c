package policy_test

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/policies"
)

func BenchmarkRealCompile(b *testing.B) {
	set, err := pipeline.Shapes()
	if err != nil {
		b.Fatal(err)
	}
	var ms []policy.Module
	names, _ := fs.Glob(policies.FS, "*/*/*.rego")
	for _, n := range names {
		if strings.HasSuffix(n, "_test.rego") {
			continue
		}
		src, _ := policies.FS.ReadFile(n)
		ms = append(ms, policy.Module{File: "policies/" + n, Source: src, Builtin: true})
	}
	for b.Loop() {
		policy.Compile(set, ms, pipeline.Functions())
	}
}
