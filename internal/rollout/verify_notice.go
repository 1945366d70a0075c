package rollout

import "slices"

// occurrenceKey is one occurrence of a window of a client.
type occurrenceKey struct {
	window int
	start  int64
}

// toldOf is what the notices of one occurrence have to serve.
type toldOf struct {
	assets int
	terms  int
	sendBy int64 // the last instant that serves every session of it
	told   []string
	// lead and start are those that were asked last.
	lead, start int64
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
		got, want := len(p.schedule.Notices), 0
		for _, t := range told {
			want += len(contactsOf(&c.Agreements[t.terms], p.Plan))
		}
		if got != want {
			v.object(c.Client, p.Name, "", "", "%d notices are due, wanted %d", got, want)
		}
		if by := c.mergeBy(p); by != p.schedule.MergeBy {
			v.object(c.Client, p.Name, "", "", "the last merge is at %d, wanted %d", p.schedule.MergeBy, by)
		}
	}
}

// occurrencesOf are the occurrences that a plan uses and that its client has to be
// told of: not for what is under way or was announced already, nor where notice is
// waived.
func (c *verifiedClient) occurrencesOf(p *verifiedPlan) map[occurrenceKey]*toldOf {
	out := map[occurrenceKey]*toldOf{}
	for i := range p.placed {
		x := &p.placed[i]
		if x.running || x.terms < 0 || c.needsNoNotice(p, x) {
			continue
		}
		key := occurrenceKey{x.window, x.occurrence}
		t := out[key]
		if t == nil {
			t = &toldOf{terms: x.terms, sendBy: 1 << 62, lead: -1}
			out[key] = t
		}
		t.assets++
		g := &c.Agreements[x.terms]
		if lead := c.leadOf(g, p.Plan, x.asset); lead != t.lead || x.start < t.start {
			t.lead, t.start = lead, x.start
			t.sendBy = min(t.sendBy, c.lastNotice(g, lead, x.start))
		}
	}
	return out
}

// needsNoNotice says whether nobody has to be told of a session (any more): it is
// in the occurrence that was announced for it, or notice is waived there.
func (c *verifiedClient) needsNoNotice(p *verifiedPlan, x *verifiedSession) bool {
	told := c.notified[planAsset{p.Name, x.asset}]
	return c.Agreements[x.terms].Waived[x.window][x.occurrence] || told != nil && !told.Quiet && told.Window == x.window && told.Occurrence == x.occurrence
}

// mergeBy is the last instant at which a merge is in time for every session that
// its client does not know of yet: notice has to be sent, or no more than started.
func (c *verifiedClient) mergeBy(p *verifiedPlan) int64 {
	by, asked := int64(0), leadQuestion{}
	for i := range p.placed {
		x := &p.placed[i]
		if x.running || x.terms < 0 || x.place.Notified && x.place.Moved == "" {
			continue
		}
		g := &c.Agreements[x.terms]
		lead := int64(0)
		if !c.needsNoNotice(p, x) {
			lead = c.leadOf(g, p.Plan, x.asset)
		}
		q := leadQuestion{lead: lead, last: g.BusinessDays}
		if by != 0 && q == asked {
			continue // a later start of the same lead
		}
		asked = q
		if t := c.lastNotice(g, lead, x.start); by == 0 || t < by {
			by = t
		}
	}
	return by
}

// leadQuestion is an instant at one end of a lead, and what was asked of the other.
type leadQuestion struct {
	at, lead int64
	last     bool
}

// lastNotice is the last instant from which a lead ends at or before a start.
func (c *verifiedClient) lastNotice(g *Agreement, lead, start int64) int64 {
	if !inBusinessDays(g, lead) {
		return start - lead
	}
	return c.askLead(leadQuestion{start, lead, true})
}

// afterLead is the first start that a notice sent at an instant serves.
func (c *verifiedClient) afterLead(g *Agreement, lead, sent int64) int64 {
	if !inBusinessDays(g, lead) {
		return sent + lead
	}
	return c.askLead(leadQuestion{sent, lead, false})
}

func inBusinessDays(g *Agreement, lead int64) bool {
	return g.BusinessDays && lead > 0 && lead%86400 == 0
}

// askLead counts business days, once for each question.
func (c *verifiedClient) askLead(q leadQuestion) int64 {
	if t, known := c.leads[q]; known {
		return t
	}
	t := int64(0)
	if days := int(q.lead / 86400); q.last {
		t = c.Business.LatestFor(q.at, days)
	} else {
		t = c.Business.AddDays(q.at, days)
	}
	c.leads[q] = t
	return t
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
	g := &c.Agreements[t.terms]
	if slices.Contains(t.told, n.Contact) {
		v.object(c.Client, p.Name, "", "", "%q is told of %q at %d twice", n.Contact, n.Window, n.Occurrence)
	}
	t.told = append(t.told, n.Contact)
	known := slices.ContainsFunc(contactsOf(g, p.Plan), func(k Contact) bool { return k.Name == n.Contact && k.Phone == n.Phone })
	if !known || n.Assets != t.assets || !slices.Equal(n.Channels, g.Channels) || n.SendBy != t.sendBy {
		v.object(c.Client, p.Name, "", "", "the notice is %+v, wanted %d assets, sent by %d", *n, t.assets, t.sendBy)
	}
}
