package corpus

import (
	"maps"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/spec"
)

// derived is a value made of several documents, and what was read to make it.
type derived struct {
	value  *document.Value
	read   map[Dependency]struct{}
	broken bool
}

// derivation names what is derived: 't' a plan's targets, 'l' a list's assets.
type derivation struct {
	what byte
	name string
}

// derive makes a value once for the corpus, and counts what was read for it as
// read by every view that asks.
func (v *View) derive(client string, key derivation, make func(alone *View) *document.Value) *document.Value {
	known := v.corpus.known(client, key)
	if known == nil {
		alone := v.corpus.View(client)
		known = v.corpus.keep(client, key, &derived{value: make(alone), read: alone.read, broken: alone.broken})
	}
	maps.Copy(v.read, known.read)
	v.broken = v.broken || known.broken
	return known.value
}

func (c *Corpus) known(client string, key derivation) *derived {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.derived[client][key]
}

// keep keeps what was derived, unless somebody was quicker: all see one value.
func (c *Corpus) keep(client string, key derivation, d *derived) *derived {
	c.mu.Lock()
	defer c.mu.Unlock()
	if other := c.derived[client][key]; other != nil {
		return other
	}
	if c.derived[client] == nil {
		c.derived[client] = map[derivation]*derived{}
	}
	c.derived[client][key] = d
	return d
}

// Targets is the list of {client, asset} that a plan selects, sorted; nil when
// there is no such plan. It reads the plan, the clients it looks at and their
// assets.
func (v *View) Targets(client, plan string) *document.Value {
	return v.derive(client, derivation{'t', plan}, func(alone *View) *document.Value { return alone.targets(client, plan) })
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
