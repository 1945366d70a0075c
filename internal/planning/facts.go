package planning

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// Fact is what the log knows of one package on an asset.
type Fact struct {
	Version string // "": it is not installed
	Broken  bool   // it is there, but not in order, such as half-configured
	At      int64  // when it was recorded
}

// An asset's `packages` with facts laid over them. A version is the text that it is in
// documents too; what is not in order is the empty text, which no document holds, and what
// is known not to be installed is false where the documents say nothing of packages at
// all. What neither says of is unknown there.

// learn lays the newer facts over what the documents say of the assets' packages: of those
// packages only that a plan could ask for.
func (c *client) learn() {
	if len(c.options.Facts) == 0 {
		return
	}
	asked := c.askedPackages()
	for i, a := range c.assets {
		facts := c.options.Facts[c.name+"/"+a.Name]
		declared := c.declared(a)
		var known []string
		for name, fact := range facts {
			if asked[name] && fact.At >= declared {
				known = append(known, name)
			}
		}
		if len(known) > 0 {
			slices.Sort(known)
			c.assets[i] = c.withFacts(a, facts, known)
		}
	}
}

// askedPackages are those of the plans' patches, and of what supersedes them.
func (c *client) askedPackages() map[string]bool {
	asked := map[string]bool{}
	add := func(p *spec.Patch) {
		for i := range p.Packages {
			asked[p.Packages[i].Name] = true
		}
	}
	for _, p := range c.plans {
		for _, patch := range p.patches {
			add(patch)
			for _, newer := range c.catalogue.newer[patch.Name] {
				add(newer)
			}
		}
	}
	return asked
}

// declared is since when the documents say what they say of an asset's packages; 0 where
// they say nothing, against which no fact is old.
func (c *client) declared(a *spec.Asset) int64 {
	if c.options.Declared == nil || a.Value.Get("packages") == nil {
		return 0
	}
	return c.options.Declared(a.File)
}

func (c *client) withFacts(a *spec.Asset, facts map[string]Fact, known []string) *spec.Asset {
	said := a.Value.Get("packages")
	if said == nil {
		c.partly[a.Name] = true
	}
	packages := document.Value{Kind: document.Map}
	if said != nil && said.Kind == document.Map {
		for i, key := range said.Keys {
			if _, newer := slices.BinarySearch(known, key.Name); !newer {
				packages.Keys, packages.Items = append(packages.Keys, key), append(packages.Items, said.Items[i])
			}
		}
	}
	for _, name := range known {
		item := document.Value{Kind: document.String, Str: facts[name].Version}
		switch {
		case facts[name].Broken:
			item.Str = ""
		case item.Str == "" && said != nil:
			continue
		case item.Str == "":
			item = document.Value{Kind: document.Bool}
		}
		packages.Keys, packages.Items = append(packages.Keys, document.Key{Name: name}), append(packages.Items, item)
	}
	out := *a
	value := *a.Value
	value.Keys, value.Items = slices.Clone(value.Keys), slices.Clone(value.Items)
	at := slices.IndexFunc(value.Keys, func(k document.Key) bool { return k.Name == "packages" })
	if at < 0 {
		at = len(value.Keys)
		value.Keys, value.Items = append(value.Keys, document.Key{Name: "packages"}), append(value.Items, document.Value{})
	}
	value.Items[at] = packages
	out.Value = &value
	return &out
}

// appliesTo reports whether a patch can apply to the assets of a class.
func (k *class) appliesTo(p *spec.Patch) bool {
	if !k.partly || p.AppliesTo != nil {
		return p.AppliesToAsset(k.asset.Value, k.facets)
	}
	installed := k.asset.Value.Get("packages")
	return slices.ContainsFunc(p.Packages, func(w spec.PatchPackage) bool {
		v := installed.Get(w.Name)
		return v == nil || v.Kind != document.Bool
	})
}

// has reports whether the assets of a class have all that a patch brings, in order.
func (c *client) has(k *class, p *spec.Patch, manager string) bool {
	installed := k.asset.Value.Get("packages")
	for i := range p.Packages {
		v := installed.Get(p.Packages[i].Name)
		switch {
		case v == nil && k.partly, v != nil && v.Kind == document.String && v.Str == "",
			v != nil && p.Inline && v.Str != p.Packages[i].Version && c.catalogue.recalled[p.Packages[i].Name][v.Str]:
			return false
		}
	}
	return p.InstalledOn(k.asset.Value, manager)
}

// readRecalled finds the versions that patches brought which have been withdrawn: a plan
// that names another version inline goes back to it.
func (c *catalogue) readRecalled(asOf int64) {
	c.recalled = map[string]map[string]bool{}
	for _, p := range c.patches {
		if p.Withdrawn == 0 || p.Withdrawn > asOf {
			continue
		}
		for _, w := range p.Packages {
			if c.recalled[w.Name] == nil {
				c.recalled[w.Name] = map[string]bool{}
			}
			c.recalled[w.Name][w.Version] = true
		}
	}
}

// unknownHosts are the findings about facts of hosts that no AssetList declares.
func (c *client) unknownHosts() {
	prefix := c.name + "/"
	var unknown []string
	for host := range c.options.Facts {
		if name, own := strings.CutPrefix(host, prefix); own {
			if _, known := c.index[name]; !known {
				unknown = append(unknown, name)
			}
		}
	}
	slices.Sort(unknown)
	id := identity("Client", c.name, c.name)
	for _, name := range unknown {
		c.said = append(c.said, finding.Finding{
			ID: "estate/unknown-host", Severity: finding.Warning, Document: id, Position: c.corpus.Entry(id).Name, Path: "metadata.name",
			Message: fmt.Sprintf("the log has facts about host %q of client %q, which no AssetList declares", name, c.name),
			Hint:    "declare it in an AssetList of the client, or leave it out of what is imported",
		})
	}
}
