package pipeline

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/rollout"
)

// schedules are rollouts with every field that may be there, or not.
func schedules() *rapid.Generator[*rollout.PlanSchedule] {
	return rapid.Custom(func(t *rapid.T) *rollout.PlanSchedule {
		s := &rollout.PlanSchedule{
			Client: "acme", Plan: "openssl", ID: "PatchPlan/acme/openssl",
			Cost:     rollout.Cost{Amount: at(t) / 100, Regular: 60, AfterHours: at(t) / 100},
			Excluded: []rollout.Excluded{{Asset: "old", Code: rollout.Exception, By: "RiskAcceptance/acme/old"}, {Asset: "new", Code: rollout.AlreadyCompliant}},
			MergeBy:  at(t),
		}
		if rapid.Bool().Draw(t, "agreed") {
			s.Cost.Currency = "EUR"
		}
		for range rapid.IntRange(0, 3).Draw(t, "sessions") {
			s.Waves = append(s.Waves, rollout.WaveSchedule{Name: "canary", Assets: 3, Placed: 1, GateOpens: at(t), PlannedStart: at(t), PlannedEnd: at(t)})
			s.Placements = append(s.Placements, rollout.Placement{
				Asset: "web-01", Wave: "canary", Window: "nightly", Occurrence: 1773439200, Start: 1773439200, End: 1773441000,
				Patches: []string{"openssl-3-0-15"}, Risk: 640, Due: at(t), Binding: code(t), Moved: "", Rejected: rejections(t),
			})
			s.Unplaced = append(s.Unplaced, unplaced(t))
			s.Breaches = append(s.Breaches, rollout.Breach{Asset: "db-02", Due: 1773439200, PlacedEnd: at(t)})
			s.Notices = append(s.Notices, rollout.Notice{Contact: "ops", Channels: []string{"email"}, Phone: "+49301234567", Window: "nightly", Occurrence: 1773439200, Assets: 3, SendBy: 1773439200})
			s.Remarks = append(s.Remarks, rollout.Remark{ID: "plan/wave-thin", Wave: "canary", Text: "1 of 3 assets has a place"})
		}
		return s
	})
}

func unplaced(t *rapid.T) rollout.Unplaced {
	u := rollout.Unplaced{Asset: "db-02", Wave: "canary", Code: code(t), Needs: at(t) % 100000, Has: 0, Due: at(t), Tried: rejections(t)}
	if u.Code == "" {
		u.Code = rollout.WindowTooShort
	}
	switch rapid.IntRange(0, 2).Draw(t, "counterfactual") {
	case 0:
		u.Counterfactual = &rollout.Counterfactual{Text: "more than one change"}
	case 1:
		u.Counterfactual = &rollout.Counterfactual{
			Document: "MaintenanceWindow/acme/nightly", Path: "spec.duration", From: "PT1H", To: "PT75M",
			Text: "extend window nightly by PT15M", Window: "nightly", Start: 1773439200, Verified: true,
		}
	default:
		u.SameAs = "db-01"
	}
	return u
}

func at(t *rapid.T) int64 {
	return rapid.SampledFrom([]int64{0, 1, 1773439200, 4102444799}).Draw(t, "instant")
}

func code(t *rapid.T) rollout.Code {
	return rapid.SampledFrom([]rollout.Code{"", rollout.Deadline, rollout.WindowTooShort, rollout.DepCycle}).Draw(t, "code")
}

func rejections(t *rapid.T) []rollout.Rejection {
	out := []rollout.Rejection{{Window: "nightly", Start: 1773439200, Code: rollout.NoticeLead, By: "ClientAgreement/acme/2026", Count: 3}}
	return out[:rapid.IntRange(0, 1).Draw(t, "rejected")]
}

// TestRolloutInputKeepsItsContract: whatever a schedule holds, what rules judge
// satisfies #RolloutInput.
func TestRolloutInputKeepsItsContract(t *testing.T) {
	shapes, err := Shapes()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		input := rolloutInput(schedules().Draw(t, "schedule"))
		for _, f := range shapes.Gates[rolloutGate].Judge("input", finding.Identity{}, nil, &input) {
			t.Errorf("%s: %s", f.Path, f.Message)
		}
	})
}

