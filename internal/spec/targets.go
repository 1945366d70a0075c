package spec

import (
	"cmp"
	"slices"

	"github.com/patchops/patchops/internal/document"
)

// Target is one asset that a plan selects.
type Target struct{ Client, Asset string }

// Targets are the assets a plan selects, sorted by client and name: those that
// are left when every given field of its targets has been applied.
//
// Plan is the root of a PatchPlan and planClient its metadata.client. With one,
// the plan is for that client alone; without, targets.clients or clientSelector
// must say for whom, else it is for nobody. Without selector and assets, every
// asset of those clients is left. In a plan without a client an asset is named
// "client/asset". A client that has ended is in no plan, whoever names it.
//
// Clients are the roots of the Client documents; assetsOf gives a client's
// assets and is called once for each client that the plan is for.
func Targets(plan *document.Value, planClient string, clients []*document.Value, assetsOf func(client string) []Asset) []Target {
	targets := plan.Get("spec").Get("targets")
	chosen := newChooser(targets, planClient)
	var out []Target
	for _, client := range clients {
		name := client.Get("metadata").Get("name").Text()
		if name == "" || !forClient(targets, planClient, name, client) {
			continue
		}
		assets := assetsOf(name)
		for i := range assets {
			if chosen.has(&assets[i], name, client) {
				out = append(out, Target{name, assets[i].Name})
			}
		}
	}
	slices.SortFunc(out, func(a, b Target) int {
		return cmp.Or(cmp.Compare(a.Client, b.Client), cmp.Compare(a.Asset, b.Asset))
	})
	return slices.Compact(out)
}

func forClient(targets *document.Value, planClient, name string, client *document.Value) bool {
	named, selector := targets.Get("clients"), targets.Get("clientSelector")
	switch {
	case client.Get("spec").Get("status").Text() == "ended",
		planClient != "" && name != planClient,
		planClient == "" && named == nil && selector == nil,
		named != nil && !slices.Contains(texts(named), name):
		return false
	}
	return selector == nil || ParseSelector(selector).Matches(ClientFacets(client))
}

// chooser says which assets of a client a plan selects; nil was not written.
type chooser struct {
	selector, exclude *Selector
	assets            map[string]bool // "client/asset"
}

func newChooser(targets *document.Value, planClient string) chooser {
	c := chooser{selector: selectorOf(targets.Get("selector")), exclude: selectorOf(targets.Get("exclude"))}
	names := targets.Get("assets")
	if names == nil {
		return c
	}
	c.assets = map[string]bool{}
	for _, name := range texts(names) {
		if planClient != "" {
			name = planClient + "/" + name
		}
		c.assets[name] = true
	}
	return c
}

func selectorOf(v *document.Value) *Selector {
	if v == nil {
		return nil
	}
	s := ParseSelector(v)
	return &s
}

func (c chooser) has(asset *Asset, client string, root *document.Value) bool {
	facets := asset.Facets(root)
	switch {
	case c.assets != nil && !c.assets[client+"/"+asset.Name],
		c.selector != nil && !c.selector.Matches(facets),
		c.exclude != nil && c.exclude.Matches(facets):
		return false
	}
	return true
}

// TargetList is targets as rules see them: a list of {client, asset}.
func TargetList(targets []Target) *document.Value {
	list := &document.Value{Kind: document.List, Items: make([]document.Value, len(targets))}
	for i, t := range targets {
		list.Items[i] = document.Value{
			Kind: document.Map, Keys: []document.Key{{Name: "client"}, {Name: "asset"}},
			Items: []document.Value{{Kind: document.String, Str: t.Client}, {Kind: document.String, Str: t.Asset}},
		}
	}
	return list
}
