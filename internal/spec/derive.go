package spec

import "github.com/patchops/patchops/internal/document"

// Derive is an asset as rules see it: with what its client, its site and its HA
// group say of it written into it (client, clientTier, businessUnit, relay,
// complianceScopes of both), so that its facets need no other document. The
// client's root may be nil.
func (a *Asset) Derive(client *document.Value) *document.Value {
	out := *a.Value
	out.Keys = append(make([]document.Key, 0, len(a.Value.Keys)+5), a.Value.Keys...)
	out.Items = append(make([]document.Value, 0, len(a.Value.Items)+5), a.Value.Items...)
	set := func(name string, v document.Value) {
		for i, k := range out.Keys {
			if k.Name == name {
				out.Items[i] = v
				return
			}
		}
		out.Keys, out.Items = append(out.Keys, document.Key{Name: name}), append(out.Items, v)
	}
	facets := a.Facets(client)
	for _, name := range []string{"client", "businessUnit", "relay"} {
		if values := facets.Values(name); len(values) > 0 {
			set(name, document.Value{Kind: document.String, Str: values[0]})
		}
	}
	if tier := client.Get("spec").Get("tier"); tier != nil {
		set("clientTier", *tier)
	}
	if scopes := facets.Values("complianceScope"); len(scopes) > 0 {
		set("complianceScopes", textList(scopes))
	}
	return &out
}

// textList is a list of strings, each once, in their order.
func textList(texts []string) document.Value {
	list := document.Value{Kind: document.List}
	seen := map[string]bool{}
	for _, t := range texts {
		if !seen[t] {
			seen[t] = true
			list.Items = append(list.Items, document.Value{Kind: document.String, Str: t})
		}
	}
	return list
}
