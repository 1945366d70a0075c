package effect

import (
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// plan is an open plan as far as grants depend on it alone.
type plan struct {
	id        finding.Identity
	root      *document.Value
	digest    Digest
	until     string
	emergency bool
	dated     bool // notBefore or the deadline is a bare date, read in the client's zone
	patches   []patch
	sets      map[string]Digest // digest of the patches that apply, by which
	key       Digest            // see sum
}

// patch is one that a plan installs.
type patch struct {
	key     string
	value   *document.Value
	applies *spec.Selector // nil: to every asset, as far as documents alone say
}

// planIDs are the plans of a client, "" for those of none, closed ones too.
func (t *Tree) planIDs(client string) []finding.Identity {
	scope := client
	if scope == "" {
		scope = corpus.Global
	}
	var out []finding.Identity
	for _, name := range t.view.Names("PatchPlan", scope) {
		out = append(out, finding.Identity{Kind: "PatchPlan", Client: client, Name: name})
	}
	return out
}

// plan reads a plan once; nil where there is none that is open.
func (t *Tree) plan(id finding.Identity) *plan {
	if p, known := t.plans[id]; known {
		return p
	}
	p := t.readPlan(id)
	t.plans[id] = p
	return p
}

func (t *Tree) readPlan(id finding.Identity) *plan {
	root := t.document(id.Kind, id.Client, id.Name)
	if root == nil || t.byID[id][0].Closed {
		return nil
	}
	said := root.Get("spec")
	p := &plan{
		id: id, root: root, sets: map[string]Digest{},
		until: said.Get("deadline").Text(), emergency: said.Get("changeType").Text() == "emergency",
		patches: t.patches(said),
	}
	p.dated = bareDate(p.until) || bareDate(said.Get("notBefore").Text())
	// Where, what and until when are said elsewhere in the grant; the rest that
	// is left out is words for people.
	rest := without(said, "targets", "patches", "bundles", "deadline", "impact", "backoutPlan", "controls")
	p.digest = DigestOf(object(field{"id", text(id.String())}, field{"spec", rest}))
	p.key = p.readKey()
	return p
}

func bareDate(s string) bool { return len(s) == len("2026-12-31") }

// patches are those that a plan names, by itself and in bundles, each once.
func (t *Tree) patches(plan *document.Value) []patch {
	var out []patch
	for i := range plan.Get("patches").Elements() {
		if v := &plan.Get("patches").Items[i]; v.Kind == document.Map {
			value := picked(v, "package", "version", "severity")
			out = append(out, patch{key: string(AppendCanonical(nil, value)), value: value})
		} else {
			out = append(out, t.patch(v.Text()))
		}
	}
	for i := range plan.Get("bundles").Elements() {
		bundle := t.document("Bundle", "", plan.Get("bundles").Items[i].Text())
		for _, name := range bundle.Get("spec").Get("patches").Elements() {
			out = append(out, t.patch(name.Text()))
		}
	}
	slices.SortFunc(out, func(a, b patch) int { return strings.Compare(a.key, b.key) })
	return slices.CompactFunc(out, func(a, b patch) bool { return a.key == b.key })
}

// patch is a Patch by name: what it installs, exactly, what restarts for it, and
// how severe it is, since that lets it pass a freeze (passAbove). What else is known
// about it (feeds, reviews, withdrawal) is not in it: that may only subtract.
func (t *Tree) patch(name string) patch {
	said := t.document("Patch", "", name).Get("spec")
	value := picked(said, "restart", "severity")
	value.Keys, value.Items = append(value.Keys, document.Key{Name: "name"}), append(value.Items, *text(name))
	if packages := said.Get("packages"); packages != nil {
		value.Keys, value.Items = append(value.Keys, document.Key{Name: "packages"}), append(value.Items, *sorted(packages))
	}
	p := patch{key: name, value: value}
	if selector := said.Get("appliesTo"); selector != nil {
		s := spec.ParseSelector(selector)
		p.applies = &s
	}
	return p
}

// sorted is a list in the order of its elements' canonical JSON.
func sorted(v *document.Value) *document.Value {
	out := *v
	out.Items = slices.Clone(v.Items)
	slices.SortFunc(out.Items, func(a, b document.Value) int {
		return strings.Compare(string(AppendCanonical(nil, &a)), string(AppendCanonical(nil, &b)))
	})
	return &out
}

// patchesFor is the digest of the plan's patches that apply to an asset, and
// whether there are any.
func (p *plan) patchesFor(facets spec.Facets) (Digest, bool) {
	which := make([]byte, len(p.patches))
	some := false
	for i := range p.patches {
		if s := p.patches[i].applies; s == nil || s.Matches(facets) {
			which[i] = 1
			some = true
		}
	}
	if d, known := p.sets[string(which)]; known || !some {
		return d, some
	}
	set := list()
	for i := range p.patches {
		if which[i] == 1 {
			set.Items = append(set.Items, *p.patches[i].value)
		}
	}
	d := DigestOf(set)
	p.sets[string(which)] = d
	return d, true
}

// sum is a digest over everything that the plan adds to any grant: two plans
// with one sum give the same grants to the same client. It is zero for no plan.
func (p *plan) sum() Digest {
	if p == nil {
		return Digest{}
	}
	return p.key
}

func (p *plan) readKey() Digest {
	patches := list()
	for i := range p.patches {
		patches.Items = append(patches.Items, *object(field{"patch", p.patches[i].value}, field{"applies", p.patches[i].terms()}))
	}
	return DigestOf(object(field{"digest", text(p.digest.String())}, field{"until", text(p.until)},
		field{"targets", p.root.Get("spec").Get("targets")}, field{"patches", patches}))
}

// terms are those of appliesTo, each apart: two selectors with one value hold for
// the same assets. It is nil for every asset.
func (p *patch) terms() *document.Value {
	if p.applies == nil {
		return nil
	}
	out := list()
	for _, t := range p.applies.Terms {
		values := list()
		for _, v := range t.Values {
			values.Items = append(values.Items, *text(v))
		}
		out.Items = append(out.Items, *object(field{"key", text(t.Key)}, field{"operator", text(string(t.Operator))}, field{"values", values}))
	}
	return out
}
