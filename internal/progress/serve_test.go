package progress

import (
	"slices"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

// overrunning is a stage of three hosts that bears three failures. One of them, the second to
// start, does not come to its end in the time that was planned for it.
func overrunning(t *testing.T, second string) *stage {
	s := newStage(t, "2026-06-10T08:00:00Z", 3)
	s.plan.Waves[0].MaxFailures = count(3)
	s.answers = func(task *dispatch.Task) string {
		if task.Asset == second {
			return "hang"
		}
		return ""
	}
	return s
}

// goesOn lets the second host end, and wants the last to be done, too.
func (s *stage) goesOn(until string) {
	s.Helper()
	s.answers = nil
	for _, f := range s.flights {
		f.ends = s.now.At
	}
	s.until(until)
	if got := s.starts(); len(got) != 3 {
		s.Errorf("started %v after the second had ended, wanted all", got)
	}
}

// TestTechniciansAreAskedAgain: a technician whose session takes longer than planned starts
// no other, and none starts when nobody is on duty.
func TestTechniciansAreAskedAgain(t *testing.T) {
	s := overrunning(t, "h000")
	in := s.docs.Input
	in.Shifts = []rollout.Shift{{
		Group: "field", ID: "Shift/_/field", Capacity: 1,
		Week: &window.Week{Zone: time.UTC, Hours: []window.Hours{{Days: [7]bool{true, true, true, true, true, true, true}, From: hour, To: 3 * hour}}},
	}}
	for i := range in.Clients[0].Assets {
		in.Clients[0].Assets[i].Shift, in.Clients[0].Plans[0].Work[i].ByHand = []int{0}, true
	}
	s.until("2026-06-11T02:00:00Z")
	if got := s.starts(); !slices.Equal(got, []string{"h002", "h000"}) || !s.waiting(rollout.Technician) {
		t.Errorf("started %v, waits %v, wanted the others to wait for the technician", got, s.waits)
	}
	s.until("2026-06-11T03:30:00Z")
	s.answers = nil
	for _, f := range s.flights {
		f.ends = s.now.At
	}
	s.until("2026-06-11T03:32:00Z")
	if got := s.starts(); len(got) != 2 || !s.waiting(rollout.Technician) {
		t.Errorf("started %v, waits %v, wanted none outside the shift", got, s.waits)
	}
}

// TestRelaysAreAskedAgain: a relay serves no more at once than it is said to, however long
// that takes.
func TestRelaysAreAskedAgain(t *testing.T) {
	s := overrunning(t, "h001")
	c := &s.docs.Input.Clients[0]
	c.Relays = []rollout.Relay{{Name: "lyon", ID: "Relay/acme/lyon", Mbps: 100, Streams: 1}}
	for i := range c.Assets {
		c.Assets[i].Relay = 0
	}
	s.until("2026-06-11T02:00:00Z")
	if got := s.starts(); !slices.Equal(got, []string{"h000", "h001"}) || !s.waiting(rollout.RelayCapacity) {
		t.Errorf("started %v, waits %v, wanted the others to wait for the relay", got, s.waits)
	}
	for key := range s.flights { // it has loaded, and installs
		s.state.Live[key] = dispatch.Installs
	}
	s.until("2026-06-11T02:05:00Z")
	if got := s.starts(); len(got) != 3 {
		t.Errorf("started %v once the second had loaded, wanted one more", got)
	}
}

// TestCapacityCountsWhatStillGoesOn: what began in the window's occurrence of the night before
// and still goes on takes its place tonight.
func TestCapacityCountsWhatStillGoesOn(t *testing.T) {
	s := overrunning(t, "h000")
	s.docs.Input.Clients[0].Windows[0].Capacity = 1
	s.plan.Misfire = "nextWindow"
	s.until("2026-06-12T02:00:00Z")
	if got := s.starts(); !slices.Equal(got, []string{"h002", "h000"}) || !s.waiting(rollout.Capacity) {
		t.Errorf("started %v, waits %v, wanted the others to wait for their turn", got, s.waits)
	}
	s.goesOn("2026-06-14T03:00:00Z")
}
