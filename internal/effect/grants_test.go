package effect

import (
	"crypto/sha256"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/finding"
)

// in are edits of the small repository that a case starts from.
func in(t testing.TB, edits ...edit) repo {
	r := small()
	for _, e := range edits {
		r = r.with(t, e.file, e.old, e.new)
	}
	return r
}

// aspectsOf are in what a host's grant differs, as "part" or "part id".
func aspectsOf(e *Effect, client, plan, asset string) []string {
	var out []string
	for i := range e.Grants {
		g := &e.Grants[i]
		if g.Client != client || g.Plan.Name != plan || g.Asset != asset {
			continue
		}
		for _, a := range g.Aspects() {
			out = append(out, strings.TrimSuffix(string(a.Part)+" "+a.Name, " "))
		}
	}
	return out
}

// TestGrantsDifferInWhatTheyAreMadeOf: exactly in the parts that a change is
// about, for exactly the hosts that it is about.
func TestGrantsDifferInWhatTheyAreMadeOf(t *testing.T) {
	const (
		client, agreement, windows = "clients/acme/client.yaml", "clients/acme/agreement.yaml", "clients/acme/windows.yaml"
		freeze, sap, days, openssl = "rules/freeze.yaml", "catalog/sap.yaml", "catalog/days.yaml", "plans/openssl.yaml"
		zoned                      = "terms,allow MaintenanceWindow/acme/nightly,allow MaintenanceWindow/acme/weekly," +
			"deny ClientAgreement/acme/2026/blackouts/2026-12-20/2027-01-02,deny Freeze/_/q1,deny HolidayCalendar/_/de,deny MaintenanceWindow/acme/no-noon"
	)
	paris := edit{file: client, old: "Europe/Berlin", new: "Europe/Paris"}
	dated := edit{file: openssl, old: "reboot: never", new: "reboot: never\n  notBefore: 2026-04-01"}
	business := edit{file: agreement, old: "lead: P3D", new: "businessDays: true, lead: P3D"}
	tests := []struct {
		name        string
		start       []edit
		change      edit
		plan, asset string
		want        string
	}{
		{"the zone, where dates are bare", nil, paris, "march", "web-01", "dates," + zoned},
		{"the zone, where the deadline is an instant", nil, paris, "openssl", "web-01", zoned},
		{"the zone, where notBefore is a date", []edit{dated}, paris, "openssl", "web-01", "dates," + zoned},
		{"a holiday", nil, edit{file: days, old: "12-25", new: "12-24"}, "march", "web-01", "allow MaintenanceWindow/acme/weekly,deny HolidayCalendar/_/de"},
		{"a holiday's name", nil, edit{file: days, old: "Christmas", new: "Noel"}, "march", "web-01", ""},
		{"a holiday of a vendor", []edit{{file: sap, old: "timezone", new: "holidayCalendars: [de], timezone"}}, edit{file: days, old: "12-25", new: "12-24"}, "march", "db-01", "deny HolidayCalendar/_/de,deny VendorSupport/sap"},
		{"a window of others", []edit{{file: windows, old: "onHoliday: skip", new: "selector: {matchLabels: {os: rhel}}"}}, edit{file: windows, old: "PT6H", new: "PT5H"}, "march", "web-01", ""},
		{"a window that the asset does not want", nil, edit{file: windows, old: "PT6H", new: "PT5H"}, "march", "db-01", ""},
		{"who else gets a window", nil, edit{file: windows, old: "onHoliday: skip", new: "onHoliday: skip, selector: {matchLabels: {env: prod}}"}, "march", "web-01", ""},
		{"a freeze of other clients", []edit{{file: freeze, old: "reason", new: `clientSelector: {matchLabels: {tier: "1"}}, reason`}}, edit{file: freeze, old: "04-05", new: "04-06"}, "march", "web-01", ""},
		{"a freeze of other assets", []edit{{file: freeze, old: "env: prod", new: "os: rhel"}}, edit{file: freeze, old: "04-05", new: "04-06"}, "march", "web-01", ""},
		{"what restarts", nil, edit{file: "catalog/patches.yaml", old: "restart: service", new: "restart: none"}, "march", "web-01", "patches"},
		{"a move without notice", nil, edit{file: agreement, old: "contactRef: ops, at", new: "contactRef: ops, waivesNotice: true, at"}, "march", "web-01", "allow MaintenanceWindow/acme/weekly"},
		{"who agreed to a move", nil, edit{file: agreement, old: "contactRef: ops, at", new: "contactRef: boss, at"}, "march", "web-01", ""},
		{"business hours", nil, edit{file: client, old: "status: active", new: `status: active, businessHours: [{days: [MO], from: "08:00", to: "12:00"}]`}, "march", "web-01", ""},
		{"business hours, where they count", []edit{business}, edit{file: client, old: "status: active", new: `status: active, businessHours: [{days: [MO], from: "08:00", to: "12:00"}]`}, "march", "web-01", "terms"},
		{"targets that still select it", nil, edit{file: "plans/acme/march.yaml", old: "{matchLabels: {env: prod}}", new: "{matchLabels: {os: debian}}"}, "march", "web-01", ""},
	}
	for _, test := range tests {
		before := in(t, test.start...)
		e := between(t, before, before.with(t, test.change.file, test.change.old, test.change.new))
		if got := strings.Join(aspectsOf(e, "acme", test.plan, test.asset), ","); got != test.want {
			t.Errorf("%s: the grant differs in %q, wanted %q", test.name, got, test.want)
		}
	}
}

