package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// unheardOf is a stage whose contacts cannot be told, with four hours of lead, at an instant.
func unheardOf(t *testing.T, at string) *stage {
	s := newStage(t, "2026-06-10T08:00:00Z", 4)
	a := &s.docs.Input.Clients[0].Agreements[0]
	a.Lead, a.Contacts, a.Channels = rollout.Lead{Seconds: 4 * hour, Path: "spec.notice.lead"}, []rollout.Contact{{Name: "ops"}}, []string{"email"}
	s.plan.Notice, s.plan.Misfire, s.mute = true, "nextWindow", true
	s.until("2026-06-10T08:30:00Z")
	s.now.At = clock(t, "2026-06-11T08:00:00Z") // nobody was there at night
	s.settle()
	s.until(at)
	return s
}

// P9: controllers that follow one another do not each compute the schedule anew for the same
// cause: an hour of them after the last instant for a notice moves places once, not every minute.
func TestP9ANewProcessKnowsWhatAnotherLocked(t *testing.T) {
	s := unheardOf(t, "2026-06-11T21:10:00Z")
	before := s.kinds(resultlog.Schedule)
	for range 60 {
		s.crash()
		s.to(s.now.At + minute)
	}
	if n := s.kinds(resultlog.Schedule) - before; n > 2 {
		t.Errorf("%d schedules in an hour, wanted one, and one for what that moved", n)
	}
}

// What is new is not taken for what a schedule was locked for.
func TestACauseThatIsNewIsComputed(t *testing.T) {
	s := unheardOf(t, "2026-06-11T12:00:00Z")
	cause := s.run().Schedule.Cause
	s.crash()
	s.freezeAll("2026-06-11T00:00:00Z", "2026-06-13T00:00:00Z")
	s.commit("c2")
	s.settle()
	l := s.run().Schedule
	if l.Cause == cause || l.Cause == "" || l.Placements["h000"].Start < clock(t, "2026-06-13T00:00:00Z") {
		t.Errorf("the place is at %s because of %q, and was locked because of %q", instant(l.Placements["h000"].Start), l.Cause, cause)
	}
}

// A run that another's cause brings along keeps its places as long as they are in the same
// occurrence: what only time moves is not locked again and again.
func TestP9AnothersCauseMovesNothing(t *testing.T) {
	s := unheardOf(t, "2026-06-11T21:10:00Z")
	s.now.At += 10 * minute
	own := s.run().because()
	for cause, want := range map[string]int{
		"acme/other run: no schedule": 0,
		"acme/other run: no schedule" + causesApart + own + s.run().Schedule.Cause:            0,
		"acme/other run: no schedule" + causesApart + own + "documents c2":                    1,
		"acme/other run: no schedule" + causesApart + own + s.run().Schedule.Cause + ", more": 1,
	} {
		if all, err := Replan(s.state, s.docs, s.now.At, cause); err != nil || len(all) != want {
			t.Errorf("for %q %d schedules, %v; wanted %d", cause, len(all), err, want)
		}
	}
}
