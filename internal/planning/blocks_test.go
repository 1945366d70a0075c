package planning

import (
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/rollout"
)

// TestBlocks: what keeps web-01's session from being planned at all, and nothing
// where the documents are as they should be.
func TestBlocks(t *testing.T) {
	const client, terms, plan, list, patch = "Client/acme/acme", "ClientAgreement/acme/agreement-2026", "PatchPlan/acme/openssl", "AssetList/acme/berlin", "Patch/_/openssl-3-0-15"
	emergency := change{planFile, "changeType: standard", "changeType: emergency"}
	onboarding := change{clientFile, "status: active", "status: onboarding"}
	unsigned := change{termsFile, "    - {id: costs, textVersion", "    - {id: errors-possible, textVersion"}
	eol := web(`eol: "2026-03-01"`)
	tests := []struct {
		name    string
		changes []change
		code    rollout.Code // of the first; "" none
		by      string
	}{
		{"nothing", nil, "", ""},
		{"suspended", []change{{clientFile, "status: active", "status: suspended"}}, rollout.ClientNotActive, client},
		{"onboarding", []change{onboarding}, "", ""},
		{"emergency agreed", []change{emergency}, "", ""},
		{"emergency not agreed", []change{emergency, {termsFile, "allowed: true", "allowed: false"}}, rollout.EmergencyNotAgreed, terms},
		{"review pending", []change{{patchFile, "state: passed", "state: pending"}}, rollout.VendorReview, patch},
		{"review failed", []change{{patchFile, "state: passed", "state: failed"}}, rollout.VendorReview, patch},
		{"review pending of a normal change", []change{{patchFile, "state: passed", "state: pending"}, {planFile, "changeType: standard", "changeType: normal"}}, "", ""},
		{"a warning not signed", []change{unsigned}, rollout.AckMissing, terms},
		{"a signature expired", []change{{termsFile, `signer: Katrin Vogel, signedAt: "2025-12-10"}`, `signer: Katrin Vogel, signedAt: "2025-12-10", expires: "2026-03-11"}`}}, rollout.AckMissing, terms},
		{"a signature's last day", []change{{termsFile, `signer: Katrin Vogel, signedAt: "2025-12-10"}`, `signer: Katrin Vogel, signedAt: "2025-12-10", expires: "2026-03-12"}`}}, "", ""},
		{"a warning not signed while onboarding", []change{unsigned, onboarding}, "", ""},
		{"nobody to tell", []change{{callFile, "validUntil: 2027-03-12", "validUntil: 2026-03-11"}}, rollout.ContactInvalid, ""},
		{"snapshot required", []change{{planFile, "mode: bestEffort", "mode: required"}, web("snapshot: false")}, rollout.SnapshotImpossible, plan},
		{"snapshot required and unsaid", []change{{planFile, "mode: bestEffort", "mode: required"}}, "", ""},
		{"snapshot wanted", []change{web("snapshot: false")}, "", ""},
		{"by hand only", []change{{termsFile, "slaPolicyRef:", "manualOnly: {matchLabels: {role: web}}\n  slaPolicyRef:"}}, rollout.ManualOnly, terms},
		{"by hand only, by hand", []change{{termsFile, "slaPolicyRef:", "manualOnly: {matchLabels: {role: web}}\n  slaPolicyRef:"}, {planFile, "changeType:", "mode: manual\n  changeType:"}}, "", ""},
		{"others by hand only", []change{{termsFile, "slaPolicyRef:", "manualOnly: {matchLabels: {role: database}}\n  slaPolicyRef:"}}, "", ""},
		{"unsupported, and a patch for it", []change{eol}, "", ""},
		{"unsupported", []change{eol, {patchFile, "  appliesTo:\n    matchLabels: {os: debian}\n", ""}}, rollout.EOLNoPatch, list},
		{"unsupported since the patch", []change{web(`eol: "2026-03-11"`), {patchFile, "  appliesTo:\n    matchLabels: {os: debian}\n", ""}}, "", ""},
		{"no profile", []change{web("profile: gone")}, rollout.Held, list},
	}
	base := example(t, "minimal")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := clientOf(t, build(t, base.with(t, test.changes...)), "acme")
			p := planOf(t, c, "openssl")
			i := slices.IndexFunc(p.Work, func(w rollout.Work) bool { return c.Assets[w.Asset].Name == "web-01" })
			if i < 0 {
				t.Fatal("web-01 has no work")
			}
			blocks := p.Work[i].Blocks
			if test.code == "" {
				if len(blocks) > 0 {
					t.Errorf("blocked: %v", blocks)
				}
				return
			}
			if len(blocks) == 0 {
				t.Fatalf("not blocked, wanted %s", test.code)
			}
			if b := blocks[0]; b.Code != test.code || test.by != "" && b.By != test.by || b.Path == "" || b.Text == "" {
				t.Errorf("blocked by %+v, wanted %s by %s", b, test.code, test.by)
			}
		})
	}
}

// TestBlocksAreOfTheAsset: what stands in the way of one asset does not stand in
// the way of the others.
func TestBlocksAreOfTheAsset(t *testing.T) {
	c := clientOf(t, build(t, example(t, "minimal").with(t, web("profile: gone"))), "acme")
	for _, w := range planOf(t, c, "openssl").Work {
		if name := c.Assets[w.Asset].Name; (len(w.Blocks) > 0) != (name == "web-01") {
			t.Errorf("%s is blocked by %v", name, w.Blocks)
		}
	}
}
