package effect

import (
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/schema"
	"github.com/patchops/patchops/internal/shape"
	"github.com/patchops/patchops/schemas"
)

// edit is one change of a file: old to new, or a file more or less.
type edit struct {
	name           string
	file, old, new string
	want           []string
}

const (
	acmeMarch   = "~acme/march db-01,~acme/march web-01,~acme/march web-02"
	acmeOpenssl = "~acme/openssl db-01,~acme/openssl web-01,~acme/openssl web-02"
	birch       = "~birch/openssl mail-01"
)

func all(groups ...string) []string { return strings.Split(strings.Join(groups, ","), ",") }

// edits are the kinds of change that there are, each with all that it is.
func edits() []edit {
	return []edit{
		{"an address", "clients/acme/assets.yaml", "10.0.0.1", "10.0.0.9", all("~AssetList/acme/all,~acme/march web-01,~acme/openssl web-01")},
		{"an argument of a step", "rules/profile.yaml", "is-active", "is-enabled", all("~ExecutorProfile/_/apt", acmeMarch, acmeOpenssl, birch)},
		{"a playbook", "site.yml", "all", "web", all("~file site.yml", acmeMarch, acmeOpenssl, birch)},
		{"a patch's version", "catalog/patches.yaml", "5.14", "5.15", all("~Patch/_/kernel,~acme/march db-01")},
		{"a window's length", "clients/acme/windows.yaml", "PT4H", "PT5H", all("~MaintenanceWindow/acme/nightly", acmeMarch, acmeOpenssl)},
		{"a window removed", "clients/acme/agreement.yaml", "[nightly, weekly]", "[weekly]", all("~ClientAgreement/acme/2026", acmeMarch, acmeOpenssl)},
		{"a window of every client", "catalog/windows.yaml", "PT2H", "PT3H", all("~MaintenanceWindow/_/urgent", birch)},
		{"a deny window", "clients/acme/windows.yaml", "PT1H", "PT2H", all("~MaintenanceWindow/acme/no-noon,~acme/march web-01,~acme/march web-02,~acme/openssl web-01,~acme/openssl web-02")},
		{"a moved occurrence", "clients/acme/agreement.yaml", "2026-03-08T22:00", "2026-03-08T21:00", all("~ClientAgreement/acme/2026,~acme/march web-01,~acme/march web-02,~acme/openssl web-01,~acme/openssl web-02")},
		{"a freeze", "rules/freeze.yaml", "2026-04-05", "2026-04-01", all("~Freeze/_/q1", acmeMarch, acmeOpenssl, birch)},
		{"an asset", "clients/acme/assets.yaml", "  - {name: web-02, address: 10.0.0.2, haGroup: web, dependsOn: [web-01]}\n", "", all("~AssetList/acme/all,-acme/march web-02,-acme/openssl web-02")},
		{"a notice", "clients/acme/agreement.yaml", "P3D", "P1D", all("~ClientAgreement/acme/2026", acmeMarch, acmeOpenssl)},
		{"a holiday", "catalog/days.yaml", "2026-12-25", "2026-12-24", all("~HolidayCalendar/_/de", acmeMarch, acmeOpenssl)},
		{"a plan's waves", "plans/acme/march.yaml", "percent: 10}", "percent: 20}", all("~PatchPlan/acme/march", acmeMarch)},
		{"a deadline", "plans/acme/march.yaml", "2026-04-30", "2026-05-01", all("~PatchPlan/acme/march", acmeMarch)},
		{"a plan over clients", "plans/openssl.yaml", "never", "always", all("~PatchPlan/_/openssl", acmeOpenssl, birch)},
		{"a row", "clients/birch/hosts.csv", "10.1.0.1", "10.1.0.2", all("~file clients/birch/hosts.csv", birch)},
		{"an HA group", "clients/acme/ha.yaml", "maxUnavailable: 1", "maxUnavailable: 2", all("~HAGroup/acme/web,~acme/march web-01,~acme/march web-02,~acme/openssl web-01,~acme/openssl web-02")},
		{"vendor support", "catalog/sap.yaml", "18:00", "20:00", all("~VendorSupport/_/sap,~acme/march db-01,~acme/openssl db-01")},
		{"a client's zone", "clients/acme/client.yaml", "Berlin", "Paris", all("~Client/acme/acme", acmeMarch, acmeOpenssl)},
		{"a client that ends", "clients/birch/all.yaml", "status: active", "status: ended", all("~Client/birch/birch,-birch/openssl mail-01")},
		{"a patch's severity, which may pass a freeze", "catalog/patches.yaml", "high", "critical", all("~Patch/_/openssl", acmeMarch, acmeOpenssl, birch)},
		// These change no grant, but are judged all the same.
		{"a person", "rules/people.yaml", "true", "false", all("~Person/_/dana")},
		{"a rule", "rules/people.yaml", "count: 2", "count: 1", all("~ApprovalRule/_/two")},
		{"a file that is no document", "README.md", "hello", "bye", all("~file README.md")},
		{"words for people", "plans/acme/march.yaml", "short", "none", all("~PatchPlan/acme/march")},
		{"why there is a freeze", "rules/freeze.yaml", "audit", "closing", all("~Freeze/_/q1")},
		{"who made a patch", "catalog/patches.yaml", "Debian", "SPI", all("~Patch/_/openssl")},
	}
}

