package rollout

import "slices"

// gate is when a wave may begin, and what it waits for: "wave <previous>" or
// "ring <name>"; "" where it waits for nothing.
type gate struct {
	opens int64
	by    string
}

// gate is when a wave opens, given the sessions placed in the waves before it.
func (inst *instance) gate(wave int32) gate {
	if inst.rings != nil && inst.rings.changes(inst.plan.Ring) != inst.seen {
		inst.seen, inst.gates = inst.rings.changes(inst.plan.Ring), inst.gates[:0]
	}
	for int(wave) >= len(inst.gates) {
		k := len(inst.gates)
		if k == 0 {
			inst.gates = append(inst.gates, inst.client.engine.firstGate(inst))
			continue
		}
		inst.gates = append(inst.gates, inst.waves[k-1].passes(inst.gates[k-1], nil))
	}
	return inst.gates[wave]
}

// passes is the gate after a wave whose own gate is given, if it had more ends.
func (w *waveState) passes(before gate, more []int64) gate {
	n := len(w.over) + len(w.ends) + len(more)
	if n == 0 {
		return before
	}
	quorum := max(1, (w.Advance*n+99)/100)
	end := nth(quorum, w.over, w.ends, more)
	if end+w.Soak < before.opens {
		return before
	}
	return gate{end + w.Soak, "wave " + w.Name}
}

// nth is the n-th smallest of sorted lists together, n at least 1 and at most
// their length.
func nth(n int, lists ...[]int64) int64 {
	low, high, all := none, -none, 0
	for _, l := range lists {
		if all += len(l); len(l) > 0 {
			low, high = min(low, l[0]), max(high, l[len(l)-1])
		}
	}
	if n == all {
		return high
	}
	for low < high { // the least value with n at or below it
		middle, count := low+(high-low)/2, 0
		for _, l := range lists {
			i, _ := slices.BinarySearch(l, middle+1)
			count += i
		}
		if count >= n {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low
}

// forget drops the gates that depend on the sessions of a wave.
func (inst *instance) forget(wave int32) {
	if len(inst.gates) > int(wave)+1 {
		inst.gates = inst.gates[:wave+1]
	}
}

// firstGate is when the first wave of an instance may begin: after all placed
// sessions of earlier rings.
func (e *engine) firstGate(inst *instance) gate {
	g := gate{opens: e.in.AsOf}
	if inst.rings == nil {
		return g
	}
	for _, r := range inst.rings.instances {
		if r.plan.Ring < inst.plan.Ring && r.placed > 0 && r.latest()+r.plan.RingSoak > g.opens {
			g = gate{r.latest() + r.plan.RingSoak, "ring " + r.plan.RingName}
		}
	}
	return g
}

// rings are the instances of one template that has rings, in one component.
type rings struct {
	instances []*instance
	placed    []int // sessions by ring
	changed   []int // how often that changed
}

func (r *rings) add(inst *instance) {
	r.instances = append(r.instances, inst)
	for len(r.placed) <= inst.plan.Ring {
		r.placed, r.changed = append(r.placed, 0), append(r.changed, 0)
	}
}

// changes is how often what is placed in earlier rings has changed.
func (r *rings) changes(ring int) int {
	sum := 0
	for _, n := range r.changed[:ring] {
		sum += n
	}
	return sum
}

// count adds a session with a place to its plan and its ring, or takes it away.
func (inst *instance) count(s *session, by int) {
	w := &inst.waves[s.wave]
	if by > 0 {
		w.ends = insertSorted(w.ends, s.end)
		if !s.running {
			w.starts = insertSorted(w.starts, s.start)
		}
	} else {
		w.ends = removeSorted(w.ends, s.end)
		w.starts = removeSorted(w.starts, s.start)
	}
	inst.placed += by
	inst.forget(s.wave)
	if inst.rings != nil {
		inst.rings.placed[inst.plan.Ring] += by
		inst.rings.changed[inst.plan.Ring]++
	}
}

// latest is the last end of what is placed.
func (inst *instance) latest() int64 {
	latest := -none
	for k := range inst.waves {
		if n := len(inst.waves[k].ends); n > 0 {
			latest = max(latest, inst.waves[k].ends[n-1])
		}
	}
	return latest
}

// earliest is the first start of what is placed and not under way.
func (inst *instance) earliest() int64 {
	earliest := none
	for k := range inst.waves {
		earliest = min(earliest, inst.waves[k].earliest())
	}
	return earliest
}

func (w *waveState) earliest() int64 {
	if len(w.starts) == 0 {
		return none
	}
	return w.starts[0]
}

func insertSorted(list []int64, t int64) []int64 {
	if n := len(list); n == 0 || list[n-1] <= t {
		return append(list, t)
	}
	i, _ := slices.BinarySearch(list, t)
	return slices.Insert(list, i, t)
}

func removeSorted(list []int64, t int64) []int64 {
	i, _ := slices.BinarySearch(list, t)
	return slices.Delete(list, i, i+1)
}

// gatesHold says whether all placed sessions of later waves and rings would still
// be behind their gates if a session of a wave ended then.
func (e *engine) gatesHold(s *session, end int64) (string, bool) {
	inst := s.inst
	g := inst.gate(s.wave)
	for k := int(s.wave); k+1 < len(inst.waves); k++ {
		var more []int64
		if k == int(s.wave) {
			more = []int64{end}
		}
		g = inst.waves[k].passes(g, more)
		if inst.waves[k+1].earliest() < g.opens {
			return "wave " + inst.waves[k+1].Name, false
		}
	}
	if inst.rings == nil || !inst.rings.later(inst.plan.Ring) {
		return "", true
	}
	for _, r := range inst.rings.instances {
		if r.plan.Ring > inst.plan.Ring && r.earliest() < end+inst.plan.RingSoak {
			return "ring " + r.plan.RingName, false
		}
	}
	return "", true
}

// laterPlaced says whether something is placed already that waits for a session:
// then it must not end too late.
func (e *engine) laterPlaced(s *session) bool {
	for k := int(s.wave) + 1; k < len(s.inst.waves); k++ {
		if len(s.inst.waves[k].starts) > 0 {
			return true
		}
	}
	return s.inst.rings != nil && s.inst.rings.later(s.inst.plan.Ring)
}

// later says whether a later ring has placed sessions.
func (r *rings) later(ring int) bool {
	for _, n := range r.placed[ring+1:] {
		if n > 0 {
			return true
		}
	}
	return false
}
