package effect

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const plan3 = `kind: PatchPlan
metadata: {name: curl, client: acme}
spec:
  changeType: normal
  patches: [openssl]
  targets: {selector: {matchLabels: {env: prod}}}
  deadline: 2026-06-30
  waves: [{name: all, percent: 100}]
  reboot: never
  rollback: {auto: false}`

// landing judges a change, proposed from the small repository, that lands on
// another state of main: main is what moved there, proposal what the change is.
func landing(t testing.TB, main, proposal func(repo) repo) Coverage {
	t.Helper()
	m := small().tree(t)
	a, h, landed := main(small()).tree(t), proposal(small()).tree(t), proposal(main(small())).tree(t)
	return Covers(Between(a, landed), Between(m, h), Between(m, a))
}

func replaced(t testing.TB, file, old, after string) func(repo) repo {
	return func(r repo) repo { return r.with(t, file, old, after) }
}

func added(file, src string) func(repo) repo {
	return func(r repo) repo { return r.and(file, src) }
}

func shownDifferences(ds []Difference) []string {
	var out []string
	for _, d := range ds {
		s := string(d.Why)
		if d.Asset != "" {
			s += " " + d.Client + "/" + d.Document.Name + " " + d.Asset
		}
		if d.Name != "" {
			s += " " + d.Name
		}
		out = append(out, s)
	}
	return out
}

// movement is something that lands on main before the change that was proposed.
type movement struct {
	name           string
	file, old, new string   // as of repo.with; old "" adds the file, or removes it where new is ""
	void           []string // by what approvals are void; nil: they hold
}

func (m movement) applies(r repo) bool { return m.old == "" || strings.Contains(r[m.file], m.old) }

func (m movement) on(t testing.TB, r repo) repo {
	if m.old == "" {
		return r.and(m.file, m.new)
	}
	return r.with(t, m.file, m.old, m.new)
}

// movements are what may land on main before a new plan that every host of acme
// is in (authority.md 2; A2, A3, M3).
func movements() []movement {
	every := func(format string) []string {
		var out []string
		for _, asset := range []string{"db-01", "web-01", "web-02"} {
			out = append(out, fmt.Sprintf(format, asset))
		}
		return out
	}
	const (
		agreement, assets, windows = "clients/acme/agreement.yaml", "clients/acme/assets.yaml", "clients/acme/windows.yaml"
		freeze, profile, patches   = "rules/freeze.yaml", "rules/profile.yaml", "catalog/patches.yaml"

		q2   = "kind: Freeze\nmetadata: {name: q2}\nspec: {from: 2026-06-25, until: 2026-07-05, reason: x, onRunning: finish}"
		sap2 = "kind: VendorSupport\nmetadata: {name: sap2}\nspec: {applications: [sap], timezone: Europe/Berlin, hours: [{days: [SU], from: \"08:00\", to: \"18:00\"}]}"
		noon = "kind: MaintenanceWindow\nmetadata: {name: never}\nspec: {timezone: UTC, start: 2026-01-06T12:00, recurrence: FREQ=DAILY, duration: PT1H, type: deny}"
	)
	nightly := every("allow acme/curl %s MaintenanceWindow/acme/nightly")
	return []movement{
		{"another client", "clients/birch/hosts.csv", "10.1.0.1", "10.1.0.2", nil},
		{"another client's end", "clients/birch/all.yaml", "status: active", "status: ended", nil},
		{"a plan of the same client", "plans/acme/march.yaml", "2026-04-30", "2026-05-30", nil},
		{"a comment", profile, "spec:", "# x\nspec:", nil},
		{"what is known of a patch", patches, "vendor: Debian", "vendor: SPI", nil},
		{"a patch more severe", patches, "high", "critical", every("patches acme/curl %s")},
		{"a freeze more", "rules/f.yaml", "", q2, nil},
		{"a deny window more", "catalog/never.yaml", "", noon, nil},
		{"a blackout more", agreement, "blackouts: [", "blackouts: [{from: 2026-08-01, until: 2026-08-02, reason: x}, ", nil},
		{"an asset less", assets, "  - {name: web-02, address: 10.0.0.2, haGroup: web, dependsOn: [web-01]}\n", "", nil},
		{"a window less", agreement, "[nightly, weekly]", "[nightly]", nil},
		{"a window of emergencies", "catalog/windows.yaml", "T02:00", "T01:00", nil},
		{"rates", agreement, "9000", "9900", nil},
		{"a window wider", windows, "PT4H", "PT6H", nightly},
		{"a window narrower", windows, "PT4H", "PT2H", nightly},
		{"a window more", agreement, "[nightly, weekly]", "[nightly, weekly, urgent]", every("allow acme/curl %s MaintenanceWindow/_/urgent")[1:]},
		{"the freeze lifted", freeze, "", "", every("deny acme/curl %s Freeze/_/q1")},
		{"the freeze shorter", freeze, "2026-04-05", "2026-04-01", every("deny acme/curl %s Freeze/_/q1")},
		{"the freeze let through", freeze, "onRunning", "passAbove: low, onRunning", every("deny acme/curl %s Freeze/_/q1")},
		{"the blackout lifted", agreement, "{from: 2026-12-20, until: 2027-01-02, reason: closing}", "", every("deny acme/curl %s ClientAgreement/acme/2026/blackouts/2026-12-20/2027-01-02")},
		{"a second vendor of sap", "catalog/sap2.yaml", "", sap2, []string{"deny acme/curl db-01 VendorSupport/sap"}},
		{"an address", assets, "10.0.0.1", "10.0.0.9", []string{"asset acme/curl web-01"}},
		{"a dependency", assets, "dependsOn: [web-01]", "dependsOn: [db-01]", []string{"asset acme/curl web-02"}},
		{"an HA group", "clients/acme/ha.yaml", "maxUnavailable: 1", "maxUnavailable: 2", every("asset acme/curl %s")[1:]},
		{"an argument", profile, "nginx", "apache2", every("profile acme/curl %s")},
		{"a playbook", "site.yml", "all", "web", every("profile acme/curl %s")},
		{"a patch's version", patches, "3.0.15", "3.0.16", every("patches acme/curl %s")},
		{"shorter notice", agreement, "P3D", "P1D", every("terms acme/curl %s")},
		{"a longer agreement", agreement, "effective: 2026-01-01", "effective: 2025-01-01", every("terms acme/curl %s")},
	}
}

