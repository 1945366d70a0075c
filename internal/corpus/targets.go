package corpus

import (
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/spec"
)

// Targets is the list of {client, asset} that a plan selects, sorted; nil when
// there is no such plan. It reads the plan, the clients it looks at and their
// assets.
func (v *View) Targets(client, plan string) *document.Value {
	root := v.Document("PatchPlan", client, plan)
	if root == nil {
		return nil
	}
	if client == Global {
		client = ""
	}
	found := spec.Targets(root, client, spec.Estate{
		Clients: func() []string { return v.Clients("Client") },
		Client:  func(name string) *document.Value { return v.Document("Client", name, name) },
		Assets:  v.Assets,
	})
	list := &document.Value{Kind: document.List}
	for _, t := range found {
		list.Items = append(list.Items, document.Value{
			Kind:  document.Map,
			Keys:  []document.Key{{Name: "client"}, {Name: "asset"}},
			Items: []document.Value{{Kind: document.String, Str: t.Client}, {Kind: document.String, Str: t.Asset}},
		})
	}
	return list
}

// Zone is the time zone of a client, "UTC" where there is none: the zone of
// dates in documents that name no other.
func (c *Corpus) Zone(client string) string {
	e := c.entry("Client", client, client)
	if e == nil || e.Broken {
		return "UTC"
	}
	if zone := e.Document().Root.Get("spec").Get("timezone").Text(); zone != "" {
		return zone
	}
	return "UTC"
}
