package planning

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/spec"
)

// class is assets of a client that nothing here tells apart but their names,
// their places in lists and what they depend on. What holds for one of them is
// found out once.
type class struct {
	asset   *spec.Asset // an example
	facets  spec.Facets
	profile *spec.Profile // nil: there is none
	rollout rollout.Asset // what they have in common
	partly  bool          // of packages only facts say anything: others are unknown
	eol     int64         // when support ends; 0: nobody says
	accepts []int         // acceptances that name assets, and these among them
}

// looksAt are the fields of an asset that planning looks at. Of labels and of what
// identifies an asset only those count that a selector asks for.
func looksAt(field string) bool {
	switch field {
	case "class", "os", "osVersion", "role", "env", "tier", "site", "relay", "profile", "windowRefs", "windowCombine",
		"exposure", "applications", "complianceScopes", "packages", "estimate", "owner", "eol", "snapshot",
		"businessUnit", "clientTier", "client":
		return true
	}
	return false
}

// classify puts each asset into its class.
func (c *client) classify() {
	keys := c.askedKeys()
	known := map[string]int{}
	c.classOf = make([]int, len(c.assets))
	var buf []byte
	for i, a := range c.assets {
		buf = c.signature(buf[:0], a, keys)
		class, ok := known[string(buf)]
		if !ok {
			class = len(c.classes)
			known[string(buf)] = class
			c.classes = append(c.classes, c.newClass(a))
		}
		c.classOf[i] = class
	}
}

