package effect

import (
	"fmt"
	"maps"
	"testing"
)

func digestsOf(t *Tree, client string) (grants map[string]Digest, plans map[string]Digest) {
	grants, plans = map[string]Digest{}, map[string]Digest{}
	for _, p := range t.Grants(client) {
		plans[p.Plan.String()] = p.Digest
		for _, a := range p.Assets {
			grants[p.Plan.String()+" "+a.Asset] = a.Digest
		}
	}
	return grants, plans
}

// TestGrantsOfATreeFollowTheEffect: a grant's digest differs exactly where the effect of
// the change says that the grant does, and the plan's only where more than what keeps
// work away does.
func TestGrantsOfATreeFollowTheEffect(t *testing.T) {
	for _, e := range []edit{
		{file: "clients/acme/client.yaml", old: "Europe/Berlin", new: "Europe/Paris"},
		{file: "clients/acme/assets.yaml", old: "10.0.0.1", new: "10.0.9.9"},
		{file: "clients/acme/assets.yaml", old: "  - {name: web-01", new: "  - {name: web-00}\n  - {name: web-01"},
		{file: "clients/acme/windows.yaml", old: "duration: PT4H", new: "duration: PT5H"},
		{file: "rules/freeze.yaml", old: "2026-04-05", new: "2026-04-06"},
		{file: "README.md", old: "hello", new: "bye"},
		{file: "plans/openssl.yaml", old: "reboot: never", new: "reboot: always"},
		{file: "clients/birch/hosts.csv", old: "10.1.0.1", new: "10.1.0.2"},
	} {
		t.Run(e.file+" "+e.new, func(t *testing.T) {
			before, after := small().tree(t), small().with(t, e.file, e.old, e.new).tree(t)
			wanted, closer := map[string]bool{}, map[string]bool{}
			for _, g := range Between(before, after).Grants {
				wanted[g.Client+" "+g.Plan.String()+" "+g.Asset] = true
				if g.Before == nil || g.After == nil || !(&Grant{What: g.Before.What, Terms: g.Before.Terms, Until: g.Before.Until, Allow: g.Before.Allow, Deny: g.After.Deny}).equal(g.After) {
					closer[g.Client+" "+g.Plan.String()] = true
				}
			}
			differ, plans := map[string]bool{}, map[string]bool{}
			for _, client := range []string{"acme", "birch"} {
				a, p := digestsOf(before, client)
				b, q := digestsOf(after, client)
				for name := range both(a, b) {
					differ[client+" "+name] = a[name] != b[name]
				}
				for name := range both(p, q) {
					plans[client+" "+name] = p[name] != q[name]
				}
			}
			same := func(_ string, differs bool) bool { return !differs }
			maps.DeleteFunc(differ, same)
			maps.DeleteFunc(plans, same)
			if !maps.Equal(differ, wanted) {
				t.Errorf("grants that differ: %v\nwanted %v", differ, wanted)
			}
			if !maps.Equal(plans, closer) {
				t.Errorf("plans that differ: %v\nwanted %v", plans, closer)
			}
		})
	}
}

func both[V any](a, b map[string]V) map[string]V {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

func TestGrantsOfNobody(t *testing.T) {
	if got := small().tree(t).Grants("nobody"); got != nil {
		t.Errorf("grants at a client that is not there: %v", got)
	}
}

func BenchmarkGrants(b *testing.B) {
	tree := estateOf(10, 10_000).tree(b)
	for b.Loop() {
		n := 0
		for i := range 10 {
			for _, p := range tree.Grants(fmt.Sprintf("c%03d", i)) {
				n += len(p.Assets)
			}
		}
		if n < 100_000 {
			b.Fatal(n)
		}
	}
}
