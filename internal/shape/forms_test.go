package shape_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/shape"
)

func TestWalk(t *testing.T) {
	set := compilePlan(t)
	doc := parse(t, good+"\npatches: [openssl, {package: nginx}, 5]\ngate: {type: approval, group: g}\nfree: {x: 1}")
	var got []string
	shape.Walk(set.Kinds["PatchPlan"], &doc.Root, func(p document.Path, n *shape.Node, _ *document.Value) {
		got = append(got, strings.TrimSpace(p.String()+" "+n.Name))
	})
	want := []string{
		"#PatchPlan", "apiVersion #APIVersion", "kind", "metadata", "metadata.name #Name", "spec", "spec.deadline #Date",
		"spec.waves", "spec.waves[0] #Wave", "spec.waves[0].name #Name", "spec.waves[0].percent", "spec.duration",
		"spec.patches", "spec.patches[0] #PatchRef", "spec.patches[1] #Inline", "spec.patches[1].package",
		"spec.gate", "spec.gate.type", "spec.gate.group #Name", "spec.free",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found  %q\nwanted %q", got, want)
	}
}

func TestNavigate(t *testing.T) {
	plan := compilePlan(t).Kinds["PatchPlan"]
	spec := plan.Child("spec")
	for _, tt := range []struct{ got, want any }{
		{strings.Join(spec.FieldNames(), " "), "deadline reboot waves patches limit auto free gate duration end zone"},
		{spec.Child("waves").Element().Name, "#Wave"},
		{spec.Child("end").TypeText(), "string"},
		{spec.Child("gate").Child("type").TypeText(), `"approval" | "probe"`},
		{plan.Child("metadata").Child("labels").Child("abc").TypeText(), "string"},
		{plan.Child("metadata").Child("labels").Child("ABC") == nil, true},
		{plan.Child("metadata").Child("labels").Open(), true},
		{spec.Open(), false},
		{spec.Child("free").Open(), true},
		{spec.Child("nosuch").Child("x").Element() == nil, true},
	} {
		if tt.got != tt.want {
			t.Errorf("found %v, wanted %v", tt.got, tt.want)
		}
	}
}

func TestFieldTable(t *testing.T) {
	set := compilePlan(t)
	var got []string
	for _, r := range shape.FieldTable(set.Kinds["PatchPlan"]) {
		got = append(got, fmt.Sprintf("%s|%s|%v|%s|%s", r.Path, r.Type, r.Required, r.OneOf, r.Doc))
	}
	want := []string{
		"apiVersion|#APIVersion|true||Which format this is.",
		`kind|"PatchPlan"|true||`,
		"metadata|{...}|true||",
		"metadata.name|#Name|true||A name.",
		`metadata.labels|{[=~"^[a-z]+$"]: string}|false||`,
		"spec|{...}|true||What it says.",
		"spec.deadline|#Date|true||When to be done.",
		`spec.reboot|"never" | "ifRequired" | "always"|false||`,
		"spec.waves|[...#Wave]|true||",
		"spec.patches|[...#PatchRef | #Inline]|false||",
		`spec.limit|int | =~"^[0-9]+%$"|false||`,
		"spec.auto|bool|false||",
		"spec.free|_|false||",
		"spec.gate|{...}|false||",
		`spec.gate.type|"approval" | "probe"|false|group, role, type "probe"|`,
		`spec.gate.group|#Name|false|group, role, type "probe"|A name.`,
		`spec.gate.role|#Name|false|group, role, type "probe"|A name.`,
		`spec.gate.url|string|false|group, role, type "probe"|`,
		"spec.duration|string|false|duration, end|",
		"spec.end|string|false|duration, end|",
		"spec.zone|string|false|duration, end|",
	}
	if !slices.Equal(got, want) {
		t.Errorf("found\n%s\nwanted\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var uses []string
	for _, n := range shape.Uses(set.Kinds["PatchPlan"]) {
		uses = append(uses, n.Name)
	}
	if got, want := strings.Join(uses, " "), "#APIVersion #Date #Inline #Name #PatchRef #Wave"; got != want {
		t.Errorf("found %s, wanted %s", got, want)
	}
}

// A row of a bulk file is judged alone, and says where it stands.
func TestJudgeValue(t *testing.T) {
	wave := compilePlan(t).Definitions["#Wave"]
	row := parseText(t, "name: a\npercent: 0\n")
	at := document.Path{{Key: "spec"}, {Key: "waves"}, {Index: 6}}
	got := wave.Judge("waves.csv", finding.Identity{Kind: "PatchPlan", Name: "p"}, at, &row.Root)
	if len(got) != 1 || got[0].Path != "spec.waves[6].percent" || got[0].File != "waves.csv" || got[0].Document.Name != "p" {
		t.Errorf("found %v", got)
	}
}

// A good document is judged without an allocation.
func TestNoAllocations(t *testing.T) {
	set := compilePlan(t)
	doc := parse(t, good+"\npatches: [openssl, {package: nginx}]\ngate: {type: approval, group: g}\nfree: {x: [1, {y: 2}]}")
	if n := testing.AllocsPerRun(100, func() { set.Judge(doc) }); n > 0 {
		t.Errorf("%v allocations, wanted none", n)
	}
}

func TestDeepDocument(t *testing.T) {
	set := compilePlan(t)
	doc := parse(t, good+"\nfree: "+strings.Repeat("[", 50)+"1"+strings.Repeat("]", 50))
	if fs := set.Judge(doc); len(fs) > 0 {
		t.Error(lines(fs))
	}
}
