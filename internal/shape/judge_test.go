package shape_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/schema"
	"github.com/patchops/patchops/internal/shape"
)

const planSchema = `package patchops

// Which format this is.
#APIVersion: "patchops.dev/v1alpha1"

// A name.
#Name: =~"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"

// A patch.
#PatchRef: #Name

#Date: =~"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"

#Inline: {package!: string}

// A plan.
#PatchPlan: {
	apiVersion!: #APIVersion
	kind!:       "PatchPlan"
	metadata!: {name!: #Name, labels?: {[=~"^[a-z]+$"]: string}}
	// What it says.
	spec!: {
		// When to be done.
		deadline!: #Date
		reboot?:   "never" | "ifRequired" | "always"
		waves!: [...#Wave]
		patches?: [...(#PatchRef | #Inline)]
		limit?:  int | =~"^[0-9]+%$"
		auto?:   bool
		free?:   _
		gate?:   {type!: "approval", group!: #Name} | {type!: "approval", role!: #Name} | {type!: "probe", url?: string}
		{duration!: string} | {end!: string, zone?: string}
	}
}

#Wave: {
	name!: #Name
	{percent!: int & >=1 & <=100} | {count!: int & >=1} | {all!: true}
}

#Limits: {
	// A key of small letters. There may be many.
	[=~"^[a-z]+$"]: #Limit
}

// A count, or a length of time such as "PT4H", rounded down.
#Limit: int | =~"^P(T[0-9]+H|[0-9]+D)$"
`

func compilePlan(t testing.TB) *shape.Set {
	t.Helper()
	set, findings := schema.Compile(map[string][]byte{"plan.cue": []byte(planSchema)}, map[string]shape.Check{
		"#Date": func(s string) (string, string) {
			if s == "2026-02-30" {
				return "2026-02-30 is no day", "write 2026-02-28"
			}
			return "", ""
		},
	})
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	return set
}

// parse reads one document; spec is indented below its spec.
func parse(t testing.TB, spec string) *document.Document {
	t.Helper()
	text := "apiVersion: patchops.dev/v1alpha1\nkind: PatchPlan\nmetadata: {name: p}\nspec:\n"
	return parseText(t, text+"  "+strings.ReplaceAll(strings.TrimSpace(spec), "\n", "\n  "))
}

func parseText(t testing.TB, text string) *document.Document {
	t.Helper()
	docs, findings := document.ParseYAML("plan.yaml", []byte(text))
	if len(findings) > 0 || len(docs) != 1 {
		t.Fatalf("%s\n%v", text, findings)
	}
	return &docs[0]
}

func lines(fs []finding.Finding) string {
	var b strings.Builder
	for _, f := range finding.Sort(fs) {
		fmt.Fprintf(&b, "%d:%d %s %s: %s", f.Line, f.Column, f.ID, f.Path, f.Message)
		if f.Hint != "" {
			fmt.Fprintf(&b, " (%s)", f.Hint)
		}
		for _, r := range f.Related {
			fmt.Fprintf(&b, " <%s:%d %s>", r.File, r.Line, r.Message)
		}
		b.WriteByte('\n')
	}
	return strings.TrimSuffix(b.String(), "\n")
}

const good = "deadline: 2026-03-31\nwaves: [{name: a, percent: 10}]\nduration: PT4H"

func TestGood(t *testing.T) {
	set := compilePlan(t)
	for _, spec := range []string{
		good,
		good + "\npatches: [openssl, {package: nginx}]\nlimit: 20%\nauto: false\nfree: {x: [1, a, null, true]}",
		"deadline: 2026-03-31\nwaves: []\nend: \"08:00\"\nzone: UTC\nlimit: 3\ngate: {type: probe}",
		"deadline: 2026-03-31\nwaves: [{name: a, all: true}]\nend: \"08:00\"\ngate: {type: approval, role: x}",
	} {
		if got := lines(set.Judge(parse(t, spec))); got != "" {
			t.Errorf("%s\n\trefused: %s", spec, got)
		}
	}
}

