package rollout

import (
	"slices"

	"github.com/patchops/patchops/internal/window"
)

type accessKey struct {
	kind, plan int32
	least      Severity
}

// access is when the assets of one kind may be worked on for one plan.
type access struct {
	view     *view
	asset    int           // one of the kind
	supports []int         // sorted
	denies   []int         // sorted, without those that let the work pass
	openings []window.Span // force, supported, not denied: maximal
	noticed  []int64       // by agreement: the first start that a notice serves
	plan     *Plan
}

type classKey struct {
	access accessKey
	length int64
	aged   int64 // the end of the minimum age, 0 where it is past
	// what the client was told of, and from when on that serves; window -1 none
	window     int
	occurrence int64
	served     int64
}

// class is what sessions have in common that only differ in their asset.
type class struct {
	*access
	key   classKey
	slots []slot
	first int64 // the first start that static constraints leave, or none
	memo  prefix
}

const none = int64(1) << 62

// slot is an occurrence with the starts that static constraints leave in it, or
// the first of them that leaves none.
type slot struct {
	*occurrence
	starts []window.Span
	code   Code
	by     string
}

// prefix is what a class's sessions meet before the gate of their wave.
type prefix struct {
	known    bool
	gate     int64
	by       string
	next     int // the first slot with a start at the gate or later
	rejected []Rejection
	last     Code // of them
}

// classOf is the class of a session, made when first asked for.
func (c *client) classOf(plan int, w *Work, told *Notified) *class {
	key := classKey{
		access: accessKey{c.kindOf[w.Asset], int32(plan), w.Least},
		length: w.Minutes * minute, window: -1,
	}
	if aged := w.Released + c.Plans[plan].MinimumAge; aged > c.engine.first {
		key.aged = aged
	}
	if told.told() {
		key.window, key.occurrence, key.served = told.Window, told.Occurrence, c.served(plan, told)
	}
	if cl := c.classes[key]; cl != nil {
		return cl
	}
	cl := &class{access: c.accessOf(key.access, w.Asset), key: key, first: none}
	cl.findSlots(c)
	c.classes[key] = cl
	return cl
}

// served is the first start that what a client was told serves in its occurrence: the place
// itself, or when the lead since then is over.
func (c *client) served(plan int, told *Notified) int64 {
	emergency := c.Plans[plan].Change == "emergency"
	g := -1
	if told.At > 0 && told.Window >= 0 {
		g = c.agreementAt(told.Window, told.Occurrence, emergency)
	}
	if g < 0 {
		return -none
	}
	return min(told.Start, c.afterLead(g, told.At, c.leadOf(g, told.Asset, emergency)))
}

func (c *client) accessOf(key accessKey, asset int) *access {
	if a := c.accesses[key]; a != nil {
		return a
	}
	p := &c.Plans[key.plan]
	x := &c.Assets[asset]
	emergency := p.Change == "emergency"
	id := key.kind << 1
	if emergency {
		id |= 1
	}
	if c.views[id] == nil {
		c.views[id] = c.viewOf(x.Windows, x.All, emergency)
	}
	a := &access{view: c.views[id], asset: asset, plan: p}
	open := window.Spans(a.view.force)
	a.supports = slices.Sorted(slices.Values(x.Supports))
	for _, s := range a.supports {
		open = open.Intersect(c.supportedSpans(s))
	}
	for _, d := range slices.Sorted(slices.Values(x.Denies)) {
		if !c.passes(&c.Denies[d], p, key.least) {
			a.denies = append(a.denies, d)
			open = open.Minus(c.deniedSpans(d))
		}
	}
	a.openings = open
	for g := range c.Agreements {
		a.noticed = append(a.noticed, c.noticed(g, c.leadOf(g, asset, emergency)))
	}
	c.accesses[key] = a
	return a
}

// passes says whether a deny lets a plan's work pass: because all its patches are
// severe enough, or the deny was lifted for it, or that is assumed.
func (c *client) passes(d *Deny, p *Plan, least Severity) bool {
	return d.PassAbove > 0 && least > d.PassAbove || slices.Contains(p.Overrides, d.ID) ||
		c.engine.in.Granted && d.Rule != "" && p.Change == "emergency"
}

