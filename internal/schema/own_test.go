package schema

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

func ownFiles(body string) map[string][]byte {
	return map[string][]byte{"schemas/own.cue": []byte("package own\n" + body)}
}

func plan(t *testing.T, spec string) *document.Document {
	t.Helper()
	text := "apiVersion: patchops.dev/v1alpha1\nkind: PatchPlan\nmetadata: {name: p}\nspec:\n  " + strings.ReplaceAll(spec, "\n", "\n  ")
	docs, fs := document.ParseYAML("plans/p.yaml", []byte(text))
	if len(fs) > 0 {
		t.Fatal(fs)
	}
	return &docs[0]
}

func lines(fs []finding.Finding) string {
	var all []string
	for _, f := range fs {
		s := fmt.Sprintf("%s %s:%d:%d %s %s", f.ID, f.File, f.Line, f.Column, f.Path, f.Message)
		for _, r := range f.Related {
			s += fmt.Sprintf(" <%s:%d:%d>", r.File, r.Line, r.Column)
		}
		all = append(all, s)
	}
	return strings.Join(all, "\n")
}

// Own constraints refuse more, and both places are known.
func TestOwnJudge(t *testing.T) {
	for _, tt := range []struct{ own, spec, want string }{
		{`PatchPlan: spec: waves: [_, _, ...]`, "waves: [a, b]", ""},
		{`PatchPlan: spec: waves: [_, _, ...]`, "waves: [a]", "schema/own plans/p.yaml:5:3 spec.waves incompatible list lengths (1 and 2) <schemas/own.cue:2:18>"},
		{`PatchPlan: spec: n?: <10`, "n: 12", "schema/own plans/p.yaml:5:6 spec.n invalid value 12 (out of bound <10) <schemas/own.cue:2:22>"},
		{`PatchPlan: spec: n?: <10`, "x: 12", ""},
		{`PatchPlan: spec: n: <10`, "x: 12", `schema/own plans/p.yaml:4:1 spec.n missing field "n", which schemas/ constrains`},
		{`PatchPlan: spec: n!: <10`, "x: 12", "schema/own plans/p.yaml:4:1 spec.n field is required but not present <schemas/own.cue:2:18>"},
		{`PatchPlan: spec: n?: -5`, "n: -5", ""},
		{"import \"strings\"\nPatchPlan: metadata: name: strings.HasPrefix(\"x\")", "x: 1", "plans/p.yaml:3:18 metadata.name invalid value \"p\""},
		{"import \"strings\"\nPatchPlan: spec: a?: strings.MinRunes(3)", "a: \"xy\"", `schema/own plans/p.yaml:5:6 spec.a invalid value "xy" (does not satisfy strings.MinRunes(3))`},
		{"PatchPlan: spec: ä?: [...\"\\(1)\"]", "ä: [x]", "schema/own plans/p.yaml:5:7 spec[\"ä\"][0]"},
		{"#P: {spec: n?: <10, ...}\nPatchPlan: #P", "n: 12", "schema/own plans/p.yaml:5:6 spec.n invalid value 12 (out of bound <10)"},
		{"Client: spec: n?: <10", "n: 12", ""},
		{"#PatchPlan: {spec: mine?: int}", "mine: x", ""},
	} {
		own, fs := CompileOwn(ownFiles(tt.own))
		if own == nil {
			t.Errorf("%s\n\trefused: %s", tt.own, lines(fs))
			continue
		}
		got := lines(own.Judge(plan(t, tt.spec)))
		if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
			t.Errorf("%s\nfound  %s\nwanted %s", tt.own, got, tt.want)
		}
	}
}

func TestOwnCompile(t *testing.T) {
	for _, tt := range []struct{ own, want string }{
		{"PatchPlan: {", "cue/syntax schemas/own.cue:2:"},
		{"import \"tool/exec\"\nPatchPlan: x?: exec.Run", "cue/import schemas/own.cue:2:8"},
		{"PatchPlan: x?: int @embed(file=x)", "cue/attribute schemas/own.cue:2:20"},
		{"PatchPlan: x?: #Nothing", "schema/compile schemas/own.cue:2:16"},
		{"PatchPlan: x: 1\nPatchPlan: x: 2", "schema/compile schemas/own.cue:2:15"},
	} {
		own, fs := CompileOwn(ownFiles(tt.own))
		if got := lines(fs); own != nil || !strings.Contains(got, tt.want) {
			t.Errorf("%s\nfound  %s\nwanted %s", tt.own, got, tt.want)
		}
	}
	if own, fs := CompileOwn(map[string][]byte{"schemas/a.cue": []byte("package patchops\nx: 1")}); own != nil || len(fs) != 1 {
		t.Errorf("found %s, wanted package own", lines(fs))
	}
}
