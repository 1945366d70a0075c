package corpus

import (
	"maps"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// selection is what a plan selects, and what was read to find out.
type selection struct {
	targets *document.Value
	read    map[Dependency]struct{}
	broken  bool
}

// Targets is the list of {client, asset} that a plan selects, sorted; nil when
// there is no such plan. It reads the plan, the clients it looks at and their
// assets, and is computed once for each plan.
func (v *View) Targets(client, plan string) *document.Value {
	key := finding.Identity{Kind: "PatchPlan", Client: client, Name: plan}
	v.corpus.mu.Lock()
	known := v.corpus.selections[key]
	v.corpus.mu.Unlock()
	if known == nil {
		alone := v.corpus.View(client)
		known = &selection{targets: alone.targets(client, plan), read: alone.read, broken: alone.broken}
		v.corpus.mu.Lock()
		if other := v.corpus.selections[key]; other != nil {
			known = other
		}
		v.corpus.selections[key] = known
		v.corpus.mu.Unlock()
	}
	maps.Copy(v.read, known.read)
	v.broken = v.broken || known.broken
	return known.targets
}

func (v *View) targets(client, plan string) *document.Value {
	root := v.Document("PatchPlan", client, plan)
	if root == nil {
		return nil
	}
	names, planClient := []string{client}, client
	if client == Global {
		names, planClient = v.Clients("Client"), ""
	}
	var clients []*document.Value
	for _, name := range names {
		if c := v.Document("Client", name, name); c != nil {
			clients = append(clients, c)
		}
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
