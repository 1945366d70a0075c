package planning

import (
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

const windowFile = "clients/acme/windows.yaml"

func acme(t *testing.T, changes ...change) *rollout.Client {
	t.Helper()
	return clientOf(t, build(t, example(t, "minimal").with(t, changes...)), "acme")
}

// TestLeads: the longest lead that matches, and only where it is longer than the
// agreement's.
func TestLeads(t *testing.T) {
	c := acme(t, change{termsFile, "lead: P3D", `lead: P3D
    businessDays: true
    rules:
      - {selector: {matchLabels: {os: debian}}, lead: PT1H}
      - {selector: {matchLabels: {role: database}}, lead: P5D}
      - {selector: {matchLabels: {tier: "0"}}, lead: P7D}
      - {selector: {matchLabels: {role: web}}, lead: P4D}`})
	a := c.Agreements[0]
	got := map[string]rollout.Lead{}
	for i, lead := range a.Leads {
		got[c.Assets[i].Name] = lead
	}
	const day = 86400
	if len(got) != 3 || got["db-01"] != (rollout.Lead{Seconds: 7 * day, Path: "spec.notice.rules[2].lead"}) ||
		got["web-01"] != (rollout.Lead{Seconds: 4 * day, Path: "spec.notice.rules[3].lead"}) || got["web-02"] != got["web-01"] {
		t.Errorf("longer leads are %v", got)
	}
	if a.Lead != (rollout.Lead{Seconds: 3 * day, Path: "spec.notice.lead"}) || !a.BusinessDays || a.EmergencyLead.Seconds != 7200 {
		t.Errorf("leads are %+v and %+v, in business days %t", a.Lead, a.EmergencyLead, a.BusinessDays)
	}
}

// TestContacts: who is told, by order, without those whose time is over.
func TestContacts(t *testing.T) {
	c := acme(t, change{termsFile, "contactRefs: [ops-desk]", "contactRefs: [it-manager, on-call, ops-desk, it-manager]"},
		change{callFile, "order: 2\n  validUntil: 2027-03-12", "order: 2\n  validUntil: 2026-03-11"})
	want := []rollout.Contact{{Name: "ops-desk", Phone: "+49301234560"}, {Name: "it-manager", Phone: "+49301234562"}}
	if got := c.Agreements[0].Contacts; !slices.Equal(got, want) {
		t.Errorf("contacts are %v, wanted %v", got, want)
	}
	if got := c.Agreements[0].EmergencyContacts; len(got) != 1 || got[0].Name != "it-manager" {
		t.Errorf("emergency contacts are %v", got)
	}
}

const nextTerms = `apiVersion: patchops.dev/v1alpha1
kind: ClientAgreement
metadata: {name: zz-next, client: acme}
spec:
  effective: "2026-07-01"
  windowRefs: [nightly]
  notice: {lead: P1D, channels: [email], contactRefs: [ops-desk]}
  rates: {currency: EUR, basis: included, regularPerHour: 100}
  emergency: {allowed: false, notice: PT0S, contactRefs: []}
  acknowledgements: []
`

// TestAgreementsAreDisjoint: where two are in force, the first by name is.
func TestAgreementsAreDisjoint(t *testing.T) {
	overlap := acme(t, change{termsFile, "", nextTerms})
	var got []string
	for _, a := range overlap.Agreements {
		got = append(got, a.Name+" "+when(a.From)+" "+when(a.Until))
	}
	if text := strings.Join(got, ", "); text != "agreement-2026 2025-12-31T23:00Z 2027-12-31T23:00Z, zz-next 2027-12-31T23:00Z 2100-01-01T00:00Z" {
		t.Errorf("agreements are %s", text)
	}
	inside := acme(t, change{termsFile, "", strings.Replace(nextTerms, "zz-next", "aa-trial", 1)}, change{termsFile, `effective: "2026-07-01"`, "effective: \"2026-07-01\"\n  expires: \"2026-07-31\""})
	if len(inside.Agreements) != 3 || inside.Agreements[0].ID != inside.Agreements[2].ID || inside.Agreements[1].Name != "aa-trial" {
		t.Errorf("agreements are %+v", inside.Agreements)
	}
	for i := range inside.Agreements[1:] {
		if inside.Agreements[i].Until > inside.Agreements[i+1].From {
			t.Errorf("agreements %d and %d overlap", i, i+1)
		}
	}
}

// TestMoves: a moved occurrence is in its new place only, and needs no new notice
// where that was agreed.
func TestMoves(t *testing.T) {
	c := acme(t, change{termsFile, "  notice:", `  moves:
    - {windowRef: nightly, from: 2026-03-14T22:00, to: 2026-03-15T20:00, contactRef: ops-desk, at: "2026-03-10", waivesNotice: true}
    - {windowRef: nightly, from: 2026-03-16T22:00, to: 2026-03-16T12:00, contactRef: ops-desk, at: "2026-03-10"}
  notice:`})
	w := slices.IndexFunc(c.Windows, func(w rollout.Window) bool { return w.Name == "nightly" })
	starts := func(text string) int64 {
		at, err := window.ParseInstant(text)
		if err != nil {
			t.Fatal(err)
		}
		return at.Unix()
	}
	moved, old := starts("2026-03-15T19:00:00Z"), starts("2026-03-14T21:00:00Z")
	var open []int64
	for _, o := range c.Windows[w].Def.Expand(old-3600, moved+1).Occurrences {
		open = append(open, o.Start)
	}
	if slices.Contains(open, old) || !slices.Contains(open, moved) {
		t.Errorf("occurrences start at %v, wanted %d and not %d", open, moved, old)
	}
	if waived := c.Agreements[0].Waived; len(waived) != 1 || len(waived[w]) != 1 || !waived[w][moved] {
		t.Errorf("notice is waived for %v, wanted only %d", waived, moved)
	}
}

// TestMovesOfAnAgreementThatIsOver: what was agreed for a time after the agreement
// moves nothing.
func TestMovesOfAnAgreementThatIsOver(t *testing.T) {
	c := acme(t, change{termsFile, "  notice:", `  moves: [{windowRef: nightly, from: 2028-03-14T22:00, to: 2028-03-15T20:00, contactRef: ops-desk, at: "2026-03-10"}]
  notice:`})
	for _, w := range c.Windows {
		if len(w.Def.Moves) > 0 {
			t.Errorf("window %s has moves %v of an agreement that is over", w.Name, w.Def.Moves)
		}
	}
}

const denies = `apiVersion: patchops.dev/v1alpha1
kind: Freeze
metadata: {name: inventory}
spec: {from: "2026-03-20", until: "2026-03-21", reason: stocktaking, passAbove: high, override: {approvalRuleRef: freeze}, onRunning: finish, selector: {matchLabels: {role: web}}}
---
apiVersion: patchops.dev/v1alpha1
kind: Freeze
metadata: {name: others}
spec: {from: "2026-03-20", until: "2026-03-21", reason: no, clientSelector: {matchLabels: {tier: "7"}}, onRunning: finish}
---
apiVersion: patchops.dev/v1alpha1
kind: Freeze
metadata: {name: over, client: acme}
spec: {from: "2026-03-01", until: "2026-03-11", reason: no, onRunning: finish}
---
apiVersion: patchops.dev/v1alpha1
kind: Freeze
metadata: {name: closing, client: acme}
spec: {start: "2026-01-31T00:00", recurrence: FREQ=MONTHLY;BYMONTHDAY=-1, duration: P1D, timezone: America/New_York, reason: closing, onRunning: finish}
---
apiVersion: patchops.dev/v1alpha1
kind: MaintenanceWindow
metadata: {name: quiet}
spec: {timezone: client, start: "2026-01-01T12:00", recurrence: FREQ=DAILY, end: "13:00", type: deny}
`

// TestDenies: freezes, blackouts and deny windows, whose they are, whom they bind
// and what passes them.
func TestDenies(t *testing.T) {
	c := acme(t, change{windowFile, "", denies}, change{termsFile, "  rates:", "  blackouts: [{from: \"2026-03-28\", until: \"2026-03-29\", reason: fair}]\n  rates:"})
	byID := map[string]int{}
	for i, d := range c.Denies {
		byID[d.ID] = i
	}
	want := map[string]string{
		"ClientAgreement/acme/agreement-2026": "spec.blackouts[0].until", "Freeze/_/inventory": "spec.until",
		"Freeze/acme/closing": "spec.duration", "MaintenanceWindow/_/quiet": "spec.end",
	}
	for id, path := range want {
		if i, known := byID[id]; !known || c.Denies[i].Path != path {
			t.Errorf("%s is missing or has not the path %s", id, path)
		}
	}
	if len(c.Denies) != len(want) {
		t.Errorf("%d denies: %v, wanted %d", len(c.Denies), byID, len(want))
	}
	inventory, blackout := c.Denies[byID["Freeze/_/inventory"]], c.Denies[byID["ClientAgreement/acme/agreement-2026"]]
	// A global freeze without a zone is read in the client's; the blackout ends
	// with the hour that the clocks skip.
	if when(inventory.Fixed.Start) != "2026-03-19T23:00Z" || when(inventory.Fixed.End) != "2026-03-21T23:00Z" || inventory.PassAbove != 4 || inventory.Rule != "freeze" {
		t.Errorf("the freeze is %+v", inventory)
	}
	if when(blackout.Fixed.Start) != "2026-03-27T23:00Z" || when(blackout.Fixed.End) != "2026-03-29T22:00Z" {
		t.Errorf("the blackout is %s to %s", when(blackout.Fixed.Start), when(blackout.Fixed.End))
	}
	for _, a := range c.Assets {
		if bound := slices.Contains(a.Denies, byID["Freeze/_/inventory"]); bound != strings.HasPrefix(a.Name, "web") || len(a.Denies) < 3 {
			t.Errorf("%s is bound by %v", a.Name, a.Denies)
		}
	}
}

// TestWindowsOfAssets: an asset's own windowRefs narrow, a selector narrows, and
// what the agreement does not name is no window.
func TestWindowsOfAssets(t *testing.T) {
	c := acme(t, web("windowRefs: [nightly, unknown], windowCombine: all"),
		change{windowFile, "description: Every night", "selector: {matchLabels: {class: server}}\n  description: Every night"},
		change{windowFile, "", "apiVersion: patchops.dev/v1alpha1\nkind: MaintenanceWindow\nmetadata: {name: private, client: acme}\nspec: {timezone: client, start: 2026-01-01T00:00, duration: PT1H}\n"})
	if len(c.Windows) != 2 || c.Windows[0].Name != "nightly" {
		t.Fatalf("windows are %+v", c.Windows)
	}
	want := map[string][]int{"web-01": {0}, "web-02": {0, 1}, "ws-01": {1}}
	for _, a := range c.Assets {
		if w, asked := want[a.Name]; asked && (!slices.Equal(a.Windows, w) || a.All != (a.Name == "web-01")) {
			t.Errorf("%s has the windows %v all %t, wanted %v", a.Name, a.Windows, a.All, w)
		}
	}
}

// TestRates: what is not written is the rate before it; hours are the client's.
func TestRates(t *testing.T) {
	r := acme(t, change{termsFile, "    afterHoursPerHour: 14000\n", ""}).Agreements[0].Rates
	if r.Basis != "attended" || r.AfterHours != 9500 || r.Holiday != 9500 || len(r.Regular) == 0 || r.MinimumMins != 30 {
		t.Errorf("rates are %+v", r)
	}
	own := acme(t, change{termsFile, "    regularPerHour", "    regularHours: [{days: [SU], from: \"00:00\", to: \"24:00\"}]\n    regularPerHour"}).Agreements[0].Rates
	if len(own.Regular) != 1 || own.Regular[0].To != 86400 || own.Holiday != 14000 {
		t.Errorf("rates are %+v", own)
	}
}
