package document_test

import (
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/document"
)

const cuePatches = `package plans

import "strings"

_team: {team: "linux", n: 3}
#Base: {apiVersion: "patchops.dev/v1alpha1", kind: string, metadata: {name: string, labels?: {...}}, spec: {...}}
let L = ["a", "ü"]

one: #Base & {
	kind: "Patch"
	metadata: name: "é" + strings.ToLower("X")
	metadata: labels: _team
	spec: {
		list: [for x in L {name: x, "é": y: _team.n + 1}]
		l2: L
		for k, v in {p: 1, q: -2} {"x-\(k)": v}
		if true {cond: deep: [1, 2.50, 9007199254740993, null, true, -5]}
		m: {a: 1}
		m: {b: 2}
		def: *5 | int
		"ü": s: """
			multi
			line
			"""
	}
}
two: {apiVersion: "patchops.dev/v1alpha1", kind: "Bundle", metadata: name: "2026-03", spec: {}}
helper: {x: 1}
`

func evaluated(t *testing.T, src string) []document.Document {
	t.Helper()
	docs, fs := document.EvaluateCUE("f.cue", []byte(src))
	if len(fs) > 0 {
		t.Fatalf("findings %v", fs)
	}
	return docs
}

func TestCUEDocumentsHaveTheirPlaces(t *testing.T) {
	docs := evaluated(t, cuePatches)
	if len(docs) != 2 || docs[0].ID.String() != "Patch/_/éx" || docs[1].ID.String() != "Bundle/_/2026-03" || docs[1].Index != 1 {
		t.Fatalf("documents %v", docs)
	}
	for _, c := range []struct {
		path []any
		want string
	}{
		{nil, "f.cue:9:1"},
		{[]any{"apiVersion"}, "f.cue:6:21"},
		{[]any{"kind"}, "f.cue:10:8"},
		{[]any{"metadata"}, "f.cue:11:2"},
		{[]any{"metadata", "name"}, "f.cue:11:12"},
		{[]any{"metadata", "labels", "team"}, "f.cue:5:15"},
		{[]any{"spec"}, "f.cue:13:2"},
		{[]any{"spec", "missing"}, "f.cue:13:2"},
		{[]any{"spec", "list"}, "f.cue:14:3"},
		{[]any{"spec", "list", 1}, "f.cue:14:21"},
		{[]any{"spec", "list", 1, "é"}, "f.cue:14:31"},
		{[]any{"spec", "list", 1, "é", "y"}, "f.cue:14:36"},
		{[]any{"spec", "l2", 1}, "f.cue:7:15"},
		{[]any{"spec", "x-p"}, "f.cue:16:30"},
		{[]any{"spec", "cond"}, "f.cue:17:12"},
		{[]any{"spec", "cond", "deep", 1}, "f.cue:17:28"},
		{[]any{"spec", "cond", "deep", 5}, "f.cue:17:64"},
		{[]any{"spec", "m"}, "f.cue:18:3"},
		{[]any{"spec", "m", "b"}, "f.cue:19:10"},
		{[]any{"spec", "def"}, "f.cue:20:3"},
		{[]any{"spec", "ü", "s"}, "f.cue:21:11"},
	} {
		if got := place(&docs[0], c.path...); got != c.want {
			t.Errorf("%v is at %s, want %s", path(c.path...), got, c.want)
		}
	}
}

func TestCUEValues(t *testing.T) {
	root := &evaluated(t, cuePatches)[0].Root
	spec := root.Get("spec")
	deep := spec.Get("cond").Get("deep").Elements()
	want := []string{"number 1", "number 2.50", "number 9007199254740993", "null", "true", "number -5"}
	for i := range deep {
		if got := document.Describe(&deep[i]); got != want[i] {
			t.Errorf("element %d is %s, want %s", i, got, want[i])
		}
	}
	if deep[1].Kind != document.Odd || deep[2].Kind != document.Odd || deep[5].Kind != document.Int {
		t.Errorf("a float and an integer beyond 2^53 are odd: %v", deep)
	}
	if got := spec.Get("ü").Get("s").Text(); got != "multi\nline" {
		t.Errorf("text %q", got)
	}
	if v := spec.Get("def"); v.Int != 5 {
		t.Errorf("default %v", v)
	}
	if v := root.Get("_team"); v != nil {
		t.Errorf("hidden field %v", v)
	}
}

func TestCUEFileThatIsOneDocument(t *testing.T) {
	docs := evaluated(t, "// a comment\n#X: string\napiVersion: \"patchops.dev/v1alpha1\"\nkind: \"Patch\"\nmetadata: {name: _n}\n_n: \"a\"\nspec: a: #X & \"b\"\n")
	if len(docs) != 1 || docs[0].ID.String() != "Patch/_/a" || place(&docs[0]) != "f.cue:3:1" || docs[0].Root.Get("#X") != nil {
		t.Errorf("documents %+v", docs)
	}
}

