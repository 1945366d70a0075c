package policy

import (
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/finding"
)

// samples use every way a rule comes to a field or a literal.
var samples = map[string]string{
	"references": `deny contains {"path": ["spec", "waves", i, "percent"], "message": $"{w.name}"} if {
	some i, w in input.spec.waves
	input.metadata.client
	w.percent > 3
	not w.soak
	alias := w.gates[0]
	alias.type == "approval"
	input.spec.waves[_].gates[_].count > 1
	input.kind == "PatchPlan"
	input.spec["reboot"] != "never"
}`,
	"every": `deny contains {"path": ["spec", "waves"], "message": "m"} if {
	every i, w in input.spec.waves {
		w.percent > i
		some g in w.gates
		g.type == "probe"
		not w.mode in {"fast", "slow"}
	}
}`,
	"functions": `deny contains {"path": ["spec"], "message": "m"} if {
	slow(input.spec.waves[_])
	first(input.spec) == "fast"
	short(input.spec, "always")
	named("reboot")
}

slow(w) if w.mode == "slow"

slow(w) if {
	some g in w.gates
	kinds[_] == g.type
}

kinds := ["approval", "probe"]

first(spec) := m if m := spec.waves[0].mode

short(spec, "always") if spec.reboot == "always"

named(x) if x == input.spec.deadline`,
	"object.get": `deny contains {"path": ["spec"], "message": "m"} if {
	object.get(input.spec, "reboot", "always") == "never"
	count(object.get(input, ["spec", "waves"], [])) > 1
	some w in object.get(input.spec, "waves", [])
	object.get(w, "percent", 0) > 1
}`,
	"comprehensions": `deny contains {"path": ["spec"], "message": "m"} if {
	names := {w.mode | some w in input.spec.waves; w.elapsed}
	"fast" in names
	{"fast"} - names == set()
	rest := [g | some w in input.spec.waves; some g in w.gates]
	every g in rest { g.type == "approval" }
	by := {w.name: w | some w in input.spec.waves}
	by.a.percent == 3
	o := {"plan": input.spec}
	o.plan.reboot == "never"
	[a, _] := [input.spec, 1]
	a.reboot == "never"
}`,
	"tables": `deny contains {"path": ["spec"], "message": "m"} if {
	some p in input.spec.patches
	rank[p.severity] > 1
	p.package
}

rank := {"critical": 3, "high": 2, "none": 1}`,
	"rules": `deny contains {"path": ["spec"], "message": "m"} if {
	some w in risky
	w.percent > 1
	plans[_].reboot == "never"
	table.a.reboot == "never"
	whole.reboot == "never"
}

risky contains w if {
	some w in input.spec.waves
	w.mode == "fast"
}

plans contains input.spec

table[name] := input.spec if name := input.spec.deadline

whole := input.spec if input.spec.auto
else := {"reboot": "always"}`,
	"recursion": `deny contains {"path": ["spec", "require", "all", i, "group"], "message": "m"} if {
	some i, r in input.spec.require.all
	r.all[_].all[_].group
}`,
	"data": `deny contains {"path": ["metadata", "client"], "message": $"{client.spec.timezone}"} if {
	client := data.documents.Client[input.metadata.client][input.metadata.client]
	client.spec.status == "ended"
	some name, patch in data.documents.Patch["_"] # names of documents are nobody's schema
	patch.spec.severity == "critical"
	patch.spec.vendor
	name in input.spec.patches
	some c, n
	data.documents.Patch[c][n].spec.severity in {"high", "none"}
	data.assets[input.metadata.client][_].tier == "0"
	some t in data.targets[input.metadata.client][input.metadata.name]
	t.asset == t.client
	data.parameters["demo/sample"].minimum > 1
	time.parse_rfc3339_ns(data.asOf) > patchops.instant(input.spec.deadline, client.spec.timezone, "until")
	data.patchops.lib.help.ended(client)
	help.low(input.spec.waves)
}`,
	"names": `deny contains {"path": ["spec", field, i, "name"], "message": "m"} if {
	some [field, i] in {[f, j] | some j, w in input.spec.waves; w.soak; f := "waves"} | direct(input)
}

direct(p) := {["patches", i] | some i, _ in p.spec.patches}`,
	"choices": `deny contains {"path": ["spec", "waves", 0, "clock"], "message": "m"} if {
	some w in input.spec.waves
	w.elapsed
	w.clock
	w.mode == "fast"
}`,
}

const help = `ended(client) if client.spec.status == "ended"

low(waves) if {
	some w in waves
	w.percent < 5
}
`

func sample(body string) Module {
	m := ruleModule("sample", "import data.patchops.lib.help\n\n"+body)
	if !strings.Contains(body, "help.low") {
		m = ruleModule("sample", body)
	}
	m.Source = []byte(withParameters(string(m.Source), "#     minimum: {type: integer, default: 1}\n"))
	return m
}

