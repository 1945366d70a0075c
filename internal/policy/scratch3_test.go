package policy_test

import (
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/policy"
	"github.com/patchops/patchops/internal/schema"
	"github.com/patchops/patchops/policies"
	"github.com/patchops/patchops/schemas"
)

func TestRealMutants(t *testing.T) {
	var ms []policy.Module
	names, _ := fs.Glob(policies.FS, "*/*/*.rego")
	var libs []policy.Module
	byDir := map[string][]policy.Module{}
	for _, n := range names {
		b, _ := policies.FS.ReadFile(n)
		m := policy.Module{File: "policies/" + n, Source: b, Builtin: true}
		if strings.HasPrefix(n, "lib/") {
			if !strings.HasSuffix(n, "_test.rego") {
				libs = append(libs, m)
			}
			continue
		}
		d := n[:strings.LastIndex(n, "/")]
		byDir[d] = append(byDir[d], m)
		ms = append(ms, m)
	}
	fn := pipeline.Functions()
	for d, list := range byDir {
		var rule policy.Module
		for _, m := range list {
			if strings.HasSuffix(m.File, "/rule.rego") {
				rule = m
			}
		}
		t0 := time.Now()
		sv, n, err := policy.Survivors(rule, append(list, libs...), fn, "2026-03-12T09:00:00Z")
		if n > 0 {
			t.Log(d, n, len(sv), err, time.Since(t0)/time.Duration(n))
		} else {
			t.Log(d, err)
		}
		for _, s := range sv {
			t.Log("   ", s.Position.Line, s.Position.Column, s.What)
		}
	}
	files := map[string][]byte{}
	names, _ = fs.Glob(schemas.FS, "*.cue")
	for _, n := range names {
		b, _ := schemas.FS.ReadFile(n)
		files["schemas/"+n] = b
	}
	set, _ := schema.Compile(files, nil)
	bad, total := 0, 0
	for i, m := range append(ms, libs...) {
		_ = i
		if strings.HasSuffix(m.File, "_test.rego") || !strings.Contains(m.File, "lib/plans") && !strings.Contains(m.File, "lib/appr") {
			continue
		}
		for _, x := range policy.Misspellings(m) {
			list := append([]policy.Module{x.Module}, libs...)
			if strings.Contains(m.File, "/lib/") {
				list = nil
				for _, o := range append(append([]policy.Module{}, ms...), libs...) {
					if o.File == m.File {
						o = x.Module
					}
					if !strings.HasSuffix(o.File, "_test.rego") {
						list = append(list, o)
					}
				}
			}
			_, found := policy.Compile(set, list, fn)
			total++
			if len(found) == 0 {
				bad++
				t.Log("MISSED", x.Position, x.What)
			}
		}
	}
	t.Log(bad, "of", total)
}
