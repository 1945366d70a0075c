package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// outage lets a plan's occurrence pass while no controller runs.
func outage(t *testing.T, misfire string) *stage {
	s := newStage(t, "2026-06-10T08:00:00Z", 5)
	s.plan.Misfire = misfire
	s.until("2026-06-10T21:00:00Z")
	s.now.At = clock(t, "2026-06-11T08:00:00Z")
	s.settle()
	return s
}

// WR30: nothing starts late; with nextWindow it goes on by itself in a new occurrence.
func TestCaseWR30AnOutageOverAWindow(t *testing.T) {
	s := outage(t, "nextWindow")
	if n := s.kinds(resultlog.Claim); n != 0 {
		t.Fatalf("%d claims at 08:00, wanted none", n)
	}
	if n := s.kinds(resultlog.Deferred); n != 5 {
		t.Errorf("%d deferred, wanted all 5 once", n)
	}
	for _, h := range s.run().Hosts {
		if h.State != Planned || h.Place.Occurrence != clock(t, "2026-06-12T01:00:00Z") {
			t.Errorf("%s is %s at %s, wanted Planned in the next occurrence", h.Asset, h.State, instant(h.Place.Occurrence))
		}
	}
	s.until("2026-06-12T08:00:00Z")
	if s.run().Outcome != "done" {
		t.Errorf("the run is %q: %v", s.run().Outcome, s.waits)
	}
}

// WR30: the contact is told of the new occurrence, and nothing starts before.
func TestCaseWR30TheContactIsTold(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	a := &s.docs.Input.Clients[0].Agreements[0]
	a.Lead, a.Contacts, a.Channels = rollout.Lead{Seconds: 4 * hour, Path: "spec.notice.lead"}, []rollout.Contact{{Name: "ops"}}, []string{"email"}
	s.plan.Misfire, s.plan.Notice = "nextWindow", true
	s.until("2026-06-10T21:00:00Z")
	s.now.At = clock(t, "2026-06-11T08:00:00Z")
	s.settle()
	for _, night := range []string{"2026-06-11T01:00:00Z", "2026-06-12T01:00:00Z"} {
		if s.run().Notices[NoticeKey("ops", "nightly", clock(t, night))] == 0 {
			t.Errorf("nobody was told of %s: %v", night, s.run().Notices)
		}
	}
	s.until("2026-06-12T08:00:00Z")
	if s.run().Outcome != "done" {
		t.Errorf("the run is %q: %v", s.run().Outcome, s.waits)
	}
}

// WR36's half of execution: without the notice nothing starts, and it says so.
func TestNothingStartsUntold(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	a := &s.docs.Input.Clients[0].Agreements[0]
	a.Lead, a.Contacts, a.Channels = rollout.Lead{Seconds: 4 * hour, Path: "spec.notice.lead"}, []rollout.Contact{{Name: "ops"}}, []string{"email"}
	s.plan.Notice, s.mute = true, true
	s.until("2026-06-11T02:00:00Z")
	if n := s.kinds(resultlog.Claim); n != 0 || !s.waiting(rollout.NoticeLead) {
		t.Errorf("%d claims, waits %v", n, s.waits)
	}
	s.until("2026-06-13T08:00:00Z")
	if n := s.kinds(resultlog.Claim); n != 0 {
		t.Errorf("%d claims, and nobody was told", n)
	}
}

// W16: misfire defer waits for a person, however many windows pass.
func TestCaseW16ItNeverSlipsByItself(t *testing.T) {
	s := outage(t, "defer")
	s.until("2026-06-20T08:00:00Z")
	s.expectStates(map[HostState]int{Deferred: 5})
	if s.kinds(resultlog.Claim) != 0 || !s.waiting(rollout.MissedWindow) && !s.waiting(rollout.NoWindow) {
		t.Errorf("%d claims; waits %v", s.kinds(resultlog.Claim), s.waits)
	}
	s.say(resultlog.Resume, key, "ada")
	s.until("2026-06-21T08:00:00Z")
	if s.run().Outcome != "done" {
		t.Errorf("after a resume the run is %q: %v %v", s.run().Outcome, s.states(), s.waits)
	}
}

// W15: what is blocked at the edge and then closed can still be cancelled or run.
func TestCaseW15CancelStaysPossible(t *testing.T) {
	s := outage(t, "defer")
	s.say(resultlog.Abort, key, "ada")
	s.settle()
	if r := s.run(); r.Outcome != "aborted" {
		t.Errorf("the run is %q, wanted aborted", r.Outcome)
	}
	s.expectStates(map[HostState]int{Cancelled: 5})
}

func TestOnReconnect(t *testing.T) {
	s := outage(t, "onReconnect")
	s.until("2026-06-12T08:00:00Z")
	s.expectStates(map[HostState]int{Deferred: 5})
	s.append("acme", resultlog.Record{Kind: resultlog.Facts, Asset: "h002", Facts: []resultlog.Fact{{Name: "boot-id", Value: "1"}}})
	s.until("2026-06-13T08:00:00Z")
	s.expectStates(map[HostState]int{Deferred: 4, Soaking: 1})
}

// Hosts that only waited for their turn need nobody's word.
func TestTurnsThatTheWindowDidNotBear(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 60) // one at a time, 4 minutes each: 43 a night
	s.until("2026-06-11T08:00:00Z")
	if n := s.states()[Soaking]; n < 40 || n > 45 {
		t.Errorf("%d done in one night one by one", n)
	}
	s.until("2026-06-12T08:00:00Z")
	if s.run().Outcome != "done" {
		t.Errorf("the run is %q: %v %v", s.run().Outcome, s.states(), s.waits)
	}
}