// TestEveryMisspellingIsRefused guards R22: one letter of any constant path
// segment or compared literal.
func TestEveryMisspellingIsRefused(t *testing.T) {
	for name, body := range samples {
		t.Run(name, func(t *testing.T) {
			lib := libModule("help", help)
			compiled(t, sample(body), lib)
			mutants := Misspellings(sample(body))
			if name == "data" {
				mutants = append(mutants, Misspellings(lib)...)
			}
			for _, m := range mutants {
				if stated(m) {
					continue
				}
				modules := []Module{sample(body), lib}
				for i := range modules {
					if modules[i].File == m.Module.File {
						modules[i] = m.Module
					}
				}
				if _, found := Compile(shapes(), modules, functions); len(found) == 0 {
					t.Errorf("%d:%d %s: no finding", m.Position.Line, m.Position.Column, m.What)
				}
			}
			if len(mutants) < 4 {
				t.Errorf("%d mutants", len(mutants))
			}
		})
	}
}

// stated are the limits: names of documents, what a rule makes up itself (the
// default of object.get, an object of its own), and text that is compared with
// text that may be anything.
func stated(m Mutant) bool {
	for _, name := range []string{"_ became", "a became"} {
		if strings.HasPrefix(m.What, name) {
			return true
		}
	}
	for _, made := range []string{`named("rebqot")`, `"reboot", "alwqys"`, `{"reboot": "alwqys"}`, `{"rebqot": "always"}`} {
		if strings.Contains(string(m.Module.Source), made) {
			return true
		}
	}
	return false
}

func TestTypeFindings(t *testing.T) {
	for name, c := range map[string]struct {
		body         string
		line, column int
		says, hint   string
	}{
		"in every":           {deny("every w in input.spec.waves { w.percnt > 1 }"), 14, 34, `_.percnt: there is no field "percnt"`, `write "percent"`},
		"a literal":          {deny(`input.spec.reboot == "alwys"`), 14, 23, `input.spec.reboot is never "alwys"`, `write "always"`},
		"a literal in a set": {deny(`input.spec.reboot in {"never", "alwys"}`), 14, 33, `never "alwys"`, `write "always"`},
		"out of range":       {deny("input.spec.waves[_].percent == 0"), 14, 33, "is never 0", ""},
		"kinds compared":     {deny(`input.spec.waves[_].percent > "50"`), 14, 2, `is a number, compared with "50", which is a string`, ""},
		"null compared":      {deny(`input.spec.reboot == null`), 14, 2, "null", ""},
		"into a list":        {deny("input.spec.waves.name"), 14, 19, `input.spec.waves has no field "name"`, ""},
		"a bound":            {deny(`patchops.instant(input.spec.deadline, "", "form") > 1`), 14, 44, `never "form"`, `write "from"`},
		"argument of a function": {
			"deny contains {\"path\": [], \"message\": \"m\"} if f(input.spec)\n\nf(s) if s.rebot\n", 15, 11,
			`no field "rebot"`, `write "reboot"`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := refused(t, ruleModule("bad", c.body))
			if f.ID != "policy/type" || f.Line != c.line || f.Column != c.column || !strings.Contains(f.Message, c.says) || !strings.Contains(f.Hint, c.hint) {
				t.Errorf("found %s", lines([]finding.Finding{f}))
			}
		})
	}
}

func TestWhatIsRightStaysRight(t *testing.T) {
	for name, body := range map[string]string{
		"a function over two kinds": deny("severe(input.spec.patches[_])\nsevere(data.documents.Patch._[_].spec)\nfirm(data.documents.Patch._[_])\nfirm(input)") + `
severe(p) if p.severity == "critical"

firm(d) if d.spec.severity == "critical"

firm(d) if d.spec.reboot == "always"
`,
		"an untyped field":       deny(`input.spec.extra.anything.goes == "there"`),
		"an absent default":      deny(`object.get(input.spec, "reboot", "") == ""`),
		"null as a default":      deny(`object.get(input.spec, "reboot", null) != null`),
		"an empty default":       deny("some w in object.get(input.spec, \"waves\", [])\nw.percent == 1"),
		"an empty object":        deny("object.get(object.get(input.spec, \"require\", {}), \"group\", \"\") == \"x\""),
		"a union":                deny("some p in input.spec.patches\nis_string(p)\np == \"openssl\""),
		"labels":                 deny(`data.assets.acme[_].labels["team"] == "linux"`),
		"numbers over a range":   deny("input.spec.waves[_].percent < 1000"),
		"a walk":                 deny("walk(input.spec, [_, v])\nv == \"never\""),
		"one variable, two uses": deny("some k\ninput.spec.waves[k].name\ninput.spec.waves[k].percent == k"),
	} {
		t.Run(name, func(t *testing.T) { compiled(t, ruleModule("good", body)) })
	}
}

func TestSharedPackagesDoNotReadInput(t *testing.T) {
	_, found := Compile(shapes(), []Module{libModule("help", "f if input.spec.rebot\n")}, functions)
	if len(found) != 1 || found[0].ID != "policy/type" || found[0].Line != 3 || !strings.Contains(found[0].Message, "shared package") {
		t.Errorf("found %s", lines(found))
	}
}
