package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
)

// signed appends a person's word that was signed at another time than it is recorded.
func (s *stage) signed(kind resultlog.Kind, plan, asOf string) {
	s.append("acme", resultlog.Record{Kind: kind, Plan: plan, AsOf: asOf, Actor: &resultlog.Actor{Kind: "person", ID: "ada"}})
}

// What was signed before something stopped a wave is not about that, whenever it is
// delivered; and what is dated in the future is about nothing.
func TestAResumeIsOfItsTime(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 10)
	s.fails(func(string) bool { return true })
	s.until("2026-06-11T01:40:00Z")
	if s.wave().Pause != PauseThreshold {
		t.Fatalf("the wave is %s(%s), wanted Paused(threshold)", s.wave().State, s.wave().Pause)
	}
	claims := s.kinds(resultlog.Claim)
	for _, asOf := range []string{"2026-06-10T09:00:00Z", "2026-06-12T00:00:00Z"} {
		for _, subject := range []string{key, key + "/all"} {
			s.signed(resultlog.Resume, subject, asOf)
			s.settle()
		}
	}
	s.until("2026-06-11T03:00:00Z")
	if n := s.kinds(resultlog.Claim); n != claims || s.wave().Pause != PauseThreshold {
		t.Fatalf("%d hosts more were begun by a word from before the pause, or after now: %s", n-claims, s.wave().State)
	}
	s.signed(resultlog.Resume, key, instant(s.now.At))
	if s.settle(); s.wave().Pause != "" || s.kinds(resultlog.Claim) == claims {
		t.Errorf("the wave is %s(%s) after a resume of now", s.wave().State, s.wave().Pause)
	}
}

func TestAHoldIsNotLiftedByAnOlderResume(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 2)
	s.settle()
	s.say(resultlog.Hold, key, "bob")
	s.signed(resultlog.Resume, key, "2026-06-10T07:00:00Z")
	s.until("2026-06-11T08:00:00Z")
	if n := s.kinds(resultlog.Claim); n > 0 {
		t.Fatalf("%d claims under a hold that only an older word lifts", n)
	}
	s.signed(resultlog.Resume, key, instant(s.now.At-200)) // clocks differ
	s.until("2026-06-12T08:00:00Z")
	if s.run().Outcome != "done" {
		t.Errorf("the run is %q: %v", s.run().Outcome, s.waits)
	}
}

// W16: what missed its window goes on by a word that was said since.
func TestAParkedHostIsNotResumedBefore(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.settle()
	s.now.At = clock(t, "2026-06-11T08:00:00Z") // nobody was here
	s.settle()
	s.signed(resultlog.Resume, key, "2026-06-10T09:00:00Z")
	s.until("2026-06-12T08:00:00Z")
	if n := s.kinds(resultlog.Claim); n > 0 {
		t.Fatal("it slipped into the next window by a word from before")
	}
	s.signed(resultlog.Resume, key, instant(s.now.At))
	s.until("2026-06-13T08:00:00Z")
	if s.run().Outcome != "done" {
		t.Errorf("the run is %q: %v", s.run().Outcome, s.waits)
	}
}

// A gate's approval that was signed before its wave began, or is dated in the future, was
// not about what the wave did; nor does another client's contact speak for this one.
func TestAWordOnAGateIsOfItsWave(t *testing.T) {
	s := gated(t, Gate{Name: "approval-0", Group: "ops", People: []string{"ada"}, Count: 1})
	s.until("2026-06-11T03:00:00Z")
	s.signed(resultlog.Approval, key+"/w0", "2026-06-10T09:00:00Z")
	s.signed(resultlog.Approval, key+"/w0", "2026-06-21T09:00:00Z")
	if s.settle(); s.wave().Ended > 0 {
		t.Fatal("the gate opened by a word of another time")
	}
	s.signed(resultlog.Approval, key+"/w0", instant(s.now.At))
	if s.settle(); s.wave().State != Promoted {
		t.Errorf("the wave is %s, wanted it promoted", s.wave().State)
	}
	s = gated(t, Gate{Name: "approval-0", Roles: []string{"business"}, Contacts: []string{"carol"}, People: []string{"ada"}, Count: 1})
	s.until("2026-06-11T03:00:00Z")
	s.append("acme", resultlog.Record{Kind: resultlog.Consent, Plan: key + "/w0", Contact: "beta/carol", Actor: &resultlog.Actor{Kind: "person", ID: "ada"}})
	if s.settle(); s.wave().Ended > 0 {
		t.Error("the gate opened by the word of another client's contact")
	}
}

// What a person reports of a host is no part of what a rollback installs there: that
// nobody approved.
func TestReportedFactsAreNotRolledBackTo(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.settle()
	s.until("2026-06-11T01:00:00Z")
	h := s.run().Hosts["h000"]
	s.append("acme", resultlog.Record{
		Kind: resultlog.Result, Run: s.run().ID, Plan: key, Wave: "all", Asset: "h000", Segment: "install", Attempt: h.Attempt, Key: h.Key, Outcome: dispatch.Failed,
		Facts: []resultlog.Fact{{Name: beforeFact, Subject: "openssl", Value: "1"}},
	})
	s.append("acme", resultlog.Record{
		Kind: resultlog.Facts, Asset: "h000", Evidence: "sha256:e", Actor: &resultlog.Actor{Kind: "person", ID: "mallory"},
		Facts: []resultlog.Fact{{Name: beforeFact, Subject: "backdoor", Value: "6.6"}},
	})
	s.append("acme", resultlog.Record{Kind: resultlog.Facts, Asset: "h000", Facts: []resultlog.Fact{{Name: beforeFact, Subject: "libssl", Value: "1"}}})
	if got := h.before(); len(got) != 2 || got[0].Name != "openssl" || got[1].Name != "libssl" {
		t.Errorf("a rollback would install %v, wanted openssl and libssl as they were", got)
	}
}
