package planning

import (
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/rollout"
)

const (
	planFile   = "plans/acme/openssl.yaml"
	patchFile  = "catalog/patches.yaml"
	assetFile  = "clients/acme/assets.yaml"
	clientFile = "clients/acme/client.yaml"
	termsFile  = "clients/acme/agreement.yaml"
	callFile   = "clients/acme/contacts.yaml"
)

const newerPatch = `apiVersion: patchops.dev/v1alpha1
kind: Patch
metadata: {name: openssl-3-0-16}
spec:
  vendor: debian
  product: openssl
  releasedAt: "2026-03-08T08:00:00Z"
  severity: high
  packages: [{name: openssl, version: 3.0.16-1~deb12u1}]
  supersedes: [openssl-3-0-15]
  restart: service
  vendorReview: {state: passed, by: dana, at: "2026-03-09T09:00:00Z"}
`

const newestPatch = `apiVersion: patchops.dev/v1alpha1
kind: Patch
metadata: {name: openssl-3-0-17}
spec: {vendor: debian, product: openssl, releasedAt: "2026-03-09", severity: high, packages: [{name: openssl, version: 3.0.17-1}], supersedes: [openssl-3-0-16], restart: service}
`

func accepted(scope, rest string) change {
	return change{callFile, "", `apiVersion: patchops.dev/v1alpha1
kind: RiskAcceptance
metadata: {name: later, client: acme}
spec: {scope: {` + scope + `}, reason: no, owner: ada, approvers: [dana], approvedAt: "2026-03-01", expires: "2026-06-01"` + rest + `}
`}
}

// web makes web-01 an asset with these fields too.
func web(fields string) change {
	return change{assetFile, "{name: web-01, role: web, haGroup: web,", "{name: web-01, role: web, haGroup: web, " + fields + ","}
}

var (
	onKEV   = change{patchFile, "cves: [CVE-2024-6119]", "cves: [CVE-2024-6119]\n  kev: {addedAt: \"2026-03-11\"}"}
	withNew = change{planFile, "patches: [openssl-3-0-15]", "patches: [openssl-3-0-15, openssl-3-0-16]"}
)

