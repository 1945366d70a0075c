package report

import (
	"fmt"
	"testing"

	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

// bigPlan is n clients with a plan of twenty hosts in three waves each; every
// seventh has a host without a place, every eleventh a late one.
func bigPlan(t testing.TB, n int) Plan {
	t.Helper()
	zones := []string{"Europe/Berlin", "America/New_York", "Asia/Tokyo", "Europe/London", "Australia/Sydney"}
	p := Plan{
		Input:    &rollout.Input{AsOf: fixtureAsOf, Horizon: 35 * oneDay},
		Schedule: &rollout.Schedule{AsOf: fixtureAsOf, Digest: "sha256:0000000000000000000000000000000000000000000000000000000000000000"},
	}
	for i := range n {
		name, zone := fmt.Sprintf("client-%03d", i), zoneNamed(t, zones[i%len(zones)])
		p.Input.Clients = append(p.Input.Clients, rollout.Client{
			Name: name, Zone: zone,
			Windows: []rollout.Window{{Name: "nightly", ID: "MaintenanceWindow/_/nightly", Def: nightly(t, zone)}},
			Denies:  []rollout.Deny{{ID: "Freeze/_/quarter-end", Fixed: window.Span{Start: fixtureAsOf + 20*oneDay, End: fixtureAsOf + 22*oneDay}}},
		})
		s := rollout.PlanSchedule{Client: name, Plan: "openssl", ID: "PatchPlan/_/openssl", Cost: rollout.Cost{Currency: "EUR", Amount: int64(9000 + 100*i)}}
		for wave, name := range []string{"canary", "half", "rest"} {
			hosts := []int{2, 8, 10}[wave]
			start := saturday(zone, wave)
			s.Waves = append(s.Waves, rollout.WaveSchedule{Name: name, Assets: hosts, Placed: hosts, GateOpens: start - oneDay, PlannedStart: start, PlannedEnd: start + hour})
			for h := range hosts {
				x := session(fmt.Sprintf("srv-%d-%02d", wave, h), name, start+int64(h%4)*hour, 50)
				x.Occurrence = start
				s.Placements = append(s.Placements, x)
			}
		}
		if i%7 == 3 {
			s.Unplaced = []rollout.Unplaced{{Asset: "db-01", Wave: "rest", Code: rollout.NoWindow, By: "ClientAgreement/" + name + "/2026", Risk: 300}}
		}
		if i%11 == 5 {
			s.Breaches = []rollout.Breach{{Asset: "srv-2-00", Due: fixtureAsOf + 9*oneDay, PlacedEnd: saturday(zone, 2) + 50*minute}}
		}
		p.Schedule.Plans = append(p.Schedule.Plans, s)
	}
	return p
}
