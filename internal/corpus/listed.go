package corpus

import (
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/spec"
)

// Listed is the assets of one AssetList as a list of {asset, index, windows}:
// index is missing for a row of a bulk file, windows are the names of those that
// the client's agreement in force opens for the asset.
func (v *View) Listed(client, list string) *document.Value {
	return v.derive(client, derivation{'l', list}, func(alone *View) *document.Value { return alone.listed(client, list) })
}

func (v *View) listed(client, list string) *document.Value {
	root := v.Document("Client", client, client)
	terms := v.agreement(client)
	out := &document.Value{Kind: document.List}
	assets := v.Assets(client)
	for i := range assets {
		a := &assets[i]
		if a.List.Name != list {
			continue
		}
		item := document.Value{Kind: document.Map}
		add := func(name string, value document.Value) {
			item.Keys, item.Items = append(item.Keys, document.Key{Name: name}), append(item.Items, value)
		}
		add("asset", *a.Value)
		if a.Index >= 0 {
			add("index", document.Value{Kind: document.Int, Int: int64(a.Index)})
		}
		windows := document.Value{Kind: document.List}
		for _, name := range spec.AssetWindows(a, root, terms, func(name string) *document.Value { return v.window(client, name) }) {
			windows.Items = append(windows.Items, document.Value{Kind: document.String, Str: name})
		}
		add("windows", windows)
		out.Items = append(out.Items, item)
	}
	return out
}

// agreement is the terms in force for a client, nil when there are none.
func (v *View) agreement(client string) *document.Value {
	at, err := time.Parse(time.RFC3339, v.AsOf())
	if err != nil {
		return nil
	}
	var agreements []*document.Document
	for _, name := range v.Names("ClientAgreement", client) {
		if v.Document("ClientAgreement", client, name) != nil {
			agreements = append(agreements, v.corpus.entry("ClientAgreement", client, name).Document())
		}
	}
	return spec.InForce(agreements, v.corpus.Zone(client), at)
}

// window is a window of the client, else a global one of that name.
func (v *View) window(client, name string) *document.Value {
	if w := v.Document("MaintenanceWindow", client, name); w != nil {
		return w
	}
	return v.Document("MaintenanceWindow", Global, name)
}
