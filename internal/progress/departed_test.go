package progress

import (
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// departs takes a host out of all documents: it was scrapped, or is called otherwise now.
func (s *stage) departs(asset string) {
	delete(s.plan.Jobs, asset)
	s.plan.Gone[asset] = rollout.NotSelected
	work := &s.docs.Input.Clients[0].Plans[0].Work
	*work = slices.DeleteFunc(slices.Clone(*work), func(w rollout.Work) bool { return s.docs.Input.Clients[0].Assets[w.Asset].Name == asset })
	s.commit("without " + asset)
}

// TestAHostLeavesTheDocumentsInItsSession: the run goes on without it, and ends.
func TestAHostLeavesTheDocumentsInItsSession(t *testing.T) {
	for name, at := range map[string]struct {
		when     string
		segment  dispatch.Segment
		answered bool // what it is at comes to its end
	}{
		"while it installs":              {"2026-06-11T01:01:00Z", dispatch.Install, true},
		"while it reboots":               {"2026-06-11T01:03:00Z", dispatch.Reboot, true},
		"while it is checked":            {"2026-06-11T01:05:00Z", dispatch.Verify, true},
		"before it is heard of again":    {"2026-06-11T01:01:00Z", dispatch.Install, false},
		"while nobody knows of a reboot": {"2026-06-11T01:03:00Z", dispatch.Reboot, false},
	} {
		s := newStage(t, "2026-06-10T08:00:00Z", 2)
		s.plan.Reboot, s.plan.Deadline = "always", clock(t, "2026-06-20T00:00:00Z")
		s.waves([]int{50, 100}, func(_ int, w *Wave) { w.MaxFailures = count(1) })
		s.until(at.when)
		if len(s.flights) != 1 {
			t.Fatalf("%s: flights %v", name, s.flights)
		}
		var task *dispatch.Task
		for _, f := range s.flights {
			task = f.task
		}
		if task.Segment != at.segment {
			t.Fatalf("%s: it is at %s", name, task.Segment)
		}
		if !at.answered {
			s.crash()
			s.flights = map[string]*flight{}
		}
		s.departs(task.Asset)
		s.until("2026-06-11T12:00:00Z")
		if !at.answered && at.segment == dispatch.Reboot { // of such people say that they looked
			s.say(resultlog.Resume, key, "dana")
		}
		s.until("2026-06-13T08:00:00Z")
		h := s.run().Hosts[task.Asset]
		if n := len(s.starts()); n != 2 {
			t.Errorf("%s: %d hosts started, it is %s, waits %v", name, n, h.State, s.waits)
		}
		if at.answered && s.run().Outcome != "done" || !at.answered && s.run().Ended > 0 {
			t.Errorf("%s: the run is %q, it is %s %q: %v", name, s.run().Outcome, h.State, h.Why, s.waits)
		}
		if at.answered && at.segment != dispatch.Verify && (h.State != Cancelled || !strings.Contains(h.Why, "not checked")) {
			t.Errorf("%s: it is %s %q, wanted Cancelled, and why", name, h.State, h.Why)
		}
		s.until("2026-06-20T00:00:00Z")
		if s.run().Ended == 0 {
			t.Errorf("%s: the run never ends: %v", name, s.waits)
		}
	}
}

// An abort ends a run of which a host has left the documents, whatever it was at.
func TestAnAbortWithoutAHostThatIsGone(t *testing.T) {
	for _, known := range []bool{true, false} {
		s := newStage(t, "2026-06-10T08:00:00Z", 1)
		s.until("2026-06-11T01:01:00Z")
		s.departs("h000")
		if !known {
			s.crash()
			s.flights = map[string]*flight{}
		}
		s.say(resultlog.Abort, key, "dana")
		s.until("2026-06-11T03:00:00Z")
		if s.run().Outcome != "aborted" || s.kinds(resultlog.Unknown) > 1 {
			t.Errorf("known %v: the run is %q after %d unknowns, h000 %s: %v", known, s.run().Outcome, s.kinds(resultlog.Unknown), s.run().Hosts["h000"].State, s.waits)
		}
	}
}

// A plan that is closed or removed while a host waits for its reboot asks for none any more: the
// host is checked as it is, and the run ends.
func TestAPlanLeavesBeforeAReboot(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	s.plan.Reboot = "always"
	s.waves([]int{50, 100}, nil)
	s.until("2026-06-11T01:01:00Z")
	for asset := range s.plan.Jobs { // what jobs makes of a plan that the documents have not any more
		s.plan.Gone[asset] = rollout.NotSelected
	}
	s.plan.Closed, s.plan.ClosedWhy, s.plan.Deadline, s.plan.Reboot = rollout.NotSelected, "no such open plan", 0, "ifRequired"
	s.commit("without the plan")
	for k, f := range s.flights { // it says that it needs one
		delete(s.flights, k)
		delete(s.now.InHand, k)
		s.append("acme", resultlog.Record{
			Kind: resultlog.Result, Plan: key, Run: f.task.Run, Wave: f.task.Wave, Asset: f.task.Asset, Segment: string(f.task.Segment),
			Attempt: f.task.Attempt, Key: k, Outcome: dispatch.Succeeded, Reboot: true,
		})
	}
	s.docs.Input.Clients[0].Plans = nil
	s.until("2026-06-12T08:00:00Z")
	if r := s.run(); r.Ended == 0 {
		t.Errorf("the run is %q, hosts %v: %v", r.Outcome, s.states(), s.waits)
	}
}
