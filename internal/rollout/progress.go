package rollout

import (
	"cmp"
	"slices"

	"github.com/patchops/patchops/internal/window"
)

// underWay says whether a session is under way.
func (c *client) underWay(key workKey) bool {
	_, running := c.running[key]
	return running
}

// underWay gives the sessions of an instance that are under way the time that
// they have: from their start to their planned end, or longer.
func (e *engine) underWay(inst *instance) {
	c := inst.client
	if len(c.running) == 0 {
		return
	}
	for _, s := range inst.order {
		r, running := c.running[workKey{inst.plan.Name, s.work.Asset}]
		if !running {
			continue
		}
		s.running = true
		s.end = max(r.End, e.in.AsOf)
		e.occupy(s, s.class.view.ownerAt(r.Start), r.Start)
	}
}

// ownerAt is the occurrence whose window a session has that starts then.
func (v *view) ownerAt(start int64) *occurrence {
	for i := range v.occurrences {
		if o := &v.occurrences[i]; o.own.Start <= start && start < o.own.End {
			return o
		}
	}
	return nil
}

// othersUnderWay are sessions under way whose plan has no work there any more:
// they keep their machine busy and its group short.
func (e *engine) othersUnderWay(c *client) {
	for i := range c.Progress.Running {
		r := &c.Progress.Running[i]
		if c.running[workKey{r.Plan, r.Asset}] != r || c.hasWork(r) {
			continue
		}
		end := max(r.End, e.in.AsOf)
		for _, n := range c.needsOf(r.Asset) {
			for _, m := range n.members {
				c.groups[n.group].hold(m, window.Span{Start: r.Start, End: end + c.Groups[n.group].Soak})
			}
		}
		c.hosts.occupy(r.Asset, stay{window.Span{Start: r.Start, End: end}, nil, c.planID(r.Plan)})
		if c.all != nil {
			c.all.add(r.Start, end, -1)
		}
	}
}

func (c *client) hasWork(r *Running) bool {
	for _, inst := range c.instances {
		if inst.plan.Name == r.Plan && inst.at(r.Asset) != nil {
			return true
		}
	}
	return false
}

func (c *client) planID(name string) string {
	for i := range c.Plans {
		if c.Plans[i].Name == name {
			return c.Plans[i].ID
		}
	}
	return name
}

// keepNotified gives sessions the place that the client was told of, where it
// still meets what does not depend on the order of sessions; that is asked again
// when it is their turn (confirm).
func (e *engine) keepNotified(inst *instance) {
	if len(inst.client.notified) == 0 {
		return
	}
	for _, s := range inst.order {
		if s.told == nil || s.running || s.blocked() {
			continue
		}
		o, code := e.stillFits(s)
		if code == "" {
			e.occupy(s, o, s.told.Start)
			s.kept = true
		} else {
			s.gaveUp = code
		}
	}
}

// movedFor is why a session is not where its client was told; "" if it is.
func (s *session) movedFor() Code {
	if s.told == nil || s.told.Start == s.start && s.told.Window == s.occ.window && s.told.Occurrence == s.occ.Start {
		return ""
	}
	return s.gaveUp
}

// stillFits is the occurrence that a session was notified of, or why it cannot
// stay there.
func (e *engine) stillFits(s *session) (*occurrence, Code) {
	if s.told.Start < e.first {
		return nil, MissedWindow
	}
	slot := s.class.slotAt(s.told.Start)
	if slot == nil || slot.window != s.told.Window || slot.Start != s.told.Occurrence || s.told.Start%minute != 0 {
		return nil, WindowChanged
	}
	e.cutter.load([]window.Span{{Start: s.told.Start, End: s.told.Start + 1}})
	if code, _ := s.class.reason(s.inst.client, &e.cutter, slot.occurrence); code != "" {
		return nil, code
	}
	if code, _ := e.cutShared(s, slot.occurrence); code != "" {
		return nil, code
	}
	return slot.occurrence, ""
}

// slotAt is the slot whose window a session has that starts then, or nil.
func (cl *class) slotAt(start int64) *slot {
	for i := range cl.slots {
		if s := &cl.slots[i]; s.own.Start <= start && start < s.own.End {
			return s
		}
	}
	return nil
}

// confirm asks a session that was kept at its place what depends on the sessions
// before it, and says why it is there. It gives up the place if it must.
func (e *engine) confirm(s *session) bool {
	o, start, round := s.occ, s.start, e.round
	e.vacate(s)
	code := Code("")
	if code, _ = s.unplacedBefore(); code == "" {
		e.cutter.load([]window.Span{{Start: start, End: start + 1}})
		code, _ = e.cut(s, o)
	}
	if code != "" {
		s.kept, s.gaveUp = false, code
		return false
	}
	e.round = round
	e.explainKept(s, o)
	s.binding = e.bindingOf(s, start)
	e.occupy(s, o, start)
	return true
}

// explainKept lists what is rejected before the occurrence of a session that keeps
// its place.
func (e *engine) explainKept(s *session, o *occurrence) {
	e.tried, e.last = e.tried[:0], ""
	for i := range s.class.slots {
		slot := &s.class.slots[i]
		if slot.occurrence == o {
			break
		}
		code, by := slot.code, slot.by
		if code == "" {
			e.cutter.load(slot.starts)
			code, by = e.cut(s, slot.occurrence)
		}
		if code != "" {
			e.reject(s, slot, code, by)
		}
	}
	s.rejected = e.intern(s, e.tried)
}

