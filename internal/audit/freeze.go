package audit

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

// Freezes, and the hours of vendors, are asked of the tips that were authorised when a claim
// was decided on, for they take effect at once, whatever the schedule was computed from. Only words of people in the
// log lift one that the documents hold.

// glass is an override of a plan that was recorded.
type glass struct {
	from, until int64
	signers     []string
}

// override takes in a break-glass. Who signed was checked with the log.
func (a *Audit) override(r *resultlog.Record) {
	if len(r.Statements) == 0 {
		return // its ratification lifts nothing
	}
	g := glass{from: seconds(r.T), until: seconds(r.Expires)}
	for _, signed := range r.Statements {
		if st, _, err := signed.Open(); err == nil {
			g.signers = append(g.signers, st.Person)
		}
	}
	a.glasses[r.Plan] = append(a.glasses[r.Plan], g)
}

// frozen says which freeze, or vendor who does not answer, forbade a claim by every tip that may have been in force when it
// was decided on; "" none, or a tip cannot be read.
func (a *Audit) frozen(n resultlog.Name, r *resultlog.Record, planned string, since int64) (string, error) {
	why := ""
	for _, commit := range a.inForce(begins(r)-mostBetween, seconds(r.T), planned, since) {
		var err error
		if why, err = a.frozenBy(n, commit, r); why == "" || err != nil {
			return "", err
		}
	}
	return why, nil
}

// inForce are the commits that were authorised at any time from one instant to another, the
// newest first. Where the merge of what a schedule was computed from is not at hand, as where
// older logs are not, that commit may be one.
func (a *Audit) inForce(from, to int64, planned string, since int64) []string {
	var out []string
	before, known := int64(-1), false // when the newest was authorised that was when it began
	for _, t := range a.tips {
		known = known || t.commit == planned
		if t.at <= from {
			before = max(before, t.at)
		}
	}
	for _, t := range slices.Backward(a.tips) {
		if t.at <= to && (t.at > from || t.at == before) && (known || t.at >= since) && !slices.Contains(out, t.commit) {
			out = append(out, t.commit)
		}
	}
	if !known {
		out = append(out, planned)
	}
	return out
}

// frozenBy says which freeze, or else which vendor's hours, of a commit's documents forbid a
// claim, "" none.
func (a *Audit) frozenBy(n resultlog.Name, commit string, r *resultlog.Record) (string, error) {
	at := begins(r)
	o, err := a.oracle(n.Client, commit, at)
	if err != nil || o == nil {
		return "", err
	}
	asset, plan := o.find(r)
	if asset < 0 || plan < 0 {
		return "", nil // its grant is asked for
	}
	p, until := &o.in.Plans[plan], at+max(1, r.Worst)
	code, by := rollout.Code(""), ""
	for _, i := range o.in.Assets[asset].Supports {
		if s := &o.in.Supports[i]; !answers(s, at, until) {
			code, by = rollout.VendorSupport, s.ID
		}
	}
	for _, i := range o.in.Assets[asset].Denies {
		d := &o.in.Denies[i]
		if denies(d, at, until) && !mayPass(d, p) && !a.lifted(n, o, d.Rule, r) {
			code, by = rollout.Freeze, d.ID
		}
	}
	if code == "" {
		return "", nil
	}
	return fmt.Sprintf("%s at %s for %d s, and by the documents of %s it may not: %s %s", r.Asset, r.T, r.Worst, short(commit), code, by), nil
}

// answers reports whether some vendor answers at every instant of a time.
func answers(s *rollout.Support, from, to int64) bool {
	var open []window.Span
	for _, week := range s.Weeks {
		open = append(open, week.Spans(from, to)...)
	}
	return len(window.NewSpans([]window.Span{{Start: from, End: to}}).Minus(window.NewSpans(open))) == 0
}

// denies reports whether a deny meets any of a time.
func denies(d *rollout.Deny, from, to int64) bool {
	spans := window.NewSpans([]window.Span{d.Fixed})
	if d.Def != nil {
		spans = d.Def.Hull(from, to)
	}
	return len(spans.Clip(from, to)) > 0
}

// mayPass reports whether a deny lets such work pass. Which patches an asset lacked the facts
// said that were recorded: one that is severe enough may have been all.
func mayPass(d *rollout.Deny, p *rollout.Plan) bool { return d.PassAbove > 0 && p.Most > d.PassAbove }

// lifted reports whether an override of a claim's plan lifts what a rule may lift: one that
// was in force when the claim was decided on, by people whom the rule asks for. Contacts of
// the client are taken to have consented: their word may have been taken down long before.
func (a *Audit) lifted(n resultlog.Name, o *oracle, rule string, r *resultlog.Record) bool {
	if rule == "" || len(a.glasses[r.Plan]) == 0 {
		return false
	}
	if o.book == nil {
		o.book = approval.ReadBook(o.corpus, o.commit)
	}
	asks := o.book.Rule(rule)
	var roles []string
	for _, c := range o.book.Contact {
		if c.Client == n.Client {
			roles = append(roles, c.Role)
		}
	}
	return asks != nil && slices.ContainsFunc(a.glasses[r.Plan], func(g glass) bool {
		return g.from <= seconds(r.T) && begins(r) < g.until && asks.Lifts(o.book, g.signers, roles)
	})
}

// find is where a claim's asset and plan are at the client, -1 nowhere.
func (o *oracle) find(r *resultlog.Record) (asset, plan int) {
	if o.in == nil {
		return -1, -1
	}
	asset, known := slices.BinarySearchFunc(o.in.Assets, r.Asset, func(x rollout.Asset, name string) int { return cmp.Compare(x.Name, name) })
	if !known {
		asset = -1
	}
	return asset, slices.IndexFunc(o.in.Plans, func(p rollout.Plan) bool { return o.in.Name+"/"+p.Name == r.Plan })
}
