package report

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/rollout"
)

func sampleExplanation(t testing.TB) Explanation {
	p := smallPlan(t)
	plan := &p.Schedule.Plans[0]
	zone := p.Input.Clients[0].Zone
	return Explanation{
		Kind: "asset", Name: "acme/db-02", AsOf: fixtureAsOf, Summary: "openssl has no place (WINDOW_TOO_SHORT)",
		Place: finding.Position{File: "clients/acme/assets.yaml", Line: 20, Column: 14},
		Sections: []ExplainSection{
			{"PatchPlan/acme/openssl", ExplainUnplaced(plan, plan.Unplaced[0], zone)},
			{"PatchPlan/acme/kernel", ExplainPlacement(plan.Placements[0], zone)},
			{"PatchPlan/acme/old", []ExplainItem{ExplainExcluded(plan.Excluded[0]), ExplainExcluded(rollout.Excluded{Asset: "a", Code: rollout.Withdrawn, By: "Patch/_/x"})}},
			{"the whole plan", ExplainPlan(plan, zone)},
		},
		Documents: []ExplainDocument{{"PatchPlan/acme/openssl", finding.Position{File: "plans/acme/openssl.yaml", Line: 5, Column: 9}}},
	}
}

func explained(t testing.TB, format string, e Explanation) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WriteExplanation(&b, format, e, Options{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestExplainGolden(t *testing.T) {
	for _, format := range ExplainFormats() {
		golden(t, "explain-"+format, explained(t, format, sampleExplanation(t)))
	}
	if err := WriteExplanation(&bytes.Buffer{}, "html", Explanation{}, Options{}); err == nil || !strings.Contains(err.Error(), `format "html"`) {
		t.Errorf("got %v", err)
	}
}

// TestSameAsTellsTheWayOut: a session that shares another's way out says which.
func TestSameAsTellsTheWayOut(t *testing.T) {
	p := &rollout.PlanSchedule{Unplaced: []rollout.Unplaced{
		{Asset: "a", Code: rollout.NoWindow, Counterfactual: &rollout.Counterfactual{Document: "Client/acme/acme", Text: "do this"}},
		{Asset: "b", Code: rollout.NoWindow, SameAs: "a"},
		{Asset: "c", Code: rollout.NoWindow, SameAs: "gone"},
	}}
	if got := wayOut(p, p.Unplaced[1], nil); got != "as for a: do this" {
		t.Errorf("got %q", got)
	}
	if got := wayOut(p, p.Unplaced[2], nil); got != "as for gone" {
		t.Errorf("got %q", got)
	}
}

// TestHostileExplanation: names of strangers stay text.
func TestHostileExplanation(t *testing.T) {
	e := Explanation{
		Kind: "asset", Name: hostileName, Summary: hostileName, Place: finding.Position{File: hostileName},
		Sections:  []ExplainSection{{hostileName, []ExplainItem{{Text: hostileName, Document: hostileName, Hint: hostileName}}}},
		Documents: []ExplainDocument{{ID: hostileName}},
	}
	for _, format := range ExplainFormats() {
		got := explained(t, format, e)
		if strings.ContainsAny(string(got), "\x1b\x00\r\u202e") {
			t.Errorf("%s holds a control character", format)
		}
		if format == "json" && !json.Valid(got) {
			t.Error("invalid JSON")
		}
	}
}
