package rollout

import (
	"cmp"
	"slices"
	"sort"

	"github.com/patchops/patchops/internal/window"
)

// Ask is a question: may a session of a plan on an asset start at an instant, if it
// takes so many seconds at most?
type Ask struct {
	Client, Plan string
	Asset        int // in Client.Assets
	At           int64
	// Length is the worst case of everything that must still fit into the opening: this
	// segment, those after it, and the recovery reserve.
	Length int64
	// Begun says that the session has begun: then neither the bounds of plan and notice nor
	// the deadline are asked again, only when its asset may be worked on.
	Begun bool
	// Told is when the client was told of an occurrence of a window, and whether it was.
	// Nil does not ask for notices.
	Told func(window string, occurrence int64) (at int64, told bool)
}

// Answer is whether it may.
type Answer struct {
	Code Code   // "": it may. Else the first constraint, in their order, that forbids it
	By   string // the document behind it
	// Window and Occurrence are what a session that starts then belongs to; "" where
	// nothing is open.
	Window     string
	Occurrence int64
	Ends       int64 // of the opening that At is in, as far as the horizon reaches; 0 none
	// Until is when time alone may change the answer: the last start that is still in time
	// where it may, else the first instant after At at which all that does not depend on
	// notices allows a start. 0: not within the horizon.
	Until int64
}

// Oracle answers Asks for one Input, which must not change meanwhile but for its AsOf
// and Progress. It computes what assets have in common once, so that asking for
// 100,000 assets is cheap. It is for one goroutine.
type Oracle struct {
	in       *Input
	from, to int64 // instants that it can answer for without looking again
	clients  map[string]*oracleClient
	crews    map[string]*crew
}

type oracleClient struct {
	*client
	plans map[string]int
}

// oracleMargin is more than any occurrence is long (P7D).
const oracleMargin = 8 * daySeconds

// NewOracle is an oracle that knows nothing yet.
func NewOracle(in *Input) *Oracle { return &Oracle{in: in} }

// MayStart answers one question. Whoever has more than one makes an Oracle.
func (in *Input) MayStart(q Ask) Answer { return NewOracle(in).MayStart(q) }

// MayStart answers a question. An unknown client, plan or asset may not start.
func (o *Oracle) MayStart(q Ask) Answer {
	c := o.client(q.Client, q.At)
	if c == nil {
		return Answer{Code: ClientNotActive, By: "Client/" + q.Client + "/" + q.Client}
	}
	plan, known := c.plans[q.Plan]
	if !known || q.Asset < 0 || q.Asset >= len(c.Assets) {
		return Answer{Code: NotSelected, By: q.Plan}
	}
	q.Length = max(1, q.Length)
	p := &c.Plans[plan]
	work := workOf(p, q.Asset)
	a := c.accessOf(accessKey{c.kindOf[q.Asset], int32(plan), work.Least}, q.Asset)
	out := a.place(c.client, q.At)
	if len(work.Blocks) > 0 && !q.Begun {
		out.Code, out.By = work.Blocks[0].Code, work.Blocks[0].By
		return out
	}
	if out.Code, out.By = a.forbids(c.client, q); out.Code == "" && !q.Begun {
		out.Code, out.By = c.bounds(p, work, q, &out)
	}
	if out.Code == "" {
		out.Until = out.Ends - q.Length
		if !q.Begun {
			out = o.attended(c, a, q, out)
		}
		return c.lapses(p, q, out)
	}
	earliest, open := q.At+1, a.open()
	if !q.Begun {
		earliest = max(earliest, p.NotBefore, work.Released+p.MinimumAge)
		open = o.attendedPart(c, q, open)
	}
	out.Until = nextIn(open, earliest, q.Length)
	return c.lapses(p, q, out)
}

// lapses takes an answer back that lies behind a plan's deadline, where it says when a start
// may be.
func (c *oracleClient) lapses(p *Plan, q Ask, out Answer) Answer {
	if out.Code != "" && !q.Begun && out.Until >= p.Deadline {
		out.Until = 0
	}
	return out
}

func workOf(p *Plan, asset int) Work {
	i, found := slices.BinarySearchFunc(p.Work, asset, func(w Work, asset int) int { return cmp.Compare(w.Asset, asset) })
	if !found {
		return Work{Asset: asset}
	}
	return p.Work[i]
}

// client is a client with what it knows of the time around an instant.
func (o *Oracle) client(name string, at int64) *oracleClient {
	if o.clients == nil || at < o.from || at >= o.to {
		o.from = at - daySeconds
		o.to = at + oracleMargin
		o.clients, o.crews = map[string]*oracleClient{}, map[string]*crew{}
	}
	if c, known := o.clients[name]; known {
		return c
	}
	i, found := slices.BinarySearchFunc(o.in.Clients, name, func(c Client, name string) int { return cmp.Compare(c.Name, name) })
	if !found {
		o.clients[name] = nil
		return nil
	}
	about := *o.in
	about.AsOf = o.from
	e := &engine{in: &about, first: o.from, end: o.to + max(daySeconds, o.in.Horizon)}
	e.reach = e.end + oracleMargin
	c := &oracleClient{client: e.newClient(i), plans: map[string]int{}}
	for j := range c.Plans {
		c.plans[c.Plans[j].Name] = j
	}
	o.clients[name] = c
	return c
}