// TestEffectIsWhatDiffers: each kind of change is all of its effect, and the way
// back is its mirror.
func TestEffectIsWhatDiffers(t *testing.T) {
	mirror := strings.NewReplacer("-", "+", "+", "-")
	for _, e := range edits() {
		t.Run(e.name, func(t *testing.T) {
			before, after := small(), small().with(t, e.file, e.old, e.new)
			there, back := between(t, before, after), between(t, after, before)
			if got := summary(there); !slices.Equal(got, e.want) {
				t.Errorf("the effect is\n%s\nwanted\n%s", strings.Join(got, "\n"), strings.Join(e.want, "\n"))
			}
			for i, s := range summary(back) {
				if want := mirror.Replace(e.want[i][:1]) + e.want[i][1:]; s != want {
					t.Errorf("the way back is %q, wanted %q", s, want)
				}
			}
			if there.Digest() == back.Digest() || there.Digest() == (&Effect{}).Digest() {
				t.Error("the digest is that of another effect")
			}
		})
	}
}

func TestNothingDiffers(t *testing.T) {
	e := between(t, small(), small())
	const nothing = "sha256:4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945" // of "[]"
	if !e.Empty() || e.Digest().String() != nothing {
		t.Errorf("the effect of nothing is %v, %s", summary(e), e.Digest())
	}
}

// TestLayoutDoesNotCount (A2): what only looks different has no effect.
func TestLayoutDoesNotCount(t *testing.T) {
	tests := []struct{ name, file, old, new string }{
		{"a comment", "plans/acme/march.yaml", "kind:", "# the plan for March\nkind:"},
		{"the order of keys", "plans/acme/march.yaml", "{name: march, client: acme}", "{client: acme, name: march}"},
		{"block for flow", "plans/acme/march.yaml", "rollback: {auto: true}", "rollback:\n    auto: true"},
		{"quotes", "plans/acme/march.yaml", "reboot: ifRequired", `reboot: "ifRequired"`},
		{"empty lines", "clients/acme/assets.yaml", "spec:", "\n\nspec:"},
	}
	for _, test := range tests {
		if e := between(t, small(), small().with(t, test.file, test.old, test.new)); !e.Empty() {
			t.Errorf("%s has the effect %v", test.name, summary(e))
		}
	}
}

