package runner_test

import (
	"testing"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner/runnertest"
)

// A host whose clock is further ahead than a claim is good for says that it is too late,
// and always will: that is no reason to claim it again and again.
func TestP9AHostThatIsAheadDoesNotFillTheLog(t *testing.T) {
	for _, ahead := range []int64{15, 45, 3600} {
		w := runnertest.New(runnertest.Build(runnertest.Shape{Hosts: 1}))
		for _, h := range w.Hosts.By {
			h.Offset = ahead
		}
		w.To(runnertest.Noon + 9*3600)
		n := w.Node()
		if _, err := n.Run(w.Seconds() + 3*3600); err != nil {
			t.Fatal(err)
		}
		if claims := len(w.Log.Of(resultlog.Claim)); claims == 0 || claims > 12 {
			t.Errorf("%d s ahead: %d claims, wanted a few, ever later", ahead, claims)
		}
		for _, r := range w.Log.Of(resultlog.Result) {
			if r.Outcome != "stopped" || r.Code != "CLOCK_SKEW" {
				t.Errorf("%d s ahead: %s %s: %s", ahead, r.Outcome, r.Code, r.Why)
			}
		}
		for _, h := range w.Hosts.By {
			if len(h.Began) > 0 {
				t.Errorf("%d s ahead: it began", ahead)
			}
		}
	}
}
