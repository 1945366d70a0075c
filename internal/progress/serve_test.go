package progress

import (
	"slices"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
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

// TestALineThatIsStillLoaded: while hosts load for longer than their relay's line takes for
// them, or load again, no more start behind it than it can carry before they would be too late.
func TestALineThatIsStillLoaded(t *testing.T) {
	for _, c := range []struct {
		name   string
		mbps   int64
		behind bool // all of them are behind the one relay, or each by itself
		again  bool // the one that hangs is at its second attempt
		starts bool // others start meanwhile
	}{
		{"it is still loading", 1, true, false, false},
		{"a line that bears it", 10, true, false, true},
		{"other lines", 1, false, false, true},
		{"it loads again", 1, true, true, false},
	} {
		s := newStage(t, "2026-06-10T08:00:00Z", 12)
		in := &s.docs.Input.Clients[0]
		for i := range in.Assets {
			in.Relays = append(in.Relays, rollout.Relay{Name: in.Assets[i].Name, ID: "Relay/acme/" + in.Assets[i].Name, Mbps: c.mbps, Lead: day})
			if in.Assets[i].Relay = 0; !c.behind {
				in.Assets[i].Relay = i
			}
			in.Plans[0].Work[i].Bytes = 375_000_000 // 3000 s of 1 Mbit/s
		}
		s.waves([]int{100}, func(_ int, w *Wave) { w.MaxFailures, w.Stagger = count(12), 600 })
		slow := ""
		s.answers = func(task *dispatch.Task) string {
			if len(s.starts()) == 4 && slow == "" {
				slow = task.Asset
			}
			if task.Asset == slow {
				return "hang"
			}
			return ""
		}
		at := "2026-06-11T02:25:00Z"
		if c.again {
			at = "2026-06-11T02:10:00Z"
			s.until("2026-06-11T01:35:00Z")
			h := s.run().Hosts[slow]
			task := s.flights[h.Key].task
			delete(s.flights, h.Key)
			s.append("acme", resultlog.Record{
				Kind: resultlog.Result, Run: task.Run, Plan: key, Wave: task.Wave, Asset: slow, Segment: "install", Attempt: 1, Key: task.Key,
				Outcome: dispatch.Failed, Step: "stage", Class: "relay", Begin: instant(s.now.At + 60),
			})
		}
		s.until(at)
		n := len(s.starts())
		s.until("2026-06-11T03:05:00Z")
		if got := len(s.starts()); got > n != c.starts || s.waiting(rollout.RelayCapacity) == c.starts {
			t.Errorf("%s: %d starts more, wanted some: %t; waits %v", c.name, got-n, c.starts, s.waits)
		}
		for key := range s.flights { // it has loaded, and installs
			s.state.Live[key] = dispatch.Installs
		}
		s.until("2026-06-11T03:30:00Z")
		if got := len(s.starts()); got == n {
			t.Errorf("%s: nothing starts once it has loaded: %v", c.name, s.waits)
		}
	}
}
