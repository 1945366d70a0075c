package simulation

import (
	"testing"
	"time"
)

// TestModel: P1, P2, P5 to P7 hold in every state that two controllers and two hosts
// with two steps each can reach within the bounds, whatever the order of crash,
// partition, lost message and expiry of the lease. PATCHOPS_EXHAUSTIVE takes the bounds
// that a minute has room for.
func TestModel(t *testing.T) {
	all := []Bounds{{Ticks: 3, Crashes: 1}}
	if short() == 0 {
		all = []Bounds{{Ticks: 3, Crashes: 1, Cuts: 1, Drops: 1}, {Ticks: 3, Powers: 1, Fails: 1}}
	}
	for _, b := range all {
		began := time.Now()
		m := newModel(b)
		complete := m.explore(number(t, "PATCHOPS_STATES", 4_000_000))
		t.Logf("%d states, %d steps between them, %d logs, %d decisions in %s; complete within %+v: %t",
			len(m.seen), m.edges, len(m.logs.list), len(m.memo), time.Since(began).Round(time.Millisecond), b, complete)
		if m.broken != "" {
			t.Error(m.broken)
		}
		if !complete {
			t.Errorf("not every state within %+v was visited", b)
		}
	}
}
