package rollout

import (
	"slices"

	"github.com/patchops/patchops/internal/window"
)

// beforeGate is the first slot that a session's wave can have, and what is
// rejected before it. It is the same for all of the class behind the same gate.
func (e *engine) beforeGate(s *session) (next int, rejected []Rejection) {
	cl, g := s.class, s.inst.gate(s.wave)
	m := &cl.memo
	if m.known && m.gate == g.opens && m.by == g.by {
		e.last = m.last
		return m.next, m.rejected
	}
	e.tried, e.last = e.tried[:0], ""
	i := 0
	for ; i < len(cl.slots); i++ {
		slot := &cl.slots[i]
		switch {
		case slot.code != "":
			e.reject(s, slot, slot.code, slot.by)
		case slot.starts[len(slot.starts)-1].End <= ceilMinute(g.opens):
			e.reject(s, slot, WaveGate, g.by)
		default:
			*m = prefix{true, g.opens, g.by, i, e.intern(s, e.tried), e.last}
			return i, m.rejected
		}
	}
	*m = prefix{true, g.opens, g.by, i, e.intern(s, e.tried), e.last}
	return i, m.rejected
}

// reject adds an occurrence to what was tried: one more of the last of the same
// window, if code and cause are the same.
func (e *engine) reject(s *session, o *slot, code Code, by string) {
	e.last = code
	name := s.inst.client.Windows[o.window].Name
	for i := len(e.tried) - 1; i >= 0; i-- {
		if r := &e.tried[i]; r.Window == name {
			if r.Code == code && r.By == by {
				r.Count++
				return
			}
			break
		}
	}
	e.tried = append(e.tried, Rejection{Window: name, Start: o.Start, Code: code, By: by, Count: 1})
}

// intern gives equal lists the same memory: most sessions are rejected alike.
func (e *engine) intern(s *session, list []Rejection) []Rejection {
	if len(list) == 0 {
		return nil
	}
	h := uint64(len(list))
	for i := range list {
		r := &list[i]
		h = (h ^ uint64(r.Start)) * 0x9e3779b97f4a7c15
		for _, b := range []byte(r.By[max(0, len(r.By)-8):]) {
			h = h<<5 ^ h>>59 ^ uint64(b)
		}
		h = (h ^ uint64(r.Count)<<32 ^ uint64(len(r.By))<<8 ^ uint64(len(r.Code)) ^ uint64(len(r.Window))<<16) * 0xbf58476d1ce4e5b9
		h ^= h >> 29
	}
	h ^= uint64(s.inst.client.index) * 0x94d049bb133111eb
	for _, known := range e.interns[h] {
		if slices.Equal(known, list) {
			return known
		}
	}
	list = slices.Clone(list)
	e.interns[h] = append(e.interns[h], list)
	return list
}

// bindingOf is what keeps a session from starting a minute earlier: the first
// constraint broken then in the same opening, else what rejected the occurrence
// before.
func (e *engine) bindingOf(s *session, start int64) Code {
	if earlier := start - minute; earlier >= e.first && s.class.openingAt(start).Start <= earlier {
		slot := s.class.slotAt(earlier)
		if slot != nil {
			e.cutter.load([]window.Span{{Start: earlier, End: earlier + 1}})
			code, _ := s.class.reason(s.inst.client, &e.cutter, slot.occurrence)
			if code == "" {
				code, _ = e.cut(s, slot.occurrence)
			}
			if code != "" {
				return code
			}
		}
	}
	return e.last
}

// unplaced says why a session has no place, from what was tried.
func (e *engine) unplaced(s *session) {
	s.rejected = e.intern(s, e.tried)
	c := s.inst.client
	if len(s.rejected) == 0 {
		s.code, s.by = c.nothingTried(s)
		return
	}
	worst := -1
	for i := range s.rejected {
		r := &s.rejected[i]
		if rank := slices.Index(constraintOrder(), r.Code); rank > worst {
			worst, s.code, s.by = rank, r.Code, r.By
		}
	}
}

// nothingTried is the code of a session without any occurrence before the horizon.
func (c *client) nothingTried(s *session) (Code, string) {
	if len(c.Agreements) == 0 {
		return AgreementNotInForce, "Client/" + c.Name + "/" + c.Name
	}
	first, by := none, ""
	for _, w := range c.Assets[s.work.Asset].Windows {
		if !c.opensEver(w, s.inst.plan.Change == "emergency") {
			continue
		}
		if o, ok := c.nextOf(w); ok && o < first {
			first, by = o, c.Windows[w].ID
		}
	}
	if by != "" {
		return Horizon, by
	}
	return NoWindow, ""
}

// nextOf is the start of a window's first occurrence from the horizon on.
func (c *client) nextOf(w int) (int64, bool) {
	st := &c.windows[w]
	if !st.asked {
		st.asked = true
		if o, ok := c.Windows[w].Def.Next(c.engine.end); ok {
			st.next, st.later = o.Start, true
		}
	}
	return st.next, st.later
}

// constraintOrder are the constraints in the order in which they are asked.
func constraintOrder() []Code {
	return []Code{
		WindowTooShort, AgreementNotInForce, VendorSupport, Freeze, NotBefore, MinAge, NoticeLead, Deadline, WaveGate, DepOrder,
		HAPeerDown, HAConflict, Exclusive, Capacity, RelayCapacity, Technician, CostCap,
	}
}
