package planning

import (
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/rollout"
)

const slaFile = "rules/sla.yaml"

func sla(name, client, within string) string {
	if client != "" {
		client = ", client: " + client
	}
	return "apiVersion: patchops.dev/v1alpha1\nkind: SLAPolicy\nmetadata: {name: " + name + client + "}\n" +
		"spec: {rules: [{match: {selector: {matchLabels: {role: web}}}, within: " + within + ", anchor: releasedAt, clock: calendar}]}\n"
}

// TestPolicyOfTheClient: whose SLA rules hold: those that the agreement in force
// names, the client's own before global ones, else the default.
func TestPolicyOfTheClient(t *testing.T) {
	strict := change{termsFile, "slaPolicyRef: default", "slaPolicyRef: strict"}
	tests := []struct {
		name    string
		changes []change
		due     string // of web-01; openssl-3-0-15 came out 2026-03-07T08:00Z
		rule    string
	}{
		{"default", nil, "2026-03-21T08:00Z", "SLAPolicy/_/default spec.rules[0]"},
		{"named", []change{strict, {slaFile, "", sla("strict", "", "P2D")}}, "2026-03-09T08:00Z", "SLAPolicy/_/strict spec.rules[0]"},
		{"the client's own first", []change{strict, {slaFile, "", sla("strict", "", "P2D") + "---\n" + sla("strict", "acme", "P3D")}}, "2026-03-10T08:00Z", "SLAPolicy/acme/strict spec.rules[0]"},
		{"the client's own default", []change{{slaFile, "", sla("default", "acme", "P4D")}}, "2026-03-11T08:00Z", "SLAPolicy/acme/default spec.rules[0]"},
		{"named and missing", []change{strict}, "2026-03-21T08:00Z", "SLAPolicy/_/default spec.rules[0]"},
		{"named by an agreement that is over", []change{strict, {slaFile, "", sla("strict", "", "P2D")}, {termsFile, "expires: 2027-12-31", "expires: 2026-02-01"}}, "2026-03-21T08:00Z", "SLAPolicy/_/default spec.rules[0]"},
		{"named by an agreement to come", []change{strict, {slaFile, "", sla("strict", "", "P2D")}, {termsFile, "effective: 2026-01-01", "effective: 2026-04-01"}}, "2026-03-21T08:00Z", "SLAPolicy/_/default spec.rules[0]"},
		{"none at all", []change{{slaFile, "name: default", "name: other"}}, "-", ""},
	}
	base := example(t, "minimal")
	for _, test := range tests {
		r := build(t, base.with(t, test.changes...))
		if got := r.Risk("acme", "openssl", "web-01"); when(got.Due) != test.due || got.Rule != test.rule {
			t.Errorf("%s: due %s by %q, wanted %s by %q", test.name, when(got.Due), got.Rule, test.due, test.rule)
		}
	}
	only := build(t, base.with(t, strict, change{slaFile, "", sla("strict", "", "P2D")})).Risk("acme", "openssl", "db-01")
	if only.Due != 0 || only.Rule != "" {
		t.Errorf("db-01 is due %s by %q, and no rule is for it", when(only.Due), only.Rule)
	}
}

const directive = `apiVersion: patchops.dev/v1alpha1
kind: SLAPolicy
metadata: {name: bod-26-04}
spec:
  rules:
    - match: {kev: true, ssvc: {automatable: false, impact: total}, selector: {matchLabels: {exposure: public}}}
      within: P3D
      anchor: releasedAt
      clock: calendar
    - match: {kev: false, ssvc: {automatable: false, impact: [partial]}, selector: {matchLabels: {exposure: public}}}
      within: P60D
      anchor: releasedAt
      clock: calendar
`

// TestDirective is WR24: three days for what is listed as exploited and taken over
// as a whole, sixty for what is exposed only, and nothing for what is not exposed.
func TestDirective(t *testing.T) {
	named, policy := change{termsFile, "slaPolicyRef: default", "slaPolicyRef: bod-26-04"}, change{slaFile, "", directive}
	facts := func(text string) change {
		return change{patchFile, "  epss: 310", text + "\n  epss: 310"}
	}
	for text, want := range map[string]string{
		"  kev: {addedAt: \"2026-03-09\"}\n  ssvc: {automatable: false, impact: total}": "2026-03-10T08:00Z",
		"  ssvc: {automatable: false, impact: partial}":                                 "2026-05-06T08:00Z",
		"  ssvc: {automatable: true, impact: partial}":                                  "-",
		"  kev: {addedAt: \"2026-03-09\"}":                                              "-",
	} {
		r := build(t, example(t, "minimal").with(t, named, policy, facts(text)))
		if got := r.Risk("acme", "openssl", "web-01"); when(got.Due) != want || (got.Score.Exploited > 0) != strings.Contains(text, "kev") {
			t.Errorf("%s: due %s, exploited %d; wanted %s", text, when(got.Due), got.Score.Exploited, want)
		}
		if got := r.Risk("acme", "openssl", "db-01"); got.Due != 0 {
			t.Errorf("%s: db-01 is not exposed and due %s", text, when(got.Due))
		}
	}
}

