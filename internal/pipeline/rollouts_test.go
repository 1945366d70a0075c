package pipeline

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/planning"
)

// short makes every window of the scaffold shorter than a session of 30 minutes.
var short = []change{
	{"clients/acme/windows.yaml", "duration: PT6H", "duration: PT20M"},
	{"clients/acme/windows.yaml", "duration: PT8H", "duration: PT25M"},
}

func only(found []finding.Finding, prefix string) []finding.Finding {
	return slices.DeleteFunc(slices.Clone(found), func(f finding.Finding) bool { return !strings.HasPrefix(f.ID, prefix) })
}

func TestRolloutsAreJudged(t *testing.T) {
	found := only(check(t, engine(t), files(t, short...), nil, nil).Findings, "rollout/window-too-short")
	if len(found) != 1 {
		t.Fatalf("found %v, wanted one finding for all assets but the one that waits for another", found)
	}
	f := found[0]
	if f.File != "plans/acme/openssl.yaml" || f.Path != "spec.targets" || f.Line != 11 || f.Document.String() != "PatchPlan/acme/openssl" {
		t.Errorf("the finding is shown at %s:%d %s of %s", f.File, f.Line, f.Path, f.Document)
	}
	want := `client "acme" has no window that is long enough for db-01, web-01, web-02 and 4 more: db-01 needs PT30M, ` +
		`MaintenanceWindow/acme/nightly has PT25M`
	if f.Message != want || !strings.HasPrefix(f.Hint, "extend window") {
		t.Errorf("the finding says %q (%s)", f.Message, f.Hint)
	}
}

