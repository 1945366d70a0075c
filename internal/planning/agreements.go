package planning

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/window"
)

// inForce is a time in which some terms hold.
type inForce struct {
	terms *spec.Terms
	window.Span
}

// readTerms reads the client's agreements. Where two hold at one instant, which
// is a finding, the first by name does.
func (c *client) readTerms() {
	var taken window.Spans
	for _, name := range c.view.Names("ClientAgreement", c.name) {
		if c.view.Document("ClientAgreement", c.name, name) == nil {
			continue
		}
		t := spec.ReadTerms(c.corpus.Entry(identity("ClientAgreement", c.name, name)).Document(), c.zone)
		if t.Until == 0 {
			t.Until = window.EndOfTime
		}
		c.terms = append(c.terms, t)
		whole := window.NewSpans([]window.Span{{Start: t.From, End: t.Until}})
		for _, span := range whole.Minus(taken) {
			c.spans = append(c.spans, inForce{t, span})
		}
		taken = taken.Union(whole)
	}
	slices.SortFunc(c.spans, func(a, b inForce) int { return cmp.Compare(a.Start, b.Start) })
	for _, s := range c.spans {
		c.turns(s.Start)
		c.turns(s.End)
		if c.asOf < s.End && c.now == nil {
			c.now = s.terms
			for _, signed := range s.terms.Signed {
				c.turns(signed.Until)
			}
		}
	}
}

// fillAgreements writes the agreements of the client.
func (c *client) fillAgreements() {
	for _, s := range c.spans {
		c.out.Agreements = append(c.out.Agreements, c.agreement(s))
	}
}

func (c *client) agreement(s inForce) rollout.Agreement {
	t := s.terms
	a := rollout.Agreement{
		Name: t.ID.Name, ID: t.ID.String(), From: s.Start, Until: s.End,
		Windows: c.places(t.Windows), EmergencyWindows: c.places(t.EmergencyWindows),
		Lead: rollout.Lead{Seconds: t.Lead, Path: "spec.notice.lead"}, Leads: c.leads(t), BusinessDays: t.BusinessDays,
		EmergencyAllowed: t.EmergencyAllowed, EmergencyLead: rollout.Lead{Seconds: t.EmergencyLead, Path: "spec.emergency.notice"},
		MaxUnavailable: rollout.Amount(t.MaxUnavailable), CostCap: t.CostCap, Rates: c.rates(t.Rates),
		Contacts: c.told(t.Contacts), EmergencyContacts: c.told(t.EmergencyTold), Channels: t.Channels, Waived: c.waived(t),
	}
	return a
}

// places are the windows of some names that can be read, in their order in
// Client.Windows.
func (c *client) places(names []string) []int {
	var out []int
	for _, name := range names {
		if i, known := c.windows[name]; known {
			out = append(out, i)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// leads are the leads by asset that are longer than the lead of the agreement: of
// several the longest.
func (c *client) leads(t *spec.Terms) map[int]rollout.Lead {
	if len(t.Leads) == 0 {
		return nil
	}
	longest := make([]rollout.Lead, len(c.classes))
	for i, k := range c.classes {
		longest[i].Seconds = t.Lead
		for j, rule := range t.Leads {
			if rule.Lead > longest[i].Seconds && rule.Selector.Matches(k.facets) {
				longest[i] = rollout.Lead{Seconds: rule.Lead, Path: "spec.notice.rules[" + strconv.Itoa(j) + "].lead"}
			}
		}
	}
	out := map[int]rollout.Lead{}
	for i, class := range c.classOf {
		if longest[class].Path != "" {
			out[i] = longest[class]
		}
	}
	return out
}

func (c *client) rates(r spec.Rates) rollout.Rates {
	out := rollout.Rates{
		Currency: r.Currency, Basis: r.Basis, Regular: c.out.Business.Hours, PerHour: r.PerHour,
		AfterHours: r.AfterHours, Holiday: r.Holiday, MinimumMins: r.MinimumMinutes,
	}
	if r.Regular != nil {
		out.Regular = spec.ReadHours(r.Regular)
	}
	return out
}

// told are the contacts that may still be called, in the order in which they are.
func (c *client) told(names []string) []rollout.Contact {
	var people []spec.Person
	for _, name := range names {
		if p, known := c.contacts[name]; known && p.Valid(c.asOf) {
			people = append(people, p)
		}
	}
	slices.SortFunc(people, func(a, b spec.Person) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), strings.Compare(a.Name, b.Name))
	})
	var out []rollout.Contact
	for _, p := range slices.Compact(people) {
		out = append(out, rollout.Contact{Name: p.Name, Phone: p.Phone})
	}
	return out
}

// waived are the moved occurrences that need no new notice, by window and the
// instant at which they start now.
func (c *client) waived(t *spec.Terms) map[int]map[int64]bool {
	out := map[int]map[int64]bool{}
	for _, i := range append(c.places(t.Windows), c.places(t.EmergencyWindows)...) {
		w := &c.out.Windows[i]
		starts := w.Def.Starts()
		for _, m := range spec.ReadMoves(t.Value, w.Name) {
			if !m.WaivesNotice {
				continue
			}
			if start, ok := starts.At(m.To); ok {
				if out[i] == nil {
					out[i] = map[int64]bool{}
				}
				out[i][start] = true
			}
		}
	}
	return out
}

// reachable are the contacts of a role that may still be called.
func (c *client) reachable(role string) bool {
	for _, name := range c.view.Names("Contact", c.name) {
		if p, known := c.contacts[name]; known && p.Role == role && p.Valid(c.asOf) {
			return true
		}
	}
	return false
}
