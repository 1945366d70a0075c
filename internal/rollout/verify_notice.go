package rollout

import "slices"

// occurrenceKey is one occurrence of a window of a client.
type occurrenceKey struct {
	window int
	start  int64
}

// toldOf is what the notices of one occurrence have to serve.
type toldOf struct {
	assets  int
	terms   int
	sendBy  int64 // the last instant that serves every session of it
	notices int
}

// verifyNotices checks that everybody is told of every occurrence that is used,
// and in time.
func (v *verifier) verifyNotices(c *verifiedClient) {
	for i := range c.plans {
		p := &c.plans[i]
		told := c.occurrencesOf(p)
		for j := range p.schedule.Notices {
			v.verifyNotice(c, p, &p.schedule.Notices[j], told)
		}
		for _, s := range p.session {
			if s < 0 || c.sessions[s].running || c.sessions[s].terms < 0 {
				continue
			}
			x := &c.sessions[s]
			t := told[occurrenceKey{x.window, x.occurrence}]
			if want := len(contactsOf(&c.Agreements[t.terms], p.Plan)); t.notices != want {
				v.against(c, x, "", "%d notices are due of the session's occurrence, wanted %d", t.notices, want)
			}
		}
	}
}

// occurrencesOf are the occurrences that a plan uses, those under way left out.
func (c *verifiedClient) occurrencesOf(p *verifiedPlan) map[occurrenceKey]*toldOf {
	out := map[occurrenceKey]*toldOf{}
	for _, s := range p.session {
		if s < 0 || c.sessions[s].running || c.sessions[s].terms < 0 {
			continue
		}
		x := &c.sessions[s]
		key := occurrenceKey{x.window, x.occurrence}
		t := out[key]
		if t == nil {
			t = &toldOf{terms: x.terms, sendBy: 1 << 62}
			out[key] = t
		}
		t.assets++
		g := &c.Agreements[x.terms]
		t.sendBy = min(t.sendBy, c.lastNotice(g, c.leadOf(g, p.Plan, x.asset), x.start))
	}
	return out
}

// lastNotice is the last instant, in whole seconds, from which a lead ends at or
// before a start.
func (c *verifiedClient) lastNotice(g *Agreement, lead, start int64) int64 {
	if !inBusinessDays(g, lead) {
		return start - lead
	}
	low, high := start-lead-40*86400, start // a notice at low is early enough
	for low+1 < high {
		if middle := low + (high-low)/2; c.afterLead(g, lead, middle) <= start {
			low = middle
		} else {
			high = middle
		}
	}
	if c.afterLead(g, lead, high) <= start {
		return high
	}
	return low
}

func contactsOf(g *Agreement, p *Plan) []Contact {
	if p.Change == "emergency" {
		return g.EmergencyContacts
	}
	return g.Contacts
}

func (v *verifier) verifyNotice(c *verifiedClient, p *verifiedPlan, n *Notice, told map[occurrenceKey]*toldOf) {
	t := told[occurrenceKey{findWindow(c.Windows, n.Window), n.Occurrence}]
	if t == nil {
		v.object(c.Client, p.Name, "", "", "a notice is of %q at %d, where nothing happens", n.Window, n.Occurrence)
		return
	}
	t.notices++
	g := &c.Agreements[t.terms]
	known := slices.ContainsFunc(contactsOf(g, p.Plan), func(k Contact) bool { return k.Name == n.Contact && k.Phone == n.Phone })
	if !known || n.Assets != t.assets || !slices.Equal(n.Channels, g.Channels) || n.SendBy != t.sendBy {
		v.object(c.Client, p.Name, "", NoticeLead, "the notice is %+v, wanted %d assets, sent by %d", *n, t.assets, t.sendBy)
	}
}