// askedKeys are the keys, beside those of looksAt, that any selector asks for.
func (c *client) askedKeys() []string {
	selectors := slices.Concat(c.opening, c.binding)
	for _, t := range c.terms {
		selectors = append(selectors, t.ManualOnly)
		for i := range t.Leads {
			selectors = append(selectors, &t.Leads[i].Selector)
		}
	}
	for i := range c.ruling {
		selectors = append(selectors, c.ruling[i].Selector)
	}
	for _, p := range c.plans {
		selectors = append(selectors, p.Targets.Selectors()...)
		for i := range p.Waves {
			selectors = append(selectors, p.Waves[i].Selector)
		}
		for _, patch := range p.patches {
			selectors = append(selectors, patch.AppliesTo)
		}
	}
	var keys []string
	for _, s := range selectors {
		if s == nil {
			continue
		}
		for _, t := range s.Terms {
			if !facetOfField(t.Key) {
				keys = append(keys, t.Key)
			}
		}
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// facetOfField reports whether a facet says no more than the fields of looksAt do.
func facetOfField(key string) bool {
	switch key {
	case "name", "haGroup":
		return false
	case "application", "complianceScope":
		return true
	}
	_, facet := slices.BinarySearch(spec.AssetFacetNames(), key)
	return facet
}

func (c *client) signature(buf []byte, a *spec.Asset, keys []string) []byte {
	v := a.Value
	for i := range v.Keys {
		if name := v.Keys[i].Name; looksAt(name) {
			buf = append(append(buf, name...), 0)
			buf = encode(buf, &v.Items[i])
		}
	}
	if len(keys) > 0 {
		facets := a.Facets(c.root)
		for _, key := range keys {
			buf = append(append(buf, 1), key...)
			for _, value := range facets.Values(key) {
				buf = append(append(buf, 0), value...)
			}
		}
	}
	if c.partly[a.Name] {
		buf = append(buf, 3)
	}
	for i := range c.accepted {
		if c.accepted[i].assets[a.Name] {
			buf = append(strconv.AppendInt(append(buf, 2), int64(i), 10), 0)
		}
	}
	return buf
}

// encode writes a value so that different values differ.
func encode(buf []byte, v *document.Value) []byte {
	buf = append(buf, byte(v.Kind))
	switch v.Kind {
	case document.Bool:
		if v.Bool {
			return append(buf, 1)
		}
		return append(buf, 0)
	case document.Int:
		return binary.AppendVarint(buf, v.Int)
	case document.List, document.Map:
		buf = binary.AppendVarint(buf, int64(len(v.Items)))
		for i := range v.Items {
			if v.Kind == document.Map {
				buf = append(append(buf, v.Keys[i].Name...), 0)
			}
			buf = encode(buf, &v.Items[i])
		}
		return buf
	}
	return append(append(buf, v.Str...), 0)
}

func (c *client) newClass(a *spec.Asset) *class {
	example := *a // not its neighbours in the list
	k := &class{asset: &example, facets: example.Facets(c.root), partly: c.partly[a.Name]}
	if name := a.Value.Get("profile").Text(); name != "" {
		k.profile = c.catalogue.profile(c.view, name)
	}
	k.eol = spec.Ends(a.Value.Get("eol"), c.zone)
	c.turns(k.eol)
	for i := range c.accepted {
		if c.accepted[i].assets == nil || c.accepted[i].assets[a.Name] {
			k.accepts = append(k.accepts, i)
		}
	}
	k.rollout = rollout.Asset{
		Windows: c.openFor(a, k), All: a.Value.Get("windowCombine").Text() == "all", Denies: c.bind(k), Supports: c.needed(a),
		Group: -1, RunsOn: -1, Relay: -1, Tier: -1, Shift: c.byGroup[a.Value.Get("owner").Text()], Stratum: stratum(a.Value),
	}
	if tier := a.Value.Get("tier"); tier != nil && tier.Kind == document.Int {
		k.rollout.Tier = int(tier.Int)
	}
	if relay := k.facets.Values("relay"); len(relay) > 0 {
		if i, known := c.relays[relay[0]]; known {
			k.rollout.Relay = i
		}
	}
	return k
}

// openFor are the windows that may open for an asset, whatever agreement names
// them: its own, if it names any, whose selector takes it.
func (c *client) openFor(a *spec.Asset, k *class) []int {
	refs := a.Value.Get("windowRefs")
	own := spec.Texts(refs)
	var out []int
	for i, selector := range c.opening {
		if (refs == nil || slices.Contains(own, c.out.Windows[i].Name)) && selector.Takes(k.facets) {
			out = append(out, i)
		}
	}
	return out
}

func (c *client) bind(k *class) []int {
	var out []int
	for i, selector := range c.binding {
		if selector.Takes(k.facets) {
			out = append(out, i)
		}
	}
	return out
}

// needed are the supports of an asset's applications.
func (c *client) needed(a *spec.Asset) []int {
	var out []int
	for _, application := range spec.Texts(a.Value.Get("applications")) {
		i, known := slices.BinarySearchFunc(c.out.Supports, application, func(s rollout.Support, name string) int { return strings.Compare(s.Application, name) })
		if known {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func stratum(asset *document.Value) string {
	var parts []string
	for _, field := range []string{"os", "osVersion", "role", "profile"} {
		parts = append(parts, asset.Get(field).Text())
	}
	return strings.Join(parts, "/")
}

// fillAssets writes the assets of the client.
func (c *client) fillAssets() {
	c.out.Assets = make([]rollout.Asset, len(c.assets))
	c.depends = make([][]int, len(c.assets))
	for i, a := range c.assets {
		out := &c.out.Assets[i]
		*out = c.classes[c.classOf[i]].rollout
		out.Name = a.Name
		if group, known := c.groups[a.Value.Get("haGroup").Text()]; known {
			out.Group = group
		}
		if host, known := c.index[a.Value.Get("runsOn").Text()]; known {
			out.RunsOn = host
		}
		for _, name := range spec.Texts(a.Value.Get("dependsOn")) {
			if on, known := c.index[name]; known {
				c.depends[i] = append(c.depends[i], on)
			}
		}
		slices.Sort(c.depends[i])
		c.depends[i] = slices.Compact(c.depends[i])
	}
}