// TestWhatMovesOnMain: a new plan was proposed, and something lands on main
// before it.
func TestWhatMovesOnMain(t *testing.T) {
	for _, m := range movements() {
		got := landing(t, func(r repo) repo { return m.on(t, r) }, added("plans/acme/curl.yaml", plan3))
		if void := shownDifferences(got.Void); !slices.Equal(void, m.void) || len(got.Uncovered) > 0 {
			t.Errorf("%s: void by %q, wanted %q; uncovered %v", m.name, void, m.void, shownDifferences(got.Uncovered))
		}
	}
	zone := landing(t, replaced(t, "clients/acme/client.yaml", "Europe/Berlin", "Europe/Paris"), added("plans/acme/curl.yaml", plan3))
	if zone.Holds() {
		t.Error("approvals hold in another zone")
	}
}

// TestManyThingsMove: approvals hold if and only if they hold for each thing
// that landed before.
func TestManyThingsMove(t *testing.T) {
	proposed := added("plans/acme/curl.yaml", plan3)
	m := small().tree(t)
	effect := Between(m, proposed(small()).tree(t))
	rapid.Check(t, func(t *rapid.T) {
		main, holds := small(), true
		var names []string
		for _, n := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(movements())-1), 1, 4, rapid.ID[int]).Draw(t, "movements") {
			if move := movements()[n]; move.applies(main) {
				main, holds, names = move.on(noTB(t), main), holds && move.void == nil, append(names, move.name)
			}
		}
		a := main.tree(noTB(t))
		c := Covers(Between(a, proposed(main).tree(noTB(t))), effect, Between(m, a))
		if c.Holds() != holds || len(c.Uncovered) > 0 {
			t.Fatalf("%q: holds is %v, wanted %v: %v", names, c.Holds(), holds, shownDifferences(c.Void))
		}
	})
}

// TestWhatCameIsUncovered: an asset that came voids nothing and is listed; a
// plan that was widened voids.
func TestWhatCameIsUncovered(t *testing.T) {
	more := replaced(t, "clients/acme/assets.yaml", "  - {name: db-01", "  - {name: web-03, haGroup: web}\n  - {name: db-01")
	c := landing(t, more, added("plans/acme/curl.yaml", plan3))
	if got := shownDifferences(c.Uncovered); !c.Holds() || !slices.Equal(got, []string{"grant acme/curl web-03"}) {
		t.Errorf("a new asset: void %v, uncovered %v", shownDifferences(c.Void), got)
	}
	row := replaced(t, "clients/birch/hosts.csv", "10.1.0.1\n", "10.1.0.1\nmail-02,debian,prod,server,apt,10.1.0.2\n")
	c = landing(t, row, replaced(t, "catalog/windows.yaml", "PT2H", "PT1H"))
	if got := shownDifferences(c.Uncovered); !c.Holds() || !slices.Equal(got, []string{"grant birch/openssl mail-02"}) {
		t.Errorf("a new row: void %v, uncovered %v", shownDifferences(c.Void), got)
	}
	base := small().with(t, "plans/acme/march.yaml", "{matchLabels: {env: prod}}", "{matchLabels: {os: rhel}}")
	edit := replaced(t, "clients/acme/windows.yaml", "PT4H", "PT5H")
	m, a := base.tree(t), small().tree(t)
	c = Covers(Between(a, edit(small()).tree(t)), Between(m, edit(base).tree(t)), Between(m, a))
	want := []string{"grant acme/march web-01", "grant acme/march web-02"}
	if got := shownDifferences(c.Void); !slices.Equal(got, want) || len(c.Uncovered) > 0 {
		t.Errorf("a plan widened on main: void %v, wanted %v; uncovered %v", got, want, shownDifferences(c.Uncovered))
	}
}

