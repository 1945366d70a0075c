package pipeline

import (
	"strings"
	"testing"
	"testing/fstest"
)

const (
	planFile    = "plans/acme/openssl.yaml"
	windowsFile = "clients/acme/windows.yaml"
)

const incidentFreeze = `apiVersion: patchops.dev/v1alpha1
kind: Freeze
metadata: {name: q1}
spec:
  from: 2026-03-09
  until: 2026-03-31
  reason: The books of the quarter.
  override: {approvalRuleRef: emergency}
  onRunning: finish
`

// TestRolloutCases are worked cases as a pull request sees them (cases.md).
func TestRolloutCases(t *testing.T) {
	for _, c := range []struct {
		name             string
		changes          []change
		files            map[string]string
		id, says, remedy string
	}{
		{
			name: "WR13 a window of 60 minutes for a session of 75",
			changes: []change{
				{"rules/profiles.yaml", "install: PT10M, reboot: PT5M, postcheck: PT5M", "install: PT40M, reboot: PT10M, postcheck: PT10M"},
				{windowsFile, "duration: PT6H", "duration: PT60M"},
				{windowsFile, "duration: PT8H", "duration: PT60M"},
				{planFile, "reboot: ifRequired", "reboot: always"},
			},
			id: "rollout/window-too-short", says: "needs PT75M, MaintenanceWindow/acme/nightly has PT60M", remedy: "extend window nightly by PT15M",
		},
		{
			name: "WR20 an emergency in a freeze that nobody lifted",
			changes: []change{
				{planFile, "changeType: standard", "changeType: emergency"},
				{planFile, "minimumAge: P3D\n", "notBefore: 2026-03-12\n"},
			},
			files: map[string]string{"rules/freeze.yaml": incidentFreeze},
			id:    "rollout/override", says: "Freeze/_/q1 takes every window of", remedy: "have the override approved by emergency",
		},
		{
			name: "WR23 the only window comes four days late",
			changes: []change{
				{"rules/sla.yaml", "{severity: critical}, within: P14D", "{severity: critical}, within: P7D"},
				{"catalog/patches.yaml", "2026-03-07T08:00:00Z", "2026-03-10T17:00:00Z"},
				{windowsFile, "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SA"},
				{windowsFile, "2026-01-01T22:00", "2026-01-03T22:00"},
				{windowsFile, "offset: P5D", "offset: P20D"},
				{planFile, "2026-03-20", "2026-04-10"},
			},
			id: "rollout/sla-late", says: "is due at 2026-03-17T17:00:00Z and ends at 2026-03-21T21:30:00Z in window \"nightly\"",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := files(t, c.changes...)
			for name, content := range c.files {
				fsys[name] = &fstest.MapFile{Data: []byte(content)}
			}
			found := check(t, engine(t), fsys, nil, nil).Findings
			told := only(found, c.id)
			if len(told) != 1 {
				t.Fatalf("found %v, wanted one %s", ids(found), c.id)
			}
			if !strings.Contains(told[0].Message, c.says) || !strings.HasPrefix(told[0].Hint, c.remedy) {
				t.Errorf("found %q (%s), wanted %q (%s)", told[0].Message, told[0].Hint, c.says, c.remedy)
			}
		})
	}
}
