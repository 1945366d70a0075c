package simulation

import (
	"hash/maphash"

	"github.com/patchops/patchops/internal/dispatch"
)

// controller is everything that one controller may do next.
func (m *model) controller(s *mstate, c int, visit func(mstate)) {
	x := &s.ctl[c]
	if s.crashes > 0 && *x != (mctl{}) {
		next := *s
		next.crashes--
		next.ctl[c] = mctl{cut: x.cut}
		visit(next)
	}
	if x.cut {
		next := *s
		next.ctl[c].cut = false
		visit(next)
	} else if s.cuts > 0 {
		next := *s
		next.cuts--
		next.ctl[c].cut = true
		visit(next)
	}
	if x.phase == 2 {
		m.dispatches(s, c, visit)
	}
	if x.cut {
		return
	}
	leads := x.fence != 0 && x.fence == s.fence && int(s.holder) == c
	switch {
	case !leads && x.phase == 0:
		m.lead(s, c, visit)
	case !leads: // its push is refused
		next := *s
		next.ctl[c].lose()
		visit(next)
	case x.phase == 0:
		m.decides(s, c, visit)
	case x.phase == 1:
		m.flushes(s, c, visit)
	}
	if leads && (s.beat != s.tick || x.began != s.tick) {
		next := *s
		next.beat, next.ctl[c].began = s.tick, s.tick
		visit(next)
	}
}

// lose forgets what belongs to a lease.
func (x *mctl) lose() {
	x.fence, x.phase, x.todo, x.absent, x.known, x.check, x.began = 0, 0, 0, 0, 0, 0, 0
}

// lead takes the lease where nobody holds it, or somebody who was not heard of.
func (m *model) lead(s *mstate, c int, visit func(mstate)) {
	if s.holder >= 0 && s.tick-s.beat < leaseTicks && int(s.holder) != c {
		return
	}
	next := *s
	next.fence++
	next.holder, next.beat = int8(c), s.tick
	x := &next.ctl[c]
	x.lose()
	x.fence, x.began, x.known = next.fence, s.tick, s.log
	visit(next)
}

// decides asks Next on the log as it is now.
func (m *model) decides(s *mstate, c int, visit func(mstate)) {
	x := &s.ctl[c]
	q := question{s.log, s.tick, x.fence, x.hand, x.absent}
	d := m.decide(q)
	open := m.logs.at(s.log).open()
	if d.log != s.log {
		next := *s
		y := &next.ctl[c]
		y.known, y.check, y.phase = s.log, s.tick, 1
		visit(next)
	}
	for key := range int8(len(m.tasks)) {
		if open&(1<<key) != 0 && (d.asks|x.hand)&(1<<key) != 0 {
			m.asks(s, c, key, visit)
		}
	}
}

// flushes pushes what was decided, where the log is still what it was decided on.
func (m *model) flushes(s *mstate, c int, visit func(mstate)) {
	x := s.ctl[c]
	d := m.decide(question{x.known, x.check, x.fence, x.hand, x.absent})
	next := *s
	y := &next.ctl[c]
	y.phase, y.check = 0, 0
	if x.known != s.log {
		visit(next)
		return
	}
	next.log, next.beat = d.log, s.tick
	if s.lost > 0 {
		lost := next
		lost.lost--
		lost.ctl[c].absent |= d.starts // in the log, and never dispatched
		lost.ctl[c].absent &= m.logs.at(d.log).open()
		visit(lost)
	}
	y.known, y.began = 0, x.check
	if d.starts != 0 {
		y.phase, y.check, y.todo = 2, x.check, d.starts
	}
	y.absent &= m.logs.at(d.log).open()
	visit(next)
}

// dispatches sends the next task that was claimed, or gives it up as never sent.
func (m *model) dispatches(s *mstate, c int, visit func(mstate)) {
	x := &s.ctl[c]
	for key := range int8(len(m.tasks)) {
		bit := uint16(1) << key
		if x.todo&bit == 0 {
			continue
		}
		next := *s
		y := &next.ctl[c]
		y.todo &^= bit
		if s.tick-x.began <= freshTicks && s.tick <= x.check {
			slot := 0
			if next.net[0].key != noKey {
				slot = 1
			}
			if next.net[slot].key != noKey {
				return // the network is full: later
			}
			next.net[slot] = mmsg{key, m.hostOf(key), x.fence, x.check}
			next.net = sortedNet(next.net)
			y.hand |= bit
			y.absent &^= bit
		} else {
			y.absent |= bit
		}
		if y.todo == 0 {
			y.phase, y.check = 0, 0
		}
		visit(next)
		return
	}
}

func (m *model) hostOf(key int8) int8 {
	if m.tasks[key].Asset == hostName(0) {
		return 0
	}
	return 1
}

// asks is a probe, its answer and the record of it.
func (m *model) asks(s *mstate, c int, key int8, visit func(mstate)) {
	x := &s.ctl[c]
	next := *s
	y, h := &next.ctl[c], &next.host[m.hostOf(key)]
	if x.fence < h.highest {
		return
	}
	h.highest = x.fence
	bit := uint16(1) << key
	state := dispatch.Absent
	switch {
	case h.running == key:
		return
	case h.done&bit != 0:
		state = dispatch.Finished
	case h.intents&bit != 0:
		state = dispatch.Interrupted
	}
	y.hand &^= bit
	if state == dispatch.Absent {
		if s.tick <= m.logs.at(s.log).notAfter[key] {
			return // it may still come
		}
		y.absent |= bit
		visit(next)
		return
	}
	log := m.answered(asking{s.log, s.tick, x.fence, key, answerOf(state, h.failed&bit != 0)})
	if log == s.log {
		return
	}
	next.log, next.beat, y.began = log, s.tick, s.tick
	y.absent &^= bit
	visit(next)
}

const (
	answerGood int8 = iota
	answerBad
	answerCut
)

func answerOf(s dispatch.State, failed bool) int8 {
	switch {
	case s == dispatch.Interrupted:
		return answerCut
	case failed:
		return answerBad
	}
	return answerGood
}

var seed = maphash.MakeSeed()

// hashOf is a state in 64 bits: two of a few million states share one with a chance
// below one in a million.
func hashOf(s *mstate) uint64 { return maphash.Comparable(seed, *s) }