// TestExclusions: why web-01 has no work in the plan, or what work it has.
func TestExclusions(t *testing.T) {
	const patch, newer, newest, acceptance = "Patch/_/openssl-3-0-15", "Patch/_/openssl-3-0-16", "Patch/_/openssl-3-0-17", "RiskAcceptance/acme/later"
	const packages = "  packages:\n    - {name: openssl, version: 3.0.15-1~deb12u1, scheme: deb}\n    - {name: libssl3, version: 3.0.15-1~deb12u1, scheme: deb}\n"
	noFacet := change{patchFile, "  appliesTo:\n    matchLabels: {os: debian}\n", ""}
	old, current := web("packages: {openssl: 3.0.11-1}"), web("packages: {openssl: 3.0.15-1~deb12u1}")
	tests := []struct {
		name    string
		changes []change
		code    rollout.Code // "" has work
		by      string
		patches []string
	}{
		{"unknown packages", nil, "", "", []string{"openssl-3-0-15"}},
		{"another system", []change{{patchFile, "matchLabels: {os: debian}", "matchLabels: {os: rhel}"}}, rollout.NotApplicable, patch, nil},
		{"neither packages nor appliesTo", []change{noFacet, {patchFile, packages, ""}}, rollout.NotApplicable, patch, nil},
		{"none of the packages", []change{noFacet, web("packages: {curl: 8.0.0-1}")}, rollout.NotApplicable, patch, nil},
		{"one of the packages, too old", []change{noFacet, old}, "", "", []string{"openssl-3-0-15"}},
		{"selected and without packages known", []change{noFacet}, "", "", []string{"openssl-3-0-15"}},
		{"selected and none of the packages", []change{web("packages: {curl: 8.0.0-1}")}, "", "", []string{"openssl-3-0-15"}},
		{"installed", []change{current}, rollout.AlreadyCompliant, patch, nil},
		{"newer", []change{web("packages: {openssl: 3.0.15-1~deb12u2}")}, rollout.AlreadyCompliant, patch, nil},
		{"a pre-release of it", []change{web("packages: {openssl: 3.0.15-1~deb12u0}")}, "", "", []string{"openssl-3-0-15"}},
		{"half installed", []change{web("packages: {openssl: 3.0.15-1~deb12u1, libssl3: 3.0.11-1}")}, "", "", []string{"openssl-3-0-15"}},
		{"not comparable", []change{web("packages: {openssl: 3_0_99}")}, "", "", []string{"openssl-3-0-15"}},
		{"what supersedes it is installed, by the profile's scheme", []change{
			{patchFile, "", newerPatch},
			{patchFile, "{name: openssl, version: 3.0.15-1~deb12u1, scheme: deb}", "{name: openssl, version: 3.0.15-1~deb12u1, scheme: exact}"},
			web("packages: {openssl: 3.0.16-1~deb12u1}"),
		}, rollout.AlreadyCompliant, newer, nil},
		{"what supersedes that is installed", []change{
			{patchFile, "", newerPatch + "---\n" + newestPatch},
			{patchFile, "{name: openssl, version: 3.0.15-1~deb12u1, scheme: deb}", "{name: openssl, version: 3.0.15-1~deb12u1, scheme: exact}"},
			{patchFile, "version: 3.0.16-1~deb12u1}", "version: 3.0.16-1, scheme: exact}"},
			web("packages: {openssl: 3.0.17-1}"),
		}, rollout.AlreadyCompliant, newest, nil},
		{"superseded in the plan", []change{{patchFile, "", newerPatch}, withNew}, "", "", []string{"openssl-3-0-16"}},
		{"superseded elsewhere", []change{{patchFile, "", newerPatch}}, "", "", []string{"openssl-3-0-15"}},
		{"superseded by what was withdrawn", []change{{patchFile, "", newerPatch + "  withdrawnAt: \"2026-03-11\"\n"}, withNew}, "", "", []string{"openssl-3-0-15"}},
		{"withdrawn", []change{{patchFile, "restart: service", "restart: service\n  withdrawnAt: \"2026-03-12\""}}, rollout.Withdrawn, patch, nil},
		{"withdrawn later", []change{{patchFile, "restart: service", "restart: service\n  withdrawnAt: \"2026-03-13\""}}, "", "", []string{"openssl-3-0-15"}},
		{"accepted asset", []change{accepted("assets: [web-01]", "")}, rollout.Exception, acceptance, nil},
		{"accepted other asset", []change{accepted("assets: [web-02]", "")}, "", "", []string{"openssl-3-0-15"}},
		{"accepted patch", []change{accepted("patches: [openssl-3-0-15]", "")}, rollout.Exception, acceptance, nil},
		{"accepted other patch on the asset", []change{accepted("assets: [web-01], patches: [nginx-1-24-1]", "")}, "", "", []string{"openssl-3-0-15"}},
		{"accepted vulnerability", []change{accepted("cves: [CVE-2024-6119, CVE-2020-1234]", "")}, rollout.Exception, acceptance, nil},
		{"accepted one vulnerability of two", []change{
			accepted("cves: [CVE-2024-6119]", ""), {patchFile, "cves: [CVE-2024-6119]", "cves: [CVE-2024-6119, CVE-2020-1234]"},
		}, "", "", []string{"openssl-3-0-15"}},
		{"accepted finding", []change{accepted("patches: [openssl-3-0-15], findings: [plan/backout]", "")}, "", "", []string{"openssl-3-0-15"}},
		{"accepted nothing", []change{accepted("", "")}, "", "", []string{"openssl-3-0-15"}},
		{"accepted until today", []change{accepted("assets: [web-01]", ", expireOnKEV: true")}, rollout.Exception, acceptance, nil},
		{"accepted unless exploited, and it is", []change{accepted("assets: [web-01]", ", expireOnKEV: true"), onKEV}, "", "", []string{"openssl-3-0-15"}},
		{"accepted although exploited", []change{accepted("assets: [web-01]", ""), onKEV}, rollout.Exception, acceptance, nil},
		{"accepted by vulnerability unless exploited", []change{accepted("cves: [CVE-2024-6119]", ", expireOnKEV: true"), onKEV}, "", "", []string{"openssl-3-0-15"}},
	}
	base := example(t, "minimal")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := clientOf(t, build(t, base.with(t, test.changes...)), "acme")
			p := planOf(t, c, "openssl")
			for _, e := range p.Excluded {
				if e.Asset == "web-01" && (test.code == "" || e.Code != test.code || e.By != test.by) {
					t.Errorf("excluded with %s by %s, wanted %q by %q", e.Code, e.By, test.code, test.by)
				}
			}
			worked := false
			for _, w := range p.Work {
				if c.Assets[w.Asset].Name == "web-01" {
					worked = true
					if !slices.Equal(w.Patches, test.patches) {
						t.Errorf("patches are %v, wanted %v", w.Patches, test.patches)
					}
				}
			}
			if worked != (test.code == "") || len(p.Work)+len(p.Excluded) != 8 {
				t.Errorf("has work: %t; %d assets with and %d without, wanted 8 in all", worked, len(p.Work), len(p.Excluded))
			}
		})
	}
}

// TestAcceptanceEnds: an acceptance counts from its first to its last day in the
// client's zone.
func TestAcceptanceEnds(t *testing.T) {
	base := example(t, "minimal")
	for span, excepted := range map[[2]string]bool{
		{"2026-03-12", "2026-03-12"}: true, {"2026-03-13", "2026-06-01"}: false, {"2026-01-01", "2026-03-11"}: false,
	} {
		a := accepted("assets: [web-01]", "")
		tr := base.with(t, a, change{callFile, `"2026-03-01", expires: "2026-06-01"`, `"` + span[0] + `", expires: "` + span[1] + `"`})
		p := planOf(t, clientOf(t, build(t, tr), "acme"), "openssl")
		if got := len(p.Excluded) == 1; got != excepted {
			t.Errorf("%v: excepted is %t, wanted %t", span, got, excepted)
		}
	}
}
