package rollout

import (
	"encoding/binary"

	"github.com/patchops/patchops/internal/window"
)

// client is one client while its sessions are placed.
type client struct {
	*Client
	index  int
	engine *engine

	windows   []windowState
	denied    [][]window.Span // by deny; nil until asked
	supported [][]window.Span // by support; nil until asked
	kinds     map[string]int32
	kindOf    []int32 // by asset
	views     map[int32]*view
	accesses  map[accessKey]*access
	classes   map[classKey]*class

	hosts    hosts
	groups   []groupState
	terms    []termsState // by agreement
	relays   []relayState
	all      *profile // sessions at once; 0 free at rest; nil when nothing limits them
	spending *spending
	rates    []rateClasses // by agreement

	instances []*instance
	notified  map[workKey]*Notified
	running   map[workKey]*Running
	pins      map[string][]*Pin // by plan
	tell      map[tellKey]int64
}

// workKey names a session by plan and asset.
type workKey struct {
	plan  string
	asset int
}

type windowState struct {
	expanded    bool
	occurrences []window.Occurrence
	free        *profile // nil without a capacity
	asked       bool     // for the first occurrence after the horizon
	later       bool
	next        int64
}

// termsState is what is at once under one agreement.
type termsState struct {
	limit int64    // of all the client's sessions at once; -1 none
	own   *profile // sessions whose terms these are; 0 free at rest
	lead  map[int64]int64
}

func (e *engine) newClient(index int) *client {
	in := &e.in.Clients[index]
	c := &client{
		Client: in, index: index, engine: e,
		windows: make([]windowState, len(in.Windows)),
		denied:  make([][]window.Span, len(in.Denies)), supported: make([][]window.Span, len(in.Supports)),
		kinds: map[string]int32{}, views: map[int32]*view{}, accesses: map[accessKey]*access{}, classes: map[classKey]*class{},
		terms: make([]termsState, len(in.Agreements)),
	}
	for i := range c.windows {
		if n := in.Windows[i].Capacity; n > 0 {
			c.windows[i].free = newProfile(int64(n))
		}
	}
	for i := range c.terms {
		t := &c.terms[i]
		t.limit, t.lead = limitOf(in.Agreements[i].MaxUnavailable, len(in.Assets)), map[int64]int64{}
		t.own = newProfile(0)
		if t.limit >= 0 && c.all == nil {
			c.all = newProfile(0)
		}
	}
	c.notified = make(map[workKey]*Notified, len(in.Progress.Notified))
	for i := range in.Progress.Notified {
		n := &in.Progress.Notified[i]
		c.notified[workKey{n.Plan, n.Asset}] = n
	}
	c.running = make(map[workKey]*Running, len(in.Progress.Running))
	for i := range in.Progress.Running {
		r := &in.Progress.Running[i]
		c.running[workKey{r.Plan, r.Asset}] = r
	}
	c.pins = map[string][]*Pin{}
	for i := range in.Progress.Pins {
		p := &in.Progress.Pins[i]
		c.pins[p.Plan] = append(c.pins[p.Plan], p)
	}
	c.findKinds()
	c.hosts = newHosts(in.Assets)
	c.groups = newGroups(in)
	c.relays = newRelays(in)
	c.spending = newSpending(c)
	return c
}

// limitOf is an amount of so many as a count: percentages round down, to at
// least 1; -1 where there is no limit.
func limitOf(a Amount, of int) int64 {
	switch {
	case !a.Set:
		return -1
	case a.Percent:
		return max(1, a.N*int64(of)/100)
	}
	return a.N
}

// findKinds numbers the assets by all that static constraints ask of them.
func (c *client) findKinds() {
	c.kindOf = make([]int32, len(c.Assets))
	var key []byte
	for i := range c.Assets {
		key = c.kindKey(key[:0], i)
		kind, known := c.kinds[string(key)]
		if !known {
			kind = int32(len(c.kinds))
			c.kinds[string(key)] = kind
		}
		c.kindOf[i] = kind
	}
}

func (c *client) kindKey(key []byte, asset int) []byte {
	a := &c.Assets[asset]
	list := func(list []int) {
		key = binary.AppendUvarint(key, uint64(len(list)))
		for _, i := range list {
			key = binary.AppendUvarint(key, uint64(i))
		}
	}
	list(a.Windows)
	list(a.Denies)
	list(a.Supports)
	if a.All {
		key = append(key, 1)
	}
	for i := range c.Agreements {
		if l, longer := c.Agreements[i].Leads[asset]; longer {
			key = binary.AppendUvarint(key, uint64(i)<<1|1)
			key = binary.AppendVarint(key, l.Seconds)
		}
	}
	return key
}

// deniedSpans are when a deny keeps starts away, from asOf on.
func (c *client) deniedSpans(deny int) []window.Span {
	if c.denied[deny] == nil {
		d := &c.Denies[deny]
		spans := window.Spans{d.Fixed}
		if d.Def != nil {
			spans = d.Def.Hull(c.engine.in.AsOf, c.engine.reach)
		} else {
			spans = window.NewSpans(spans)
		}
		c.denied[deny] = append([]window.Span{}, spans...)
	}
	return c.denied[deny]
}

// supportedSpans are when one of the vendors of an application answers.
func (c *client) supportedSpans(support int) []window.Span {
	if c.supported[support] == nil {
		var list []window.Span
		for _, week := range c.Supports[support].Weeks {
			list = append(list, week.Spans(c.engine.in.AsOf, c.engine.reach)...)
		}
		c.supported[support] = append([]window.Span{}, window.NewSpans(list)...)
	}
	return c.supported[support]
}

// leadOf is the lead that an agreement gives an asset.
func (c *client) leadOf(agreement, asset int, emergency bool) int64 {
	g := &c.Agreements[agreement]
	if emergency {
		return g.EmergencyLead.Seconds
	}
	if l, longer := g.Leads[asset]; longer {
		return l.Seconds
	}
	return g.Lead.Seconds
}

const daySeconds = 24 * 60 * 60

// noticed is the first start that a notice at asOf serves.
func (c *client) noticed(agreement int, lead int64) int64 {
	known := c.terms[agreement].lead
	if t, ok := known[lead]; ok {
		return t
	}
	known[lead] = c.afterLead(agreement, c.engine.in.AsOf, lead)
	return known[lead]
}

// afterLead is the first start that a notice sent at an instant serves.
func (c *client) afterLead(agreement int, sent, lead int64) int64 {
	if c.inBusinessDays(agreement, lead) {
		return c.Business.AddDays(sent, int(lead/daySeconds))
	}
	return sent + lead
}

// inBusinessDays says whether a lead counts business days: where it was agreed,
// and the lead is whole days.
func (c *client) inBusinessDays(agreement int, lead int64) bool {
	return c.Agreements[agreement].BusinessDays && lead > 0 && lead%daySeconds == 0
}
