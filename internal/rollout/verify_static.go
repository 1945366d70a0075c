package rollout

import "slices"

// verifyStatic asks each placement what does not depend on the others.
func (v *verifier) verifyStatic(c *verifiedClient) {
	v.prepareWindows(c)
	for i := range c.sessions {
		x := &c.sessions[i]
		if x.place == nil {
			continue
		}
		v.verifyCopies(c, x)
		if !x.running {
			v.verifyPlace(c, x)
			continue
		}
		if o, ok := c.openingsOf(x.asset, c.Plans[x.plan].Change == "emergency").at(x.start); ok && o.window == x.window {
			x.terms = o.terms
		}
	}
}

// verifyCopies checks what a placement repeats of its work and its notice.
func (v *verifier) verifyCopies(c *verifiedClient, x *verifiedSession) {
	p, w := x.place, x.work
	if p.Risk != w.Risk || p.Due != w.Due || !slices.Equal(p.Patches, w.Patches) {
		v.against(c, x, "", "risk, due date or patches are not those of the work")
	}
	if x.running {
		return
	}
	told := c.notified[planAsset{c.Plans[x.plan].Name, x.asset}]
	same := told != nil && told.Start == x.start && told.Window == x.window && told.Occurrence == x.occurrence
	if heard := told != nil && !told.Quiet; p.Notified != heard {
		v.against(c, x, "", "notified is %t, wanted %t", p.Notified, heard)
	}
	if (p.Moved != "") != (told != nil && !same) && (told == nil || !told.Loose) {
		v.against(c, x, "", "moved is %q; the placement that the client was told of is the same: %t", p.Moved, same)
	}
}

// verifyPlace asks one placement every static constraint.
func (v *verifier) verifyPlace(c *verifiedClient, x *verifiedSession) {
	p, w := &c.Plans[x.plan], x.work
	length := w.Minutes * 60
	switch {
	case x.start%60 != 0 || x.end != x.start+length:
		v.against(c, x, "", "the session is from %d to %d, wanted %d minutes from a whole minute", x.start, x.end, w.Minutes)
		return
	case x.start < v.in.AsOf || x.start >= v.in.AsOf+v.in.Horizon:
		v.against(c, x, Horizon, "the session starts at %d, outside [%d, %d)", x.start, v.in.AsOf, v.in.AsOf+v.in.Horizon)
		return
	case len(w.Blocks) > 0:
		v.against(c, x, w.Blocks[0].Code, "the session is blocked by %s and has a place", w.Blocks[0].By)
	}
	open := c.openingsOf(x.asset, p.Change == "emergency")
	o, ok := open.at(x.start)
	if !ok {
		v.against(c, x, NoWindow, "no agreed window is open at %d", x.start)
		return
	}
	if o.window != x.window || o.start != x.occurrence {
		v.against(c, x, "", "the session's occurrence is %q %d, wanted %q %d",
			x.place.Window, x.occurrence, c.Windows[o.window].Name, o.start)
		return
	}
	x.terms = o.terms
	if _, ok := holding(open.union, x.start, x.end); !ok {
		v.against(c, x, WindowTooShort, "the windows are not open over [%d, %d)", x.start, x.end)
	}
	if _, ok := holding(open.inForce, x.start, x.end); !ok {
		v.against(c, x, AgreementNotInForce, "no agreement is in force over [%d, %d)", x.start, x.end)
	}
	if _, ok := holding(c.support(x.asset), x.start, x.end); !ok {
		v.against(c, x, VendorSupport, "a vendor does not answer over [%d, %d)", x.start, x.end)
	}
	if d, _ := v.denied(c, x); d >= 0 {
		v.against(c, x, Freeze, "the session meets %s", c.Denies[d].ID)
	}
	v.verifyBounds(c, x)
}

// verifyBounds asks for the bounds of plan and agreement.
func (v *verifier) verifyBounds(c *verifiedClient, x *verifiedSession) {
	p := &c.Plans[x.plan]
	if x.start < p.NotBefore {
		v.against(c, x, NotBefore, "the session starts at %d, before %d", x.start, p.NotBefore)
	}
	if x.start < x.work.Released+p.MinimumAge {
		v.against(c, x, MinAge, "the session starts at %d, wanted %d s after %d", x.start, p.MinimumAge, x.work.Released)
	}
	if x.start >= p.Deadline {
		v.against(c, x, Deadline, "the session starts at %d, not before %d", x.start, p.Deadline)
	}
	g := &c.Agreements[x.terms]
	told := c.notified[planAsset{p.Name, x.asset}]
	if g.Waived[x.window][x.occurrence] {
		return
	}
	earliest := c.afterLead(g, c.leadOf(g, p, x.asset), v.in.AsOf)
	if told != nil && !told.Quiet && told.Window == x.window && told.Occurrence == x.occurrence {
		if told.At == 0 {
			return
		}
		earliest = min(told.Start, c.afterLead(g, c.leadOf(g, p, x.asset), told.At))
	}
	if x.start < earliest {
		v.against(c, x, NoticeLead, "the session starts at %d, wanted %d or later", x.start, earliest)
	}
}

// leadOf is the lead that an agreement gives one asset.
func (c *verifiedClient) leadOf(g *Agreement, p *Plan, asset int) int64 {
	if p.Change == "emergency" {
		return g.EmergencyLead.Seconds
	}
	if l, ok := g.Leads[asset]; ok {
		return l.Seconds
	}
	return g.Lead.Seconds
}
