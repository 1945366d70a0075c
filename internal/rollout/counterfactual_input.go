package rollout

import "slices"

// changed is an input with a change; the input itself stays as it is.
func changed(in *Input, k *knob, steps int64) *Input {
	out := *in
	out.Clients = slices.Clone(in.Clients)
	for i := range out.Clients {
		c := &out.Clients[i]
		c.Windows, c.Denies, c.Relays = slices.Clone(c.Windows), slices.Clone(c.Denies), slices.Clone(c.Relays)
		c.Agreements, c.Plans = slices.Clone(c.Agreements), slices.Clone(c.Plans)
		for j := range c.Plans {
			c.Plans[j].Waves = slices.Clone(c.Plans[j].Waves)
		}
	}
	k.apply(&out, steps)
	return &out
}

// isolated is an input in which a session has the world to itself: no other work,
// no progress but of machines that are down, and only the assets that matter to it.
func isolated(in *Input, t *target) *Input {
	c := *t.client
	keep := t.neighbours()
	index := make(map[int]int, len(keep))
	for i, a := range keep {
		index[a] = i
	}
	at := func(old int) int {
		if i, kept := index[old]; kept {
			return i
		}
		return -1
	}
	c.Assets = make([]Asset, len(keep))
	for i, a := range keep {
		c.Assets[i] = t.client.Assets[a]
		c.Assets[i].RunsOn = at(c.Assets[i].RunsOn)
	}
	c.Groups = slices.Clone(c.Groups)
	for i := range c.Groups {
		c.Groups[i].Members, c.Groups[i].Primary = reindexed(c.Groups[i].Members, at), at(c.Groups[i].Primary)
	}
	c.Agreements = slices.Clone(c.Agreements)
	for i := range c.Agreements {
		isolateTerms(&c.Agreements[i], len(t.client.Assets), at)
	}
	c.Progress = Progress{Down: reindexed(t.client.Progress.Down, at)}
	for _, n := range t.client.Progress.Notified {
		if n.Plan == t.plan.Name && n.Asset == t.work.Asset {
			n.Asset = at(n.Asset)
			c.Progress.Notified = []Notified{n}
		}
	}
	p, w := *t.plan, *t.work
	w.Asset, w.DependsOn = at(w.Asset), nil
	p.Work, p.Excluded = []Work{w}, nil
	p.Waves = []Wave{{Name: "all", Percent: 100, Advance: 100}}
	c.Plans = []Plan{p}
	return &Input{AsOf: in.AsOf, Horizon: in.Horizon, Granted: in.Granted, Clients: []Client{c}, Shifts: in.Shifts}
}

// isolateTerms makes terms of a client with fewer assets mean what they meant.
func isolateTerms(g *Agreement, assets int, at func(int) int) {
	if a := &g.MaxUnavailable; a.Set && a.Percent {
		*a = Amount{Set: true, N: max(1, a.N*int64(assets)/100)}
	}
	leads := map[int]Lead{}
	for asset, l := range g.Leads {
		if i := at(asset); i >= 0 {
			leads[i] = l
		}
	}
	g.Leads = leads
}

func reindexed(list []int, at func(int) int) []int {
	var out []int
	for _, old := range list {
		if i := at(old); i >= 0 {
			out = append(out, i)
		}
	}
	return out
}

// neighbours are the assets that matter to a session: its own, all that it runs on
// or that runs on it, and the members of their groups; in order.
func (t *target) neighbours() []int {
	assets := t.client.Assets
	keep := map[int]bool{}
	for a := t.work.Asset; a >= 0 && !keep[a]; a = assets[a].RunsOn {
		keep[a] = true
	}
	groups := map[int]bool{}
	for i := range assets {
		for a, steps := i, 0; a >= 0 && steps <= len(assets); a, steps = assets[a].RunsOn, steps+1 {
			if a == t.work.Asset {
				keep[i] = true
				groups[assets[i].Group] = true
				break
			}
		}
	}
	for g := range groups {
		if g >= 0 {
			for _, m := range t.client.Groups[g].Members {
				keep[m] = true
			}
		}
	}
	var out []int
	for i := range assets {
		if keep[i] {
			out = append(out, i)
		}
	}
	return out
}
