package spec

import (
	"cmp"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/document"
)

// Target is one asset that a plan selects.
type Target struct{ Client, Asset string }

// Targets are the assets a plan selects, sorted by client and name.
//
// Plan is the root of a PatchPlan and planClient its metadata.client. With one,
// the plan is for that client alone; without, targets.clients names clients or
// targets.clientSelector selects them. Within a client, selector and assets
// narrow (with both, an asset needs both; with neither, every asset is
// selected), and exclude, a selector or a list of names, takes away. Names are
// "client/asset" in a plan without a client. A client that has ended is in no
// plan, whoever names it.
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
		for _, asset := range assetsOf(name) {
			if chosen.has(name, asset, client) {
				out = append(out, Target{name, asset.Name})
			}
		}
	}
	slices.SortFunc(out, func(a, b Target) int {
		return cmp.Or(cmp.Compare(a.Client, b.Client), cmp.Compare(a.Asset, b.Asset))
	})
	return slices.Compact(out)
}

func forClient(targets *document.Value, planClient, name string, client *document.Value) bool {
	if client.Get("spec").Get("status").Text() == "ended" {
		return false
	}
	if planClient != "" {
		return name == planClient
	}
	if named := targets.Get("clients"); named != nil {
		return slices.Contains(texts(named), name)
	}
	return ParseSelector(targets.Get("clientSelector")).Matches(ClientFacets(client))
}

// chooser says which assets of a client a plan selects.
type chooser struct {
	selector, exclude *Selector       // nil: not written
	assets, without   map[string]bool // "client/asset"; nil: not written
}

func newChooser(targets *document.Value, planClient string) chooser {
	c := chooser{selector: selectorOf(targets.Get("selector")), assets: assetNames(targets.Get("assets"), planClient)}
	switch exclude := targets.Get("exclude"); {
	case exclude == nil:
	case exclude.Kind == document.List:
		c.without = assetNames(exclude, planClient)
	default:
		c.exclude = selectorOf(exclude)
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

func assetNames(v *document.Value, planClient string) map[string]bool {
	if v == nil {
		return nil
	}
	names := map[string]bool{}
	for _, name := range texts(v) {
		if !strings.Contains(name, "/") {
			name = planClient + "/" + name
		}
		names[name] = true
	}
	return names
}

func (c chooser) has(client string, asset Asset, root *document.Value) bool {
	key, facets := client+"/"+asset.Name, AssetFacets(asset.Value, root)
	switch {
	case c.assets != nil && !c.assets[key],
		c.selector != nil && !c.selector.Matches(facets),
		c.exclude != nil && c.exclude.Matches(facets):
		return false
	}
	return !c.without[key]
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
