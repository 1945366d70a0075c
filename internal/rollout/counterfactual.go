package rollout

import (
	"cmp"
	"slices"
)

// moreThanOne is what is said where no single change was found.
const moreThanOne = "more than one change"

// Counterfactuals says of the sessions without a place what the smallest change to
// one document is that would give them one, by computing again with the change. Of
// the sessions of one plan at one client that are unplaced for one reason the first
// is asked, and the others point to it. Budget is how often each component may be
// computed again in all; what it does not reach takes "more than one change".
func Counterfactuals(in *Input, s *Schedule, budget int) {
	first := make([]int, len(in.Clients)+1) // of Schedule.Plans, by client
	for i := range in.Clients {
		first[i+1] = first[i] + len(in.Clients[i].Plans)
	}
	parts := components(in)
	inParallel(len(parts), bySize(in, parts), func(i int) {
		k := newSeeker(in, parts[i], budget)
		for _, c := range parts[i] {
			for j := range in.Clients[c].Plans {
				k.answer(&in.Clients[c], &in.Clients[c].Plans[j], &s.Plans[first[c]+j])
			}
		}
	})
}

// Nearest is the counterfactual of one session without a place, nil where it has
// one or is not known.
func Nearest(in *Input, s *Schedule, client, plan, asset string, budget int) *Counterfactual {
	for _, part := range components(in) {
		for _, c := range part {
			if in.Clients[c].Name != client {
				continue
			}
			i := slices.IndexFunc(in.Clients[c].Plans, func(p Plan) bool { return p.Name == plan })
			j := slices.IndexFunc(s.Plans, func(p PlanSchedule) bool { return p.Client == client && p.Plan == plan })
			if i < 0 || j < 0 {
				return nil
			}
			for k := range s.Plans[j].Unplaced {
				if u := &s.Plans[j].Unplaced[k]; u.Asset == asset {
					return newSeeker(in, part, budget).seek(&in.Clients[c], &in.Clients[c].Plans[i], u)
				}
			}
		}
	}
	return nil
}

// seeker looks for changes in one component.
type seeker struct {
	in   *Input // of its clients only
	left int    // times that it may still be computed again
}

func newSeeker(in *Input, part []int, budget int) *seeker {
	k := &seeker{in: &Input{AsOf: in.AsOf, Horizon: in.Horizon, Granted: in.Granted, Shifts: in.Shifts}, left: budget}
	for _, c := range part {
		k.in.Clients = append(k.in.Clients, in.Clients[c])
	}
	return k
}

// answer fills in one plan's counterfactuals.
func (k *seeker) answer(c *Client, p *Plan, s *PlanSchedule) {
	first := map[[2]string]string{}
	for i := range s.Unplaced {
		u := &s.Unplaced[i]
		if u.Code == DepUnplaced {
			continue
		}
		cause := [2]string{string(u.Code)}
		if u.By == NoWave {
			cause[1] = u.By
		}
		if asset, seen := first[cause]; seen {
			u.SameAs = asset
			continue
		}
		first[cause] = u.Asset
		u.Counterfactual = k.seek(c, p, u)
	}
	for i := range s.Unplaced {
		if u := &s.Unplaced[i]; u.Code == DepUnplaced {
			u.SameAs = rootOf(s.Unplaced, u)
		}
	}
}

// rootOf is the asset whose counterfactual serves what waits for an unplaced one.
func rootOf(list []Unplaced, u *Unplaced) string {
	for range list {
		i, found := slices.BinarySearchFunc(list, u.By, func(x Unplaced, name string) int { return cmp.Compare(x.Asset, name) })
		if !found {
			break
		}
		if u = &list[i]; u.SameAs != "" {
			return u.SameAs
		} else if u.Code != DepUnplaced {
			break
		}
	}
	return u.Asset
}

