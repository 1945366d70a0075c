//go:build linux

package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/estate"
)

// stocktaking freezes everything of acme from now on.
const stocktaking = `apiVersion: patchops.dev/v1alpha1
kind: Freeze
metadata: {name: stocktaking, client: acme}
spec:
  timezone: Etc/UTC
  from: "%s"
  until: "%s"
  reason: The stock is counted.
  onRunning: finish
`

// TestFreezeInAWave: people agree to a freeze, and the controller merges it, while the first
// of three hosts installs. That one ends its session, restart and all; the others stay
// as they are, until the freeze is taken back: then they follow. What the hosts say.
func TestFreezeInAWave(t *testing.T) {
	three := hosts(t, 3)
	for _, h := range three {
		slow(t, h, "300")
	}
	o := newOffice(t, rollout{version: "2.0", waves: oneWave}, three)
	c := o.start(t)
	var first *estate.FullHost
	until(t, "the first installation", func() bool {
		for _, h := range three {
			if configures(h, "2.0") {
				first = h
			}
		}
		return first != nil
	})
	now := time.Now().UTC()
	o.merge(t, "stocktaking", fmt.Sprintf(stocktaking, now.Add(-time.Minute).Format(time.RFC3339), now.Add(100*time.Hour).Format(time.RFC3339)), "ben", "dana")
	c.says(t, "the pause", func(l line) bool { return l.Event == "pause" && l.State == "freeze" })
	carrying(t, first, "install")
	for _, h := range three {
		letGo(t, h)
	}
	until(t, "the end of what was begun", func() bool { return o.recorded(`"asset":"` + first.Name() + `".*"kind":"result".*"segment":"verify"`) })
	time.Sleep(5 * time.Second) // several ticks in which the next one could begin
	carried(t, first, "2.0", "install", "reboot", "verify")
	for _, h := range three {
		if h != first {
			untouched(t, h)
		}
	}
	o.merge(t, "counted", "", "ben", "dana")
	if last := c.finish(t); last.State != "done" {
		t.Errorf("the run ended as %s: %s", last.State, last.Text)
	}
	for _, h := range three {
		carried(t, h, "2.0", "install", "reboot", "verify")
	}
	o.said(t, 0, "log", "verify")
}
