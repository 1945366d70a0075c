package schema

import (
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/finding"
)

func TestVetOwn(t *testing.T) {
	set, fs := Compile(map[string][]byte{"p.cue": []byte(`package patchops
#PatchPlan: {
	apiVersion!: "patchops.dev/v1alpha1"
	kind!: "PatchPlan"
	spec!: {
		waves!: [...#Wave]
		minimum?: int
		labels?: {[string]: string}
		{duration!: string} | {end!: string}
	}
}
#Wave: {percent?: int}
`)}, nil)
	if len(fs) > 0 {
		t.Fatal(fs)
	}
	for _, tt := range []struct{ own, want string }{
		{`PatchPlan: spec: waves: [_, _, ...]`, ""},
		{`PatchPlan: spec: minimum?: >=2`, ""},
		{`PatchPlan: spec: minimum!: int & >=2`, ""},
		{`PatchPlan: spec: labels?: team!: string`, ""},
		{"_hidden: 2\n#Mine: int\nlet x = 3\nPatchPlan: spec: minimum!: x", ""},
		{`PatchPlan: spec: minimum: int | *2`, "schema/default schemas/own.cue:2:33  a default is not a floor"},
		{"#Mine: *2 | int", "schema/default schemas/own.cue:2:8  a default is not a floor"},
		{`PatchPlan: spec: minimum: >=2`, `schema/own schemas/own.cue:2:18  field "minimum" is optional`},
		{`PatchPlan: spec: duration: "PT1H"`, `schema/own schemas/own.cue:2:18  field "duration" is optional`},
		{`PatchPlan: spec: waves: [...{percent: <50}]`, `schema/own schemas/own.cue:2:30  field "percent" is optional`},
		{`PatchPlan: spec: {waves: [{percent?: 1}, ...{percent: 2}]} & {minimum: 3}`, `schema/own schemas/own.cue:2:46  field "percent" is optional`},
		{`PatchPlan: spec: minimun?: >=2`, `schema/own schemas/own.cue:2:18  no document has field "minimun"`},
		{`PatchPlen: spec: minimum?: 2`, `schema/own schemas/own.cue:2:1  "PatchPlen" is no kind`},
		{`#PatchPlan: {...}`, "schema/own schemas/own.cue:2:1  #PatchPlan does not change the built-in #PatchPlan"},
		{`#PatchPlan: spec: mine?: int`, "schema/own schemas/own.cue:2:1  #PatchPlan does not change"},
	} {
		got := VetOwn(ownFiles(tt.own), set)
		if tt.want == "" && len(got) > 0 || !strings.Contains(lines(got), tt.want) {
			t.Errorf("%s\nfound  %s\nwanted %s", tt.own, lines(got), tt.want)
		}
		for _, f := range got {
			if (f.ID == "schema/default") != (f.Severity == finding.Error) {
				t.Errorf("%s: %s is %s", tt.own, f.ID, f.Severity)
			}
		}
	}
}

// An own schema that declares a built-in definition again never opens it
// (security.md C6): the tree and CUE's own view of it know nothing of it.
func TestOwnNeverOpens(t *testing.T) {
	files := ownFiles("#PatchPlan: {...}\n#PatchPlan: spec: mine?: int\nPatchPlan: {...}")
	own, fs := CompileOwn(files)
	if own == nil {
		t.Fatal(fs)
	}
	doc := plan(t, "mine: 1")
	set := compileBuiltin(t)
	if got := lines(set.Judge(doc)); !strings.Contains(got, `unknown field "mine"`) {
		t.Errorf("found %s, wanted the field to stay unknown", got)
	}
	if got := own.Judge(doc); len(got) > 0 {
		t.Errorf("found %s, wanted nothing from the own schema", lines(got))
	}
}
