package approval

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/finding"
)

// firm is an estate with two engineers, a boss and rules for plans and files.
func firm(t testing.TB) repo {
	people := ""
	for i, name := range []string{"ada", "bob", "carl", "frank"} {
		people += fmt.Sprintf("kind: Person\nmetadata: {name: %s}\nspec: {displayName: X, active: true, signingKeys: [%q], github: {login: x, id: %d}}\n---\n", name, keyLine(t, name), i+1)
	}
	return estate(t).and("rules/people.yaml", people+`kind: Person
metadata: {name: keyless}
spec: {displayName: X, active: true}
---
kind: Group
metadata: {name: ops}
spec: {members: [ada, bob, carl]}
---
kind: Group
metadata: {name: boss}
spec: {members: [frank]}
---
kind: ApprovalRule
metadata: {name: plans}
spec: {match: {kinds: [PatchPlan]}, require: {group: ops, count: 1}}
---
kind: ApprovalRule
metadata: {name: normal}
spec: {match: {changeTypes: [normal], minRisk: 500}, require: {contactRoles: [business], count: 1}}
---
kind: ApprovalRule
metadata: {name: files}
spec: {match: {paths: ["policies/**", "rules/**"]}, require: {group: boss, count: 1}, signed: true}`)
}

const goodTests = `tests:
- name: a standard plan takes one engineer
  change: {plans: [all], author: ada}
  approvals: [{by: bob, at: 2026-03-12T08:00:00Z}]
  expect: approved
  rules: {plans: approved, normal: skipped, files: skipped}
- name: not the author
  change: {plans: [all], author: ada}
  approvals: [{by: ada}]
  expect: pending
  ignored: {ada: author}
  unblock: one of {bob, carl} from ops
- name: a normal plan of risk takes the client
  change: {plans: [acme/march], author: ada}
  approvals: [{by: bob}]
  expect: pending
  rules: {plans: approved, normal: pending}
- name: taken by carl
  change: {plans: [acme/march], author: ada}
  approvals: [{by: bob}, {by: carl, says: consented, contact: acme/chief}]
  expect: approved
- name: little risk
  change: {plans: [acme/march], risk: 10}
  approvals: [{by: bob}]
  expect: approved
- name: a policy takes the boss
  change: {paths: [policies/a/b/rule.rego]}
  approvals: [{by: bob}]
  expect: pending
  reason: 0 of 1
- name: signed
  change: {paths: [policies/a/b/rule.rego]}
  approvals: [{by: frank, signed: false}]
  expect: pending
  ignored: {frank: unsigned}
- name: of something else
  change: {plans: [all]}
  approvals: [{by: bob, on: earlier}]
  expect: pending
  ignored: {bob: stale}
- name: too old
  now: 2026-04-01T00:00:00Z
  change: {plans: [all]}
  approvals: [{by: bob, at: 2026-03-12T08:00:00Z}]
  expect: pending
  ignored: {bob: expired}
- name: until then
  change: {plans: [all]}
  approvals: [{by: bob, at: 2026-03-12T08:00:00Z, expires: 2026-03-12T08:30:00Z}]
  expect: pending
  ignored: {bob: expired}
- name: rejected
  change: {plans: [all]}
  approvals: [{by: bob}, {by: carl, says: rejected}]
  expect: rejected
  unblock: carl withdraws
- name: nobody knows who
  change: {plans: [all], unknown: [c0ffee]}
  approvals: [{by: bob}]
  expect: error
  reason: c0ffee
- name: no rule
  change: {paths: [README.md]}
  expect: error
  reason: no rule is for file README.md
`

func TestRuleTests(t *testing.T) {
	c, _ := firm(t).read(t)
	results, found := RunTests("rules/x_test.yaml", []byte(goodTests), c)
	if len(found) > 0 || len(results) != 13 {
		t.Fatalf("%d results, findings %v", len(results), found)
	}
	for _, r := range results {
		if !r.Passed || r.Position.File != "rules/x_test.yaml" || r.Position.Line == 0 {
			t.Errorf("%s at %v: %s", r.Name, r.Position, r.Message)
		}
	}
}

