package report

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
)

func someGrant(n byte, window string) *effect.Grant {
	return &effect.Grant{
		What: effect.Digest{n}, Plan: effect.Digest{n}, Until: "2026-04-30",
		Allow: effect.Set{{Name: window, Digest: effect.Digest{n}}},
	}
}

// manyGrants is a change of a plan at so many clients with so many hosts each.
func manyGrants(clients, hosts int) *effect.Effect {
	e := &effect.Effect{}
	for c := range clients {
		for h := range hosts {
			e.Grants = append(e.Grants, effect.GrantChange{
				Client: fmt.Sprintf("c%03d", c), Asset: fmt.Sprintf("host-%04d", h), Plan: finding.Identity{Kind: "PatchPlan", Name: "openssl"},
				Before: someGrant(1, "MaintenanceWindow/_/urgent"), After: someGrant(2, "MaintenanceWindow/_/urgent"),
			})
		}
	}
	return e
}

func TestEffectTextIsConcise(t *testing.T) {
	e := manyGrants(500, 20)
	const want = `    ~ PatchPlan/_/openssl: 10000 hosts of c000, c001, c002, c003, c004, c005, and 494 more: another plan (waves, gates, reboot, ...), MaintenanceWindow/_/urgent is another window
        c000/host-0000, c000/host-0001, c000/host-0002, c000/host-0003, c000/host-0004, c000/host-0005, c000/host-0006, c000/host-0007, and 9992 more
`
	text := EffectText(e)
	if !strings.HasSuffix(text, want) {
		t.Errorf("the effect reads\n%s\nwanted at its end\n%s", text, want)
	}
	for i := range 500 { // every client's own window
		e.Documents = append(e.Documents, effect.DocumentChange{
			Identity: finding.Identity{Kind: "MaintenanceWindow", Client: fmt.Sprintf("c%03d", i), Name: "nightly"},
			Before:   effect.DocumentState{Path: "a.yaml", Digest: effect.Digest{1}}, After: effect.DocumentState{Path: "a.yaml", Digest: effect.Digest{2}},
		})
		e.Grants[20*i].Plan.Client = fmt.Sprintf("c%03d", i)
	}
	if n := strings.Count(EffectText(e), "\n"); n > 150 {
		t.Errorf("the effect of 500 clients takes %d lines, wanted at most 150", n)
	}
	if n := len(EffectMarkdown(e)); n > 20_000 {
		t.Errorf("the effect of 500 clients takes %d bytes of Markdown, wanted at most 20000", n)
	}
}

// TestSameAtManyClients: plans of one name, with windows of one name, are one
// line, whosever they are.
func TestSameAtManyClients(t *testing.T) {
	e := manyGrants(3, 2)
	for i := range e.Grants {
		g := &e.Grants[i]
		g.Plan.Client = g.Client
		g.Before, g.After = someGrant(1, "MaintenanceWindow/"+g.Client+"/nightly"), someGrant(1, "MaintenanceWindow/"+g.Client+"/nightly")
		g.After.Allow = nil
	}
	const want = `    ~ PatchPlan/*/openssl: 6 hosts of c000, c001, c002: MaintenanceWindow/*/nightly no longer opens
        c000/host-0000, c000/host-0001, c001/host-0000, c001/host-0001, c002/host-0000, c002/host-0001
`
	if text := EffectText(e); !strings.HasSuffix(text, want) {
		t.Errorf("the effect reads\n%s\nwanted at its end\n%s", text, want)
	}
	e.Grants = e.Grants[2:4]
	const one = `    ~ PatchPlan/c001/openssl: 2 hosts: MaintenanceWindow/c001/nightly no longer opens
        host-0000, host-0001
`
	if text := EffectText(e); !strings.HasSuffix(text, one) {
		t.Errorf("the effect reads\n%s\nwanted at its end\n%s", text, one)
	}
}

