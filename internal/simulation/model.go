package simulation

import (
	"cmp"
	"fmt"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
)

// tickSeconds is the model's unit of time: longer than a dispatch stays good (30 s), so
// that a tick is enough to be too late; two of them end what may be done without asking
// (90 s), three the lease (150 s).
const (
	tickSeconds = 50
	freshTicks  = 1
	leaseTicks  = 3
)

// Bounds are how much may happen in a model. Within them everything is tried, in every
// order.
type Bounds struct {
	Ticks   int8 // how long
	Crashes int8 // of controllers
	Cuts    int8 // of a controller from the log, or of the network to hosts
	Powers  int8 // of hosts
	Lost    int8 // answers to pushes
	Drops   int8 // messages to hosts
	Fails   int8 // segments that fail
}

// model explores what two controllers and two hosts can do, breadth first. Controllers
// decide with progress.Next on the log as they know it; what they know of each other is
// the log and its lease.
type model struct {
	shape  *Shape
	docs   *progress.Documents
	bounds Bounds
	logs   *logs
	keys   map[string]int8
	tasks  []*dispatch.Task
	memo   map[question]*intent
	asked  map[asking]int32
	seen   map[uint64]struct{}
	broken string
	edges  int
}

const noKey = int8(-1)

// mstate is one state of everything. It is small and comparable.
type mstate struct {
	log                                       int32
	tick, beat, holder, fence                 int8
	crashes, cuts, powers, lost, drops, fails int8
	ctl                                       [2]mctl
	host                                      [2]mhost
	net                                       [2]mmsg
}

// mctl is a controller: what it knows, and how far it is with what it decided.
type mctl struct {
	known              int32
	fence              int8 // 0: it does not lead
	began, check       int8 // ticks: of its newest acknowledged flush, of its decision
	phase              int8 // 0 looks, 1 has decided, 2 dispatches
	cut                bool
	todo, hand, absent uint16 // keys
}

// mhost is a host with its journal, and what truly happened.
type mhost struct {
	highest, running int8
	intents, done    uint16 // keys in its journal
	failed           uint16
	begun            uint16 // truly
	top              int8   // the highest fence under which something truly began
}

// mmsg is a dispatch on its way.
type mmsg struct{ key, host, fence, notAfter int8 }

// question is what a decision depends on; asking what an answer's record does.
type question struct {
	log          int32
	tick, fence  int8
	hand, absent uint16
}

type asking struct {
	log              int32
	tick, fence, key int8
	state            int8
}

// intent is a decision: what is appended, and which keys are dispatched then.
type intent struct {
	log    int32 // with what it appends
	starts uint16
	asks   uint16 // keys that are probed
	ended  bool
}

// newModel makes a model of two hosts and two steps, with the schedule locked and the
// first wave open.
func newModel(b Bounds) *model {
	s := &Shape{
		Name: "model", Hosts: 2, Waves: []progress.Wave{wave("all", amount(1), 0)}, Percent: []int{100},
		Reboot: "never", Misfire: "nextWindow", Retries: 1, Days: 10, Open: day,
	}
	return &model{
		shape: s, docs: s.documents("model", &Tip{Version: "1.1"}, nil), bounds: b, logs: newLogs(),
		keys: map[string]int8{}, memo: map[question]*intent{}, asked: map[asking]int32{}, seen: map[uint64]struct{}{},
	}
}

func (m *model) first() mstate {
	s := mstate{holder: -1, crashes: m.bounds.Crashes, cuts: m.bounds.Cuts, powers: m.bounds.Powers, lost: m.bounds.Lost, drops: m.bounds.Drops, fails: m.bounds.Fails}
	s.beat = -leaseTicks
	for i := range s.host {
		s.host[i].running = noKey
	}
	for i := range s.net {
		s.net[i].key = noKey
	}
	return s
}