// seek tries the knobs of one session in their order; the first that wins is the
// answer.
func (k *seeker) seek(c *Client, p *Plan, u *Unplaced) *Counterfactual {
	t := targetOf(c, p, u)
	if t == nil {
		return &Counterfactual{Text: moreThanOne}
	}
	tried := []Code{u.Code}
	for _, r := range u.Tried {
		tried = append(tried, r.Code)
	}
	one := isolated(k.in, t)
	fits := placeOf(Compute(one), t) != nil
	for _, knob := range knobsFor(k.in, t) {
		if !slices.ContainsFunc(knob.codes, func(c Code) bool { return slices.Contains(tried, c) }) {
			continue
		}
		steps := int64(0)
		if !fits {
			if steps = leastAlone(one, t, &knob); steps == 0 {
				continue
			}
		}
		if found := k.turn(t, &knob, steps); found != nil {
			return found
		}
	}
	return &Counterfactual{Text: moreThanOne}
}

func targetOf(c *Client, p *Plan, u *Unplaced) *target {
	a := slices.IndexFunc(c.Assets, func(a Asset) bool { return a.Name == u.Asset })
	w := slices.IndexFunc(p.Work, func(w Work) bool { return w.Asset == a })
	if a < 0 || w < 0 {
		return nil
	}
	return &target{
		client: c, plan: p, work: &p.Work[w], asset: &c.Assets[a],
		wave: slices.IndexFunc(p.Waves, func(w Wave) bool { return w.Name == u.Wave }),
	}
}

// leastAlone is the least number of steps that gives a session a place where it
// has the world to itself, 0 where none does. What does not fit alone does not fit
// beside others, so this is a bound, and costs next to nothing.
func leastAlone(one *Input, t *target, k *knob) int64 {
	fits := func(steps int64) bool { return placeOf(Compute(changed(one, k, steps)), t) != nil }
	low, high := int64(0), int64(1)
	for !fits(high) {
		if high == k.most {
			return 0
		}
		low, high = high, min(high*2, k.most)
	}
	for low+1 < high {
		if middle := low + (high-low)/2; fits(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// turn looks for the least number of steps that gives a session a place beside
// all others; none below bound, if there is one, does.
func (k *seeker) turn(t *target, knob *knob, bound int64) *Counterfactual {
	low, high := int64(0), knob.most
	var place *Placement
	if bound > 0 {
		if place = k.try(t, knob, bound); place != nil {
			return described(knob, bound, place, true)
		}
		low = bound
	}
	if low == high {
		return nil
	}
	if place = k.try(t, knob, high); place == nil {
		return nil
	}
	guess := k.guess(t, knob, place, low, high)
	guesses := []int64{guess, guess - 1}
	for low+1 < high {
		if k.left == 0 {
			return described(knob, high, place, false)
		}
		next := min(low+(high-low)/2, max(2*low, low+15))
		if len(guesses) > 0 {
			if guess = guesses[0]; low < guess && guess < high {
				next = guess
			}
			guesses = guesses[1:]
		}
		if p := k.try(t, knob, next); p != nil {
			high, place = next, p
		} else {
			low = next
		}
	}
	return described(knob, high, place, true)
}

// guess is how many steps may do where that can be told from the schedule with the
// most of them; the step before is asked next. It is only where the search begins.
func (k *seeker) guess(t *target, knob *knob, p *Placement, low, high int64) int64 {
	if knob.path != capPath {
		return low
	}
	in := changed(k.in, knob, high)
	for i := range t.client.Agreements {
		if g := &t.client.Agreements[i]; g.ID == knob.document {
			return monthCost(in, Compute(in), t.client.Name, p.Occurrence) - g.CostCap
		}
	}
	return low
}

// try computes the component with a change, and is the session's place then; nil
// also where the budget is spent.
func (k *seeker) try(t *target, knob *knob, steps int64) *Placement {
	if k.left == 0 {
		return nil
	}
	k.left--
	return placeOf(Compute(changed(k.in, knob, steps)), t)
}

func described(k *knob, steps int64, p *Placement, verified bool) *Counterfactual {
	from, to, text := k.write(steps)
	return &Counterfactual{
		Document: k.document, Path: k.path, From: from, To: to, Text: text,
		Window: p.Window, Start: p.Start, Verified: verified,
	}
}

func placeOf(s *Schedule, t *target) *Placement {
	for i := range s.Plans {
		p := &s.Plans[i]
		if p.Client != t.client.Name || p.Plan != t.plan.Name {
			continue
		}
		for j := range p.Placements {
			if p.Placements[j].Asset == t.asset.Name {
				return &p.Placements[j]
			}
		}
	}
	return nil
}
