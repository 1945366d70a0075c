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
		{Asset: "a", Code: rollout.NoWindow, Counterfactual: &rollout.Counterfactual{Document: "Client/acme/acme", Text: "do this", Verified: true}},
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

// TestUnprovenWayOutSaysSo: only what was tried to the last step is called the least.
func TestUnprovenWayOutSaysSo(t *testing.T) {
	c := rollout.Counterfactual{Document: "ClientAgreement/acme/a", Path: "spec.costCapPerMonth", From: "1", To: "9", Text: "raise it", Verified: true}
	if got, want := changeWords(&c, nil), "raise it (ClientAgreement/acme/a spec.costCapPerMonth: 9, now 1)"; got != want {
		t.Errorf("got %q, wanted %q", got, want)
	}
	c.Verified = false
	if got, want := changeWords(&c, nil), "raise it (ClientAgreement/acme/a spec.costCapPerMonth: 9, now 1), though less may do"; got != want {
		t.Errorf("got %q, wanted %q", got, want)
	}
}

// TestMoreThanOneChangeBeginsSomewhere: who cannot be helped by one change is told
// where to begin.
func TestMoreThanOneChangeBeginsSomewhere(t *testing.T) {
	p := &rollout.PlanSchedule{}
	u := rollout.Unplaced{Code: rollout.NoWindow, Counterfactual: &rollout.Counterfactual{Text: "more than one change"}}
	if got, want := wayOut(p, u, nil), "more than one change; first of all: name a window in the agreement, and let it select the asset"; got != want {
		t.Errorf("got %q, wanted %q", got, want)
	}
	u.Code = rollout.DepOrder // nobody can lift it
	if got, want := wayOut(p, u, nil), "more than one change"; got != want {
		t.Errorf("got %q, wanted %q", got, want)
	}
}

// TestNoWaveReadsWell: a gate that never opens is told as what it is.
func TestNoWaveReadsWell(t *testing.T) {
	if got := Sentence(rollout.WaveGate, rollout.NoWave); got != "no wave of the plan takes it" {
		t.Errorf("got %q", got)
	}
	if got := Lift(rollout.WaveGate, rollout.NoWave); got != "end the plan with a wave of percent 100" {
		t.Errorf("got %q", got)
	}
}

// TestFindingsBesideAnAnswer: they are counted, and nothing is said of documents
// that nobody counted.
func TestFindingsBesideAnAnswer(t *testing.T) {
	var b bytes.Buffer
	list := []finding.Finding{{ID: "a/b", Severity: finding.Error, Message: "found 1, wanted 2", Position: finding.Position{File: "x.yaml", Line: 1, Column: 2}}}
	if err := WriteFindings(&b, list, nil); err != nil || b.String() != "x.yaml:1:2 error a/b found 1, wanted 2\n\n1 error, 0 warnings, 0 notes, 0 waived\n" {
		t.Errorf("%v: %q", err, b.String())
	}
	b.Reset()
	if err := WriteFindings(&b, nil, nil); err != nil || b.Len() > 0 {
		t.Errorf("%v: %q", err, b.String())
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
