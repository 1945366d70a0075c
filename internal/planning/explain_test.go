package planning

import (
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/rollout"
)

func reasonOf(t *testing.T, e *Explanation, plan string) PlanReason {
	t.Helper()
	i := slices.IndexFunc(e.Plans, func(r PlanReason) bool { return r.Plan == plan })
	if i < 0 {
		t.Fatalf("nothing about plan %s, only %v", plan, e.Plans)
	}
	return e.Plans[i]
}

// TestExplainNames: the documents that an asset's rollout comes from.
func TestExplainNames(t *testing.T) {
	r := build(t, example(t, "msp"))
	e := r.Explain("klinikum", "spa-dc-01")
	if e == nil {
		t.Fatal("nothing about the asset")
	}
	want := []string{"AssetList/klinikum/spandau", "Site/klinikum/spandau", "Relay/klinikum/spa-relay", "spa-esx-01", "ExecutorProfile/_/windows-update", ""}
	if got := []string{e.List, e.Site, e.Relay, e.RunsOn, e.Profile, e.Group}; !slices.Equal(got, want) {
		t.Errorf("documents are %v, wanted %v", got, want)
	}
	if e.At.Line == 0 || len(e.Agreements) != 1 || !e.Agreements[0].Now || e.Agreements[0].Document != "ClientAgreement/klinikum/service-agreement" {
		t.Errorf("at %v, agreements %v", e.At, e.Agreements)
	}
	if r.Explain("klinikum", "gone") != nil || r.Explain("gone", "spa-dc-01") != nil || r.Risk("gone", "windows", "x") != nil {
		t.Error("what does not exist is explained")
	}
}

// TestExplainWindows: each window and why it opens or not.
func TestExplainWindows(t *testing.T) {
	tr := example(t, "minimal").with(t, web("windowRefs: [nightly, private, quiet]"),
		change{termsFile, "windowRefs: [nightly, sunday-after-patch-tuesday]", "windowRefs: [nightly, sunday-after-patch-tuesday, labs, quiet]"},
		change{assetFile, "role: database,", "role: database, windowRefs: [labs],"},
		change{windowFile, "", `apiVersion: patchops.dev/v1alpha1
kind: MaintenanceWindow
metadata: {name: labs, client: acme}
spec: {timezone: client, start: "2026-01-01T00:00", duration: PT1H, selector: {matchLabels: {env: lab}}}
---
apiVersion: patchops.dev/v1alpha1
kind: MaintenanceWindow
metadata: {name: quiet, client: acme}
spec: {timezone: client, start: "2026-05-01T00:00", duration: PT1H, type: deny, selector: {matchLabels: {role: web}}}
`})
	r := build(t, tr)
	const terms = "agreed in ClientAgreement/acme/agreement-2026"
	want := map[string][]Applies{
		"web-01": {
			{"MaintenanceWindow/acme/labs", false, "the asset has windowRefs and does not name it"},
			{"MaintenanceWindow/acme/nightly", true, terms},
			{"private", false, "the asset names it and no agreement does"},
			{"MaintenanceWindow/acme/quiet", false, "it cannot be read, or it is a deny window"},
			{"MaintenanceWindow/acme/sunday-after-patch-tuesday", false, "the asset has windowRefs and does not name it"},
		},
		"db-01": {
			{"MaintenanceWindow/acme/labs", false, "its selector: env is prod, wanted lab"},
			{"MaintenanceWindow/acme/nightly", false, "the asset has windowRefs and does not name it"},
			{"MaintenanceWindow/acme/quiet", false, "it cannot be read, or it is a deny window"},
			{"MaintenanceWindow/acme/sunday-after-patch-tuesday", false, "the asset has windowRefs and does not name it"},
		},
	}
	for asset, windows := range want {
		if got := r.Explain("acme", asset).Windows; !slices.Equal(got, windows) {
			t.Errorf("%s: %v, wanted %v", asset, got, windows)
		}
	}
	denies := map[string]Applies{
		"web-01": {"MaintenanceWindow/acme/quiet", true, "its selector takes the asset"},
		"db-01":  {"MaintenanceWindow/acme/quiet", false, "its selector: role is database, wanted web"},
	}
	for asset, deny := range denies {
		if got := r.Explain("acme", asset).Denies; !slices.Equal(got, []Applies{deny}) {
			t.Errorf("%s: %v, wanted %v", asset, got, deny)
		}
	}
}