// TestBusinessDaysOfTheClient: a business clock is the client's, holidays too.
func TestBusinessDaysOfTheClient(t *testing.T) {
	r := build(t, example(t, "minimal").with(t,
		change{slaFile, "within: P14D, anchor: releasedAt, clock: calendar", "within: P5D, anchor: releasedAt, clock: business"},
		change{patchFile, `releasedAt: "2026-03-07T08:00:00Z"`, `releasedAt: "2026-03-27T08:00:00Z"`}))
	// Friday 09:00 in Berlin, then 30 March to 2 April; 3 and 6 April are Good Friday
	// and Easter Monday.
	if got := r.Risk("acme", "openssl", "web-01").Due; when(got) != "2026-04-07T07:00Z" {
		t.Errorf("due %s, wanted 2026-04-07T07:00Z", when(got))
	}
}

// TestRiskPolicy: the policy named default holds, else the first, else the built-in
// one.
func TestRiskPolicy(t *testing.T) {
	base := example(t, "minimal")
	const risk = "rules/risk.yaml"
	second := string(base[risk])
	for name, test := range map[string]struct {
		changes []change
		policy  string
	}{
		"one":      {nil, "RiskPolicy/_/default"},
		"two":      {[]change{{risk, "name: default", "name: zz"}, {risk, "", second}}, "RiskPolicy/_/default"},
		"by name":  {[]change{{risk, "name: default", "name: bb"}, {risk, "", second}, {risk, "name: default", "name: aa"}}, "RiskPolicy/_/aa"},
		"built in": {[]change{{risk, "kind: RiskPolicy", "kind: RetentionPolicy"}}, ""},
	} {
		got := build(t, base.with(t, test.changes...)).Risk("acme", "openssl", "web-01")
		if got.Policy != test.policy || got.Score.Total != 581 {
			t.Errorf("%s: %d by %q, wanted 581 by %q", name, got.Score.Total, got.Policy, test.policy)
		}
	}
}

const problems = `apiVersion: patchops.dev/v1alpha1
kind: Problem
metadata: {name: crashes, client: acme}
spec: {state: open, configurationItems: [web-01], incidentRefs: [first], owner: ada, patchIds: [openssl-3-0-15]}
---
apiVersion: patchops.dev/v1alpha1
kind: Incident
metadata: {name: first, client: acme}
spec: {configurationItem: web-01, at: "2026-03-01T00:00:00Z", symptom: down, problemRef: crashes}
---
apiVersion: patchops.dev/v1alpha1
kind: Incident
metadata: {name: second}
spec: {configurationItem: acme/web-02, at: "2026-03-02T00:00:00Z", symptom: down, problemRef: crashes}
---
apiVersion: patchops.dev/v1alpha1
kind: Incident
metadata: {name: third, client: acme}
spec: {configurationItem: web-02, at: "2026-03-03T00:00:00Z", symptom: down}
`

// TestRecurrence: incidents count while their problem is open and this patch or
// plan is to solve it, each once.
func TestRecurrence(t *testing.T) {
	const file = "clients/acme/problems.yaml"
	add := change{file, "", problems}
	tests := []struct {
		name    string
		changes []change
		want    int
	}{
		{"no problem", nil, 0},
		{"the problem names the patch", []change{add}, 40},
		{"the problem is resolved", []change{add, {file, "state: open", "state: resolved"}}, 0},
		{"the problem is closed", []change{add, {file, "state: open", "state: closed"}}, 0},
		{"another patch", []change{add, {file, "patchIds: [openssl-3-0-15]", "patchIds: [nginx-1-24-1]"}}, 0},
		{"the plan names the problem", []change{add, {file, "patchIds: [openssl-3-0-15]", "patchIds: []"}, {planFile, "reboot:", "problemRefs: [crashes]\n  reboot:"}}, 40},
		{"a third incident", []change{add, {file, "symptom: down}\n", "symptom: down, problemRef: crashes}\n"}}, 60},
	}
	base := example(t, "minimal")
	for _, test := range tests {
		if got := build(t, base.with(t, test.changes...)).Risk("acme", "openssl", "db-01"); got.Score.Recurrence != test.want || got.Score.Total != 581+test.want {
			t.Errorf("%s: %+v, wanted a recurrence of %d", test.name, got.Score, test.want)
		}
	}
}

const support = `apiVersion: patchops.dev/v1alpha1
kind: VendorSupport
metadata: {name: zz-vendor}
spec: {applications: [shop, crm], timezone: Europe/Berlin, hours: [{days: [MO], from: "08:00", to: "18:00"}]}
---
apiVersion: patchops.dev/v1alpha1
kind: VendorSupport
metadata: {name: night, client: acme}
spec: {applications: [shop], timezone: Europe/Berlin, hours: [{days: [SU], from: "00:00", to: "24:00"}]}
---
apiVersion: patchops.dev/v1alpha1
kind: VendorSupport
metadata: {name: night}
spec: {applications: [shop], timezone: Europe/Berlin, hours: [{days: [SA], from: "00:00", to: "24:00"}]}
`

// TestSupports: the vendors of an asset's applications; a document of the client
// hides the global one of its name.
func TestSupports(t *testing.T) {
	c := acme(t, web("applications: [shop, mail]"), change{slaFile, "", support})
	if len(c.Supports) != 2 || c.Supports[1].Application != "shop" || c.Supports[1].ID != "VendorSupport/acme/night" || len(c.Supports[1].Weeks) != 2 {
		t.Fatalf("supports are %+v", c.Supports)
	}
	i := slices.IndexFunc(c.Assets, func(a rollout.Asset) bool { return a.Name == "web-01" })
	if !slices.Equal(c.Assets[i].Supports, []int{1}) || len(c.Assets[0].Supports) != 0 {
		t.Errorf("web-01 needs %v, %s needs %v", c.Assets[i].Supports, c.Assets[0].Name, c.Assets[0].Supports)
	}
}
