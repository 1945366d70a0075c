package scaffold_test

import (
	"testing"
	"time"

	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/planning"
	"github.com/patchops/patchops/internal/rollout"
)

// TestProviderRolloutsAreWorthASight: the example shows what a schedule has to
// bear, on the day that the documentation is written for.
func TestProviderRolloutsAreWorthASight(t *testing.T) {
	asOf := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	engine, err := pipeline.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	_, planned, err := engine.Plan(pipeline.Input{Tree: render(t, "msp", asOf), AsOf: asOf, Child: here}, planning.Options{})
	if err != nil {
		t.Fatal(err)
	}
	starts, codes, cost := map[string]string{}, map[rollout.Code]int{}, map[string]int64{}
	for _, p := range planned.Schedule.Plans {
		if len(p.Unplaced)+len(p.Breaches) > 0 {
			t.Errorf("%s of %s leaves %d assets out and %d late", p.Plan, p.Client, len(p.Unplaced), len(p.Breaches))
		}
		cost[p.Cost.Currency] += p.Cost.AfterHours
		for _, s := range p.Placements {
			starts[p.Client+"/"+p.Plan+"/"+s.Asset] = time.Unix(s.Start, 0).UTC().Format("01-02T15:04")
			codes[s.Binding]++
			for _, r := range s.Rejected {
				codes[r.Code]++
			}
		}
	}
	// The night of 29 March begins summer time: 02:30 is 03:30. Standby first, an hour
	// of soak, then the primary, then what depends on it.
	for session, want := range map[string]string{
		"klinikum/linux-servers/mit-kis-db-02": "03-29T01:30", "klinikum/linux-servers/mit-kis-db-01": "03-29T03:17",
		"klinikum/linux-servers/mit-kis-app-03": "03-29T04:04",
	} {
		if starts[session] != want {
			t.Errorf("%s starts at %q, wanted %s", session, starts[session], want)
		}
	}
	for _, code := range []rollout.Code{rollout.WindowTooShort, rollout.NoticeLead, rollout.VendorSupport, rollout.WaveGate, rollout.DepOrder, rollout.HAConflict, rollout.Capacity} {
		if codes[code] == 0 {
			t.Errorf("no session meets %s", code)
		}
	}
	if cost["EUR"] == 0 || cost["USD"] == 0 {
		t.Errorf("seconds after hours by currency: %v, wanted some in EUR and USD", cost)
	}
}
