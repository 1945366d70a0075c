package policy_test

import (
	"io/fs"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/internal/schema"
	"github.com/patchops/patchops/policies"
	"github.com/patchops/patchops/schemas"
)

func TestReal(t *testing.T) {
	files := map[string][]byte{}
	names, _ := fs.Glob(schemas.FS, "*.cue")
	for _, n := range names {
		b, _ := schemas.FS.ReadFile(n)
		files["schemas/"+n] = b
	}
	set, found := schema.Compile(files, nil)
	t.Log(found)
	if set == nil {
		t.Fatal()
	}
	var ms []policy.Module
	names, _ = fs.Glob(policies.FS, "*/*/*.rego")
	for _, n := range names {
		b, _ := policies.FS.ReadFile(n)
		ms = append(ms, policy.Module{File: "policies/" + n, Source: b, Builtin: true})
	}
	fn := pipeline.Functions()
	t0 := time.Now()
	e, fs := policy.Compile(set, ms, fn)
	t.Log(time.Since(t0), e != nil)
	for _, f := range fs {
		t.Logf("%s:%d:%d %s %s | %s", f.File, f.Line, f.Column, f.ID, f.Message, f.Hint)
	}
	t0 = time.Now()
	r := policy.RunTests(set, ms, fn, policy.TestOptions{Cover: true, AsOf: "2026-03-12T09:00:00Z"})
	t.Log(time.Since(t0))
	for _, f := range r.Findings {
		t.Logf("%s:%d:%d %s %s | %s", f.File, f.Line, f.Column, f.ID, f.Message, f.Hint)
	}
	n := 0
	for _, x := range r.Tests {
		if !x.Passed {
			t.Log(x)
		} else {
			n++
		}
	}
	t.Log(n, "passed")
	for _, c := range r.Coverage {
		if c.Missed != nil {
			t.Log(c)
		}
	}
}
