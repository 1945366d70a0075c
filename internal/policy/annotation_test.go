package policy

import (
	"reflect"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

func TestRuleSaysWhatItsMetadataSays(t *testing.T) {
	src := withParameters(metadata("a-rule", "PatchPlan"), `#     minimum: {type: integer, default: 3, tighter: higher}
#     lead: {type: duration, default: PT72H}
`)
	e := compiled(t, Module{File: "policies/demo/a-rule/rule.rego", Source: []byte(src + deny("input.spec.auto")), Builtin: true})
	want := Rule{
		ID: "demo/a-rule", Title: "Demo", Description: "What it wants", Severity: finding.Error, Gate: "document", Kind: "PatchPlan",
		Controls: []string{"PCI DSS 4.0.1 6.3.3"}, Builtin: true, Position: finding.Position{File: "policies/demo/a-rule/rule.rego", Line: 14, Column: 1},
		Parameters: []Parameter{
			{Name: "lead", Type: "duration", Default: &document.Value{Kind: document.String, Str: "PT72H"}},
			{Name: "minimum", Type: "integer", Default: &document.Value{Kind: document.Int, Int: 3}, Tighter: "higher"},
		},
	}
	if got := e.Rules(); len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("rules\n%+v, want\n%+v", got, want)
	}
}

func TestMetadataIsStrict(t *testing.T) {
	whole := metadata("bad", "PatchPlan")
	parameters := func(text string) string {
		return withParameters(whole, "#     n: "+text+"\n")
	}
	for name, c := range map[string]struct {
		src  string
		line int
		says string
		hint string
	}{
		"none":                  {"package patchops.demo.bad\n", 1, "without metadata", ""},
		"no title":              {strings.Replace(whole, "# title: Demo\n", "", 1), 10, "without a title", ""},
		"no severity":           {strings.Replace(whole, "#   severity: error\n", "", 1), 10, "no severity", ""},
		"unknown severity":      {strings.Replace(whole, "severity: error", "severity: eror", 1), 8, `severity "eror"`, `write "error"`},
		"unknown gate":          {strings.Replace(whole, "gate: document", "gate: documnt", 1), 9, `gate "documnt"`, `write "document"`},
		"unknown kind":          {strings.Replace(whole, "schema.PatchPlan", "schema.PatchPlam", 1), 6, `kind "PatchPlam"`, `write "PatchPlan"`},
		"a kind at a gate":      {strings.Replace(whole, "gate: document", "gate: rollout", 1), 6, `unknown gate "PatchPlan"`, ""},
		"no schemas":            {strings.Replace(whole, "# schemas:\n#   - input: schema.PatchPlan\n", "", 1), 9, "would judge nothing", "input: schema."},
		"a schema for data":     {strings.Replace(whole, "#   - input", "#   - data.x: schema.Client\n#   - input", 1), 5, "data.x", ""},
		"two schemas":           {strings.Replace(whole, "#   - input", "#   - input: schema.Client\n#   - input", 1), 5, "exactly one", ""},
		"an inline schema":      {strings.Replace(whole, "schema.PatchPlan", "{type: object}", 1), 5, "", ""},
		"misspelt key":          {strings.Replace(whole, "# title:", "# titel:", 1), 2, `"titel"`, `write "title"`},
		"misspelt custom key":   {strings.Replace(whole, "gate:", "gat:", 1), 9, `"gat"`, `write "gate"`},
		"controls no list":      {strings.Replace(whole, `["PCI DSS 4.0.1 6.3.3"]`, "PCI", 1), 10, "no list", ""},
		"a second block":        {whole + "# METADATA\n# scope: rule\n# schemas:\n#   - input: schema.Client\n" + deny("input.spec.auto"), 13, "beside the package's", ""},
		"parameter's type":      {parameters("{type: int, default: 1}"), 12, `type "int"`, ""},
		"parameter's default":   {parameters("{type: integer, default: x}"), 12, "default x", ""},
		"no default":            {parameters("{type: integer}"), 12, "default", ""},
		"misspelt in parameter": {parameters("{type: integer, default: 1, tigther: higher}"), 12, `"tigther"`, `write "tighter"`},
		"tighter":               {parameters("{type: integer, default: 1, tighter: more}"), 12, `"more"`, ""},
		"tighter string":        {parameters("{type: string, default: a, tighter: higher}"), 12, "type string", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, found := Compile(shapes(), []Module{own(Module{File: "policies/demo/bad/rule.rego", Source: []byte(c.src + deny("input.spec.auto"))})}, functions)
			for _, f := range found {
				if f.ID == "policy/annotation" && f.Line == c.line && strings.Contains(f.Message, c.says) && strings.Contains(f.Hint, c.hint) {
					return
				}
			}
			t.Errorf("found %s", lines(found))
		})
	}
}

func TestBuiltinRulesNameTheirControls(t *testing.T) {
	bare := Module{File: "policies/demo/bad/rule.rego", Source: []byte(strings.NewReplacer(
		"#   controls: [\"PCI DSS 4.0.1 6.3.3\"]\n", "", "# description: What it wants\n", "").Replace(metadata("bad", "PatchPlan") + deny("input.spec.auto")))}
	if _, found := Compile(shapes(), []Module{bare}, functions); len(found) != 0 {
		t.Errorf("an own rule: %s", lines(found))
	}
	bare.Builtin = true
	if e, found := Compile(shapes(), []Module{bare}, functions); len(found) != 2 {
		t.Errorf("a built-in rule: engine %v, found %s", e, lines(found))
	}
}
