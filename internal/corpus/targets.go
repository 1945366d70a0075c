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
	names := v.Clients("Client")
	if client != Global {
		names = []string{client}
	}
	var clients []*document.Value
	for _, name := range names {
		if c := v.Document("Client", name, name); c != nil {
			clients = append(clients, c)
		}
	}
	planClient := client
	if client == Global {
		planClient = ""
	}
	return spec.TargetList(spec.Targets(root, planClient, clients, v.Assets))
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
