package pipeline

import (
	"fmt"
	"maps"
	"slices"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/rollout"
)

// clientRollouts is the verdict on the rollouts of one client. A joined client
// uses something that any other client may come to use too, so its verdict holds
// only while all plans of all clients stay what they are.
type clientRollouts struct {
	*Verdict
	joined bool
}

// reads is what the rollouts of each client depend on: its own part, and that of
// the clients with which it shares something now; below corpus.Global what all
// depend on beside that. Joined are the clients that can share something.
func reads(p *Planned) (all map[string][]corpus.Dependency, joined map[string]bool) {
	all, joined = map[string][]corpus.Dependency{}, map[string]bool{}
	uses := map[string][]string{} // what can be shared -> clients
	for i := range p.Input.Clients {
		c := &p.Input.Clients[i]
		for _, what := range shared(c) {
			uses[what] = append(uses[what], c.Name)
			joined[c.Name] = true
		}
	}
	component := components(uses)
	together := map[string][]corpus.Dependency{}
	for _, client := range slices.Sorted(maps.Keys(p.Built.Read)) {
		if first, ok := component[client]; ok {
			together[first] = append(together[first], p.Built.Read[client]...)
		}
	}
	for client, read := range p.Built.Read {
		if first, ok := component[client]; ok {
			read = together[first]
		}
		all[client] = join(read, nil)
	}
	all[corpus.Global] = join(all[corpus.Global], []corpus.Dependency{{Reading: corpus.AsOf}})
	return all, joined
}

// shared names what a client uses that others may use too: the shifts that
// attend its work, and its plans with rings.
func shared(c *rollout.Client) []string {
	what := map[string]bool{}
	for _, p := range c.Plans {
		if p.Ring >= 0 {
			what["plan "+p.Name] = true
		}
		for _, w := range p.Work {
			if !w.ByHand {
				continue
			}
			for _, shift := range c.Assets[w.Asset].Shift {
				what[fmt.Sprint("shift ", shift)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(what))
}

// components gives each client the first, by name, of those it is connected
// with by what they use.
func components(uses map[string][]string) map[string]string {
	first := map[string]string{}
	for changed := true; changed; {
		changed = false
		for _, clients := range uses {
			least := slices.Min(clients)
			for _, c := range clients {
				if f, ok := first[c]; ok {
					least = min(least, f)
				}
			}
			for _, c := range clients {
				changed = changed || first[c] != least
				first[c] = least
			}
		}
	}
	return first
}

// aboutClient are the findings on documents of a client, and on global ones that its
// rollouts depend on.
func aboutClient(found []finding.Finding, client string, read []corpus.Dependency) []finding.Finding {
	var out []finding.Finding
	for _, f := range found {
		content := corpus.Dependency{Reading: corpus.Content, Kind: f.Document.Kind, Client: corpus.Global, Name: f.Document.Name}
		if f.Document.Client == client || f.Document.Client == "" && slices.Contains(read, content) {
			out = append(out, f)
		}
	}
	return out
}
