package policy

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/patchops/patchops/internal/finding"
)

const increasing = `
deny contains {"path": ["spec", "waves", i, "percent"], "message": $"wave {w.name} has {w.percent} %", "hint": "raise it"} if {
	some i, w in input.spec.waves
	w.percent < input.spec.waves[i - 1].percent
}
`

func TestJudgePointsToTheValue(t *testing.T) {
	e := compiled(t, ruleModule("increase", increasing))
	found, n := e.Judge(plan(t, "waves:\n  - {name: a, percent: 50}\n  - name: ü\n    percent: 10\n"), small())
	want := []finding.Finding{{
		ID: "demo/increase", Severity: finding.Error, Message: "wave ü has 10 %", Hint: "raise it",
		Position: finding.Position{File: "plans/acme/p.yaml", Line: 10, Column: 16},
		Document: finding.Identity{Kind: "PatchPlan", Client: "acme", Name: "p"}, Path: "spec.waves[1].percent",
	}}
	if !reflect.DeepEqual(found, want) || n != 1 {
		t.Errorf("%d rules, found %+v", n, found)
	}
}

func TestJudgeOfAnotherKindRunsNothing(t *testing.T) {
	// PF1: the pipeline turns zero rules into a failure.
	e := compiled(t, ruleModule("increase", increasing))
	doc := plan(t, "reboot: never")
	doc.ID.Kind = "PatchPlam"
	if found, n := e.Judge(doc, small()); n != 0 || len(found) != 0 || e.Count("PatchPlam") != 0 || e.Count("PatchPlan") != 1 {
		t.Errorf("%d rules, found %v", n, found)
	}
}

func TestMissingValuesNeverSwallowAFinding(t *testing.T) {
	// PF3: deadline and the wave's name are absent.
	e := compiled(t, ruleModule("a", `deny contains {"path": ["spec", "deadline"], "message": $"{input.spec.deadline}: {input.spec.waves[0].name}"} if {
	not input.spec.deadline
}`))
	found, _ := e.Judge(plan(t, "reboot: never"), small())
	if len(found) != 1 || found[0].Message != "<undefined>: <undefined>" || found[0].Line != 6 {
		t.Errorf("found %s", lines(found))
	}
}

func TestErrorsInsideARuleAreFindings(t *testing.T) {
	good := ruleModule("good", deny(`input.spec.reboot == "never"`))
	for id, body := range map[string]string{
		"O4 PF4 builtin error":  `to_number(input.spec.deadline) > 5`,
		"PF4 bad date":          `time.parse_rfc3339_ns(input.spec.deadline) < 5`,
		"own builtin error":     `patchops.seconds(input.spec.deadline) > 5`,
		"O5 conflicting values": "pick > 1\n}\n\npick := 1 if input.spec.deadline\n\npick := 2 if {\n\tinput.spec.reboot",
		"a function's conflict": "f(1) > 1\n}\n\nf(_) := 1 if input.spec.deadline\n\nf(_) := 2 if {\n\tinput.spec.reboot",
	} {
		t.Run(id, func(t *testing.T) {
			e := compiled(t, good, ruleModule("bad", deny(body)))
			found, n := e.Judge(plan(t, "reboot: never\ndeadline: soon"), small())
			if n != 2 || len(found) != 2 || found[0].ID != "demo/good" && found[1].ID != "demo/good" {
				t.Fatalf("%d rules, found %s", n, lines(found))
			}
			i := slices.IndexFunc(found, func(f finding.Finding) bool { return f.ID == "policy/evaluate" })
			if i < 0 || found[i].File != "policies/demo/bad/rule.rego" || found[i].Line < 11 || found[i].Document.Name != "p" || found[i].Severity != finding.Error {
				t.Errorf("found %+v", found)
			}
		})
	}
}

