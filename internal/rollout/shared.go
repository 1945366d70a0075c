package rollout

// sharing finds which sessions of a component can affect each other: those that
// share a resource, directly or by way of others.
type sharing struct {
	engine   *engine
	sessions []*session // in the order in which they are placed
	forest   forest
	first    map[shared]int32 // the first session that uses something
}

// shared is something that sessions share: of a client, by kind and number.
type shared struct {
	client *client
	kind   byte
	number int
}

// groups are the sessions that are free to move and can affect each other, each in
// the order in which they are placed.
func (e *engine) groups() [][]*session {
	f := &sharing{engine: e, first: map[shared]int32{}}
	for _, inst := range e.instances {
		f.sessions = append(f.sessions, inst.order...)
	}
	f.forest = newForest(len(f.sessions))
	number := make(map[*session]int32, len(f.sessions))
	for i, s := range f.sessions {
		number[s] = int32(i)
	}
	for i, s := range f.sessions {
		f.joinPlan(int32(i), s)
		f.joinResources(int32(i), s)
		for j := 0; s.predecessor(j) != nil; j++ {
			f.forest.join(int32(i), number[s.predecessor(j)])
		}
	}
	index := map[int32]int{}
	var out [][]*session
	for i, s := range f.sessions {
		if s.running || s.kept || s.blocked() {
			continue
		}
		root := f.forest.root(int32(i))
		at, known := index[root]
		if !known {
			at = len(out)
			index[root] = at
			out = append(out, nil)
		}
		out[at] = append(out[at], s)
	}
	return out
}

// use joins a session to the first one that uses the same.
func (f *sharing) use(i int32, what shared) {
	if first, known := f.first[what]; known {
		f.forest.join(first, i)
	} else {
		f.first[what] = i
	}
}

// joinPlan joins sessions by gates and by the limits of their wave.
func (f *sharing) joinPlan(i int32, s *session) {
	inst := s.inst
	w := &inst.waves[s.wave]
	if len(inst.waves) > 1 || w.concurrent != nil || w.staggered != nil || inst.rings != nil {
		f.use(i, shared{inst.client, 'p', inst.index})
	}
	if inst.rings != nil {
		first := inst.rings.instances[0]
		f.use(i, shared{first.client, 'p', first.index})
	}
}

func (f *sharing) joinResources(i int32, s *session) {
	c, asset := s.inst.client, s.work.Asset
	f.use(i, shared{c, 'a', asset})
	for _, host := range c.hosts.above[asset] {
		f.use(i, shared{c, 'a', int(host)})
	}
	for _, n := range c.needsOf(asset) {
		f.use(i, shared{c, 'g', n.group})
	}
	for _, w := range c.Assets[asset].Windows {
		if c.windows[w].free != nil {
			f.use(i, shared{c, 'w', w})
		}
	}
	if s.relay > 0 {
		f.use(i, shared{c, 'r', c.Assets[asset].Relay})
	}
	if c.all != nil || c.spending != nil {
		f.use(i, shared{c, 'c', 0})
	}
	if p := f.engine.poolOf(s); p != nil {
		f.use(i, shared{nil, 's', p.number})
	}
}
