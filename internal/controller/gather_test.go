package controller

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
)

// TestAnswersShareAPush: an answer waits for others twice as long as the last step took,
// half a second at most, and not at all where no host is at work.
func TestAnswersShareAPush(t *testing.T) {
	for _, x := range []struct {
		name       string
		atWork     bool
		took, want time.Duration
	}{
		{"nobody is at work", false, time.Minute, 0},
		{"a quick step", true, 40 * time.Millisecond, 80 * time.Millisecond},
		{"a slow remote", true, time.Minute, mostGathered},
	} {
		t.Run(x.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				gate := make(chan struct{})
				defer close(gate)
				p := poolOf(t, 4, asked{func(dispatch.Task) dispatch.Answer {
					<-gate
					return dispatch.Answer{State: dispatch.Finished}
				}})
				if x.atWork {
					p.Start(task("acme", 1))
				}
				c := &Controller{rolling: &rolling{pool: p, took: x.took}}
				p.ring()
				began := time.Now()
				if !c.pause(t.Context(), time.Hour) {
					t.Error("an answer woke nobody")
				}
				if took := time.Since(began); took != x.want {
					t.Errorf("it waited %v, wanted %v", took, x.want)
				}
			})
		})
	}
}
