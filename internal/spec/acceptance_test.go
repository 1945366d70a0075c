package spec

import (
	"testing"
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

const acceptances = `apiVersion: patchops.dev/v1alpha1
kind: RiskAcceptance
metadata: {name: lab, client: acme}
spec:
  scope: {findings: [estate/eol, plan/late, acceptance/broad]}
  owner: ada
  approvedAt: 2026-03-01
  expires: 2026-03-29
---
apiVersion: patchops.dev/v1alpha1
kind: RiskAcceptance
metadata: {name: narrow, client: acme}
spec:
  scope: {findings: [estate/eol, plan/late], assets: [ws-01, ws-02]}
  approvedAt: "2026-03-01T00:00:00Z"
  expires: "2026-03-29T12:00:00Z"
---
apiVersion: patchops.dev/v1alpha1
kind: RiskAcceptance
metadata: {name: patches, client: acme}
spec:
  scope: {findings: [plan/late], patches: [openssl, nginx]}
  approvedAt: 2026-03-01
  expires: 2026-03-29
---
apiVersion: patchops.dev/v1alpha1
kind: RiskAcceptance
metadata: {name: work, client: acme}
spec:
  scope: {patches: [openssl]}
  approvedAt: 2026-03-01
  expires: 2026-03-29
`

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// PF6 and PF9: the whole of the last day in the client's zone, and not a second
// more.
func TestAcceptanceInTime(t *testing.T) {
	doc := documents(t, "risk.yaml", acceptances)[0]
	f := finding.Finding{ID: "estate/eol", Document: finding.Identity{Kind: "AssetList", Client: "acme", Name: "berlin"}}
	for _, c := range []struct {
		zone, at string
		waives   bool
	}{
		{"Europe/Berlin", "2026-02-28T22:59:59Z", false},
		{"Europe/Berlin", "2026-02-28T23:00:00Z", true},
		{"Europe/Berlin", "2026-03-29T21:59:59Z", true}, // summer time since that morning
		{"Europe/Berlin", "2026-03-29T22:00:00Z", false},
		{"", "2026-03-29T23:59:59Z", true},
		{"", "2026-03-30T00:00:00Z", false},
		{"America/New_York", "2026-03-30T03:59:59Z", true},
		{"Europe/Berln", "2026-03-15T00:00:00Z", false},
	} {
		if got := ParseAcceptance(doc, c.zone).Waives(f, instant(t, c.at)); got != c.waives {
			t.Errorf("%s %s: waives %v", c.zone, c.at, got)
		}
	}
	a := ParseAcceptance(doc, "")
	for at, want := range map[string]bool{
		"2026-03-15T23:59:59Z": false, "2026-03-16T00:00:00Z": true, "2026-03-29T23:59:59Z": true, "2026-03-30T00:00:00Z": false,
	} {
		if got := a.EndsWithin(instant(t, at), 14*24*time.Hour); got != want {
			t.Errorf("ends within 14 days of %s: %v", at, got)
		}
	}
}

func TestAcceptanceScope(t *testing.T) {
	docs := documents(t, "risk.yaml", acceptances)
	now := instant(t, "2026-03-12T09:00:00Z")
	list := value(t, `{spec: {assets: [{name: ws-01}, {name: db-01}]}}`)
	plan := value(t, `{spec: {patches: [openssl, nginx], targets: {assets: [ws-01, db-01]}}}`)
	wide := value(t, `{spec: {patches: [openssl, {package: curl, version: "1"}]}}`)
	bundle := value(t, `{spec: {patches: [openssl], bundles: [b-2026-03]}}`)
	in := func(id, kind, client, path string) finding.Finding {
		return finding.Finding{ID: id, Document: finding.Identity{Kind: kind, Client: client, Name: "x"}, Path: path}
	}
	for _, c := range []struct {
		acceptance int
		f          finding.Finding
		root       *document.Value
		want       bool
	}{
		{0, in("estate/eol", "AssetList", "acme", "spec.assets[1].eol"), list, true},
		{0, in("estate/eol", "AssetList", "zeta", "spec.assets[1].eol"), list, false}, // another client
		{0, in("estate/eol", "AssetList", "", "spec.assets[1].eol"), list, false},     // nobody's
		{0, in("estate/other", "AssetList", "acme", ""), list, false},
		{0, in("acceptance/broad", "RiskAcceptance", "acme", ""), list, false}, // not itself
		{1, in("estate/eol", "AssetList", "acme", "spec.assets[0].eol"), list, true},
		{1, in("estate/eol", "AssetList", "acme", "spec.assets[1].eol"), list, false},
		{1, in("estate/eol", "AssetList", "acme", "spec.assets[9].eol"), list, false},
		{1, in("estate/eol", "AssetList", "acme", "spec.assets"), list, false},
		{1, in("estate/eol", "AssetList", "acme", ""), list, false},
		{1, in("plan/late", "PatchPlan", "acme", "spec.targets.assets[0]"), plan, true},
		{1, in("plan/late", "PatchPlan", "acme", "spec.targets.assets[1]"), plan, false},
		{2, in("plan/late", "PatchPlan", "acme", "spec.deadline"), plan, true},
		{2, in("plan/late", "PatchPlan", "acme", "spec.deadline"), wide, false}, // one patch has no name
		{2, in("plan/late", "PatchPlan", "acme", "spec.patches[0]"), wide, true},
		{2, in("plan/late", "PatchPlan", "acme", "spec.deadline"), bundle, false}, // a bundle may hold more
		{2, in("plan/late", "PatchPlan", "acme", "spec.deadline"), nil, false},
		{3, in("estate/eol", "AssetList", "acme", ""), list, false}, // it excepts work
	} {
		if got := ParseAcceptance(docs[c.acceptance], "").WaivesIn(c.f, c.root, now); got != c.want {
			t.Errorf("%s %+v: %v", docs[c.acceptance].ID.Name, c.f, got)
		}
	}
}
