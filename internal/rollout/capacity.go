package rollout

// cutCapacity leaves the starts at which the window, the agreement and the wave
// have room for one more session.
func (e *engine) cutCapacity(s *session, o *occurrence) (Code, string) {
	c, length := s.inst.client, s.class.key.length
	if free := c.windows[o.window].free; free != nil {
		if e.cutter.cut(free, length, 1); e.cutter.empty() {
			return Capacity, c.Windows[o.window].ID
		}
	}
	if c.all != nil {
		if code, by := e.cutUnavailable(c, o, length); code != "" {
			return code, by
		}
	}
	w := &s.inst.waves[s.wave]
	if w.concurrent != nil {
		if e.cutter.cut(w.concurrent, length, 1); e.cutter.empty() {
			return Capacity, s.inst.plan.ID
		}
	}
	if w.staggered != nil {
		if e.cutter.cut(w.staggered, 1, 1); e.cutter.empty() {
			return Capacity, s.inst.plan.ID
		}
	}
	return "", ""
}

// cutUnavailable asks the agreement of the occurrence, and those of the sessions
// that would be under way at the same time.
func (e *engine) cutUnavailable(c *client, o *occurrence, length int64) (Code, string) {
	if limit := c.terms[o.agreement].limit; limit >= 0 {
		if e.cutter.cut(c.all, length, 1-limit); e.cutter.empty() {
			return Capacity, c.Agreements[o.agreement].ID
		}
	}
	if len(c.terms) == 1 {
		return "", ""
	}
	for i := range c.terms {
		t := &c.terms[i]
		if i == o.agreement || t.limit < 0 {
			continue
		}
		set := e.cutter.set
		from, to := set[0].Start, set[len(set)-1].End+length
		for _, own := range t.own.below(0, from, to) {
			for _, full := range c.all.below(1-t.limit, own.Start, own.End) {
				if e.cutter.apart(full, length); e.cutter.empty() {
					return Capacity, c.Agreements[i].ID
				}
			}
		}
	}
	return "", ""
}

// occupyCapacity counts a session, or with units 1 no longer.
func (e *engine) occupyCapacity(s *session, units int64) {
	c := s.inst.client
	w := &s.inst.waves[s.wave]
	if s.occ != nil && c.windows[s.occ.window].free != nil {
		c.windows[s.occ.window].free.add(s.start, s.end, units)
	}
	if c.all != nil {
		c.all.add(s.start, s.end, units)
		if s.occ != nil && !s.running && len(c.terms) > 1 {
			c.terms[s.occ.agreement].own.add(s.start, s.end, units)
		}
	}
	if w.concurrent != nil {
		w.concurrent.add(s.start, s.end, units)
	}
	if w.staggered != nil {
		w.staggered.add(s.start-w.Stagger+1, s.start+w.Stagger, units)
	}
}