// Every kind of finding, with its place, its words and the place of the rule.
func TestFindings(t *testing.T) {
	set := compilePlan(t)
	for _, tt := range []struct{ add, want string }{
		{"rebot: never", `8:3 schema/unknown-field spec.rebot: unknown field "rebot" (write reboot) <schemas/plan.cue:22 #PatchPlan.spec: {deadline!, reboot?, waves!, patches?, limit?, auto?, free?, gate?, {duration!} | {end!, zone?}}>`},
		{"reboot: alwys", `8:11 schema/value spec.reboot: found "alwys", wanted one of "never", "ifRequired", "always" (write always) <schemas/plan.cue:25 #PatchPlan.spec.reboot: "never" | "ifRequired" | "always">`},
		{"limit: [1]", `8:3 schema/type spec.limit: found a list, wanted a string that matches ^[0-9]+%$ or an integer <schemas/plan.cue:28 #PatchPlan.spec.limit: int | =~"^[0-9]+%$">`},
		{"auto: yes", `8:9 schema/type spec.auto: found yes without quotes, wanted true or false (write true) <schemas/plan.cue:29 #PatchPlan.spec.auto: bool>`},
		{"auto:", `8:3 schema/type spec.auto: found nothing, wanted true or false (write a value, or remove the key) <schemas/plan.cue:29 #PatchPlan.spec.auto: bool>`},
		{"free: {x: [010]}", `8:14 schema/type spec.free.x[0]: found number 010, wanted a value that every reader of YAML reads alike (write 10, or 8 if it is octal) <schemas/plan.cue:30 #PatchPlan.spec.free.x[...]: _>`},
		{"patches: [3]", `8:13 schema/type spec.patches[0]: found number 3, wanted a name or a map (quote it: "3") <schemas/plan.cue:27 #PatchPlan.spec.patches[...]: #PatchRef | #Inline>`},
		{"patches: [Open_SSL]", `8:13 schema/value spec.patches[0]: found "Open_SSL", wanted a name (write "open-ssl") <schemas/plan.cue:10 #PatchRef: =~"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$">`},
		{"patches: [{pkg: x}]", `8:13 schema/missing-field spec.patches[0].package: missing field "package" (add package) <schemas/plan.cue:14 #Inline.package!: string>
8:14 schema/unknown-field spec.patches[0].pkg: unknown field "pkg" <schemas/plan.cue:14 #Inline: {package!}>`},
		{"end: x", `8:3 schema/choice spec: needs exactly one of duration, end; found both (keep one of duration, end) <schemas/plan.cue:22 #PatchPlan.spec: {deadline!, reboot?, waves!, patches?, limit?, auto?, free?, gate?, {duration!} | {end!, zone?}}>`},
		{"gate: {type: aproval}", `8:16 schema/value spec.gate.type: found "aproval", wanted one of "approval", "probe" (write approval) <schemas/plan.cue:31 #PatchPlan.spec.gate.type: "approval" | "probe">`},
		{"gate: {type: approval}", `8:3 schema/choice spec.gate: needs exactly one of group, role; found neither (add one of group, role) <schemas/plan.cue:31 #PatchPlan.spec.gate: {{type!, group!} | {type!, role!} | {type!, url?}}>`},
		{"gate: {type: probe, role: x}", `8:23 schema/choice spec.gate.role: "role" does not go with type "probe" (remove role) <schemas/plan.cue:31 #PatchPlan.spec.gate: {{type!, group!} | {type!, role!} | {type!, url?}}>`},
		{"gate: {role: 1}", `8:3 schema/missing-field spec.gate.type: missing field "type" (add type) <schemas/plan.cue:31 #PatchPlan.spec.gate.type!: "approval" | "probe">
8:16 schema/type spec.gate.role: found number 1, wanted a name (quote it: "1") <schemas/plan.cue:7 #Name: =~"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$">`},
	} {
		if got := lines(set.Judge(parse(t, good+"\n"+tt.add))); got != tt.want {
			t.Errorf("%s\nfound  %s\nwanted %s", tt.add, got, tt.want)
		}
	}
}