func TestRulesThatNeverEndAreStopped(t *testing.T) {
	e := compiled(t, ruleModule("good", deny(`input.spec.reboot == "never"`)), ruleModule("bad", deny("xs := numbers.range(1, 3000)\nsome a in xs\nsome b in xs\na * b == 0")))
	found, _ := e.Judge(plan(t, "reboot: never"), small())
	if len(found) != 2 || found[0].ID != "demo/good" || !strings.Contains(found[1].Message, "needs more than 1000000 steps") {
		t.Errorf("found %s", lines(found))
	}
}

func TestPathMayEndWhereNothingIs(t *testing.T) {
	e := compiled(t, ruleModule("a", `deny contains {"path": ["spec", "waves", 7, "percent"], "message": "m"} if input.spec.waves`))
	found, _ := e.Judge(plan(t, "waves:\n  - {name: a, percent: 5}"), small())
	if len(found) != 1 || found[0].Line != 7 || found[0].Path != "spec.waves[7].percent" {
		t.Errorf("found %s", lines(found))
	}
}

func TestPathOfAVariableThatIsNoKey(t *testing.T) {
	e := compiled(t, ruleModule("a", `deny contains {"path": ["spec", k], "message": "m"} if {
	some k in [true, input.spec.waves]
}`))
	found, _ := e.Judge(plan(t, "waves:\n  - {name: a, percent: 5}"), small())
	if len(found) != 2 || found[0].ID != "policy/evaluate" || !strings.Contains(found[1].Message+found[0].Message, "path holds true") {
		t.Errorf("found %s", lines(found))
	}
}

func TestDataIsReadLazily(t *testing.T) {
	for name, c := range map[string]struct {
		body  string
		fires bool
		asked []string
	}{
		"a field of a document": {`data.documents.Client[input.metadata.client].acme.spec.status == "active"`, true, []string{"document/Client/acme/acme"}},
		"no such document":      {`data.documents.Client[input.metadata.client].foo.spec.status == "active"`, false, []string{"document/Client/acme/foo"}},
		"all of a kind": {"some c, n\ndata.documents.Client[c][n].spec.status == \"ended\"", true, []string{
			"clients/Client", "document/Client/acme/acme", "document/Client/bolt/bolt", "names/Client/acme", "names/Client/bolt",
		}},
		"some in a client's documents":    {"some n, d in data.documents.Patch._\nd.spec.severity == \"critical\"\nn == \"openssl\"", true, []string{"document/Patch/_/openssl", "names/Patch/_"}},
		"an asset":                        {`data.assets.acme["db-01"].tier == "0"`, true, []string{"asset/acme/db-01"}},
		"all assets":                      {`count(data.assets.acme) == 2`, true, []string{"asset/acme/db-01", "asset/acme/web-01", "assets/acme"}},
		"targets":                         {"some t in data.targets.acme.p\ndata.assets[t.client][t.asset].tier == \"0\"", true, []string{"asset/acme/db-01", "asset/acme/web-01", "targets/acme/p"}},
		"members of a group":              {"some m in data.members.acme.pair\ndata.assets.acme[m].tier == \"0\"", true, []string{"asset/acme/db-01", "asset/acme/web-01", "members/acme/pair"}},
		"all groups":                      {`count(data.members.acme) == 1`, true, []string{"memberGroups/acme", "members/acme/pair"}},
		"no such group":                   {`data.members.acme.foo`, false, []string{"members/acme/foo"}},
		"matches":                         {"some a in data.assets.acme\npatchops.matches(input.spec.selector, a)\na.name == \"web-01\"", true, []string{"asset/acme/db-01", "asset/acme/web-01", "assets/acme"}},
		"R23 a name that looks like Rego": {`data.documents.Client.acme[input.spec.deadline].spec`, false, []string{`document/Client/acme/"] == 1; x["../a`}},
		"as-of behind a condition":        {"input.spec.reboot == \"always\"\ndata.asOf", false, nil},
		"as-of":                           {`time.parse_rfc3339_ns(data.asOf) > patchops.instant("2026-03-11", "", "until")`, true, []string{"asOf"}},
	} {
		t.Run(name, func(t *testing.T) {
			e, w := compiled(t, ruleModule("a", deny(c.body))), small()
			found, _ := e.Judge(plan(t, "reboot: never\nselector: {matchLabels: {team: linux}}\ndeadline: '\"] == 1; x[\"../a'"), w)
			slices.Sort(w.asked)
			if fires := len(found) == 1 && found[0].ID == "demo/a"; fires != c.fires || !slices.Equal(slices.Compact(w.asked), c.asked) {
				t.Errorf("asked for %q, found %s", w.asked, lines(found))
			}
		})
	}
}