func TestEffectSaysWhatDiffers(t *testing.T) {
	deny := func(names ...string) effect.Set {
		var s effect.Set
		for _, n := range names {
			s = append(s, effect.Named{Name: n, Digest: effect.Digest{1}})
		}
		return s
	}
	grant := func(change func(*effect.Grant)) *effect.Grant {
		g := someGrant(1, "MaintenanceWindow/acme/nightly")
		g.Deny = deny("Freeze/_/q1")
		if change != nil {
			change(g)
		}
		return g
	}
	tests := []struct {
		want   string
		wider  int
		before *effect.Grant
		after  *effect.Grant
	}{
		{"+ PatchPlan/acme/x: 1 host\n", 0, nil, grant(nil)},
		{"- PatchPlan/acme/x: 1 host\n", 0, grant(nil), nil},
		{"Freeze/_/q1 no longer denies\n", 1, grant(nil), grant(func(g *effect.Grant) { g.Deny = nil })},
		{"Freeze/_/q2 denies\n", 0, grant(nil), grant(func(g *effect.Grant) { g.Deny = deny("Freeze/_/q1", "Freeze/_/q2") })},
		{"Freeze/_/q1 denies otherwise\n", 1, grant(nil), grant(func(g *effect.Grant) { g.Deny = effect.Set{{Name: "Freeze/_/q1"}} })},
		{"MaintenanceWindow/acme/nightly no longer opens\n", 0, grant(nil), grant(func(g *effect.Grant) { g.Allow = nil })},
		{"MaintenanceWindow/acme/nightly opens\n", 1, grant(func(g *effect.Grant) { g.Allow = nil }), grant(nil)},
		{"deadline 2026-04-30 -> 2026-05-01\n", 1, grant(nil), grant(func(g *effect.Grant) { g.Until = "2026-05-01" })},
		{"another host (address, system, HA group, ...)\n", 1, grant(nil), grant(func(g *effect.Grant) { g.Asset, g.What = effect.Digest{2}, effect.Digest{2} })},
		{"other patches or versions\n", 1, grant(nil), grant(func(g *effect.Grant) { g.Patches, g.What = effect.Digest{2}, effect.Digest{2} })},
		{"another time zone of the plan's dates\n", 1, grant(nil), grant(func(g *effect.Grant) { g.What = effect.Digest{2} })},
		{"other terms of the agreement\n", 1, grant(nil), grant(func(g *effect.Grant) { g.Terms = effect.Digest{2} })},
	}
	for _, test := range tests {
		e := &effect.Effect{Grants: []effect.GrantChange{{
			Client: "acme", Asset: "web-01", Plan: finding.Identity{Kind: "PatchPlan", Client: "acme", Name: "x"}, Before: test.before, After: test.after,
		}}}
		if text := EffectText(e); !strings.Contains(text, test.want) {
			t.Errorf("the effect reads\n%s\nwanted in it %q", text, test.want)
		}
		if got := SummaryOfEffect(e).Grants.Wider; got != test.wider {
			t.Errorf("%q: %d are wider, wanted %d", test.want, got, test.wider)
		}
	}
}

// TestEffectOfStrangers: names and values of a proposed change do nothing to a
// terminal or a page.
func TestEffectOfStrangers(t *testing.T) {
	const evil = "\x1b[31m</code><script>\n@all\u202e`|"
	state := effect.DocumentState{Path: evil, Digest: effect.Digest{1}}
	e := &effect.Effect{
		Files: []effect.FileChange{{Path: evil, After: effect.FileState{Mode: "100644"}}},
		Documents: []effect.DocumentChange{{
			Identity: finding.Identity{Kind: "Patch", Name: evil}, Before: state, After: state,
			Fields: []effect.FieldChange{{Path: evil, Before: evil, After: evil + evil}},
		}},
		Grants: []effect.GrantChange{{Client: evil, Asset: evil, Plan: finding.Identity{Name: evil}, Before: someGrant(1, evil), After: &effect.Grant{Until: evil}}},
	}
	for _, shown := range []string{EffectText(e), EffectMarkdown(e)} {
		if strings.ContainsAny(shown, "\x1b\u202e") {
			t.Errorf("%q holds characters that do something", shown)
		}
	}
	if md := EffectMarkdown(e); strings.Contains(md, "<script") || strings.Contains(md, "@all") {
		t.Errorf("%q holds markup of a stranger", md)
	}
	var back map[string]any
	var b strings.Builder
	if err := encode(&b, ValueOfEffect(e)); err != nil || json.Unmarshal([]byte(b.String()), &back) != nil || back["effect"] == nil {
		t.Errorf("%v: no JSON: %s", err, b.String())
	}
}