// place is the occurrence and the opening that an instant is in.
func (a *access) place(c *client, at int64) Answer {
	var out Answer
	if o := a.view.owner(at); o != nil {
		out.Window, out.Occurrence = c.Windows[o.window].Name, o.Start
	}
	if open, ok := a.open().At(at); ok {
		out.Ends = open.End
	}
	return out
}

// open is when the asset may be worked on. What agreements open exceeds the windows
// where all of those must be open, and an agreement names only some.
func (a *access) open() window.Spans {
	if a.view.all {
		return window.Spans(a.openings).Intersect(a.view.union)
	}
	return a.openings
}

// owner is ownerAt for an instant, found in the order of starts.
func (v *view) owner(at int64) *occurrence {
	i := sort.Search(len(v.occurrences), func(i int) bool { return v.occurrences[i].Start > at })
	for i--; i >= 0; i-- {
		if o := &v.occurrences[i]; o.own.Start <= at && at < o.own.End {
			return o
		} else if o.Start < at-oracleMargin {
			return nil
		}
	}
	return nil
}

// forbids is the first constraint on when the asset may be worked on that a session in
// [At, At+Length) breaks.
func (a *access) forbids(c *client, q Ask) (Code, string) {
	end := q.At + q.Length
	if in, ok := window.Spans(a.view.union).At(q.At); !ok {
		return NoWindow, ""
	} else if end > in.End {
		return WindowTooShort, a.widest(c, q.At)
	}
	o := a.view.owner(q.At)
	if in, ok := window.Spans(a.view.force).At(q.At); !ok || end > in.End || o == nil {
		return AgreementNotInForce, a.terms(c, o, q.At)
	}
	for _, s := range a.supports {
		if in, ok := window.Spans(c.supportedSpans(s)).At(q.At); !ok || end > in.End {
			return VendorSupport, c.Supports[s].ID
		}
	}
	for _, d := range a.denies {
		if len(window.Spans(c.deniedSpans(d)).Clip(q.At, end)) > 0 {
			return Freeze, c.Denies[d].ID
		}
	}
	return "", ""
}

// widest names the window that is open at an instant for longest.
func (a *access) widest(c *client, at int64) string {
	by, end := "", int64(0)
	for i := range a.view.occurrences {
		if o := &a.view.occurrences[i]; o.Start <= at && at < o.End && o.End > end {
			by, end = c.Windows[o.window].ID, o.End
		}
	}
	return by
}

func (a *access) terms(c *client, o *occurrence, at int64) string {
	if o == nil {
		return c.lapsed(&occurrence{Span: window.Span{Start: at}})
	}
	return c.Agreements[o.agreement].ID
}

// bounds is the first bound of plan or notice that a session breaks which begins at At.
func (c *oracleClient) bounds(p *Plan, w Work, q Ask, place *Answer) (Code, string) {
	switch {
	case q.At < p.NotBefore:
		return NotBefore, p.ID
	case q.At < w.Released+p.MinimumAge:
		return MinAge, p.ID
	case q.Told != nil && !c.noticedBy(p, q, place):
		return NoticeLead, c.agreementOf(p, place).ID
	case q.At >= p.Deadline:
		return Deadline, p.ID
	}
	return "", ""
}

// noticedBy says whether the notice of the occurrence was in time for a start.
func (c *oracleClient) noticedBy(p *Plan, q Ask, place *Answer) bool {
	w := slices.IndexFunc(c.Windows, func(w Window) bool { return w.Name == place.Window })
	emergency := p.Change == "emergency"
	g := c.agreementAt(w, place.Occurrence, emergency)
	if g < 0 || c.Agreements[g].Waived[w][place.Occurrence] {
		return true
	}
	lead := c.leadOf(g, q.Asset, emergency)
	at, told := q.Told(place.Window, place.Occurrence)
	if !told {
		return lead == 0
	}
	return q.At >= c.afterLead(g, at, lead)
}

func (c *oracleClient) agreementOf(p *Plan, place *Answer) *Agreement {
	w := slices.IndexFunc(c.Windows, func(w Window) bool { return w.Name == place.Window })
	if g := c.agreementAt(w, place.Occurrence, p.Change == "emergency"); g >= 0 {
		return &c.Agreements[g]
	}
	return &Agreement{}
}

// nextIn is the first instant from which a session of a length fits into one of the spans.
func nextIn(spans window.Spans, from, length int64) int64 {
	for i := endingAfter(spans, from); i < len(spans); i++ {
		if start := max(from, spans[i].Start); start+length <= spans[i].End {
			return start
		}
	}
	return 0
}
