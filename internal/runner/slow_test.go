package runner_test

import (
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner/runnertest"
)

// distant reaches hosts so many seconds late; their clocks are right.
type distant struct {
	*runnertest.Exec
	now   func() int64
	takes int64
	sent  map[string]int64 // by key
}

func (x *distant) Start(t dispatch.Task) { x.sent[t.Key] = x.now() }

func (x *distant) Answers() ([]dispatch.Answer, map[string]string) {
	answers, steps := x.Exec.Answers()
	for key, at := range x.sent {
		if x.now() >= at+x.takes {
			delete(x.sent, key)
			answers = append(answers, dispatch.Answer{Key: key, Asked: "start", State: dispatch.Refused, Why: dispatch.TooLate, HostTime: at + x.takes - 1})
		}
	}
	return answers, steps
}

// A host that is slow to reach is tried again, ever later, and nobody says that its clock is off.
func TestAHostThatIsSlowToReachIsNotSkewed(t *testing.T) {
	for _, takes := range []int64{12, 25} {
		w := runnertest.New(runnertest.Build(runnertest.Shape{Hosts: 1}))
		w.To(runnertest.Noon + 9*3600)
		n := w.Node()
		n.Options.Exec = &distant{Exec: runnertest.NewExec(w.Hosts), now: w.Seconds, takes: takes, sent: map[string]int64{}}
		for range 3 * 3600 / 4 {
			if _, err := n.Step(t.Context()); err != nil {
				t.Fatal(err)
			}
			w.Pass(4)
		}
		results, claims := w.Log.Of(resultlog.Result), len(w.Log.Of(resultlog.Claim))
		if len(results) == 0 || claims > 12 {
			t.Errorf("%d s: %d results, %d claims; wanted a few, ever later", takes, len(results), claims)
		}
		for _, r := range results {
			if r.Outcome != dispatch.Stopped || r.Code != dispatch.TooLate {
				t.Errorf("%d s: %s %s: %s", takes, r.Outcome, r.Code, r.Why)
			}
		}
	}
}
