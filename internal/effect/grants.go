package effect

import (
	"cmp"
	"crypto/sha256"
	"maps"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// grantChanges are the grants that differ. Grants are computed only where their
// inputs differ: equal inputs give equal grants.
func grantChanges(before, after *Tree, in, now *inputs) []GrantChange {
	var out []GrantChange
	for _, client := range union(clients(before), clients(after)) {
		same := in.of(client) == now.of(client)
		var a, b *estate
		for _, id := range plansOf(before, after, client) {
			if same && samePlan(before, after, id, in.catalog == now.catalog) {
				continue
			}
			if a == nil {
				a, b = newEstate(before, client), newEstate(after, client)
			}
			out = append(out, differing(client, id, a.grants(before.plan(id)), b.grants(after.plan(id)))...)
		}
	}
	return out
}

func clients(t *Tree) []string { return t.view.Clients("Client") }

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// samePlan reports whether a plan adds the same to grants in both trees; where
// its document and all patches are the same, without reading it.
func samePlan(before, after *Tree, id finding.Identity, catalog bool) bool {
	if catalog && sameDocument(before.byID[id], after.byID[id]) {
		return true
	}
	return before.plan(id).sum() == after.plan(id).sum()
}

// plansOf are the plans that could be about a client in either tree, by name;
// of two with one name the client's own comes second.
func plansOf(before, after *Tree, client string) []finding.Identity {
	all := map[finding.Identity]bool{}
	for _, t := range []*Tree{before, after} {
		for _, scope := range []string{client, ""} {
			for _, id := range t.planIDs(scope) {
				all[id] = true
			}
		}
	}
	return slices.SortedFunc(maps.Keys(all), func(a, b finding.Identity) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Client, b.Client))
	})
}

// assetGrant is the grant of one asset.
type assetGrant struct {
	asset string
	grant *Grant
}

// differing merges two lists of grants, each sorted by asset.
func differing(client string, plan finding.Identity, before, after []assetGrant) []GrantChange {
	var out []GrantChange
	add := func(asset string, a, b *Grant) {
		if !a.equal(b) {
			out = append(out, GrantChange{Client: client, Plan: plan, Asset: asset, Before: a, After: b})
		}
	}
	for len(before) > 0 || len(after) > 0 {
		switch {
		case len(after) == 0 || len(before) > 0 && before[0].asset < after[0].asset:
			add(before[0].asset, before[0].grant, nil)
			before = before[1:]
		case len(before) == 0 || after[0].asset < before[0].asset:
			add(after[0].asset, nil, after[0].grant)
			after = after[1:]
		default:
			add(after[0].asset, before[0].grant, after[0].grant)
			before, after = before[1:], after[1:]
		}
	}
	return out
}

// estate is what grants of one client share.
type estate struct {
	tree   *Tree
	name   string
	root   *document.Value
	zone   string
	assets map[string]*spec.Asset
	parts  map[string]assetPart
	groups map[string]*document.Value
	terms  Digest
	opens  []opening
	denies *denies
	allows map[string]Set
}

// assetPart is what an asset adds to all its grants.
type assetPart struct {
	asset, profile Digest
	deny           Set
}

func newEstate(t *Tree, client string) *estate {
	e := &estate{
		tree: t, name: client, root: t.document("Client", client, client), zone: t.corpus.Zone(client),
		assets: map[string]*spec.Asset{}, parts: map[string]assetPart{}, groups: map[string]*document.Value{}, allows: map[string]Set{},
	}
	assets := t.view.Assets(client)
	for i := range assets {
		if _, twice := e.assets[assets[i].Name]; !twice {
			e.assets[assets[i].Name] = &assets[i]
		}
	}
	agreements := t.of("ClientAgreement", client)
	e.terms = e.readTerms(agreements)
	e.opens = e.readOpenings(agreements)
	e.denies = e.readDenies(agreements)
	return e
}

// grants are a plan's grants at the client, by asset; none for no plan.
func (e *estate) grants(p *plan) []assetGrant {
	if p == nil || e.root == nil {
		return nil
	}
	var out []assetGrant
	all := func(string) []spec.Asset { return e.tree.view.Assets(e.name) }
	for _, target := range spec.Targets(p.root, p.id.Client, []*document.Value{e.root}, all) {
		if g := e.grant(p, e.assets[target.Asset]); g != nil {
			out = append(out, assetGrant{target.Asset, g})
		}
	}
	return out
}

func (e *estate) grant(p *plan, a *spec.Asset) *Grant {
	facets := a.Facets(e.root)
	patches, some := p.patchesFor(facets)
	if !some {
		return nil
	}
	part := e.part(a, facets)
	g := &Grant{
		Plan: p.digest, Asset: part.asset, Profile: part.profile, Patches: patches,
		Terms: e.terms, Allow: e.allow(p, a, facets), Deny: part.deny, Until: p.until,
	}
	g.What = g.what()
	if p.dated {
		g.What = g.what(field{"dates", text(e.zone)})
	}
	return g
}

// what is the digest of the parts of What, and of the zone that dates are read in.
func (g *Grant) what(dates ...field) Digest {
	b := appendDigest([]byte(`{"asset":`), g.Asset)
	for _, d := range dates {
		b = AppendCanonical(append(b, `,"dates":`...), d.value)
	}
	b = appendDigest(append(b, `,"patches":`...), g.Patches)
	b = appendDigest(append(b, `,"plan":`...), g.Plan)
	b = appendDigest(append(b, `,"profile":`...), g.Profile)
	return sha256.Sum256(append(b, '}'))
}

func (e *estate) part(a *spec.Asset, facets spec.Facets) assetPart {
	if p, known := e.parts[a.Name]; known {
		return p
	}
	fields := []field{{"asset", picked(a.Value, "name", "address", "os", "class", "profile", "haGroup")}, {"group", e.group(a.Value.Get("haGroup").Text())}}
	if depends := a.Value.Get("dependsOn"); depends != nil {
		fields = append(fields, field{"dependsOn", sorted(depends)})
	}
	p := assetPart{asset: DigestOf(object(fields...)), profile: e.tree.profile(a.Value.Get("profile").Text()), deny: e.denies.of(a, facets)}
	e.parts[a.Name] = p
	return p
}

// group is what an HAGroup allows; who else is in it is their own grant's.
func (e *estate) group(name string) *document.Value {
	if name == "" {
		return nil
	}
	if g, known := e.groups[name]; known {
		return g
	}
	var value *document.Value
	if root := e.tree.document("HAGroup", e.name, name); root != nil {
		value = without(root.Get("spec"), "members")
	}
	e.groups[name] = value
	return value
}

// profile is the digest of an ExecutorProfile, with the bytes of its playbook.
func (t *Tree) profile(name string) Digest {
	if d, known := t.profiles[name]; known {
		return d
	}
	said := t.document("ExecutorProfile", "", name).Get("spec")
	fields := []field{{"spec", said}}
	if playbook := said.Get("ansible").Get("playbook").Text(); playbook != "" {
		fields = append(fields, field{"playbook", text(t.bytes(playbook))})
	}
	d := DigestOf(object(fields...))
	t.profiles[name] = d
	return d
}

// bytes is the digest of a file that a document names.
func (t *Tree) bytes(file string) string {
	return Digest(t.corpus.Holds(corpus.Dependency{Reading: corpus.File, Name: file})).String()
}