// TestNotWhatWasProposed: what lands is another change than what was approved.
func TestNotWhatWasProposed(t *testing.T) {
	m := small()
	effect := func(changes ...func(repo) repo) *Effect {
		h := m
		for _, change := range changes {
			h = change(h)
		}
		return between(t, m, h)
	}
	deadline := func(s string) func(repo) repo { return replaced(t, "plans/acme/march.yaml", "2026-04-30", s) }
	readme, plan := replaced(t, "README.md", "hello", "bye"), added("plans/acme/curl.yaml", plan3)
	remove := added("plans/acme/march.yaml", "")
	tests := []struct {
		name              string
		landing, proposed *Effect
		void              []string // the reasons
	}{
		{"the same", effect(plan, readme), effect(plan, readme), nil},
		{"a file more", effect(plan, readme), effect(plan), []string{"file"}},
		{"a file less", effect(plan), effect(plan, readme), []string{"file"}},
		{"other content", effect(replaced(t, "README.md", "hello", "oh")), effect(readme), []string{"file"}},
		{"a document more", effect(plan, deadline("2026-04-29")), effect(plan), []string{"document", "grant"}},
		{"a removal alone", effect(remove), effect(remove), nil},
		{"no removal", effect(deadline("2026-04-29")), effect(remove), []string{"document", "removal"}},
		{"a removal instead", effect(remove), effect(deadline("2026-04-29")), []string{"document", "removal"}},
		{"an earlier deadline", effect(deadline("2026-05-01")), effect(deadline("2026-05-02")), []string{"document"}},
		{"a later deadline", effect(deadline("2026-05-03")), effect(deadline("2026-05-02")), []string{"document", "until"}},
	}
	for _, test := range tests {
		var got []string
		for _, d := range Covers(test.landing, test.proposed, nil).Void {
			got = append(got, string(d.Why))
		}
		slices.Sort(got)
		if got = slices.Compact(got); !slices.Equal(got, test.void) {
			t.Errorf("%s: void by %v, wanted %v", test.name, got, test.void)
		}
	}
}

func TestLater(t *testing.T) {
	tests := []struct {
		a, b  string
		later bool
	}{
		{"2026-04-30", "2026-04-30", false},
		{"2026-05-01", "2026-04-30", true},
		{"2026-04-29", "2026-04-30", false},
		{"2026-04-30T00:00:00Z", "2026-04-30T02:00:00+02:00", false},
		{"2026-04-30T00:00:01Z", "2026-04-30T02:00:00+02:00", true},
		{"2026-04-30T09:59:59Z", "2026-04-30", false}, // ends at 10:00Z at the earliest
		{"2026-04-30T10:00:01Z", "2026-04-30", true},
		{"2026-04-30", "2026-05-01T12:00:00Z", false}, // ends at 12:00Z at the latest
		{"2026-04-30", "2026-05-01T11:59:59Z", true},
	}
	for _, test := range tests {
		if got := later(test.a, test.b); got != test.later {
			t.Errorf("%s later than %s is %v", test.a, test.b, got)
		}
	}
}

// TestAllWindowsTogether: where all windows must be open at once, one less opens
// more, so it voids; where any will do, it does not.
func TestAllWindowsTogether(t *testing.T) {
	plan := added("plans/acme/curl.yaml", strings.Replace(plan3, "openssl", "kernel", 1))
	for combine, holds := range map[string]bool{"any": true, "all": false} {
		start := small().with(t, "clients/acme/assets.yaml", "windowRefs: [nightly]", "windowCombine: "+combine)
		moved := start.with(t, "clients/acme/agreement.yaml", "[nightly, weekly]", "[nightly]")
		m, a := start.tree(t), moved.tree(t)
		c := Covers(Between(a, plan(moved).tree(t)), Between(m, plan(start).tree(t)), Between(m, a))
		if c.Holds() != holds {
			t.Errorf("windowCombine %s: holds is %v: %v", combine, c.Holds(), shownDifferences(c.Void))
		}
	}
}
