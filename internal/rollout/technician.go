package rollout

import (
	"encoding/binary"
	"slices"
)

// pool is the technicians of the shifts of one group, for all clients.
type pool struct {
	free   *profile
	by     string // the first shift's ID
	number int    // of the component
}

// poolOf is the pool that attends a session, or nil where nobody needs to.
func (e *engine) poolOf(s *session) *pool {
	if !s.work.ByHand {
		return nil
	}
	shifts := s.inst.client.Assets[s.work.Asset].Shift
	if len(shifts) == 0 {
		return nil
	}
	if !slices.IsSorted(shifts) {
		shifts = slices.Sorted(slices.Values(shifts))
	}
	key := e.key[:0]
	for _, i := range shifts {
		key = binary.AppendUvarint(key, uint64(i))
	}
	e.key = key
	if p := e.pools[string(key)]; p != nil {
		return p
	}
	p := &pool{number: len(e.pools), free: newProfile(0), by: e.in.Shifts[shifts[0]].ID}
	for _, i := range shifts {
		shift := &e.in.Shifts[i]
		for _, duty := range shift.Week.Spans(e.in.AsOf, e.reach) {
			p.free.add(duty.Start, duty.End, int64(shift.Capacity))
		}
	}
	e.pools[string(key)] = p
	return p
}

// cutTechnician leaves the starts from which a technician is free to the end.
func (e *engine) cutTechnician(s *session) (Code, string) {
	p := e.poolOf(s)
	if p == nil {
		return "", ""
	}
	if e.cutter.cut(p.free, s.class.key.length, 1); e.cutter.empty() {
		return Technician, p.by
	}
	return "", ""
}
