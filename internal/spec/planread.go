package spec

import (
	"slices"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/window"
)

// Plan is a PatchPlan. Durations are seconds, instants seconds since
// 1970-01-01T00:00:00Z.
type Plan struct {
	ID         finding.Identity
	Change     string // standard, normal or emergency
	Manual     bool   // by technicians
	Reboot     string // never, ifRequired or always
	Bundles    []string
	Patches    []PlanPatch
	Targets    Targeting
	Rings      []PlanRing
	MinimumAge int64
	NotBefore  int64 // 0: none
	Deadline   int64 // nothing starts at or after it
	Waves      []PlanWave
	// SnapshotRequired: a host of which none can be made does not start.
	SnapshotRequired bool
	Problems         []string
}

// PlanPatch is a patch by its name, or a package and the version wanted.
type PlanPatch struct {
	Name                       string // "" for an inline one
	Package, Version, Severity string // of an inline one
}

// PlanRing is clients that go together.
type PlanRing struct {
	Name    string
	Clients Selector
	Soak    int64
}

// PlanWave is one wave; exactly one of Percent, Count and Selector is given.
type PlanWave struct {
	Name          string
	Percent       int
	Count         int
	Selector      *Selector
	MaxConcurrent Amount
	Stagger, Soak int64
	Advance       int // percent; 100 where not written
}

// ReadPlan reads a PatchPlan. Bare dates are read in a zone.
func ReadPlan(doc *document.Document, zone string) *Plan {
	s := doc.Root.Get("spec")
	p := &Plan{
		ID: doc.ID, Change: s.Get("changeType").Text(), Manual: s.Get("mode").Text() == "manual",
		Reboot: s.Get("reboot").Text(), Bundles: texts(s.Get("bundles")),
		Targets: ReadTargeting(&doc.Root, doc.ID.Client), MinimumAge: seconds(s.Get("minimumAge")),
		NotBefore: second(s.Get("notBefore"), zone, window.From), Deadline: second(s.Get("deadline"), zone, window.Until),
		SnapshotRequired: s.Get("snapshot").Get("mode").Text() == "required", Problems: texts(s.Get("problemRefs")),
	}
	patches := s.Get("patches").Elements()
	for i := range patches {
		v := &patches[i]
		p.Patches = append(p.Patches, PlanPatch{v.Text(), v.Get("package").Text(), v.Get("version").Text(), v.Get("severity").Text()})
	}
	rings := s.Get("rings").Elements()
	for i := range rings {
		p.Rings = append(p.Rings, PlanRing{rings[i].Get("name").Text(), ParseSelector(rings[i].Get("clientSelector")), seconds(rings[i].Get("soak"))})
	}
	waves := s.Get("waves").Elements()
	for i := range waves {
		p.Waves = append(p.Waves, readWave(&waves[i]))
	}
	return p
}

func readWave(v *document.Value) PlanWave {
	return PlanWave{
		Name: v.Get("name").Text(), Percent: int(whole(v.Get("percent"), 0)), Count: int(whole(v.Get("count"), 0)),
		Selector: selectorOf(v.Get("selector")), MaxConcurrent: ReadAmount(v.Get("maxConcurrent")),
		Stagger: seconds(v.Get("stagger")), Soak: seconds(v.Get("soak")), Advance: int(whole(v.Get("advance"), 100)),
	}
}

// Ring is the first ring that takes a client, from 0; the number of rings where
// none does, -1 where the plan has none.
func (p *Plan) Ring(client Facets) int {
	if len(p.Rings) == 0 {
		return -1
	}
	i := slices.IndexFunc(p.Rings, func(r PlanRing) bool { return r.Clients.Matches(client) })
	if i < 0 {
		return len(p.Rings)
	}
	return i
}

// Targeting is what a plan says of its targets, read once for many clients. It
// says the same as Targets.
type Targeting struct {
	targets *document.Value
	client  string // of the plan
	chosen  chooser
}

// ReadTargeting reads the targets of a plan, given by its root; planClient is
// its metadata.client.
func ReadTargeting(plan *document.Value, planClient string) Targeting {
	targets := plan.Get("spec").Get("targets")
	return Targeting{targets, planClient, newChooser(targets, planClient)}
}

// For reports whether the plan is for a client, given by its root.
func (t Targeting) For(client string, root *document.Value) bool {
	return forClient(t.targets, t.client, client, root)
}

// Names reports whether an asset is among those that the plan names, or the plan
// names none.
func (t Targeting) Names(client, asset string) bool {
	return t.chosen.assets == nil || t.chosen.assets[client+"/"+asset]
}

// NamesSome reports whether the plan names single assets.
func (t Targeting) NamesSome() bool { return t.chosen.assets != nil }

// Takes reports whether the plan's selectors take what has these facets.
func (t Targeting) Takes(f Facets) bool {
	return t.chosen.selector.Takes(f) && (t.chosen.exclude == nil || !t.chosen.exclude.Matches(f))
}

// Selectors are the selectors that Takes asks; nil for one that was not written.
func (t Targeting) Selectors() []*Selector { return []*Selector{t.chosen.selector, t.chosen.exclude} }

// Selector is the selector of what the plan takes; nil for everything.
func (t Targeting) Selector() *Selector { return t.chosen.selector }
