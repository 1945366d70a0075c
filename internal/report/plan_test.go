package report

import (
	"bytes"
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
