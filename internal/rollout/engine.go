package rollout

import (
	"cmp"
	"slices"

	"github.com/patchops/patchops/internal/window"
)

// engine places the sessions of one component. It is used by one goroutine.
type engine struct {
	in         *Input
	first, end int64 // starts are whole minutes in [first, end)
	reach      int64 // no session ends after it
	clients    []*client
	instances  []*instance       // in the order in which they are placed
	rings      map[string]*rings // of templates, by ID
	pools      map[string]*pool
	round      int // counts what may make room for others

	cutter  cutter
	key     []byte
	tried   []Rejection // before the place that is sought
	last    Code        // of the last of them
	interns map[uint64][][]Rejection
}

func newEngine(in *Input, part []int) *engine {
	e := &engine{
		in: in, first: ceilMinute(in.AsOf), end: in.AsOf + in.Horizon,
		rings: map[string]*rings{}, pools: map[string]*pool{}, interns: map[uint64][][]Rejection{},
	}
	longest := int64(0)
	for _, i := range part {
		for j := range in.Clients[i].Plans {
			for _, w := range in.Clients[i].Plans[j].Work {
				longest = max(longest, w.Minutes*minute)
			}
		}
	}
	e.reach = e.end + longest
	for _, i := range part {
		c := e.newClient(i)
		e.clients = append(e.clients, c)
		for j := range c.Plans {
			inst := e.newInstance(c, j)
			c.instances = append(c.instances, inst)
			e.instances = append(e.instances, inst)
			if inst.plan.Ring >= 0 {
				e.ring(inst)
			}
		}
	}
	e.order()
	return e
}

func (e *engine) ring(inst *instance) {
	r := e.rings[inst.plan.ID]
	if r == nil {
		r = &rings{}
		e.rings[inst.plan.ID] = r
	}
	r.add(inst)
	inst.rings = r
}

// order sorts the instances: emergencies first, then what is due first, the
// riskiest, by name. The rings of one plan keep together.
func (e *engine) order() {
	for _, r := range e.rings {
		due, risk := none, 0
		for _, inst := range r.instances {
			due, risk = min(due, inst.due), max(risk, inst.risk)
		}
		for _, inst := range r.instances {
			inst.due, inst.risk = due, risk
		}
	}
	slices.SortFunc(e.instances, func(a, b *instance) int {
		return cmp.Or(cmp.Compare(urgency(a.plan.Change), urgency(b.plan.Change)), cmp.Compare(a.due, b.due), cmp.Compare(b.risk, a.risk),
			cmp.Compare(a.plan.Name, b.plan.Name), cmp.Compare(a.plan.Ring, b.plan.Ring), cmp.Compare(a.client.index, b.client.index))
	})
}

func urgency(change string) int {
	return slices.Index([]string{"emergency", "normal", "standard"}, change)
}

// run places everything: first what is under way, then what clients were told of
// where they were told, then the rest in order, and at last what had no place.
func (e *engine) run() {
	for _, inst := range e.instances {
		e.underWay(inst)
	}
	for _, c := range e.clients {
		e.othersUnderWay(c)
	}
	for _, inst := range e.instances {
		e.keepNotified(inst)
	}
	for _, inst := range e.instances {
		for _, s := range inst.order {
			e.settle(s)
		}
	}
	e.withdraw()
	e.retry()
	e.repair()
	e.withdraw()
	e.bringBack()
	e.retry()
	for n := 0; n < mostAdvances && e.advance(); n++ {
		e.bringBack() // what was in their way may be so no more
	}
}

// mostAdvances bounds how often sessions go earlier and make room for others, in turns.
const mostAdvances = 8

// settle decides about one session when it is its turn.
func (e *engine) settle(s *session) {
	if s.running {
		return
	}
	if s.blocked() {
		s.code, s.by = s.block()
		return
	}
	if s.kept && e.confirm(s) {
		return
	}
	for !e.place(s) && e.release(s) {
		continue // what waited for it makes room, one start after the other
	}
}

// place puts a session at its first feasible start, if there is one.
func (e *engine) place(s *session) bool {
	s.round = e.round
	s.rejected = nil
	if s.code, s.by = s.unplacedBefore(); s.code != "" {
		return false
	}
	i, start, ok := e.seek(s)
	if !ok {
		e.unplaced(s)
		return false
	}
	if s.rejected = s.class.memo.rejected; i != s.class.memo.next {
		s.rejected = e.intern(s, e.tried)
	}
	o := s.class.slots[i].occurrence
	s.binding = e.bindingOf(s, start)
	e.occupy(s, o, start)
	s.code, s.by = "", ""
	s.moved = s.movedFor()
	return true
}