func TestFindingsOfWaves(t *testing.T) {
	set := compilePlan(t)
	for _, tt := range []struct{ waves, want string }{
		{"[{name: a, percent: 0}]", `found number 0, wanted an integer from 1 to 100 <schemas/plan.cue:38 #Wave.percent: int & >=1 & <=100>`},
		{"[{name: a, percent: 101}]", "found number 101, wanted an integer from 1 to 100"},
		{`[{name: a, percent: "10"}]`, `found "10", wanted an integer from 1 to 100 (write 10 without quotes)`},
		{"[{name: a, count: 0}]", "found number 0, wanted an integer of at least 1"},
		{"[{name: a, all: false}]", "found false, wanted true"},
		{"[{name: a}]", "needs exactly one of percent, count, all; found none (add one of percent, count, all)"},
		{"[{name: a, count: 1, percent: 1}]", "needs exactly one of percent, count, all; found percent and count (keep one of percent, count)"},
		{"[{percent: 1}]", `spec.waves[0].name: missing field "name" (add name) <schemas/plan.cue:37 #Wave.name!: #Name>`},
		{"{name: a}", "found a map, wanted a list"},
	} {
		spec := "deadline: 2026-03-31\nduration: PT4H\nwaves: " + tt.waves
		if got := lines(set.Judge(parse(t, spec))); !strings.Contains(got, tt.want) || strings.Contains(got, "\n") {
			t.Errorf("%s\nfound  %s\nwanted %s", tt.waves, got, tt.want)
		}
	}
}

// Patterns are said in the words of their comments.
func TestWords(t *testing.T) {
	n := compilePlan(t).Definitions["#Limits"]
	for _, tt := range []struct{ limits, want string }{
		{"a: []", `found an empty list, wanted a count, or a length of time such as "PT4H", rounded down`},
		{"a: x", `found "x", wanted a count, or a length of time such as "PT4H", rounded down`},
		{"a: 4h", `(write "PT4H")`},
		{"a: 30D", `(write "P30D")`},
		{"A: 1", `found key "A", wanted a key of small letters <`},
	} {
		got := lines(n.Judge("a.yaml", finding.Identity{}, nil, &parseText(t, tt.limits).Root))
		if !strings.Contains(got, tt.want) {
			t.Errorf("%s\nfound  %s\nwanted %s", tt.limits, got, tt.want)
		}
	}
}

func TestEnvelope(t *testing.T) {
	set := compilePlan(t)
	for _, tt := range []struct{ text, want string }{
		{"apiVersion: patchops.dev/v1alpha1", `1:1 schema/kind : missing field "kind" (add kind: one of PatchPlan)`},
		{"apiVersion: patchops.dev/v1alpha1\nkind: PatchPlen", `2:7 schema/kind kind: found "PatchPlen", wanted a kind of document (write PatchPlan)`},
		{
			"apiVersion: patchops.dev/v1alpha2\nkind: PatchPlan\nmetadata: {name: p, labels: {A: b}}\nspec:\n  duration: x\n  deadline: 2026-02-30\n  waves: []",
			`1:13 schema/kind apiVersion: found "patchops.dev/v1alpha2", wanted "patchops.dev/v1alpha1" (write patchops.dev/v1alpha1) <schemas/plan.cue:4 #APIVersion: "patchops.dev/v1alpha1">
3:30 schema/unknown-field metadata.labels.A: found key "A", wanted a key that matches ^[a-z]+$ <schemas/plan.cue:20 #PatchPlan.metadata.labels: {[=~"^[a-z]+$"]: string}>
6:13 schema/check spec.deadline: 2026-02-30 is no day (write 2026-02-28) <schemas/plan.cue:12 #Date: =~"^[0-9]{4}-[0-9]{2}-[0-9]{2}$">`,
		},
	} {
		if got := lines(set.Judge(parseText(t, tt.text))); got != tt.want {
			t.Errorf("%s\nfound  %s\nwanted %s", tt.text, got, tt.want)
		}
	}
}