// TestCUEGate: row C4 and R26. What a document may not use is refused where it
// stands, before anything is evaluated.
func TestCUEGate(t *testing.T) {
	for _, c := range []struct{ src, want, says string }{
		{"import \"tool/exec\"\n", "1:8 cue/import", "tool/exec"},
		{"import (\n\t\"list\"\n\tx \"example.com/ü@v1\"\n)\n", "3:4 cue/import", "example.com"},
		{"import \"crypto/ed25519\"\n", "1:8 cue/import", "only CUE's own"},
		{"import \"string\"\n", "1:8 cue/import", `import "strings"`},
		{"@extern(embed)\npackage x\na: _ @embed(file=\"x.json\")\n", "1:1 cue/attribute, 3:6 cue/attribute", "@extern"},
		{"@if(prod)\npackage x\n", "1:1 cue/attribute", "@if"},
		{"é: string @tag(env)\n", "1:11 cue/attribute", "@tag"},
		{"a: {\n\t@x()\n}\n", "2:2 cue/attribute", "@x"},
		{"é: {b: }\nc: 1\n", "1:8 cue/syntax, 2:5 cue/syntax", "expected operand"},
		{"a: [1\n", "1:6 cue/syntax", "expected ']'"},
		{"a: \"x\u202ey\"\n", "1:6 cue/syntax", `\u202e`},
		{"a: \"\x00\"\n", "1:5 cue/syntax", `\x00`},
		{"a: \xff\n", "1:4 cue/syntax", "UTF-8"},
		{strings.Repeat("//", document.MaxFileBytes/2) + "\n", "1:1 cue/limit", "bytes"},
	} {
		docs, fs := document.EvaluateCUE("f.cue", []byte(c.src))
		if short(fs) != c.want || len(docs) > 0 {
			t.Errorf("%.60q: findings %q, want %q: %v", c.src, short(fs), c.want, fs)
			continue
		}
		if !strings.Contains(fs[0].Message+" "+fs[0].Hint, c.says) {
			t.Errorf("%.60q: %q, want %q in it", c.src, fs[0].Message, c.says)
		}
	}
}

func TestCUEEvaluationErrorsAreAllReported(t *testing.T) {
	const head = "apiVersion: \"patchops.dev/v1alpha1\"\nkind: \"Patch\"\n"
	for _, c := range []struct{ src, want, says string }{
		{head + "spec: {\n\té: string\n\tn: int\n\tok: 1\n}\n", "4:2 cue/evaluate, 5:2 cue/evaluate", "only string"},
		{head + "spec: a: 1 & 2\nx: {y: 1}\nx: {y: 2}\n", "3:10 cue/evaluate, 4:8 cue/evaluate", "conflicting"},
		{head + "spec: a: missing\n", "3:10 cue/evaluate", "missing"},
		{head + "spec: a: 1/0\n", "3:10 cue/evaluate", "division by zero"},
		{head + "spec: {#x: int, y: #x}\n", "3:17 cue/evaluate", "only int"},
		{head + "a: {b: a}\n", "3:5 cue/evaluate", "structural cycle"},
		{head + "spec: {a!: int}\n", "3:8 cue/evaluate", "required"},
		{head + "spec: a: '\\x01'\n", "3:10 cue/evaluate", "bytes"},
		{head + "spec: a: \"\\u202e\"\n", "3:10 cue/evaluate", `\u202e`},
		{head + "spec: \"\": 1\n", "3:7 cue/evaluate", "empty"},
		{"a: 1\n", "1:1 cue/document", "no document"},
		{"", "1:1 cue/document", "no document"},
		{"x: {kind: \"Patch\", spec: {}}\n" + "y: {" + strings.ReplaceAll(head, "\n", ", ") + "}\n", "1:1 cue/document", "only one of"},
		{head + "import \"list\"\nspec: a: list.Range(0, 15, 1)\n", "3:8 cue/syntax", ""},
		{"import \"list\"\nlet L = list.Range(0, 320, 1)\n" + head + "spec: a: [for i in L {[for j in L {j}]}]\n", "5:35 cue/limit", "values"},
		{"import \"strings\"\n" + head + "spec: a: strings.Repeat(\"x\", 70000)\n", "4:7 cue/limit", "65,536"},
		{head + "spec: a: " + strings.Repeat("[", 70) + strings.Repeat("]", 70) + "\n", "3:72 cue/limit", "64"},
	} {
		_, fs := document.EvaluateCUE("f.cue", []byte(c.src))
		if short(fs) != c.want {
			t.Errorf("%.80q: findings %q, want %q: %v", c.src, short(fs), c.want, fs)
			continue
		}
		if !strings.Contains(fs[0].Message+" "+fs[0].Hint, c.says) {
			t.Errorf("%.80q: %q, want %q in it", c.src, fs[0].Message, c.says)
		}
	}
}

// TestACUEDocumentWithoutValueHidesNoOther: the others of the file are read.
func TestACUEDocumentWithoutValueHidesNoOther(t *testing.T) {
	const doc = `{apiVersion: "patchops.dev/v1alpha1", kind: "Patch", metadata: name: `
	docs, fs := document.EvaluateCUE("f.cue", []byte("a: "+doc+"string}\nb: "+doc+"\"b\"}\n"))
	if short(fs) != "1:67 cue/evaluate" || len(docs) != 1 || docs[0].ID.Name != "b" || docs[0].Index != 1 {
		t.Errorf("findings %v, documents %v", fs, docs)
	}
	if fs[0].Path != "a.metadata.name" {
		t.Errorf("path %q", fs[0].Path)
	}
}
