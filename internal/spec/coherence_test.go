package spec

import (
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/document"
)

func coherent(t *testing.T, kind, spec, zone string) []string {
	t.Helper()
	src := "apiVersion: patchops.dev/v1alpha1\nkind: " + kind + "\nmetadata: {name: x}\nspec:\n" + spec
	docs, found := document.ParseYAML("x.yaml", []byte(src))
	if len(docs) != 1 || len(found) > 0 {
		t.Fatalf("the test's own document: %v", found)
	}
	var out []string
	for _, f := range Coherent(&docs[0], func() string { return zone }) {
		out = append(out, f.ID+" "+f.Path)
	}
	return out
}

func TestCoherent(t *testing.T) {
	for _, c := range []struct {
		name, kind, spec, zone string
		want                   []string
	}{
		{name: "one day is a span", kind: "ClientAgreement", spec: `  {effective: "2026-01-01", expires: "2026-01-01"}`},
		{
			name: "an end before its beginning", kind: "ClientAgreement", spec: `  {effective: "2026-01-02", expires: "2026-01-01"}`,
			want: []string{"document/order spec.expires"},
		},
		{
			name: "a span of no length", kind: "ClientAgreement",
			spec: `  {blackouts: [{from: "2026-01-02T00:00:00Z", until: "2026-01-02T00:00:00Z"}]}`,
			want: []string{"document/order spec.blackouts[0].until"},
		},
		{name: "points may be one", kind: "Patch", spec: `  {releasedAt: "2026-01-02T00:00:00Z", withdrawnAt: "2026-01-02T00:00:00Z"}`},
		{
			name: "a date begins in its zone", kind: "ClientAgreement", zone: "Asia/Tokyo",
			spec: `  {effective: "2026-01-02", expires: "2026-01-01T15:30:00Z"}`,
		},
		{
			name: "a date begins in UTC without one", kind: "ClientAgreement",
			spec: `  {effective: "2026-01-02", expires: "2026-01-01T15:30:00Z"}`, want: []string{"document/order spec.expires"},
		},
		{
			name: "a list's second place", kind: "ClientAgreement",
			spec: `  acknowledgements: [{signedAt: "2026-01-01"}, {signedAt: "2026-01-02", expires: "2025-01-02"}]`,
			want: []string{"document/order spec.acknowledgements[1].expires"},
		},
		{
			name: "names of waves and rings", kind: "PatchPlan",
			spec: `  {waves: [{name: a}, {name: b}, {name: a}], rings: [{name: a}, {name: b}]}`,
			want: []string{"document/repeated spec.waves[2].name"},
		},
		{
			name: "two keys together", kind: "Baseline",
			spec: `  levels: [{package: p}, {package: p, os: debian}, {package: q}, {package: p, os: debian}]`,
			want: []string{"document/repeated spec.levels[3].package"},
		},
		{
			name: "references beside inline patches", kind: "PatchPlan",
			spec: `  patches: [a, b, {package: p, version: "1"}, {package: p, version: "2"}]`,
			want: []string{"document/repeated spec.patches[3].package"},
		},
		{
			name: "fields that do nothing", kind: "PatchPlan",
			spec: `  rollback: {auto: false, on: [gate]}
  snapshot: {mode: none, ttl: P1D}
  waves:
    - {name: a, maxFailures: 1, denominator: wave, gates: [{type: probe, tolerancePercent: 5}]}
    - {name: b, maxFailures: "5%", denominator: wave, gates: [{type: probe, before: PT1H, tolerancePercent: 5}]}`,
			want: []string{
				"document/no-effect spec.waves[0].gates[0].tolerancePercent", "document/no-effect spec.waves[0].denominator",
				"document/no-effect spec.rollback.on", "document/no-effect spec.snapshot.ttl",
			},
		},
		{
			name: "fields that do something", kind: "PatchPlan",
			spec: `  {rollback: {auto: true, on: [gate]}, snapshot: {mode: bestEffort, ttl: P1D}}`,
		},
		{
			name: "deny windows", kind: "MaintenanceWindow", spec: `  {type: deny, gap: skip, capacity: 3}`,
			want: []string{"document/no-effect spec.gap", "document/no-effect spec.capacity"},
		},
		{
			name: "an offset of nothing", kind: "MaintenanceWindow", spec: `  {offset: P1D, gap: skip}`,
			want: []string{"document/no-effect spec.offset"},
		},
		{
			name: "a move to the same place", kind: "ClientAgreement",
			spec: `  moves: [{windowRef: w, from: "2026-01-01T22:00", to: "2026-01-01T22:00"}, {windowRef: w, from: "2026-01-01T22:00", to: "2026-01-02T22:00"}]`,
			want: []string{"document/repeated spec.moves[1].windowRef", "document/no-effect spec.moves[0].to"},
		},
		{name: "another kind", kind: "Site", spec: `  {effective: "2026-01-02", expires: "2026-01-01"}`},
	} {
		if got := coherent(t, c.kind, c.spec, c.zone); !slices.Equal(got, c.want) {
			t.Errorf("%s: found %q, wanted %q", c.name, got, c.want)
		}
	}
}

func TestCurrency(t *testing.T) {
	for code, sound := range map[string]bool{"EUR": true, "AED": true, "ZWG": true, "EUX": false, "DEM": false} {
		if problem, hint := checkCurrency(code); (problem == "") != sound || (hint == "") != sound {
			t.Errorf("%s: %q, %q", code, problem, hint)
		}
	}
	if n := len(strings.Fields(currencies)); n < 150 {
		t.Errorf("only %d currencies", n)
	}
}
