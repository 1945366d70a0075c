package pipeline

import (
	"bytes"
	"maps"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/patchops/patchops/internal/finding"
)

const acceptance = `apiVersion: patchops.dev/v1alpha1
kind: RiskAcceptance
metadata: {name: no-backout, client: acme}
spec:
  scope: {patches: [openssl-3-0-15], findings: [plan/backout, plan/way-back]}
  reason: the vendor restores it for us
  compensatingControls: [a spare machine]
  owner: ada
  approvers: [dana, erin]
  approvedAt: "2026-03-10"
  expires: "2026-05-31"
`

const attic = `apiVersion: patchops.dev/v1alpha1
kind: Site
metadata: {name: attic, client: acme}
spec: {}
`

// TestBaseKeepsWhatIsWaived: with a base, an acceptance whose finding the
// difference does not affect still waives it, so it is not called unused; and a
// duplicate that was there before is not shown.
func TestBaseKeepsWhatIsWaived(t *testing.T) {
	e := engine(t)
	tree := files(t, change{"plans/acme/openssl.yaml", "changeType: standard", "changeType: normal"},
		change{"plans/acme/openssl.yaml", "  backoutPlan: ", "  # "})
	tree["clients/acme/acceptance.yaml"] = &fstest.MapFile{Data: []byte(acceptance)}
	tree["clients/acme/a.yaml"] = &fstest.MapFile{Data: []byte(attic)}
	tree["clients/acme/b.yaml"] = &fstest.MapFile{Data: []byte(attic)}
	whole := check(t, e, tree, nil, nil).Findings
	waived := func(f finding.Finding) bool { return f.WaivedBy != "" }
	if !slices.ContainsFunc(whole, waived) || slices.Contains(ids(whole), "acceptance/unused") || !slices.Contains(ids(whole), "document/duplicate") {
		t.Fatalf("the whole tree has %v", whole)
	}

	edited := maps.Clone(tree)
	risk := tree["rules/risk.yaml"].Data
	edited["rules/risk.yaml"] = &fstest.MapFile{Data: append(bytes.Clone(risk), "# reviewed\n"...)}
	if found := check(t, e, edited, tree, nil).Findings; len(found) > 0 {
		t.Errorf("a comment elsewhere shows %v", found)
	}
	edited["clients/acme/b.yaml"] = &fstest.MapFile{Data: append([]byte(attic), "# again\n"...)}
	if found := ids(check(t, e, edited, tree, nil).Findings); !slices.Equal(found, []string{"document/duplicate"}) {
		t.Errorf("an edited duplicate shows %v", found)
	}
	edited["plans/acme/openssl.yaml"] = files(t)["plans/acme/openssl.yaml"]
	if found := ids(check(t, e, edited, tree, nil).Findings); !slices.Contains(found, "acceptance/unused") {
		t.Errorf("a mended plan shows %v", found)
	}
}