func TestModeCounts(t *testing.T) {
	after := small().tree(t)
	f := after.files["README.md"]
	f.Mode = "100755"
	after.files["README.md"] = f
	e := Between(small().tree(t), after)
	if got := summary(e); !slices.Equal(got, []string{"~file README.md"}) || e.Files[0].Before.Digest != e.Files[0].After.Digest {
		t.Errorf("an executable file has the effect %v", got)
	}
}

// TestWhosePlan: two plans that say the same, of one client and of all, are no
// one grant.
func TestWhosePlan(t *testing.T) {
	own := strings.TrimPrefix(strings.Replace(small()["plans/openssl.yaml"], "{name: openssl}", "{name: openssl, client: acme}", 1), header)
	tree := small().and("plans/acme/openssl.yaml", strings.Replace(own, "targets: {clients: [acme, birch]}", "targets: {}", 1)).tree(t)
	global := tree.plan(finding.Identity{Kind: "PatchPlan", Name: "openssl"})
	client := tree.plan(finding.Identity{Kind: "PatchPlan", Client: "acme", Name: "openssl"})
	if global.digest == client.digest {
		t.Error("both plans have one digest")
	}
}

// TestUncoveredIsOnlyForAssets: where something else that selects changed too, a
// grant that nobody saw voids.
func TestUncoveredIsOnlyForAssets(t *testing.T) {
	asset := edit{file: "clients/acme/assets.yaml", old: "10.0.0.3", new: "10.0.0.3, role: db"}
	ended := edit{file: "clients/acme/client.yaml", old: "active", new: "ended"}
	narrow := edit{file: "plans/acme/march.yaml", old: "{env: prod}", new: "{os: rhel}"}
	applies := edit{file: "catalog/patches.yaml", old: "severity: high", new: "appliesTo: {matchLabels: {os: rhel}}, severity: high"}
	bundle := edit{file: "catalog/patches.yaml", old: "[kernel, openssl]", new: "[kernel]"}
	for name, start := range map[string]edit{"the client": ended, "the plan": narrow, "the patch": applies, "the bundle": bundle} {
		was := in(t, start)
		now := in(t, asset)
		change := func(r repo) repo { return r.with(t, "clients/acme/windows.yaml", "PT4H", "PT5H") }
		m, a := was.tree(t), now.tree(t)
		c := Covers(Between(a, change(now).tree(t)), Between(m, change(was).tree(t)), Between(m, a))
		if got := shownDifferences(c.Void); !slices.Contains(got, "grant acme/march web-01") || len(c.Uncovered) > 0 {
			t.Errorf("%s gave hosts on main: void %v, uncovered %v", name, got, shownDifferences(c.Uncovered))
		}
	}
}

// TestSelectorsThatReadAlike: two selectors whose words are the same one after
// another are not the same selector.
func TestSelectorsThatReadAlike(t *testing.T) {
	const field = "appliesTo: {matchExpressions: [%]}, severity: high"
	one := strings.Replace(field, "%", "{key: env, operator: In, values: [prod, os, In, plan9]}", 1)
	two := strings.Replace(field, "%", "{key: env, operator: In, values: [prod]}, {key: os, operator: In, values: [plan9]}", 1)
	before := small().with(t, "catalog/patches.yaml", "severity: high", two).tree(t)
	after := small().with(t, "catalog/patches.yaml", "severity: high", one).tree(t)
	e := Between(before, after)
	if len(e.Grants) != 7 {
		t.Errorf("the patch now applies to all hosts of both plans, and %d grants differ, want 7: %v", len(e.Grants), summary(e))
	}
}

// TestDigestIsOfSortedParts: one client's part is provable without the others'
// names.
func TestDigestIsOfSortedParts(t *testing.T) {
	for _, e := range edits() {
		effect := between(t, small(), small().with(t, e.file, e.old, e.new))
		var sums []string
		for _, s := range effect.SubEffects() {
			sums = append(sums, s.Digest().String())
		}
		slices.Sort(sums)
		b, err := json.Marshal(sums)
		if want := Digest(sha256.Sum256(b)); err != nil || effect.Digest() != want {
			t.Errorf("%s: the digest is %s, wanted %s", e.name, effect.Digest(), want)
		}
	}
}