// seek is the first slot and start at which a session is feasible; what was
// rejected before is in e.tried.
func (e *engine) seek(s *session) (at int, start int64, ok bool) {
	cl := s.class
	next, rejected := e.beforeGate(s)
	e.tried = append(e.tried[:0], rejected...)
	late := ""
	defer func() { s.late = late != "" && !ok }()
	for i := next; i < len(cl.slots); i++ {
		slot := &cl.slots[i]
		code, by := slot.code, slot.by
		if code == "" {
			e.cutter.load(slot.starts)
			code, by = e.cut(s, slot.occurrence)
		}
		if code == "" && late == "" && e.laterPlaced(s) {
			if wave, holds := e.gatesHold(s, e.cutter.set[0].Start+cl.key.length); !holds {
				late = wave
			}
		}
		if code == "" && late != "" {
			code, by = WaveGate, late
		}
		if code == "" {
			return i, e.cutter.set[0].Start, true
		}
		e.reject(s, slot, code, by)
	}
	return 0, 0, false
}

// cut asks the constraints between sessions of the starts in the cutter, in their
// order, and is the first that leaves none.
func (e *engine) cut(s *session, o *occurrence) (Code, string) {
	g := s.inst.gate(s.wave)
	if e.cutter.from(g.opens); e.cutter.empty() {
		return WaveGate, g.by
	}
	if s.links != nil {
		if code, by := e.cutOrder(s); code != "" {
			return code, by
		}
	}
	return e.cutShared(s, o)
}

// cutShared asks for what sessions share, whatever their order.
func (e *engine) cutShared(s *session, o *occurrence) (Code, string) {
	if needs := s.inst.client.needsOf(s.work.Asset); needs != nil {
		if code, by := e.cutPeersDown(s, needs); code != "" {
			return code, by
		}
		if code, by := e.cutGroups(s, needs); code != "" {
			return code, by
		}
	}
	if code, by := e.cutExclusive(s); code != "" {
		return code, by
	}
	if code, by := e.cutCapacity(s, o); code != "" {
		return code, by
	}
	if code, by := e.cutRelay(s); code != "" {
		return code, by
	}
	if code, by := e.cutTechnician(s); code != "" {
		return code, by
	}
	return e.cutCost(s, o)
}

// cutOrder leaves the starts after what a session depends on, and before what
// depends on it and has its place already.
func (e *engine) cutOrder(s *session) (Code, string) {
	for _, b := range s.links.before {
		if e.cutter.from(b.end); e.cutter.empty() {
			return DepOrder, b.name()
		}
	}
	for _, a := range s.links.after {
		if !a.placed || a.running {
			continue
		}
		if e.cutter.before(a.start - s.class.key.length + 1); e.cutter.empty() {
			return DepOrder, a.name()
		}
	}
	return "", ""
}

// occupy gives a session its place, and takes what it needs there.
func (e *engine) occupy(s *session, o *occurrence, start int64) {
	s.occ, s.start = o, start
	if !s.running {
		s.end = start + s.class.key.length
	}
	s.placed = true
	c := s.inst.client
	for _, n := range c.needsOf(s.work.Asset) {
		for _, m := range n.members {
			c.groups[n.group].hold(m, window.Span{Start: s.start, End: s.end + c.Groups[n.group].Soak})
		}
	}
	c.hosts.occupy(s.work.Asset, stay{window.Span{Start: s.start, End: s.end}, s, s.inst.plan.ID})
	e.occupyCapacity(s, -1)
	if s.relay > 0 && !s.running {
		s.job = e.jobOf(s, s.class.openingAt(start), start)
		c.relays[c.Assets[s.work.Asset].Relay].add(s.job)
	}
	if p := e.poolOf(s); p != nil {
		p.free.add(s.start, s.end, -1)
	}
	c.spend(s, 1)
	s.inst.count(s, 1)
}

// vacate is the inverse of occupy.
func (e *engine) vacate(s *session) {
	c := s.inst.client
	for _, n := range c.needsOf(s.work.Asset) {
		for _, m := range n.members {
			c.groups[n.group].release(m, window.Span{Start: s.start, End: s.end + c.Groups[n.group].Soak})
		}
	}
	c.hosts.vacate(s.work.Asset, s)
	e.occupyCapacity(s, 1)
	if s.relay > 0 && !s.running {
		c.relays[c.Assets[s.work.Asset].Relay].remove(s.job)
	}
	if p := e.poolOf(s); p != nil {
		p.free.add(s.start, s.end, 1)
	}
	c.spend(s, -1)
	s.inst.count(s, -1)
	s.placed, s.occ = false, nil
	e.round++
}
