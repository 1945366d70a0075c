package planning

import (
	"cmp"
	"slices"
	"sync"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/risk"
	"github.com/patchops/patchops/internal/spec"
)

// catalogue is what all clients install from, and how it is judged.
type catalogue struct {
	names    []string // of all patches, sorted
	patches  map[string]*spec.Patch
	newer    map[string][]*spec.Patch // what supersedes a patch, at any remove, by name
	policy   risk.Policy
	policyID string                     // "" for the built-in one
	recalled map[string]map[string]bool // by package, versions of withdrawn patches

	mu       sync.Mutex // for what is read when it is asked for
	profiles map[string]*spec.Profile
	inline   map[spec.PlanPatch]*spec.Patch
}

func readCatalogue(b *builder) *catalogue {
	c := &catalogue{
		patches: map[string]*spec.Patch{}, newer: map[string][]*spec.Patch{}, profiles: map[string]*spec.Profile{},
		policy: risk.Default(), inline: map[spec.PlanPatch]*spec.Patch{},
	}
	c.names = b.shared.Names("Patch", corpus.Global)
	for _, name := range c.names {
		if root := b.shared.Document("Patch", corpus.Global, name); root != nil {
			c.patches[name] = spec.ReadPatch(root)
			b.turns(c.patches[name].Withdrawn)
			b.turns(c.patches[name].KEVAdded)
		}
	}
	c.readNewer()
	c.readRecalled(b.asOf)
	for _, name := range b.shared.Names("RiskPolicy", corpus.Global) {
		root := b.shared.Document("RiskPolicy", corpus.Global, name)
		// Of several the one named default holds, else the first.
		if root != nil && (c.policyID == "" || name == "default") {
			c.policy, c.policyID = risk.ReadPolicy(root), identity("RiskPolicy", "", name).String()
		}
	}
	return c
}

// readNewer follows supersedes the other way round, as far as it leads.
func (c *catalogue) readNewer() {
	direct := map[string][]*spec.Patch{}
	for _, name := range c.names {
		if p := c.patches[name]; p != nil {
			for _, old := range p.Supersedes {
				direct[old] = append(direct[old], p)
			}
		}
	}
	for old := range direct {
		seen := map[string]bool{old: true}
		queue := slices.Clone(direct[old])
		for len(queue) > 0 {
			p := queue[0]
			queue = queue[1:]
			if seen[p.Name] {
				continue
			}
			seen[p.Name] = true
			c.newer[old] = append(c.newer[old], p)
			queue = append(queue, direct[p.Name]...)
		}
		slices.SortFunc(c.newer[old], func(a, b *spec.Patch) int { return cmp.Compare(a.Name, b.Name) })
	}
}

// resolve gives the patches of a plan, each once, sorted by name. What has no
// document is left out: the reference says so.
func (c *catalogue) resolve(view *corpus.View, p *spec.Plan) []*spec.Patch {
	var out []*spec.Patch
	add := func(name string) {
		if patch := c.patches[name]; patch != nil {
			out = append(out, patch)
		}
	}
	for _, bundle := range p.Bundles {
		list := view.Document("Bundle", corpus.Global, bundle).Get("spec").Get("patches").Elements()
		for i := range list {
			add(list[i].Text())
		}
	}
	for _, patch := range p.Patches {
		if patch.Name != "" {
			add(patch.Name)
			continue
		}
		out = append(out, c.inlined(patch))
	}
	slices.SortFunc(out, func(a, b *spec.Patch) int { return cmp.Compare(a.Name, b.Name) })
	return slices.Compact(out)
}

// inlined is the patch of packages that a plan names itself, the same for all plans.
func (c *catalogue) inlined(p spec.PlanPatch) *spec.Patch {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inline[p] == nil {
		c.inline[p] = spec.InlinePatch(p)
	}
	return c.inline[p]
}

// profile is an executor profile; nil where there is none to read.
func (c *catalogue) profile(view *corpus.View, name string) *spec.Profile {
	root := view.Document("ExecutorProfile", corpus.Global, name)
	c.mu.Lock()
	defer c.mu.Unlock()
	if p, known := c.profiles[name]; known {
		return p
	}
	var p *spec.Profile
	if root != nil {
		p = spec.ReadProfile(root)
	}
	c.profiles[name] = p
	return p
}
