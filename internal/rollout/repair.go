package rollout

import (
	"cmp"
	"slices"
)

const (
	allOrders  = 6      // sessions that affect each other, of which every order is tried
	onePassMax = 20_000 // sessions that affect each other, of which one more order is tried
)

// repair looks for a better order where a session has missed that need not have.
// Of few sessions that affect each other it tries every order that waves and
// dependencies allow; of more, one in which those that missed come first.
func (e *engine) repair() {
	avoidable := false
	for _, inst := range e.instances {
		for i := range inst.sessions {
			avoidable = avoidable || e.avoidable(&inst.sessions[i])
		}
	}
	if !avoidable {
		return
	}
	for _, group := range e.groups() {
		switch {
		case !slices.ContainsFunc(group, e.avoidable):
		case len(group) <= allOrders:
			e.tryAll(group)
		case len(group) <= onePassMax:
			e.tryUrgent(group)
		}
	}
}

// avoidable says whether a session has missed though it alone would not.
func (e *engine) avoidable(s *session) bool { return s.missed() && !s.cycle && !e.missesAlone(s) }

// outcome is what was decided about a session, to go back to.
type outcome struct {
	placed         bool
	occ            *occurrence
	start          int64
	code           Code
	by             string
	moved, binding Code
	rejected       []Rejection
}

func outcomesOf(group []*session) []outcome {
	out := make([]outcome, len(group))
	for i, s := range group {
		out[i] = outcome{s.placed, s.occ, s.start, s.code, s.by, s.moved, s.binding, s.rejected}
	}
	return out
}

// restore gives sessions without a place what they had.
func (e *engine) restore(group []*session, was []outcome) {
	for i, s := range group {
		o := &was[i]
		s.code, s.by, s.moved, s.binding, s.rejected = o.code, o.by, o.moved, o.binding, o.rejected
		if o.placed {
			e.occupy(s, o.occ, o.start)
		}
	}
}

func (e *engine) vacateAll(group []*session) {
	for _, s := range group {
		if s.placed {
			e.vacate(s)
		}
	}
}

// worth is what an order is judged by.
func (e *engine) worth(group []*session) Objective {
	var o Objective
	var placed []*session
	for _, s := range group {
		e.addSession(&o, s)
		if s.placed {
			placed = append(placed, s)
		}
	}
	slices.SortFunc(placed, func(a, b *session) int {
		return cmp.Or(cmp.Compare(a.inst.client.index, b.inst.client.index), cmp.Compare(a.inst.index, b.inst.index), cmp.Compare(a.start, b.start))
	})
	for len(placed) > 0 {
		n := slices.IndexFunc(placed, func(s *session) bool { return s.inst != placed[0].inst })
		if n < 0 {
			n = len(placed)
		}
		o.Cost += placed[0].inst.client.costOf(usesOf(placed[:n])).Amount
		placed = placed[n:]
	}
	return o
}

// compare orders objectives, the better first.
func (o Objective) compare(x Objective) int {
	return cmp.Or(cmp.Compare(o.MissedRisk, x.MissedRisk), cmp.Compare(o.ExposureRiskHours, x.ExposureRiskHours),
		cmp.Compare(o.Moved, x.Moved), cmp.Compare(o.Cost, x.Cost), cmp.Compare(o.Reboots, x.Reboots))
}

// precedes says whether a session must be placed before another in every order:
// by waves, rings and what goes before.
func (s *session) precedes(x *session) bool {
	switch {
	case s.inst == x.inst:
		if s.wave != x.wave || x.links == nil {
			return s.wave < x.wave
		}
		return slices.Contains(x.links.before, s) || slices.Contains(x.links.standbys, s)
	case s.inst.rings != nil && s.inst.rings == x.inst.rings:
		return s.inst.plan.Ring < x.inst.plan.Ring
	}
	return false
}

// search tries orders of a few sessions.
type search struct {
	engine *engine
	group  []*session
	best   Objective
	order  []*session // of the best; nil while nothing is better than what was
	path   []*session
}