// TestPlanSaysWhatCheckSays: one way, two ends of it.
func TestPlanSaysWhatCheckSays(t *testing.T) {
	e := engine(t)
	tree, err := ReadTree(files(t, short...))
	if err != nil {
		t.Fatal(err)
	}
	out, planned, err := e.Plan(Input{Tree: tree, AsOf: asOf, Child: inProcess}, planning.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := check(t, e, files(t, short...), nil, nil).Findings
	if !slices.EqualFunc(out.Findings, want, func(a, b finding.Finding) bool { return finding.Compare(a, b) == 0 }) {
		t.Errorf("plan finds %v, check %v", ids(out.Findings), ids(want))
	}
	kept := check(t, e, files(t, short...), nil, nil).Kept
	again, _, err := e.Plan(Input{Tree: tree, AsOf: asOf, Child: inProcess, Kept: kept}, planning.Options{Granted: true})
	if err != nil || again.Kept[rolloutKey+"acme"] != kept[rolloutKey+"acme"] {
		t.Errorf("a plan keeps %v of rollouts, wanted what a check kept (%v)", again.Kept[rolloutKey+"acme"], err)
	}
	if n := len(planned.Schedule.Plans); n != 1 || len(planned.Schedule.Plans[0].Unplaced) != 8 {
		t.Errorf("%d plans, wanted one without a place for its 8 assets", n)
	}
}

const otherPlan = `apiVersion: patchops.dev/v1alpha1
kind: PatchPlan
metadata: {name: other, client: acme}
`

// TestBrokenPlanTellsOfItselfAlone: the plan beside it is judged as ever, and
// what it needs and nobody can read makes no rule speak.
func TestBrokenPlanTellsOfItselfAlone(t *testing.T) {
	e := engine(t)
	fsys := files(t, short...)
	fsys["plans/acme/other.yaml"] = &fstest.MapFile{Data: []byte(otherPlan)}
	want := ids(only(check(t, e, files(t, short...), nil, nil).Findings, "rollout/"))
	if found := ids(only(check(t, e, fsys, nil, nil).Findings, "rollout/")); !slices.Equal(found, want) || len(want) == 0 {
		t.Errorf("beside a broken plan %v is found, wanted %v as without it", found, want)
	}
	for _, broken := range []change{
		{"catalog/patches.yaml", "severity:", "severty:"},
		{"clients/acme/agreement.yaml", "rates:", "ratse:"},
		{"clients/acme/client.yaml", "timezone:", "timezoen:"},
	} {
		if found := only(check(t, e, files(t, append(slices.Clone(short), broken)...), nil, nil).Findings, "rollout/"); len(found) > 0 {
			t.Errorf("%s is broken, yet %v speaks", broken.file, ids(found))
		}
	}
}

// TestDanglingReferencesAreToldOnce: what follows from a window that is not there
// is not told beside it.
func TestDanglingReferencesAreToldOnce(t *testing.T) {
	e := engine(t)
	for _, more := range [][]change{
		{{"clients/acme/agreement.yaml", "windowRefs: [nightly", "windowRefs: [nihgtly"}},
		append(slices.Clone(short), change{"plans/acme/openssl.yaml", "[openssl-test]", "[opnessl-test]"}),
	} {
		out := check(t, e, files(t, more...), nil, nil)
		if found := only(out.Findings, "rollout/"); len(found) > 0 || !slices.Contains(ids(out.Findings), "reference/unresolved") {
			t.Errorf("found %v, wanted what does not exist and nothing that follows from it", ids(out.Findings))
		}
		mended := files(t, short...)
		if found := only(check(t, e, mended, nil, out.Kept).Findings, "rollout/"); len(found) == 0 {
			t.Error("mended, nothing is found of the short windows")
		}
	}
}

// TestKeptRolloutsHold: what is kept says the same as what is computed, and holds
// for as long as nothing that it depends on changes.
func TestKeptRolloutsHold(t *testing.T) {
	e := engine(t)
	cold := check(t, e, files(t, short...), nil, nil)
	for _, c := range []struct {
		what string
		more []change
	}{
		{"nothing", nil},
		{"a contact", []change{{"clients/acme/contacts.yaml", "email:", "email: # new\n   "}}},
		{"a window", []change{{"clients/acme/windows.yaml", "duration: PT20M", "duration: PT3H"}}},
		{"a profile", []change{{"rules/profiles.yaml", "install: PT10M", "install: PT1M"}}},
		{"the settings", []change{{"patchops.yaml", "horizon: P35D", "horizon: P3D"}}},
	} {
		tree := files(t, append(slices.Clone(short), c.more...)...)
		warm, want := check(t, e, tree, nil, cold.Kept), check(t, e, tree, nil, nil)
		if !slices.EqualFunc(warm.Findings, want.Findings, func(a, b finding.Finding) bool { return finding.Compare(a, b) == 0 }) {
			t.Errorf("%s changed: kept %v, wanted %v", c.what, ids(warm.Findings), ids(want.Findings))
		}
		if warm.Evaluated != want.Evaluated {
			t.Errorf("%s changed: %d evaluations are kept, wanted %d", c.what, warm.Evaluated, want.Evaluated)
		}
	}
}

// TestBaseShowsRolloutsThatADifferenceAffects: new findings, those of an edited
// plan, and no others.
func TestBaseShowsRolloutsThatADifferenceAffects(t *testing.T) {
	e := engine(t)
	for _, c := range []struct {
		what      string
		base, now []change
		shown     bool
	}{
		{"the windows became short", nil, short, true},
		{"they were short before", short, short, false},
		{"they were, and another document of the client changed", short, append(slices.Clone(short), change{"clients/acme/contacts.yaml", "order: 1", "order: 4"}), false},
		{"they were, and the plan changed", short, append(slices.Clone(short), change{"plans/acme/openssl.yaml", "impact: Web", "impact: All web"}), true},
	} {
		found := only(check(t, e, files(t, c.now...), files(t, c.base...), nil).Findings, "rollout/")
		if shown := len(found) > 0; shown != c.shown {
			t.Errorf("%s: %v is shown, wanted %v", c.what, ids(found), c.shown)
		}
	}
}

const ownRolloutRule = `# METADATA
# title: Few sessions a plan
# scope: package
# schemas:
#   - input: schema.rollout
# custom:
#   severity: warning
#   gate: rollout
package patchops.plan.few

deny contains {
	"path": ["waves", i],
	"message": $"wave \"{wave.name}\" of client \"{input.client}\" begins at {wave.plannedStart} in {data.documents.Client[input.client][input.client].spec.timezone}",
} if {
	some i, wave in input.waves
	wave.assets > 3
}
`

func TestOwnRulesJudgeRollouts(t *testing.T) {
	fsys := files(t)
	fsys["policies/plan/few/rule.rego"] = &fstest.MapFile{Data: []byte(ownRolloutRule)}
	out := check(t, engine(t), fsys, nil, nil)
	found := only(out.Findings, "plan/few")
	if len(found) != 1 || found[0].Path != "spec.waves[2]" || !strings.HasSuffix(found[0].Message, "in Europe/Berlin") {
		t.Fatalf("the own rule finds %v", out.Findings)
	}
	off := files(t, change{"patchops.yaml", "    parameters:", "    levels: {plan/few: \"off\"}\n    parameters:"})
	off["policies/plan/few/rule.rego"] = fsys["policies/plan/few/rule.rego"]
	if found := only(check(t, engine(t), off, nil, out.Kept).Findings, "plan/few"); len(found) > 0 {
		t.Errorf("switched off it finds %v", found)
	}
}

const shortAccepted = `apiVersion: patchops.dev/v1alpha1
kind: RiskAcceptance
metadata: {name: short-windows, client: acme}
spec:
  scope: {findings: [rollout/window-too-short]}
  reason: longer windows are agreed from April on
  compensatingControls: [the firewall drops it]
  owner: ada
  approvers: [dana, erin]
  approvedAt: "2026-03-10"
  expires: "2026-05-31"
`

func TestRolloutFindingsAreWaived(t *testing.T) {
	fsys := files(t, short...)
	fsys["clients/acme/acceptance.yaml"] = &fstest.MapFile{Data: []byte(shortAccepted)}
	found := only(check(t, engine(t), fsys, nil, nil).Findings, "rollout/window-too-short")
	if len(found) != 1 || found[0].WaivedBy != "RiskAcceptance/acme/short-windows" {
		t.Errorf("found %v, wanted one that is waived", found)
	}
}
