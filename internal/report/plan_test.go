package report

import (
	"bytes"
	"strings"
	"testing"
)

func planned(t testing.TB, format string, p Plan, o Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := WritePlan(&b, format, p, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPlanGolden(t *testing.T) {
	for _, format := range PlanFormats() {
		golden(t, "plan-"+format, planned(t, format, smallPlan(t), Options{}))
	}
	golden(t, "plan-text-color", planned(t, "text", smallPlan(t), Options{Color: true}))
}

// TestEveryFormatShowsTheChange: what a base differs in is said wherever there is a
// place for it, and the approvals that were assumed too.
func TestEveryFormatShowsTheChange(t *testing.T) {
	p := smallPlan(t)
	p.Input.Granted = true
	p.Change = &PlanChange{Base: "main", Text: "two sessions move", Markdown: "two sessions move", JSON: "two sessions move"}
	for _, format := range PlanFormats() {
		got := string(planned(t, format, p, Options{}))
		if has := strings.Contains(got, "two sessions move"); has != (format != "ics") {
			t.Errorf("%s shows the change: %v", format, has)
		}
		if has := strings.Contains(got, "approval were approved") || strings.Contains(got, `"granted": true`); has != (format != "ics") {
			t.Errorf("%s says what is assumed: %v", format, has)
		}
	}
}

func TestWritePlanRefusesUnknownFormat(t *testing.T) {
	err := WritePlan(&bytes.Buffer{}, "pdf", smallPlan(t), Options{})
	if err == nil || !strings.Contains(err.Error(), `format "pdf"`) {
		t.Errorf("got %v", err)
	}
}

// TestPlansAreNamedInFull: asked for by name, no plan is left out, however many.
func TestPlansAreNamedInFull(t *testing.T) {
	p := bigPlan(t, fullPlans+5)
	p.Named = true
	if got := string(planned(t, "text", p, Options{})); strings.Count(got, "  wave canary: ") != fullPlans+5 {
		t.Errorf("not every plan is shown in full:\n%.400s", got)
	}
}