func (e *engine) tryAll(group []*session) {
	was := outcomesOf(group)
	f := &search{engine: e, group: group, best: e.worth(group)}
	e.vacateAll(group)
	var alone Objective
	for _, s := range group {
		alone.add(e.alone(s))
	}
	f.try(group, alone)
	if f.order == nil {
		e.restore(group, was)
		return
	}
	e.placeAll(f.order)
}

func (e *engine) placeAll(order []*session) {
	for _, s := range order {
		e.place(s)
	}
}

// alone is the least that a session adds to the objective, whatever the order.
func (e *engine) alone(s *session) Objective {
	var o Objective
	if e.missesAlone(s) {
		o.MissedRisk = s.risk()
	}
	end := e.end
	if first := s.class.first; first < none && !s.blocked() {
		end = min(end, first+s.class.key.length)
	}
	o.ExposureRiskHours = int64(s.work.Risk) * ((end - e.in.AsOf) / 3600)
	return o
}

// try extends the path by each session that may be next; bound is the least that
// the path and the rest can come to. An order that is only cheaper, or moves less,
// is not looked for.
func (f *search) try(rest []*session, bound Objective) {
	if bound.MissedRisk > f.best.MissedRisk || bound.MissedRisk == f.best.MissedRisk && bound.ExposureRiskHours >= f.best.ExposureRiskHours {
		return
	}
	if len(rest) == 0 {
		f.best, f.order = f.engine.worth(f.group), slices.Clone(f.path)
		return
	}
	for i, s := range rest {
		if slices.ContainsFunc(rest, func(x *session) bool { return x != s && x.precedes(s) && (!x.cycle || !s.cycle) }) {
			continue
		}
		others := slices.Delete(slices.Clone(rest), i, i+1)
		f.engine.settleQuickly(s)
		least, own := f.engine.alone(s), Objective{}
		f.engine.addSession(&own, s)
		next := bound
		next.MissedRisk += own.MissedRisk - least.MissedRisk
		next.ExposureRiskHours += own.ExposureRiskHours - least.ExposureRiskHours
		f.path = append(f.path, s)
		f.try(others, next)
		f.path = f.path[:len(f.path)-1]
		if s.placed {
			f.engine.vacate(s)
		}
	}
}

// settleQuickly places a session without saying why.
func (e *engine) settleQuickly(s *session) {
	if code, _ := s.unplacedBefore(); code != "" {
		return
	}
	if i, start, ok := e.seek(s); ok {
		e.occupy(s, s.class.slots[i].occurrence, start)
	}
}

// tryUrgent places the sessions that missed, and all that must precede them,
// before the others, and keeps that if it is better.
func (e *engine) tryUrgent(group []*session) {
	was, before := outcomesOf(group), e.worth(group)
	urgent := e.urgent(group)
	var order, rest []*session
	for _, s := range group {
		if urgent[s] {
			order = append(order, s)
		} else {
			rest = append(rest, s)
		}
	}
	if len(order) == 0 || len(rest) == 0 {
		return
	}
	e.vacateAll(group)
	e.placeAll(append(order, rest...))
	if e.worth(group).compare(before) < 0 {
		return
	}
	e.vacateAll(group)
	e.restore(group, was)
}

// urgent are the sessions that missed and need not have, the waves and rings
// before them, and what goes before any of these.
func (e *engine) urgent(group []*session) map[*session]bool {
	urgent := map[*session]bool{}
	upTo := map[*instance]int32{} // waves before it are urgent
	rings := map[*rings]int{}
	var add func(s *session)
	add = func(s *session) {
		if urgent[s] {
			return
		}
		urgent[s] = true
		upTo[s.inst] = max(upTo[s.inst], s.wave)
		if s.inst.rings != nil {
			rings[s.inst.rings] = max(rings[s.inst.rings], s.inst.plan.Ring)
		}
		for i := 0; s.predecessor(i) != nil; i++ {
			add(s.predecessor(i))
		}
	}
	for _, s := range group {
		if e.avoidable(s) {
			add(s)
		}
	}
	for _, s := range slices.Backward(group) { // what precedes has a lower index
		if s.wave < upTo[s.inst] || s.inst.rings != nil && s.inst.plan.Ring < rings[s.inst.rings] {
			add(s)
		}
	}
	return urgent
}
