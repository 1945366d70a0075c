package rollout

// advance lets sessions that something moved go earlier again, where they stand where they
// were and nothing else has to give way. It reports whether one did.
func (e *engine) advance() (went bool) {
	for again := true; again; {
		again = false
		for _, inst := range e.instances {
			if len(inst.client.notified) == 0 {
				continue
			}
			for _, s := range inst.order {
				if s.told != nil && s.told.Loose && s.placed && !s.running && s.moved == "" {
					again = e.goEarlier(s) || again
				}
			}
		}
		went = went || again
	}
	return went
}

// goEarlier gives a session the first place that there is, if that is earlier than its own
// and a notice sent now is in time for it: the one for its own place may not be.
func (e *engine) goEarlier(s *session) bool {
	was, start, own := outcomesOf([]*session{s}), s.start, s.class
	e.vacate(s)
	s.class = s.inst.client.classOf(s.inst.index, s.work, nil)
	placed := e.place(s)
	s.class = own
	if placed && s.start < start {
		s.kept = false
		return true
	}
	if s.placed {
		e.vacate(s)
	}
	e.restore([]*session{s}, was)
	return false
}