func TestYAMLAndCUESayTheSame(t *testing.T) {
	yaml := small().and("x.yaml", "kind: Person\nmetadata: {name: eve}\nspec: {displayName: Eve, active: true, bot: false}")
	cue := small().and("x.yaml", "")
	cue["x.cue"] = `apiVersion: "patchops.dev/v1alpha1"
kind: "Person"
_name: "eve" // evaluated, not compared as text
metadata: name: _name
spec: {displayName: "Eve", bot: bool | *false, active: !bot}
`
	e := between(t, yaml, cue)
	if len(e.Files) > 0 || len(e.Documents) != 1 {
		t.Fatalf("the effect is %v, wanted the document alone", summary(e))
	}
	if d := e.Documents[0]; d.Before.Digest != d.After.Digest || d.Before.Path != "x.yaml" || d.After.Path != "x.cue" {
		t.Errorf("the document's states are %v and %v, wanted one digest and two paths", d.Before, d.After)
	}
}

// TestMovedFile: the path is part of the effect, for rules match paths (A13);
// value and grants are not touched.
func TestMovedFile(t *testing.T) {
	moved := small().and("plans/acme/march.yaml", "")
	moved["plans/acme/spring.yaml"] = small()["plans/acme/march.yaml"]
	e := between(t, small(), moved)
	if got := summary(e); !slices.Equal(got, []string{"~PatchPlan/acme/march"}) {
		t.Fatalf("the effect is %v, wanted the document alone", got)
	}
	if d := e.Documents[0]; d.Before.Digest != d.After.Digest || d.After.Path != "plans/acme/spring.yaml" {
		t.Errorf("the states are %v and %v", d.Before, d.After)
	}
	closed := small().and("plans/acme/march.yaml", "")
	closed["plans/acme/closed/march.yaml"] = small()["plans/acme/march.yaml"]
	want := []string{"~PatchPlan/acme/march", "-acme/march db-01", "-acme/march web-01", "-acme/march web-02"}
	if got := summary(between(t, small(), closed)); !slices.Equal(got, want) {
		t.Errorf("closing a plan has the effect %v, wanted %v", got, want)
	}
}

// TestWhatIsNoDocumentCountsByItsBytes: no byte of the tree is outside the
// effect because a document beside it, or a part of it, could not be read.
func TestWhatIsNoDocumentCountsByItsBytes(t *testing.T) {
	foreign := "---\napiVersion: v1\nkind: Secret\nmetadata: {name: x}\n"
	tests := []struct {
		name, file, src, changed string
		want                     []string
	}{
		{"a document of others", "k8s.yaml", "apiVersion: v1\nkind: A\n", "apiVersion: v1\nkind: B\n", all("~file k8s.yaml")},
		{"beside one of ours", "both.yaml", small()["rules/freeze.yaml"] + foreign, small()["rules/freeze.yaml"] + foreign + "# x\n", all("~file both.yaml")},
		{"comments alone", "broken-none.yaml", "# a\n", "# b\n", all("~file broken-none.yaml")},
		{"an alias", "broken.yaml", header + "kind: Person\nmetadata: {name: &a x, other: *a}\n", header + "kind: Person\nmetadata: {name: &b x, other: *b}\n", all("~file broken.yaml")},
		{"a hidden folder", ".github/workflows/ci.yaml", "a: 1\n", "a: 2\n", all("~file .github/workflows/ci.yaml")},
	}
	for _, test := range tests {
		before, after := small(), small()
		before[test.file], after[test.file] = test.src, test.changed
		if got := summary(between(t, before, after)); !slices.Equal(got, test.want) {
			t.Errorf("%s: the effect is %v, wanted %v", test.name, got, test.want)
		}
	}
}

// TestRepeatedIdentity: of two documents with one identity neither hides what
// the other says.
func TestRepeatedIdentity(t *testing.T) {
	twice := small().and("z.yaml", "kind: Person\nmetadata: {name: dana}\nspec: {displayName: Dana, active: false}")
	changed := twice.with(t, "z.yaml", "false", "true")
	if got := summary(between(t, twice, changed)); !slices.Equal(got, []string{"~Person/_/dana"}) {
		t.Errorf("a change of the second is %v", got)
	}
	if got := summary(between(t, small(), twice)); !slices.Equal(got, []string{"~Person/_/dana"}) {
		t.Errorf("a second document is %v", got)
	}
}

