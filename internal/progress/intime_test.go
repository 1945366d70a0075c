package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
)

// W14, R46: what comes before the point of no return is not let run on when that could not be
// passed any more, and half of what an installation takes is left for what comes after it. The
// installation itself keeps its time: one that is stopped half-way helps nobody.
func TestStepsBeforeThePointEndInTime(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	steps := s.plan.Jobs["h000"].Steps[dispatch.Install]
	for i := range steps {
		steps[i].Timeout = 4 * hour
	}
	s.until("2026-06-11T01:00:01Z")
	if len(s.flights) != 1 {
		t.Fatalf("%d in flight, wanted one", len(s.flights))
	}
	for _, f := range s.flights {
		if want := clock(t, "2026-06-11T04:00:00Z") - 300 - 300; f.task.StopBy != want {
			t.Errorf("the point is passed until %s, wanted %s", instant(f.task.StopBy), instant(want))
		}
		for _, step := range f.task.Steps {
			cut := step.Timeout <= f.task.StopBy-clock(t, "2026-06-11T01:00:00Z")
			if cut == step.Point {
				t.Errorf("%s may take %d s", step.Name, step.Timeout)
			}
		}
	}
	if steps[0].Timeout != 4*hour {
		t.Error("the job's steps were changed")
	}
}

// W14: whatever of a session ends after its window is an overrun, its check as well.
func TestEverySegmentKnowsItsWindow(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 1)
	s.until("2026-06-11T02:00:00Z")
	seen := 0
	for _, l := range s.log {
		if l.Record.Kind != resultlog.Claim {
			continue
		}
		if seen++; l.Record.End != "2026-06-11T04:00:00Z" {
			t.Errorf("the claim of %s ends at %q, wanted the window's end", l.Record.Segment, l.Record.End)
		}
	}
	if seen < 2 {
		t.Errorf("%d claims, wanted an installation and its check", seen)
	}
}

// A step that was ended early because of the window, and not because it took longer than it
// may, is no failure: its host goes back, and its wave does not pause.
func TestAStepThatWasCutIsNoFailure(t *testing.T) {
	for _, c := range []struct {
		step string
		ms   int64
		want string
	}{
		{"stage", 40_000, "result stopped window stage"},
		{"stage", 60_000, "result failed relay stage"},
		{"stage", 0, "result failed relay stage"}, // nobody says how long it took
		{"install", 40_000, "result failed patch install"},
	} {
		s, task := claimedHost(t, dispatch.Install)
		got := failure(c.step, -1)
		got.Steps = []dispatch.StepOutcome{{Name: "precheck", Millis: 10}, {Name: c.step, Exit: -1, Millis: c.ms}}
		r := s.outcome(task, dispatch.Answer{State: dispatch.Finished, Outcome: got})
		if text := inShort(r); text != c.want {
			t.Errorf("%s after %d ms: %s, wanted %s", c.step, c.ms, text, c.want)
		}
		if r.Outcome != dispatch.Stopped {
			continue
		}
		s.append("acme", r)
		if h := s.run().Hosts["h000"]; h.State != Planned || s.run().Waves[0].Failures != 0 || h.Tries != 0 {
			t.Errorf("the host is %s after %d failures", h.State, s.run().Waves[0].Failures)
		}
	}
}