// TestExplainSaysWhatPassesAFreeze: else nobody understands work in the midst of one.
func TestExplainSaysWhatPassesAFreeze(t *testing.T) {
	want := Applies{"Freeze/_/black-friday", true, "binds every asset; work of severity above high passes"}
	if found := build(t, example(t, "msp")).Explain("hudson", "boston-fw").Denies; !slices.Contains(found, want) {
		t.Errorf("found %v, wanted %v", found, want)
	}
}

// TestExplainPlans: each open plan, what it has to do or why it has nothing to do.
func TestExplainPlans(t *testing.T) {
	r := build(t, example(t, "msp"))
	tests := []struct {
		client, asset, plan string
		code                rollout.Code
		why                 string
	}{
		{"hudson", "hq-ws-01", "PatchPlan/hudson/windows", "", ""},
		{"hudson", "hq-ws-01", "PatchPlan/hudson/network-firmware", rollout.NotSelected, "targets.selector: class is workstation, wanted network"},
		{"marlow", "syd-backup-01", "PatchPlan/_/emergency-openssh", rollout.NotSelected, "its targets do not name client marlow"},
		{"klinikum", "mit-lis-01", "PatchPlan/klinikum/windows-servers", rollout.NotSelected, "targets.exclude takes it"},
		{"klinikum", "mit-dc-01", "PatchPlan/klinikum/laboratory", rollout.NotSelected, "targets.assets does not name it"},
	}
	for _, test := range tests {
		got := reasonOf(t, r.Explain(test.client, test.asset), test.plan)
		if got.Code != test.code || got.Why != test.why {
			t.Errorf("%s in %s: %q, %q; wanted %q, %q", test.asset, test.plan, got.Code, got.Why, test.code, test.why)
		}
	}
	finance := reasonOf(t, r.Explain("hudson", "sec-erp-01"), "PatchPlan/hudson/windows")
	i := slices.IndexFunc(finance.Patches, func(f PatchFate) bool { return f.Patch == "ms-dotnet-8" })
	if i < 0 || finance.Patches[i].Code != rollout.Exception || finance.Patches[i].By != "RiskAcceptance/hudson/finance-dotnet" {
		t.Errorf("patches are %v", finance.Patches)
	}
}

// TestExplainAgrees: what is explained is what is planned.
func TestExplainAgrees(t *testing.T) {
	r := build(t, example(t, "msp"))
	worked := 0
	for i := range r.Input.Clients {
		c := &r.Input.Clients[i]
		for a := range c.Assets {
			e := r.Explain(c.Name, c.Assets[a].Name)
			for j := range c.Plans {
				p := &c.Plans[j]
				got, at := reasonOf(t, e, p.ID), slices.IndexFunc(p.Work, func(w rollout.Work) bool { return w.Asset == a })
				risk := r.Risk(c.Name, p.Name, c.Assets[a].Name)
				if (got.Code == "") != (at >= 0) || (risk != nil) != (at >= 0) {
					t.Fatalf("%s in %s: explained as %q, has work: %t", c.Assets[a].Name, p.Name, got.Code, at >= 0)
				}
				if at < 0 {
					continue
				}
				worked++
				if w := p.Work[at]; w.Risk != risk.Score.Total || w.Due != risk.Due || (w.Due != 0) != strings.HasPrefix(risk.Rule, "SLAPolicy/") {
					t.Fatalf("%s in %s: %+v, explained as %+v", c.Assets[a].Name, p.Name, w, risk)
				}
			}
		}
	}
	if worked < 100 {
		t.Errorf("only %d assets with work", worked)
	}
}