// TestPF5 : a test that expects a deny and gets none fails, and so does one that
// names what does not exist.
func TestPF5(t *testing.T) {
	c, _ := firm(t).read(t)
	const change = "\n  change: {plans: [all], author: ada}\n  approvals: [{by: bob}]\n"
	for _, wrong := range []struct{ id, src, says string }{
		{"another verdict", "expect: pending", "it is approved, wanted pending"},
		{"a rule", "expect: approved\n  rules: {plans: pending}", "rule plans is approved"},
		{"ignored", "expect: approved\n  ignored: {bob: author}", `bob is ignored for "", wanted "author"`},
		{"reason", "expect: approved\n  reason: lunch", `no reason says "lunch"`},
		{"unblock", "expect: approved\n  unblock: lunch", `says "lunch"`},
	} {
		results, found := RunTests("x_test.yaml", []byte("tests:\n- name: a"+change+"  "+wrong.src+"\n"), c)
		if len(found) > 0 || len(results) != 1 || results[0].Passed || !strings.Contains(results[0].Message, wrong.says) {
			t.Errorf("%s: %+v %v", wrong.id, results, found)
		}
	}
	for _, bad := range []struct{ src, message, hint string }{
		{"[{name: a, change: {plans: [all]}, expect: pending, rules: {plan: pending}}]", `there is no ApprovalRule "plan"`, `write "plans"`},
		{"[{name: a, change: {plans: [al]}, expect: pending}]", `there is no PatchPlan "al"`, `write "all"`},
		{"[{name: a, change: {plans: [acme/marsh]}, expect: pending}]", `there is no PatchPlan "acme/marsh"`, `write "acme/march"`},
		{"[{name: a, change: {plans: [all], author: adda}, expect: pending}]", `there is no Person "adda"`, `write "ada"`},
		{"[{name: a, change: {plans: [all]}, expect: pending, approvals: [{by: bib}]}]", `there is no Person "bib"`, `write "bob"`},
		{"[{name: a, change: {plans: [all]}, expect: pending, ignored: {bib: author}}]", `there is no Person "bib"`, `write "bob"`},
		{"[{name: a, change: {plans: [all]}, expect: pending, ignored: {bob: autor}}]", `"autor" is none of`, `write "author"`},
		{"[{name: a, change: {plans: [all]}, expect: pendin}]", `"pendin" is none of`, `write "pending"`},
		{"[{name: a, change: {plans: [all]}, expects: pending}]", `no field "expects"`, `write "expect"`},
		{"[{name: a, change: {plan: [all]}, expect: pending}]", `no field "plan"`, `write "plans"`},
		{"[{name: a, change: {}, expect: pending}]", "touches nothing", "add plans"},
		{"[{name: a, expect: pending}]", "has no change", "add change"},
		{"[{name: a, change: {plans: [all]}}]", "expects nothing", "add expect"},
		{"[{change: {plans: [all]}, expect: pending}]", "has no name", "add name"},
		{"[{name: a, change: {plans: [all]}, expect: pending}, {name: a, change: {plans: [all]}, expect: pending}]", "a second test", ""},
		{"[{name: a, change: {plans: [all]}, expect: pending, approvals: [{by: keyless}]}]", "keyless has no signing key", "signed: false"},
		{"[{name: a, change: {plans: [all]}, expect: pending, approvals: [{by: keyless, signed: false}]}]", "keyless has no account", ""},
		{"[{name: a, change: {plans: [all]}, expect: pending, approvals: [{by: bob, at: noon}]}]", `"noon" is no instant`, ""},
		{"[{name: a, change: {plans: [all]}, expect: pending, approvals: [{by: bob, contact: acme/chef}]}]", `no Contact "acme/chef"`, `write "acme/chief"`},
		{"[{name: a, change: {plans: [all], risk: -1}, expect: pending}]", "whole number", ""},
		{"[{name: a, change: {plans: all}, expect: pending}]", "no list", ""},
		{"[a]", "no map", ""},
		{"[]", "no tests", ""},
		{"{}", "no list", ""},
		{"*a", "", ""},
	} {
		_, found := RunTests("x_test.yaml", []byte("tests: "+bad.src+"\n"), c)
		if !slices.ContainsFunc(found, func(f finding.Finding) bool {
			return strings.Contains(f.Message, bad.message) && strings.Contains(f.Hint, bad.hint) && f.Line == 1 && f.Column > 0
		}) {
			t.Errorf("%s: %+v", bad.src, found)
		}
	}
}

func FuzzRunTests(f *testing.F) {
	c, _ := firm(f).read(f)
	f.Add([]byte(goodTests))
	for _, s := range []string{"", "tests:", "tests: [{}]", "tests: [{name: a, change: {paths: [\"\"]}, expect: error}]", "now: 1\n---\n[]", "tests: [{name: a, change: {plans: [/]}}]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		results, found := RunTests("x_test.yaml", src, c)
		if len(results) == 0 && len(found) == 0 {
			t.Errorf("nothing was run and nothing is wrong with %q", src)
		}
	})
}
