package report

import (
	"fmt"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

// fixtureAsOf is a Thursday, two days before the clocks of New York move.
var fixtureAsOf = time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC).Unix()

const (
	minute = 60
	hour   = hourSeconds
	oneDay = daySeconds
)

func zoneNamed(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := window.Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// nightly is a window of four hours that opens at 22:00 every Saturday.
func nightly(t testing.TB, zone *time.Location) *window.Window {
	t.Helper()
	rule, err := window.ParseRule("FREQ=WEEKLY;BYDAY=SA")
	if err != nil {
		t.Fatal(err)
	}
	start, err := window.ParseLocal("2026-01-03T22:00")
	if err != nil {
		t.Fatal(err)
	}
	return &window.Window{Zone: zone, Start: start, Rule: &rule, Length: 4 * hour}
}

// saturday is the n-th Saturday from fixtureAsOf, 22:00 in the zone.
func saturday(zone *time.Location, n int) int64 {
	return time.Date(2026, 3, 7+7*n, 22, 0, 0, 0, zone).Unix()
}

// smallPlan is two clients with every thing that a schedule can say.
func smallPlan(t testing.TB) Plan {
	t.Helper()
	commit := "4f0c8f1d2b6a4e3c9d7e5a1b0c2d3e4f5a6b7c8d"
	berlin, newYork := zoneNamed(t, "Europe/Berlin"), zoneNamed(t, "America/New_York")
	freeze := window.Span{Start: fixtureAsOf + 4*oneDay, End: fixtureAsOf + 6*oneDay}
	client := func(name string, zone *time.Location) rollout.Client {
		return rollout.Client{
			Name: name, Zone: zone,
			Windows: []rollout.Window{{Name: "nightly", ID: "MaintenanceWindow/" + name + "/nightly", Def: nightly(t, zone)}},
			Denies:  []rollout.Deny{{ID: "Freeze/_/quarter-end", Path: "spec.until", Fixed: freeze}},
		}
	}
	return Plan{
		Commit: &commit,
		Input:  &rollout.Input{AsOf: fixtureAsOf, Horizon: 35 * oneDay, Clients: []rollout.Client{client("acme", berlin), client("hudson", newYork)}},
		Schedule: &rollout.Schedule{
			AsOf: fixtureAsOf, Digest: "sha256:5f1d3b0c6a2e4f8890c1d2e3f4a5b6c7d8e9f00112233445566778899aabbccd",
			Objective: rollout.Objective{MissedRisk: 640, LowerBound: 640, ExposureRiskHours: 91200, Cost: 54000, Reboots: 3},
			Plans:     []rollout.PlanSchedule{openssl(berlin), windowsServers(newYork)},
		},
		Findings: []finding.Finding{{
			ID: "rollout/unplaced", Severity: finding.Warning, Message: "1 of 4 assets has no place", Hint: "extend window nightly by PT15M",
			Position: finding.Position{File: "plans/acme/openssl.yaml", Line: 3, Column: 9},
		}},
	}
}

func session(asset, wave string, start, minutes int64) rollout.Placement {
	return rollout.Placement{
		Asset: asset, Wave: wave, Window: "nightly", Occurrence: start - start%hour, Start: start, End: start + minutes*minute,
		Patches: []string{"openssl-3-0-15"}, Risk: 640, Due: fixtureAsOf + 12*oneDay,
	}
}

func openssl(zone *time.Location) rollout.PlanSchedule {
	first, second := saturday(zone, 0), saturday(zone, 1)
	canary := session("web-01", "canary", first, 45)
	canary.Notified, canary.Binding = true, rollout.NoticeLead
	canary.Rejected = []rollout.Rejection{{Window: "nightly", Start: first - 7*oneDay, Code: rollout.MinAge, By: "PatchPlan/acme/openssl", Count: 2}}
	moved := session("web-02", "rest", second, 45)
	moved.Moved = rollout.Freeze
	straggler := session("db-01", "rest", second+7*oneDay, 60)
	return rollout.PlanSchedule{
		Client: "acme", Plan: "openssl", ID: "PatchPlan/acme/openssl",
		Waves: []rollout.WaveSchedule{
			{Name: "canary", Assets: 1, Placed: 1, GateOpens: fixtureAsOf, PlannedStart: canary.Start, PlannedEnd: canary.End},
			{Name: "rest", Assets: 3, Placed: 2, Stragglers: 1, GateOpens: canary.End + oneDay, PlannedStart: moved.Start, PlannedEnd: moved.End},
		},
		Placements: []rollout.Placement{canary, moved, straggler},
		Unplaced: []rollout.Unplaced{{
			Asset: "db-02", Wave: "rest", Code: rollout.WindowTooShort, By: "MaintenanceWindow/acme/nightly", Needs: 255 * minute, Has: 240 * minute,
			Due: fixtureAsOf + 12*oneDay, Risk: 640, Patches: []string{"openssl-3-0-15"},
			Tried: []rollout.Rejection{{Window: "nightly", Start: first, Code: rollout.WindowTooShort, By: "MaintenanceWindow/acme/nightly", Count: 4}},
			Counterfactual: &rollout.Counterfactual{
				Document: "MaintenanceWindow/acme/nightly", Path: "spec.duration", From: "PT4H", To: "PT4H15M", Text: "extend window nightly by PT15M",
				Window: "nightly", Start: second, Verified: true,
			},
		}},
		Excluded: []rollout.Excluded{{Asset: "web-03", Code: rollout.AlreadyCompliant, By: "Patch/_/openssl-3-0-15"}, {Asset: "web-04", Code: rollout.Exception, By: "RiskAcceptance/acme/lab"}},
		Cost:     rollout.Cost{Currency: "EUR", Amount: 54000, AfterHours: 9000},
		Notices: []rollout.Notice{{
			Contact: "ops", Channels: []string{"email", "portal"}, Phone: "+493012345", Window: "nightly", Occurrence: first, Assets: 1, SendBy: first - 2*oneDay,
		}},
		MergeBy:  first - 2*oneDay,
		Breaches: []rollout.Breach{{Asset: "db-01", Due: fixtureAsOf + 12*oneDay, PlacedEnd: straggler.End}, {Asset: "db-02", Due: fixtureAsOf + 12*oneDay}},
		Remarks:  []rollout.Remark{{ID: "plan/canary-short", Wave: "canary", Text: "wave \"canary\" has 1 asset, wanted 2"}},
	}
}

func windowsServers(zone *time.Location) rollout.PlanSchedule {
	p := rollout.PlanSchedule{
		Client: "hudson", Plan: "windows", ID: "PatchPlan/_/windows",
		Waves: []rollout.WaveSchedule{{Name: "all", Assets: 30, Placed: 30, PlannedStart: saturday(zone, 0), PlannedEnd: saturday(zone, 0) + 3*hour}},
	}
	for i := range 30 {
		s := session(fmt.Sprintf("store-%02d", i+1), "all", saturday(zone, 0)+int64(i/10)*hour, 50)
		s.Occurrence, s.Patches, s.Due = saturday(zone, 0), []string{"kb5034441", "kb5034763"}, 0
		p.Placements = append(p.Placements, s)
	}
	return p
}