// withdraw takes their place from sessions that stand before what goes before
// them. That happens only where some were placed out of turn, because the client
// was told of them, and others before them have moved.
func (e *engine) withdraw() {
	if !slices.ContainsFunc(e.clients, func(c *client) bool { return len(c.notified) > 0 }) {
		return
	}
	for again := true; again; {
		again = false
		for _, inst := range e.instances {
			for _, s := range inst.order {
				if !s.placed || s.running {
					continue
				}
				if code := e.outOfTurn(s); code != "" {
					e.vacate(s)
					s.kept, s.code, again = false, code, true
					s.gaveUp = cmp.Or(s.gaveUp, code)
				}
			}
		}
	}
}

// outOfTurn is the constraint of order that a placed session breaks, or "".
func (e *engine) outOfTurn(s *session) Code {
	if code, _ := s.unplacedBefore(); code != "" {
		return code
	}
	if s.start < s.inst.gate(s.wave).opens {
		return WaveGate
	}
	if s.links == nil {
		return ""
	}
	for _, b := range s.links.before {
		if s.start < b.end {
			return DepOrder
		}
	}
	for _, b := range s.links.standbys {
		c := s.inst.client
		if s.start < b.end+c.Groups[c.Assets[s.work.Asset].Group].Soak {
			return HAConflict
		}
	}
	return ""
}

// release takes their place from the sessions that were kept and wait for one that
// has found none before them: of those that stand, the first to start, since they
// are the most in the way. Without it they could not stay either. It says whether
// there were any.
func (e *engine) release(s *session) bool {
	if s.links == nil {
		return e.releaseLater(s)
	}
	waiting := append(slices.Clone(s.links.after), s.links.primary)
	waiting = slices.DeleteFunc(waiting, func(x *session) bool { return x == nil || !x.placed || x.running })
	first := none
	for _, x := range waiting {
		first = min(first, x.start)
	}
	for _, x := range waiting {
		if x.start == first && x.placed { // one may wait twice: as a primary, and as a dependent
			e.vacate(x)
			x.kept, x.gaveUp = false, DepOrder
		}
	}
	return len(waiting) > 0 || e.releaseLater(s)
}

// releaseLater does the same with the sessions of later waves that were kept, where a
// session that had a place, and could not keep it, has none because its wave would then
// end after they begin. What is new does not move them.
func (e *engine) releaseLater(s *session) bool {
	if !s.late || s.told == nil {
		return false
	}
	var waiting []*session
	first := none
	for i := range s.inst.sessions {
		if x := &s.inst.sessions[i]; x.wave > s.wave && x.placed && x.kept && !x.running {
			waiting = append(waiting, x)
			first = min(first, x.start)
		}
	}
	for _, x := range waiting {
		if x.start == first {
			e.vacate(x)
			x.kept, x.gaveUp = false, WaveGate
		}
	}
	return len(waiting) > 0
}

// bringBack puts sessions back where their clients were told, if nothing that is
// placed now is in the way: what was when they gave the place up may have moved.
func (e *engine) bringBack() {
	for again := true; again; {
		again = false
		for _, inst := range e.instances {
			if len(inst.client.notified) == 0 {
				continue
			}
			for _, s := range inst.order {
				if s.told != nil && !s.running && (!s.placed || s.moved != "") && !s.blocked() && !s.cycle {
					again = e.goBack(s) || again
				}
			}
		}
	}
}

// goBack puts a session back at its notified place, if it can be there.
func (e *engine) goBack(s *session) bool {
	was := outcomesOf([]*session{s})
	if s.placed {
		e.vacate(s)
	}
	code, _ := s.unplacedBefore()
	var o *occurrence
	if code == "" {
		o, code = e.stillFits(s)
	}
	if code == "" {
		e.cutter.load([]window.Span{{Start: s.told.Start, End: s.told.Start + 1}})
		code, _ = e.cut(s, o)
	}
	if code == "" {
		if _, holds := e.gatesHold(s, s.told.Start+s.class.key.length); !holds {
			code = WaveGate
		}
	}
	if code != "" {
		e.restore([]*session{s}, was)
		return false
	}
	e.explainKept(s, o)
	s.binding = e.bindingOf(s, s.told.Start)
	e.occupy(s, o, s.told.Start)
	s.code, s.by, s.moved, s.kept = "", "", "", true
	return true
}

// retry tries sessions without a place again, at the end, where something has
// made room since: one that goes before has a place now, or one gave its place up.
// What is placed stays valid.
func (e *engine) retry() {
	first := true
	for again := true; again; first = false {
		again = false
		for _, inst := range e.instances {
			for _, s := range inst.order {
				if s.placed || s.blocked() || s.cycle {
					continue
				}
				if (e.mayFit(s) || first && s.maySave()) && e.place(s) {
					again = true
				}
			}
		}
		if again {
			e.round++ // one more in a wave may open the next one earlier
		}
	}
}

// mayFit says whether trying a session again may help.
func (e *engine) mayFit(s *session) bool {
	if s.code == DepUnplaced {
		code, _ := s.unplacedBefore()
		return code == ""
	}
	return s.round != e.round
}

// maySave says whether sessions placed since may have made one cheaper: what is
// missing of a call-out's minimum is charged like its end, which they can change.
func (s *session) maySave() bool {
	c := s.inst.client
	return c.spending != nil && slices.ContainsFunc(c.Agreements, func(g Agreement) bool { return g.Rates.MinimumMins > 0 }) &&
		slices.ContainsFunc(s.rejected, func(r Rejection) bool { return r.Code == CostCap })
}
