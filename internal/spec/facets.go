package spec

import (
	"slices"
	"strconv"

	"github.com/patchops/patchops/internal/document"
)

// Facets is what a selector is matched against: the values of a key, none when
// the key is absent. An integer is its decimal digits (tier 0 is "0"), a
// boolean "true" or "false". A facet hides a label of the same name, also where
// the facet is absent, so that a key always means one thing.
type Facets struct {
	lookup func(key string) []string
}

// Values are the values of one facet or label.
func (f Facets) Values(key string) []string {
	if f.lookup == nil {
		return nil
	}
	return f.lookup(key)
}

// FacetsOf makes facets of a plain map.
func FacetsOf(values map[string][]string) Facets {
	return Facets{func(key string) []string { return values[key] }}
}

var (
	assetFacetNames = []string{
		"application", "businessUnit", "class", "client", "clientTier", "complianceScope", "env",
		"exposure", "haGroup", "name", "os", "owner", "relay", "role", "site", "tier",
	}
	clientFacetNames = []string{"businessUnit", "complianceScope", "name", "status", "tier"}
)

// AssetFacetNames are the facets of assets, sorted; every other key of their
// selectors is a label.
func AssetFacetNames() []string { return slices.Clone(assetFacetNames) }

// ClientFacetNames are the facets of clients, sorted; every other key of their
// selectors is a label of the Client document.
func ClientFacetNames() []string { return slices.Clone(clientFacetNames) }

// AssetFacets are the facets of an asset (defaults merged in) of a client,
// given by the root of its Client document; nil when unknown. What regulates
// the client regulates its assets too.
func AssetFacets(asset, client *document.Value) Facets {
	return siteFacets(asset, client, nil)
}

// Facets are the facets of an asset of a client, given by the root of its
// Client document. The asset's site, where it was joined, gives the relay and
// the business unit that the asset does not say.
func (a *Asset) Facets(client *document.Value) Facets {
	return siteFacets(a.Value, client, a.Site)
}

func siteFacets(asset, client, site *document.Value) Facets {
	own, place := client.Get("spec"), site.Get("spec")
	return Facets{func(key string) []string {
		switch key {
		case "application":
			return scalars(asset.Get("applications"))
		case "complianceScope":
			return append(scalars(asset.Get("complianceScopes")), scalars(own.Get("complianceScopes"))...)
		case "client":
			return either(scalars(client.Get("metadata").Get("name")), scalars(asset.Get("client")))
		case "clientTier":
			return either(scalars(own.Get("tier")), scalars(asset.Get("clientTier")))
		case "businessUnit":
			return either(either(scalars(place.Get("businessUnit")), scalars(own.Get("businessUnit"))), scalars(asset.Get("businessUnit")))
		case "relay":
			return either(scalars(asset.Get("relay")), scalars(place.Get("relayRef")))
		case "name", "os", "role", "env", "tier", "class", "site", "haGroup", "owner", "exposure":
			return scalars(asset.Get(key))
		}
		return scalars(asset.Get("labels").Get(key))
	}}
}

func either(values, otherwise []string) []string {
	if len(values) > 0 {
		return values
	}
	return otherwise
}

// ClientFacets are the facets of a client, given by the root of its Client
// document.
func ClientFacets(client *document.Value) Facets {
	return Facets{func(key string) []string {
		switch key {
		case "name":
			return scalars(client.Get("metadata").Get("name"))
		case "complianceScope":
			return scalars(client.Get("spec").Get("complianceScopes"))
		case "tier", "businessUnit", "status":
			return scalars(client.Get("spec").Get(key))
		}
		return scalars(client.Get("metadata").Get("labels").Get(key))
	}}
}

// scalars are a scalar's one value or a list's values; nil and null have none,
// and so has a scalar that readers disagree about.
func scalars(v *document.Value) []string {
	if v == nil {
		return nil
	}
	switch v.Kind {
	case document.String:
		return []string{v.Str}
	case document.Int:
		return []string{strconv.FormatInt(v.Int, 10)}
	case document.Bool:
		return []string{strconv.FormatBool(v.Bool)}
	case document.List:
		var all []string
		for i := range v.Items {
			if v.Items[i].Kind != document.List {
				all = append(all, scalars(&v.Items[i])...)
			}
		}
		return all
	}
	return nil
}
