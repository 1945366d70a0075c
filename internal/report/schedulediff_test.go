package report

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/rollout"
)

const (
	lateSaturday = 1773525600 // 2026-03-14T22:00:00Z
	oneHour      = 3600
)

func placed(asset string, start int64) rollout.Placement {
	return rollout.Placement{Asset: asset, Wave: "rest", Window: "nightly", Start: start, End: start + oneHour}
}

// twoSchedules are one plan before and after; web-01 stays, web-02 moves, web-03
// goes, web-04 comes, db-01 loses its place, db-02 finds one, db-03 has another
// reason, and another plan is new.
func twoSchedules() (before, after *rollout.Schedule) {
	before = &rollout.Schedule{Digest: "sha256:a", Objective: rollout.Objective{ExposureRiskHours: 900}, Plans: []rollout.PlanSchedule{{
		Client: "acme", Plan: "openssl", ID: "PatchPlan/acme/openssl", Cost: rollout.Cost{Currency: "EUR", Amount: 54000},
		Placements: []rollout.Placement{placed("web-01", lateSaturday), placed("web-02", lateSaturday), placed("web-03", lateSaturday), placed("db-01", lateSaturday)},
		Unplaced:   []rollout.Unplaced{{Asset: "db-02", Code: rollout.NoWindow}, {Asset: "db-03", Code: rollout.NoWindow}},
		Breaches:   []rollout.Breach{{Asset: "db-02", Due: lateSaturday}},
	}}}
	after = &rollout.Schedule{Digest: "sha256:b", Objective: rollout.Objective{ExposureRiskHours: 1000}, Plans: []rollout.PlanSchedule{
		{
			Client: "acme", Plan: "openssl", ID: "PatchPlan/acme/openssl", Cost: rollout.Cost{Currency: "EUR", Amount: 60000},
			Placements: []rollout.Placement{placed("web-01", lateSaturday), placed("web-02", lateSaturday+2*oneHour), placed("web-04", lateSaturday), placed("db-02", lateSaturday)},
			Unplaced:   []rollout.Unplaced{{Asset: "db-01", Code: rollout.Freeze, By: "Freeze/_/q1"}, {Asset: "db-03", Code: rollout.Freeze, By: "Freeze/_/q1"}},
			Excluded:   []rollout.Excluded{{Asset: "web-03", Code: rollout.Exception, By: "RiskAcceptance/acme/x"}},
			Breaches:   []rollout.Breach{{Asset: "db-01", Due: lateSaturday + oneHour}},
		},
		{Client: "birch", Plan: "openssl", ID: "PatchPlan/_/openssl", Placements: []rollout.Placement{placed("mail-01", lateSaturday)}},
	}}
	return before, after
}

func TestScheduleDiff(t *testing.T) {
	before, after := twoSchedules()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	zones := func(client string) *time.Location {
		if client == "acme" {
			return berlin
		}
		return nil
	}
	const want = `schedule: placed 4 -> 5, unplaced 2 -> 2, SLA breaches 1 -> 1, exposure 900 -> 1000 risk hours
  rollouts
    ~ acme/openssl
        added (1): web-04 rest Sat 2026-03-14 23:00 CET (22:00Z) in nightly
        removed (1): web-03 (EXCEPTION)
        moved (1): web-02 Sat 2026-03-14 23:00 CET (22:00Z) -> Sun 2026-03-15 01:00 CET (00:00Z)
        without a place (2): db-01: FREEZE by Freeze/_/q1; db-03: FREEZE, was NO_WINDOW
        place found (1): db-02 rest Sat 2026-03-14 23:00 CET (22:00Z) in nightly
        new SLA breach (1): db-01, due Sun 2026-03-15 00:00 CET (Sat 2026-03-14 23:00Z)
        no SLA breach any more (1): db-02, due Sat 2026-03-14 23:00 CET (22:00Z)
        cost: 540.00 EUR -> 600.00 EUR
    + birch/openssl
        added (1): mail-01 rest Sat 2026-03-14 22:00Z in nightly
`
	if got := ScheduleDiff(before, after).Text(zones); got != want {
		t.Errorf("the difference reads\n%s\nwanted\n%s", got, want)
	}
}

func TestScheduleDiffBothWays(t *testing.T) {
	before, after := twoSchedules()
	there, back := ScheduleDiff(before, after), ScheduleDiff(after, before)
	a, b := there.Plans[0], back.Plans[0]
	if len(a.Added) != len(b.Removed) || len(a.Removed) != len(b.Added) || len(a.Breaches) != len(b.Mended) || a.Moved[0].From != b.Moved[0].To {
		t.Errorf("the way there is %+v, the way back %+v", a, b)
	}
	if !there.Plans[1].New || !back.Plans[1].Gone {
		t.Error("the new plan is not new, or does not go")
	}
	for _, s := range []*rollout.Schedule{nil, {}, before, after} {
		if d := ScheduleDiff(s, s); !d.Empty() || d.Text(nil) != "the schedule stays as it is\n" {
			t.Errorf("a schedule differs from itself: %+v", d.Plans)
		}
	}
	if d := ScheduleDiff(nil, after); len(d.Plans) != 2 || !d.Plans[0].New {
		t.Errorf("from nothing to a schedule is %+v", d.Plans)
	}
}

func TestScheduleDiffAsJSONAndMarkdown(t *testing.T) {
	before, after := twoSchedules()
	d := ScheduleDiff(before, after)
	var b strings.Builder
	if err := encode(&b, d.Value()); err != nil {
		t.Fatal(err)
	}
	var back struct {
		Before struct{ ScheduleDigest string }
		Plans  []struct {
			Client string
			New    bool
			Moved  []struct{ From, To struct{ Start string } }
			Cost   struct{ Before, After *struct{ Amount int } }
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil {
		t.Fatal(err)
	}
	plan := back.Plans[0]
	if back.Before.ScheduleDigest != "sha256:a" || plan.Moved[0].To.Start != "2026-03-15T00:00:00Z" || plan.Cost.After.Amount != 60000 || !back.Plans[1].New {
		t.Errorf("the JSON is %s", b.String())
	}
	if strings.Contains(b.String(), `"added": null`) {
		t.Error("an empty list is null")
	}
	if md := d.Markdown(nil); !strings.Contains(md, "- changed acme/openssl\n") || !strings.Contains(md, "\n**rollouts**\n") {
		t.Errorf("the Markdown is\n%s", md)
	}
}