// TestExcludedPath: what is no document any more counts by its bytes, though no
// byte of it changed.
func TestExcludedPath(t *testing.T) {
	excluded := small()
	excluded["excluded"] = "rules/freeze.yaml"
	want := all("+file excluded,+file rules/freeze.yaml,-Freeze/_/q1", acmeMarch, acmeOpenssl, birch)
	if got := summary(between(t, small(), excluded)); !slices.Equal(got, want) {
		t.Errorf("the effect is %v, wanted %v", got, want)
	}
}

// TestTwoPlansOfOneName: a client's own plan and one over clients are two.
func TestTwoPlansOfOneName(t *testing.T) {
	twice := small().and("plans/acme/openssl.yaml", strings.TrimPrefix(strings.Replace(small()["plans/acme/march.yaml"], "name: march", "name: openssl", 1), header))
	want := all("+PatchPlan/acme/openssl,+acme/openssl db-01,+acme/openssl web-01,+acme/openssl web-02")
	e := between(t, small(), twice)
	if got := summary(e); !slices.Equal(got, want) {
		t.Errorf("a plan more has the effect %v, wanted %v", got, want)
	}
	other := between(t, small().and("plans/openssl.yaml", ""), twice.and("plans/openssl.yaml", ""))
	if !slices.Equal(summary(other), want) || e.Digest() != other.Digest() {
		t.Error("the plan beside it counts")
	}
	both := between(t, small().and("plans/openssl.yaml", ""), twice)
	if len(both.Grants) != 7 || both.Grants[0].Plan.Client == both.Grants[3].Plan.Client {
		t.Errorf("both plans have the effect %v", summary(both))
	}
}

// TestTwoAgreements: which of them is in force does not matter, and each counts.
func TestTwoAgreements(t *testing.T) {
	src := strings.TrimPrefix(small()["clients/acme/agreement.yaml"], header)
	src = strings.NewReplacer(`"2026"`, `"2025"`, "effective: 2026-01-01", "effective: 2025-01-01\n  expires: 2025-12-31").Replace(src)
	two := small().and("clients/acme/old.yaml", src)
	got := summary(between(t, two, two.with(t, "clients/acme/old.yaml", "P3D", "P2D")))
	if want := all("~ClientAgreement/acme/2025", acmeMarch, acmeOpenssl); !slices.Equal(got, want) {
		t.Errorf("the notice of an old agreement has the effect %v, wanted %v", got, want)
	}
}

// TestEmergency: a window for emergencies opens to no other plan.
func TestEmergency(t *testing.T) {
	emergency := small().with(t, "plans/acme/march.yaml", "normal", "emergency")
	got := summary(between(t, emergency, emergency.with(t, "catalog/windows.yaml", "PT2H", "PT1H")))
	if want := all("~MaintenanceWindow/_/urgent,~acme/march web-01,~acme/march web-02", birch); !slices.Equal(got, want) {
		t.Errorf("the effect is %v, wanted %v", got, want)
	}
}

// TestShapeOfTheSchema: the change gate gets what it expects.
func TestShapeOfTheSchema(t *testing.T) {
	files := map[string][]byte{}
	entries, err := schemas.FS.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range entries {
		if files[f.Name()], err = schemas.FS.ReadFile(f.Name()); err != nil {
			t.Fatal(err)
		}
	}
	set, found := schema.Compile(files, map[string]shape.Check{})
	if len(found) > 0 {
		t.Fatal(found)
	}
	for _, e := range edits() {
		v := between(t, small(), small().with(t, e.file, e.old, e.new)).Value()
		if found := set.Definitions["#Effect"].Judge("effect", finding.Identity{}, nil, v); len(found) > 0 {
			t.Errorf("%s: %v", e.name, found[0])
		}
	}
}