// findSlots asks the static constraints of every occurrence.
func (cl *class) findSlots(c *client) {
	v := cl.view
	cl.slots = make([]slot, 0, len(v.occurrences))
	cut := &c.engine.cutter
	arena := make([]window.Span, 0, len(v.occurrences)+4)
	for i := range v.occurrences {
		o := &v.occurrences[i]
		possible := o.own
		if o.agreement < 0 {
			possible = o.Span
		}
		cut.set = cut.set[:0]
		cut.spare = cut.spare[:0]
		cut.keep(max(possible.Start, c.engine.first), min(possible.End, c.engine.end))
		cut.swap()
		if cut.empty() {
			continue
		}
		s := slot{occurrence: o}
		all := cut.set[0]
		if cl.quick(cut, o); cut.empty() {
			cut.set = append(cut.set, all)
			s.code, s.by = cl.reason(c, cut, o)
		} else {
			from := len(arena)
			arena = append(arena, cut.set...)
			s.starts = arena[from:len(arena):len(arena)]
			cl.first = min(cl.first, s.starts[0].Start)
		}
		cl.slots = append(cl.slots, s)
	}
}

// quick leaves the starts that meet all static constraints.
func (cl *class) quick(cut *cutter, o *occurrence) {
	if o.agreement < 0 {
		cut.set = cut.set[:0]
		return
	}
	cut.from(max(cl.plan.NotBefore, cl.key.aged, cl.noticeBound(o)))
	cut.before(cl.plan.Deadline)
	cut.inside(cl.openings, cl.key.length)
	if cl.view.all {
		cut.inside(cl.view.union, cl.key.length)
	}
}

// noticeBound is the first start in an occurrence that the agreed notice allows.
func (cl *class) noticeBound(o *occurrence) int64 {
	switch {
	case o.waived:
		return -none
	case cl.key.window == o.window && cl.key.occurrence == o.Start:
		return cl.key.served
	}
	return cl.noticed[o.agreement]
}

// reason is the first static constraint that leaves no start of an occurrence,
// and the document behind it.
func (cl *class) reason(c *client, cut *cutter, o *occurrence) (Code, string) {
	length := cl.key.length
	if cut.inside(cl.view.union, length); cut.empty() {
		return WindowTooShort, c.Windows[o.window].ID
	}
	if o.agreement < 0 {
		return AgreementNotInForce, c.lapsed(o)
	}
	if cut.inside(cl.view.force, length); cut.empty() {
		return AgreementNotInForce, c.Agreements[o.agreement].ID
	}
	for _, s := range cl.supports {
		if cut.inside(c.supportedSpans(s), length); cut.empty() {
			return VendorSupport, c.Supports[s].ID
		}
	}
	for _, d := range cl.denies {
		if cut.outside(c.deniedSpans(d), length); cut.empty() {
			return Freeze, c.Denies[d].ID
		}
	}
	code, by := cl.bound(c, cut, o)
	return code, by
}

// bound is the first bound of plan or agreement that leaves no start.
func (cl *class) bound(c *client, cut *cutter, o *occurrence) (Code, string) {
	if cut.from(cl.plan.NotBefore); cut.empty() {
		return NotBefore, cl.plan.ID
	}
	if cut.from(cl.key.aged); cut.empty() {
		return MinAge, cl.plan.ID
	}
	if cut.from(cl.noticeBound(o)); cut.empty() {
		return NoticeLead, c.Agreements[o.agreement].ID
	}
	if cut.before(cl.plan.Deadline); cut.empty() {
		return Deadline, cl.plan.ID
	}
	return "", ""
}

// lapsed names the agreement that ended before an occurrence that none opens, or
// else the one that begins after it.
func (c *client) lapsed(o *occurrence) string {
	by := ""
	for i := range c.Agreements {
		g := &c.Agreements[i]
		if g.Until <= o.Start || by == "" && g.From > o.Start {
			by = g.ID
		}
	}
	if by == "" {
		by = "Client/" + c.Name + "/" + c.Name
	}
	return by
}