// TestNeighboursShareOnlyWhatIsTheSame: a placement looks to rules as it does alone.
func TestNeighboursShareOnlyWhatIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := schedules().Draw(t, "schedule")
		for i := range s.Placements {
			s.Placements[i].Patches = []string{"openssl-3-0-15", "curl-8-7"}[:rapid.IntRange(1, 2).Draw(t, "patches")]
		}
		together := placementValues(s.Placements)
		for i := range s.Placements {
			if alone := placementValues(s.Placements[i : i+1]); !reflect.DeepEqual(alone.Items[0], together.Items[i]) {
				t.Errorf("placement %d is %v, alone %v", i, together.Items[i], alone.Items[0])
			}
		}
	})
}

const declaredPlan = `apiVersion: patchops.dev/v1alpha1
kind: PatchPlan
metadata: {name: openssl}
spec:
  targets: {clients: [beta, acme]}
  notBefore: 2026-03-14
  deadline: 2026-03-20
  waves:
    - {name: canary, percent: 10, soak: P1D}
    - {name: rest, percent: 100}
`

// TestFindingsPointIntoThePlan: each path in a rollout leads to the field of the
// plan that it follows from.
func TestFindingsPointIntoThePlan(t *testing.T) {
	docs, found := document.ParseYAML("plan.yaml", []byte(declaredPlan))
	if len(found) > 0 {
		t.Fatal(found)
	}
	input := rolloutInput(&rollout.PlanSchedule{
		Client: "acme", Plan: "openssl", ID: "PatchPlan/_/openssl",
		Waves:      []rollout.WaveSchedule{{Name: "canary"}, {Name: "rest"}},
		Placements: []rollout.Placement{{Asset: "a", Wave: "rest", Binding: rollout.WaveGate}, {Asset: "b", Wave: "rest", Binding: rollout.NotBefore}},
		Unplaced: []rollout.Unplaced{
			{Asset: "c", Wave: "rest", Code: rollout.Deadline},
			{Asset: "d", Wave: "canary", Code: rollout.Freeze},
			{Asset: "e", Wave: "canary", Code: rollout.MinAge},
		},
		Remarks: []rollout.Remark{{ID: "plan/canary-short", Wave: "canary", Text: "x"}},
	})
	for _, c := range []struct {
		path, want string
		line       int
	}{
		{"waves[1]", "spec.waves[1]", 10},
		{"waves[1].gateOpens", "spec.waves[0].soak", 9},
		{"waves[0].gateOpens", "spec.waves[0]", 9},
		{"waves[7]", "spec.waves", 8},
		{"remarks[0]", "spec.waves[0]", 9},
		{"placements[0]", "spec.waves[1]", 10},
		{"placements[1].start", "spec.notBefore", 6},
		{"unplaced[0]", "spec.deadline", 7},
		{"unplaced[1].code", "spec.targets", 5},
		{"unplaced[2]", "spec.minimumAge", 4},
		{"slaBreaches", "spec.deadline", 7},
		{"cost.seconds.holiday", "spec.targets", 5},
		{"client", "spec.targets.clients[1]", 5},
		{"mergeBy", "metadata.name", 3},
		{"", "metadata.name", 3},
	} {
		f := declared(finding.Finding{ID: "rollout/x", Path: c.path}, &input, &docs[0])
		if f.Path != c.want || f.Line != c.line || f.File != "plan.yaml" || f.Document.Kind != "PatchPlan" {
			t.Errorf("%s is shown at %s, line %d of %s, wanted %s, line %d", c.path, f.Path, f.Line, f.File, c.want, c.line)
		}
	}
	broken := declared(finding.Finding{ID: "policy/evaluate", Position: finding.Position{File: "policies/x", Line: 3}}, &input, &docs[0])
	if broken.File != "policies/x" || broken.Line != 3 {
		t.Errorf("a finding about a rule is shown at %v, wanted at the rule", broken.Position)
	}
}
