package rollout

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
		inst.gates = append(inst.gates, inst.waves[k-1].passes(inst.gates[k-1], &instants{}))
	}
	return inst.gates[wave]
}

// passes is the gate after a wave whose own gate is given, if it had more ends.
func (w *waveState) passes(before gate, more *instants) gate {
	n := w.over.n + w.ends.n + more.n
	if n == 0 {
		return before
	}
	quorum := max(1, (w.Advance*n+99)/100)
	end := nth(quorum, &w.over, &w.ends, more)
	if end+w.Soak < before.opens {
		return before
	}
	return gate{end + w.Soak, "wave " + w.Name}
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
		w.ends.add(s.end)
		if !s.running {
			w.starts.add(s.start)
		}
	} else {
		w.ends.remove(s.end)
		w.starts.remove(s.start)
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
		latest = max(latest, inst.waves[k].ends.last())
	}
	return latest
}

// earliest is the first start of what is placed and not under way.
func (inst *instance) earliest() int64 {
	earliest := none
	for k := range inst.waves {
		earliest = min(earliest, inst.waves[k].starts.first())
	}
	return earliest
}

// gatesHold says whether all placed sessions of later waves and rings would still
// be behind their gates if a session of a wave ended then.
func (e *engine) gatesHold(s *session, end int64) (string, bool) {
	inst := s.inst
	g := inst.gate(s.wave)
	for k := int(s.wave); k+1 < len(inst.waves); k++ {
		var more instants
		if k == int(s.wave) {
			more.add(end)
		}
		g = inst.waves[k].passes(g, &more)
		if inst.waves[k+1].starts.first() < g.opens {
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
		if s.inst.waves[k].starts.n > 0 {
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
