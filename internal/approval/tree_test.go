package approval

import (
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/effect"
)

// lands is a change of m to h that lands on a, so that the tree is ah, which bob
// approved at another head of the same proposal.
func lands(t *testing.T, m, h, a, ah repo, rules ...Rule) Input {
	t.Helper()
	between := func(before, after repo) *effect.Effect {
		_, was := before.read(t)
		_, is := after.read(t)
		return effect.Between(was, is)
	}
	in := someInput(rules...)
	in.Entries, in.Landing = changed(t, a, ah)
	proposed := between(m, h)
	in.Proposals = []Proposal{{Head: "h1", Base: "m", Effect: proposed, Moved: between(m, a)}}
	in.Head = "h2"
	return in.with(by("bob", func(a *Act) { a.Effect = proposed.Digest().String() }))
}

// TestBaseMoves: what others merge in between (A2, A3, M3).
func TestBaseMoves(t *testing.T) {
	m := estate(t)
	extended := func(r repo) repo { return r.swap("plans/acme/march.yaml", "2026-04-30", "2026-05-10") }
	h := extended(m)
	freeze := "kind: Freeze\nmetadata: {name: q1}\nspec: {from: 2026-03-25, until: 2026-04-05, reason: audit, onRunning: finish}"
	other := m.row("clients/birch/hosts.csv", "debian", "rhel")
	frozen := m.and("rules/freeze.yaml", freeze)
	added := m.swap("clients/acme/assets.yaml", "  - {name: web-02", "  - {name: web-03, env: prod, address: 10.0.0.3}\n  - {name: web-02")
	moved := m.swap("clients/acme/assets.yaml", "address: 10.0.0.1", "address: 10.9.9.9")
	reformatted := h.swap("plans/acme/march.yaml", "changeType: normal,", "changeType:   normal,")
	for _, c := range []row{
		{"A2 reformatted", lands(t, m, h, m, reformatted, one("ops")), Approved, "", "", "bob approved h1: h2 has the same effect"},
		{"M3 another client", lands(t, m, h, other, extended(other), one("ops")), Approved, "", "", "h2 has the same effect"},
		{"M3 a freeze is added", lands(t, m, h, frozen, extended(frozen), one("ops")), Approved, "", "", "bob approved h1: what lands is within it"},
		{"M3 a freeze is lifted", lands(t, frozen, extended(frozen), m, h, one("ops")), Pending, "bob", "stale", "is no longer denied by"},
		{"M3 an asset is added", lands(t, m, h, added, extended(added), one("ops")), Approved, "", "", "but for grant acme/march web-03"},
		{"M3 an asset is moved", lands(t, m, h, moved, extended(moved), one("ops")), Pending, "bob", "stale", "grant acme/march web-01 is for another address"},
	} {
		c.check(t)
	}
	v := Judge(lands(t, m, h, added, extended(added), one("ops")))
	if len(v.Uncovered) != 1 || v.Uncovered[0].Asset != "web-03" {
		t.Errorf("uncovered are %v, wanted web-03", v.Uncovered)
	}
}

// A host is covered where those who saw it are enough without those who did not.
func TestUncoveredWhereTooFewSawIt(t *testing.T) {
	m := estate(t)
	h := m.swap("plans/acme/march.yaml", "2026-04-30", "2026-05-10")
	added := m.swap("clients/acme/assets.yaml", "  - {name: web-02", "  - {name: web-03, env: prod, address: 10.0.0.3}\n  - {name: web-02")
	rebased := added.swap("plans/acme/march.yaml", "2026-04-30", "2026-05-10")
	elsewhere := one("boss")
	elsewhere.Match = &Match{Kinds: []string{"AssetList"}}
	for _, c := range []struct {
		name      string
		rules     []Rule
		uncovered int
	}{
		{"one who saw it is enough", []Rule{one("ops")}, 0},
		{"a rule for something else does not matter", []Rule{one("ops"), elsewhere}, 0},
		{"two are wanted, and one saw it", []Rule{rule("two", of("ops", 2))}, 1},
		{"nobody of a second group saw it", []Rule{one("ops"), one("dev")}, 1},
	} {
		in := lands(t, m, h, added, rebased, c.rules...)
		after := effect.Between(treeOf(t, added), treeOf(t, rebased))
		in.Proposals = append(in.Proposals, Proposal{Head: "h2", Base: "a", Effect: after, Moved: &effect.Effect{}})
		in = in.with(by("carl", func(a *Act) { a.Head, a.Base, a.Effect = "h2", "a", after.Digest().String() }))
		if v := Judge(in); v.State != Approved || len(v.Uncovered) != c.uncovered {
			t.Errorf("%s: %s, uncovered %v, wanted %d", c.name, v.State, v.Uncovered, c.uncovered)
		}
	}
}

func treeOf(t *testing.T, r repo) *effect.Tree {
	_, tree := r.read(t)
	return tree
}

// TestA13: the rule of the folder that a document leaves is asked.
func TestA13TheOldPathTriggersItsRule(t *testing.T) {
	m := estate(t).and("plans/acme/safe/april.yaml", "kind: PatchPlan\nmetadata: {name: april, client: acme}\nspec: {changeType: normal, patches: [openssl]}")
	out := estate(t).and("plans/acme/april.yaml", "kind: PatchPlan\nmetadata: {name: april, client: acme}\nspec: {changeType: normal, patches: [openssl]}")
	safe := one("boss")
	safe.Match = &Match{Paths: globs("plans/acme/safe/**")}
	in := lands(t, m, out, m, out, safe, one("ops"))
	row{"A13", in, Pending, "", "", "frank, from boss, then it can merge"}.check(t)
}

// TestEveryDifferenceHasItsText: no two kinds of difference read alike.
func TestEveryDifferenceHasItsText(t *testing.T) {
	seen := map[string]bool{}
	for _, why := range []effect.Why{
		effect.FileDiffers, effect.DocumentDiffers, effect.NotProposed, effect.NotRemoved, effect.PlanDiffers, effect.AssetDiffers, effect.ProfileDiffers,
		effect.PatchesDiffer, effect.DatesDiffer, effect.TermsDiffer, effect.AllowDiffers, effect.DenyMissing, effect.UntilLater, "something new",
	} {
		text := Describe(effect.Difference{Why: why, Client: "acme", Asset: "web-01", Name: "nightly"})
		if seen[text] || strings.Contains(text, string(why)+":") {
			t.Errorf("%s reads %q", why, text)
		}
		seen[text] = true
	}
	many := slices.Repeat([]effect.Difference{{Why: effect.FileDiffers, Name: "a"}}, 5)
	if got := describeAll(many, 2); got != "file a differs; file a differs; and 3 more" {
		t.Errorf("five are %q", got)
	}
	if got := few([]string{"a", "b", "c"}, 2); got != "a, b and 1 more" {
		t.Errorf("three are %q", got)
	}
}