func TestJudgeGate(t *testing.T) {
	src := strings.NewReplacer("schema.PatchPlan", "schema.rollout", "gate: document", "gate: rollout").Replace(
		metadata("cost", "PatchPlan") + `deny contains {"path": ["placements", i, "cost"], "message": $"{p.cost}"} if {
	some i, p in input.placements
	p.cost > 10
}`)
	e := compiled(t, Module{File: "policies/demo/cost/rule.rego", Source: []byte(src), Builtin: true})
	found, n := e.JudgeGate("rollout", yaml("{placements: [{cost: 5}, {cost: 11}]}"), small())
	if n != 1 || len(found) != 1 || found[0].Path != "placements[1].cost" || found[0].Message != "11" {
		t.Errorf("%d rules, found %+v", n, found)
	}
}

// TestSameInputSameFindings guards R24: whatever the order of modules and of
// maps.
func TestSameInputSameFindings(t *testing.T) {
	modules := []Module{
		ruleModule("increase", increasing), ruleModule("a", deny("some w in input.spec.waves\nw.percent > 1")), ruleModule("b", deny(`to_number(input.spec.deadline) > 1`)),
		libModule("help", help), own(ruleModule("c", deny("input.spec.rebot"))), own(ruleModule("d", deny("http.send({})"))),
	}
	doc := plan(t, "deadline: soon\nwaves:\n  - {name: a, percent: 50}\n  - {name: b, percent: 10}\n  - {name: c, percent: 5}")
	var first string
	for i := range 200 {
		modules = append(modules[1:], modules[0])
		e, refused := Compile(shapes(), modules, functions)
		found, _ := e.Judge(doc, small())
		if all := lines(refused) + lines(found); i == 0 {
			first = all
		} else if all != first {
			t.Fatalf("replay %d: %s\nfirst: %s", i, all, first)
		}
	}
}

// TestJudgeTwiceAtOnce is for the race detector: one engine, one memory of
// terms, two goroutines.
func TestJudgeTwiceAtOnce(t *testing.T) {
	e := compiled(t, ruleModule("increase", increasing), ruleModule("a", deny("some c, n\ndata.documents.Client[c][n].spec.status == \"ended\"\ncount(data.assets.acme) == 2")))
	terms, base := NewTerms(), small()
	doc := plan(t, "waves:\n  - {name: a, percent: 50}\n  - {name: b, percent: 10}")
	want, _ := e.Judge(doc, small())
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 50 {
				w := *base
				found, _ := e.Judge(doc, &remembering{&w, terms})
				if !reflect.DeepEqual(found, want) {
					t.Errorf("found %s", lines(found))
				}
			}
		})
	}
	wait.Wait()
}

type remembering struct {
	*world
	terms *Terms
}

func (r *remembering) Terms() *Terms { return r.terms }

func BenchmarkJudge(b *testing.B) {
	var modules []Module
	for name := range strings.FieldsSeq("a b c d e f g h i j k l m n o p q r s t") {
		modules = append(modules, ruleModule(name, increasing))
	}
	e := compiled(b, modules...)
	doc := plan(b, "waves:\n  - {name: a, percent: 10}\n  - {name: b, percent: 50}\n  - {name: c, percent: 100}")
	w := &remembering{small(), NewTerms()}
	b.ReportAllocs()
	for b.Loop() {
		e.Judge(doc, w)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(modules)), "ns/rule")
}
