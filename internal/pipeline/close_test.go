package pipeline

import (
	"strings"
	"testing"
	"testing/fstest"
)

const ownCloseRule = `# METADATA
# title: Rollouts are reviewed before they are closed
# description: Our own.
# scope: package
# schemas:
#   - input: schema.close
# custom:
#   severity: error
#   gate: close
#   controls: ["ours"]
package patchops.team.reviewed

deny contains {
	"path": ["reviews"],
	"message": $"{input.subject} has no review that passed, and {input.results[0].asset} is {input.results[0].state}",
} if count([r | some r in input.reviews; r.spec.verdict == "pass"]) == 0

deny contains {
	"path": ["incidents"],
	"message": "an incident is open",
} if count(input.incidents) > 0
`

const reviewOfOpenssl = `apiVersion: patchops.dev/v1alpha1
kind: Review
metadata: {name: openssl, client: acme}
spec: {type: postImplementation, subject: PatchPlan/acme/openssl, due: 2026-04-01, by: ada, at: 2026-03-12, verdict: pass}
`

func closing(t *testing.T, documents map[string]string) *Closing {
	t.Helper()
	tree := files(t)
	tree["policies/team/reviewed/rule.rego"] = &fstest.MapFile{Data: []byte(ownCloseRule)}
	for name, text := range documents {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	c, err := engine(t).Closing(Input{Tree: treeIn(t, tree), AsOf: asOf, Child: inProcess})
	if err != nil || c == nil {
		t.Fatalf("%v, %v", c, err)
	}
	return c
}

// TestOwnRulesOfTheCloseGate see how a rollout went, and what documents say of it.
func TestOwnRulesOfTheCloseGate(t *testing.T) {
	of := []Close{{
		Client: "acme", Plan: "openssl", ID: "PatchPlan/acme/openssl", Begun: asOf.Unix(), Assets: []string{"web-01"}, Patches: []string{"openssl-2026"},
		Results: []CloseResult{{Asset: "web-01", Wave: "all", State: "Succeeded", Attempt: 1, At: asOf.Unix(), Patches: []string{"openssl-2026"}}},
	}}
	for _, c := range []struct {
		name      string
		documents map[string]string
		want      string
	}{
		{"no review", nil, "PatchPlan/acme/openssl has no review that passed, and web-01 is Succeeded"},
		{"reviewed", map[string]string{"clients/acme/review.yaml": reviewOfOpenssl}, ""},
		{"another's review", map[string]string{"clients/acme/review.yaml": strings.Replace(reviewOfOpenssl, "subject: PatchPlan/acme/openssl", "subject: PatchPlan/acme/other", 1)}, "no review that passed"},
		{"an incident", map[string]string{"clients/acme/review.yaml": reviewOfOpenssl + `---
apiVersion: patchops.dev/v1alpha1
kind: Incident
metadata: {name: down, client: acme}
spec: {configurationItem: web-01, at: 2026-03-12T23:00:00Z, symptom: The shop is down.}
`}, "an incident is open"},
		{"an incident before it", map[string]string{"clients/acme/review.yaml": reviewOfOpenssl + `---
apiVersion: patchops.dev/v1alpha1
kind: Incident
metadata: {name: down, client: acme}
spec: {configurationItem: web-01, at: 2026-02-12T23:00:00Z, symptom: The shop was down.}
`}, ""},
	} {
		found, err := closing(t, c.documents).Refuses(of, asOf)
		switch {
		case err != nil || len(found) != 1:
			t.Errorf("%s: %v, %v", c.name, found, err)
		case c.want == "" && len(found[0]) > 0, c.want != "" && (len(found[0]) == 0 || !strings.Contains(found[0][0].Message, c.want)):
			t.Errorf("%s: found %+v, wanted %q", c.name, found[0], c.want)
		}
	}
	if c, err := engine(t).Closing(Input{Tree: treeIn(t, files(t)), AsOf: asOf, Child: inProcess}); c != nil || err != nil {
		t.Errorf("without a rule: %v, %v", c, err)
	}
}
