package finding

import "testing"

// TestFingerprints are the digests of canonical JSON, which people sign when they
// accept findings: Python's json.dumps and sha256 give the same.
func TestFingerprints(t *testing.T) {
	f := Finding{
		ID: "plan/backout", Severity: Warning, Document: Identity{Kind: "PatchPlan", Client: "zürich", Name: "öl-1"},
		Path: "spec.backoutPlan", Message: "kein Rückweg für „öl“ 😀 <&>\t\u2028", Hint: "write one",
		Position: Position{File: "plans/a.yaml", Line: 3, Column: 7},
	}
	const want = "sha256:47e42cfe216c70392472c6a49d46691a3df8dade8bae819c86dcd864be898614"
	if got := f.Fingerprint(); got != want {
		t.Errorf("the fingerprint is %s, wanted %s", got, want)
	}
	moved := f
	moved.Position, moved.Hint, moved.WaivedBy = Position{File: "plans/b.yaml", Line: 9, Column: 1}, "", "RiskAcceptance/a/b"
	if moved.Fingerprint() != want {
		t.Error("moving a finding changes its fingerprint")
	}
	for name, edit := range map[string]func(*Finding){
		"id":       func(f *Finding) { f.ID = "plan/back" },
		"severity": func(f *Finding) { f.Severity = Error },
		"kind":     func(f *Finding) { f.Document.Kind = "Patch" },
		"client":   func(f *Finding) { f.Document.Client = "zurich" },
		"name":     func(f *Finding) { f.Document.Name = "öl" },
		"path":     func(f *Finding) { f.Path = "spec" },
		"message":  func(f *Finding) { f.Message += "." },
	} {
		other := f
		edit(&other)
		if other.Fingerprint() == want {
			t.Errorf("another %s has the same fingerprint", name)
		}
	}
}
