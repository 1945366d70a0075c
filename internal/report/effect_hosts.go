package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
)

// hostGroup is hosts to which the same happens, by one plan, by one over several
// clients, or by plans of one name that several clients have.
type hostGroup struct {
	plan    finding.Identity // of the first host
	rank    int              // 0 for what is wider than before
	mark    string
	what    string // for the first host
	alike   string // for any host: with "*" for its client
	hosts   []string
	clients []string
}

// hostGroups are all hosts by plan and what happens; first those that may be
// touched in more ways than before.
func hostGroups(e *effect.Effect) []*hostGroup {
	type key struct {
		plan, mark, alike string
		own               bool
	}
	at := map[key]*hostGroup{}
	var out []*hostGroup
	for i := range e.Grants {
		g := &e.Grants[i]
		aspects := g.Aspects()
		k := key{g.Plan.Name, mark(g.Before != nil, g.After != nil), aspectWords(g, aspects, "*"), g.Plan.Client != ""}
		group := at[k]
		if group == nil {
			group = &hostGroup{plan: g.Plan, rank: 1, mark: k.mark, what: aspectWords(g, aspects, g.Client), alike: k.alike}
			if k.mark == "+" || slices.ContainsFunc(aspects, effect.Aspect.Wider) {
				group.rank = 0
			}
			at[k] = group
			out = append(out, group)
		}
		group.add(g)
	}
	slices.SortStableFunc(out, func(a, b *hostGroup) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), strings.Compare(a.plan.Name, b.plan.Name), strings.Compare(a.plan.Client, b.plan.Client),
			strings.Compare(a.mark, b.mark), strings.Compare(a.alike, b.alike))
	})
	return out
}

func (g *hostGroup) add(c *effect.GrantChange) {
	g.hosts = append(g.hosts, c.Client+"/"+c.Asset)
	if n := len(g.clients); n == 0 || g.clients[n-1] != c.Client {
		g.clients = append(g.clients, c.Client)
	}
}

// aspectWords say what differs for a host, "" where it comes or goes whole; ids
// of its client's documents are said with the client given.
func aspectWords(g *effect.GrantChange, aspects []effect.Aspect, client string) string {
	var words []string
	for _, a := range aspects {
		a.Name = strings.Replace(a.Name, "/"+g.Client+"/", "/"+client+"/", 1)
		words = append(words, aspectWord(g, a))
	}
	return strings.Join(words, ", ")
}

func aspectWord(g *effect.GrantChange, a effect.Aspect) string {
	name := Display(a.Name)
	switch a.Part {
	case effect.AllowDiffers:
		return name + " " + either(a, "is another window", "opens", "no longer opens")
	case effect.DenyMissing:
		return name + " " + either(a, "denies otherwise", "denies", "no longer denies")
	case effect.UntilLater:
		return fmt.Sprintf("deadline %s -> %s", Display(g.Before.Until), Display(g.After.Until))
	case effect.AssetDiffers:
		return "another host (address, system, HA group, ...)"
	case effect.ProfileDiffers:
		return "installed another way (steps, playbook, estimates, ...)"
	case effect.PatchesDiffer:
		return "other patches or versions"
	case effect.DatesDiffer:
		return "another time zone of the plan's dates"
	case effect.TermsDiffer:
		return "other terms of the agreement"
	}
	return "another plan (waves, gates, reboot, ...)"
}

func either(a effect.Aspect, changed, added, removed string) string {
	switch {
	case !a.Was:
		return added
	case !a.Is:
		return removed
	}
	return changed
}

func hostSection(e *effect.Effect) section {
	s := section{title: "hosts of open plans"}
	groups := hostGroups(e)
	for i, g := range groups {
		if i == effectGroups {
			hosts := 0
			for _, rest := range groups[i:] {
				hosts += len(rest.hosts)
			}
			s.more = fmt.Sprintf("and %s in %s", plural(hosts, "more host"), plural(len(groups)-i, "other group"))
			break
		}
		s.entries = append(s.entries, g.entry())
	}
	return s
}

func (g *hostGroup) entry() entry {
	plan, what, hosts := g.plan, g.what, g.hosts
	several := len(g.clients) > 1
	if several {
		what = g.alike
	}
	if several && plan.Client != "" {
		plan.Client = "*"
	}
	if plan.Client != "" && !several {
		hosts = nil
		for _, h := range g.hosts {
			hosts = append(hosts, strings.TrimPrefix(h, g.clients[0]+"/"))
		}
	}
	head := fmt.Sprintf("%s: %s", Display(plan.String()), plural(len(hosts), "host"))
	if several || plan.Client == "" {
		head += " of " + counted(g.clients, effectClients)
	}
	if what != "" {
		head += ": " + what
	}
	return entry{g.mark, head, []string{counted(hosts, effectHosts)}}
}

// counted is the first names of a list, and how many more there are.
func counted(names []string, n int) string {
	shown, more := few(names, n, Display)
	if more > 0 {
		shown = append(shown, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(shown, ", ")
}
