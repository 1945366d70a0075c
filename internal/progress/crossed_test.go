package progress

import (
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// A resume lifts what its signer could know of. A hold that somebody signed after it stays,
// whichever of the two is recorded first, and so does one of the same minute that came with
// it: who wants to stop and who wants to go on did not see each other.
func TestAResumeLiftsNoLaterHold(t *testing.T) {
	const at = "2026-06-11T01:10:"
	for _, c := range []struct {
		name, holds, held, heldAt, resumed, resumedAt string
		lifted                                        bool
	}{
		{"a hold from before", "ben", "2026-06-11T01:05:00Z", "2026-06-11T01:05:40Z", at + "00Z", at + "50Z", true},
		{"a hold from before, both delivered late", "ben", "2026-06-11T01:05:00Z", at + "49Z", at + "00Z", at + "50Z", true},
		{"a hold of the next minute, recorded together", "ben", "2026-06-11T01:10:00Z", at + "30Z", "2026-06-11T01:09:00Z", at + "30Z", false},
		{"a hold of later, the resume delivered last", "ben", "2026-06-11T01:09:00Z", "2026-06-11T01:09:10Z", "2026-06-11T01:08:00Z", at + "30Z", false},
		{"of one minute, recorded together", "ben", at + "00Z", at + "50Z", at + "00Z", at + "50Z", false},
		{"of one minute and one person", "ada", at + "00Z", at + "50Z", at + "00Z", at + "50Z", true},
		{"a hold whose clock is hours ahead", "ben", "2026-06-11T05:10:00Z", "2026-06-11T01:05:40Z", at + "00Z", at + "50Z", true},
		{"a hold whose clock is ahead, recorded after the resume was said", "ben", "2026-06-11T05:10:00Z", at + "30Z", "2026-06-11T01:09:00Z", at + "50Z", false},
		{"of one minute, one seen first", "ben", at + "00Z", at + "10Z", at + "00Z", at + "50Z", true},
	} {
		s := newStage(t, "2026-06-10T08:00:00Z", 1)
		word := func(kind resultlog.Kind, who, asOf, recorded string) {
			s.now.At = seconds(recorded)
			s.append("acme", resultlog.Record{Kind: kind, Plan: key, AsOf: asOf, Actor: &resultlog.Actor{Kind: "person", ID: who}})
		}
		word(resultlog.Hold, c.holds, c.held, c.heldAt)
		word(resultlog.Resume, "ada", c.resumed, c.resumedAt)
		if lifted := len(s.state.Stops[key]) == 0; lifted != c.lifted {
			t.Errorf("%s: lifted %t, wanted %t", c.name, lifted, c.lifted)
		}
	}
}

// A resume lifts no pause that came after it was signed, however shortly: whoever signed it did
// not know of that. A word that says only its minute may be of the end of it. What was not
// lifted says so, until another resume is signed.
func TestAResumeLiftsNoLaterPause(t *testing.T) {
	for asOf, want := range map[string]bool{
		"":                     true, // no instant is said: when it was recorded
		"2026-06-11T02:00:00Z": true,
		"2026-06-11T02:00:29Z": false,
		"2026-06-11T02:00:30Z": true,
		"2026-06-11T02:00:50Z": true,
		"2026-06-11T02:04:00Z": true, // of a clock that is ahead: it counts as of when it was recorded
		"2026-06-11T02:09:00Z": false,
		"2026-06-11T01:59:00Z": false,
		"2026-06-11T01:56:00Z": false,
	} {
		s := newStage(t, "2026-06-10T08:00:00Z", 4)
		s.until("2026-06-11T01:00:00Z")
		run := s.run().ID
		s.now.At = clock(t, "2026-06-11T02:00:30Z")
		s.append("acme", resultlog.Record{Kind: resultlog.WavePaused, Run: run, Plan: key, Wave: "all", Code: PauseThreshold, Why: "2 of 4 failed, 0 may"})
		s.now.At = clock(t, "2026-06-11T02:01:30Z")
		resume := resultlog.Record{Kind: resultlog.Resume, Plan: key, AsOf: asOf, Actor: &resultlog.Actor{Kind: "person", ID: "ada"}}
		s.append("acme", resume)
		if lifted := s.wave().Pause == ""; lifted != want {
			t.Errorf("a resume as of %q lifts a pause of 02:00:30: %t, wanted %t", asOf, lifted, want)
		}
		s.settle()
		says := slices.ContainsFunc(s.waits, func(w Wait) bool {
			return w.Code == rollout.Held && strings.Contains(w.Why, "0 may; the resume by ada ") && strings.HasSuffix(w.Why, "sign again")
		})
		if says == want {
			t.Errorf("a resume as of %q: %v", asOf, s.waits)
		}
		resume.AsOf = "2026-06-11T02:01:10Z"
		s.append("acme", resume)
		if s.wave().Pause != "" {
			t.Errorf("a resume that was signed afterwards does not lift it: %+v", s.wave().Pauses)
		}
	}
}

// An abort of one wave is the end of its run like any other: a changed plan begins again
// only after somebody's resume.
func TestAnAbortOfAWaveHoldsThePlan(t *testing.T) {
	s := midWave(t)
	s.say(resultlog.Abort, key+"/w0", "ada")
	s.answers = nil
	for _, f := range s.flights {
		f.ends = s.now.At
	}
	s.until("2026-06-11T03:00:00Z")
	if s.run().Outcome != "aborted" {
		t.Fatalf("the run is %q", s.run().Outcome)
	}
	if stop := stopOf(s.state.Stops[key], ""); stop == nil || stop.Kind != resultlog.Hold {
		t.Errorf("what stops the plan is %+v, wanted a hold of all of it", s.state.Stops[key])
	}
}

// A wave of which no host has a place says why, as people need it: who missed their window,
// and of a client that is suspended that it is.
func TestAWaveWithoutPlacesSaysWhy(t *testing.T) {
	s := outage(t, "defer")
	if !s.waiting(rollout.MissedWindow) || s.waiting(rollout.NoWindow) {
		t.Errorf("after an outage it waits for %+v", s.waits)
	}
	s.plan.Closed, s.plan.ClosedWhy = rollout.ClientNotActive, "client acme is suspended"
	s.settle()
	if !s.waiting(rollout.ClientNotActive) || s.waiting(rollout.NoWindow) {
		t.Errorf("suspended it waits for %+v", s.waits)
	}
}

// A host whose client was told too late says since when it is told.
func TestALateNoticeSaysSince(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	a := &s.docs.Input.Clients[0].Agreements[0]
	a.Lead, a.Contacts, a.Channels = rollout.Lead{Seconds: 4 * hour, Path: "spec.notice.lead"}, []rollout.Contact{{Name: "ops"}}, []string{"email"}
	s.plan.Notice, s.mute = true, true
	s.until("2026-06-11T01:05:00Z")
	said := func(want string) {
		t.Helper()
		if !slices.ContainsFunc(s.waits, func(w Wait) bool {
			return w.Code == rollout.NoticeLead && w.Asset != "" && strings.Contains(w.Why, want)
		}) {
			t.Errorf("wanted %q among %+v", want, s.waits)
		}
	}
	said("wants that everybody was told before")
	s.append("acme", resultlog.Record{Kind: resultlog.Notice, Run: s.run().ID, Plan: key, Contact: "ops", Window: "nightly", Occurrence: "2026-06-11T01:00:00Z"})
	s.settle()
	said("wants more time than since the notice of 2026-06-11T01:05:00Z")
}
