package approval

import (
	"fmt"
	"testing"

	"github.com/patchops/patchops/internal/effect"
)

// BenchmarkJudge is a change of 20,000 grants by ten rules and fifty approvals.
func BenchmarkJudge(b *testing.B) {
	var rules []Rule
	for i := range 10 {
		r := rule(fmt.Sprint("r", i), Require{All: []Require{of("ops", 2), {Any: []Require{of("sec", 1), of("boss", 1)}}}})
		r.Match = &Match{Environments: []string{"prod"}, Kinds: []string{"PatchPlan"}}
		rules = append(rules, r)
	}
	in := someInput(rules...)
	e := &effect.Effect{Documents: in.Landing.Documents}
	for i := range 20_000 {
		g := in.Landing.Grants[0]
		g.Asset = fmt.Sprint("web-", i)
		e.Grants = append(e.Grants, g)
		entry := in.Entries[1]
		entry.Text = "grant acme/march " + g.Asset
		entry.Assets = []Asset{{Client: "acme", Name: g.Asset, Sides: entry.Assets[0].Sides, Grant: true}}
		in.Entries = append(in.Entries, entry)
	}
	in.Landing, in.Proposals[0].Effect = e, e
	digest := e.Digest().String()
	for i := range 50 {
		in = in.with(by([]string{"bob", "carl", "erin"}[i%3], says(SaysApproved, i+1), func(a *Act) { a.Evidence, a.Effect = fmt.Sprint(i), digest }))
	}
	for b.Loop() {
		if v := Judge(in); v.State != Approved {
			b.Fatalf("%s: %v", v.State, v.Unblock)
		}
	}
}
