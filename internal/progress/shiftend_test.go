package progress

import (
	"testing"
	"time"

	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

// A place that ends with its technician's shift is good for its minute: who looks some seconds
// later than it begins starts it, and does not wait for ever.
func TestASessionMayFillItsShift(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	in := s.docs.Input
	in.Shifts = []rollout.Shift{{
		Group: "field", ID: "Shift/_/field", Capacity: 1,
		Week: &window.Week{Zone: time.UTC, Hours: []window.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: hour, To: hour + 900}}},
	}}
	in.Clients[0].Assets[0].Shift, in.Clients[0].Plans[0].Work[0].ByHand = []int{0}, true
	s.until("2026-06-11T00:59:00Z")
	s.now.At = clock(t, "2026-06-11T01:00:20Z")
	s.settle()
	s.now.At++
	s.settle()
	if got := s.starts(); len(got) != 1 {
		t.Errorf("nothing started: %+v", s.waits)
	}
}
