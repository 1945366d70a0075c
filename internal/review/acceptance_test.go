package review_test

import (
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/approval"
)

const acceptance = `apiVersion: patchops.dev/v1alpha1
kind: RiskAcceptance
metadata: {name: no-ticket, client: acme}
spec:
  scope: {findings: [plan/ticket]}
  reason: The ticket system moves.
  owner: ada
  approvers: [dana, ben]
  approvedAt: 2026-03-12
  expires: 2026-04-12
`

// An acceptance lands only with the approval of everybody whom it names, also where
// the rules would do with fewer or with others; and also by another hand.
func TestAnAcceptanceNeedsItsApprovers(t *testing.T) {
	r := newRepository(t)
	r.commit("change", "main", map[string]string{"clients/acme/no-ticket.yaml": acceptance})
	in := r.input("change")
	said := map[string]approval.Act{}
	for _, p := range []string{"ben", "dana", "erin"} {
		said[p] = r.approve(p, in)
	}
	const names = "RiskAcceptance/acme/no-ticket names as its approvers people who did not approve the change: "
	for who, missing := range map[string]string{"": "dana, ben", "dana": "ben", "dana erin": "ben", "dana ben": "", "dana ben erin": ""} {
		in.Acts = nil
		for p := range strings.FieldsSeq(who) {
			in.Acts = append(in.Acts, said[p])
		}
		for _, landed := range []string{"", "change"} {
			in.Landed = landed
			got := strings.Join(r.judge(in).Why, "\n")
			if (missing == "") == strings.Contains(got, names) || !strings.Contains(got+"\n", missing+"\n") {
				t.Errorf("approved by %q, landed %q: %q, wanted %q to be missing", who, landed, got, missing)
			}
		}
	}
	// What is taken away needs nobody's name.
	r.commit("without", "change", map[string]string{"clients/acme/no-ticket.yaml": ""})
	in = r.input("without")
	in.Authorised = "change"
	if got := strings.Join(r.judge(in).Why, "\n"); strings.Contains(got, names) {
		t.Errorf("removed: %q", got)
	}
}