// explore visits every state within the bounds, or stops after most.
func (m *model) explore(most int) (complete bool) {
	level := []mstate{m.first()}
	m.seen[hashOf(&level[0])] = struct{}{}
	for len(level) > 0 && m.broken == "" {
		var next []mstate
		for i := range level {
			m.successors(&level[i], func(s mstate) {
				m.edges++
				s.order()
				h := hashOf(&s)
				if _, known := m.seen[h]; !known {
					m.seen[h] = struct{}{}
					next = append(next, s)
				}
			})
			if len(m.seen) > most {
				return false
			}
		}
		level = next
	}
	return true
}

// successors are all states that one step leads to.
func (m *model) successors(s *mstate, visit func(mstate)) {
	for c := range s.ctl {
		m.controller(s, c, visit)
	}
	m.network(s, visit)
	for h := range s.host {
		m.hostSteps(s, h, visit)
	}
	if s.tick < m.bounds.Ticks {
		next := *s
		next.tick++
		visit(next)
	}
}

// network delivers dispatches, late or never.
func (m *model) network(s *mstate, visit func(mstate)) {
	for i, msg := range s.net {
		if msg.key == noKey {
			continue
		}
		next := *s
		next.net[i] = mmsg{key: noKey}
		next.net = sortedNet(next.net)
		if s.drops > 0 {
			lost := next
			lost.drops--
			visit(lost)
		}
		m.deliver(&next, msg)
		visit(next)
	}
}

// deliver is the wrapper on the host.
func (m *model) deliver(s *mstate, msg mmsg) {
	h, bit := &s.host[msg.host], uint16(1)<<msg.key
	if s.tick > msg.notAfter || msg.fence < h.highest || h.intents&bit != 0 || h.running != noKey {
		return
	}
	m.judge(s, msg)
	h.highest = msg.fence
	h.intents |= bit
	h.begun |= bit
	h.top = max(h.top, msg.fence)
	h.running = msg.key
}

// judge holds a true beginning to the promises.
func (m *model) judge(s *mstate, msg mmsg) {
	h, bit := &s.host[msg.host], uint16(1)<<msg.key
	book := m.logs.at(s.log)
	switch {
	case book.claims&bit == 0:
		m.broken = fmt.Sprintf("P1: key %d begins, and no claim is in the log", msg.key)
	case book.results&bit != 0:
		m.broken = fmt.Sprintf("P2: key %d begins after the log closed it", msg.key)
	case h.begun&bit != 0:
		m.broken = fmt.Sprintf("P2: key %d begins once more", msg.key)
	case msg.fence < h.top:
		m.broken = fmt.Sprintf("P7: key %d begins under fence %d after %d", msg.key, msg.fence, h.top)
	}
}

// hostSteps end what runs, well or not, or take the power away.
func (m *model) hostSteps(s *mstate, i int, visit func(mstate)) {
	h := &s.host[i]
	if h.running == noKey {
		return
	}
	bit := uint16(1) << h.running
	next := *s
	next.host[i].done |= bit
	next.host[i].running = noKey
	visit(next)
	if s.fails > 0 {
		failed := next
		failed.fails--
		failed.host[i].failed |= bit
		visit(failed)
	}
	if s.powers > 0 {
		gone := *s
		gone.powers--
		gone.host[i].running = noKey
		visit(gone)
	}
}

// order makes one state of two in which only the names of the controllers differ.
func (s *mstate) order() {
	if s.ctl[0].compare(&s.ctl[1]) > 0 {
		s.ctl[0], s.ctl[1] = s.ctl[1], s.ctl[0]
		if s.holder >= 0 {
			s.holder = 1 - s.holder
		}
	}
}

func (x *mctl) compare(y *mctl) int {
	cut := func(m *mctl) int {
		if m.cut {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(y.fence, x.fence), cmp.Compare(x.known, y.known), cmp.Compare(x.began, y.began), cmp.Compare(x.check, y.check),
		cmp.Compare(x.phase, y.phase), cmp.Compare(cut(x), cut(y)), cmp.Compare(x.todo, y.todo), cmp.Compare(x.hand, y.hand), cmp.Compare(x.absent, y.absent),
	)
}

func sortedNet(n [2]mmsg) [2]mmsg {
	if n[0].key < n[1].key {
		n[0], n[1] = n[1], n[0]
	}
	return n
}
