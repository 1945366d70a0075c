package rollout

import (
	"cmp"
	"slices"
)

// notices are who must still be told of each occurrence that a plan uses, and the
// last instant at which a merge, which sends them, is in time for all; 0 for none.
// Nobody is told again of a session in the occurrence that was announced for it, or
// of an occurrence whose notice is waived.
func (c *client) notices(inst *instance, uses []use) (list []Notice, mergeBy int64) {
	emergency := inst.plan.Change == "emergency"
	for _, u := range uses {
		g := &c.Agreements[u.occ.agreement]
		sendBy, assets := none, 0
		mergeBy = earlier(mergeBy, c.mergeFor(u, emergency))
		for _, s := range u.sessions {
			if s.running || s.needsNoNotice() {
				continue
			}
			assets++
			sendBy = min(sendBy, c.tellBy(u.occ.agreement, c.leadOf(u.occ.agreement, s.work.Asset, emergency), s.start))
		}
		if assets == 0 {
			continue
		}
		contacts := g.Contacts
		if emergency {
			contacts = g.EmergencyContacts
		}
		for _, k := range contacts {
			list = append(list, Notice{
				Contact: k.Name, Channels: g.Channels, Phone: k.Phone, Window: c.Windows[u.occ.window].Name,
				Occurrence: u.occ.Start, Assets: assets, SendBy: sendBy,
			})
		}
	}
	slices.SortStableFunc(list, func(a, b Notice) int {
		return cmp.Or(cmp.Compare(a.Occurrence, b.Occurrence), cmp.Compare(a.Window, b.Window))
	})
	return list, mergeBy
}

// needsNoNotice says whether a session may start without another notice.
func (s *session) needsNoNotice() bool {
	return s.occ.waived || s.told.of(s.occ.window, s.occ.Start)
}

// mergeFor is the last merge that is in time for an occurrence: what stays where its
// client was told needs none, and what needs no notice only has to be merged.
func (c *client) mergeFor(u use, emergency bool) int64 {
	by := int64(0)
	for _, s := range u.sessions {
		switch {
		case s.running || s.told.told() && s.moved == "":
		case s.needsNoNotice():
			by = earlier(by, s.start)
		default:
			by = earlier(by, c.tellBy(u.occ.agreement, c.leadOf(u.occ.agreement, s.work.Asset, emergency), s.start))
		}
	}
	return by
}

// earlier is the earlier of two instants of which 0 is none.
func earlier(a, b int64) int64 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

type tellKey struct {
	agreement   int
	lead, start int64
}

// tellBy is the last instant at which a notice with a lead is in time for a start.
func (c *client) tellBy(agreement int, lead, start int64) int64 {
	if !c.inBusinessDays(agreement, lead) {
		return start - lead
	}
	key := tellKey{agreement, lead, start}
	if t, known := c.tell[key]; known {
		return t
	}
	if c.tell == nil {
		c.tell = map[tellKey]int64{}
	}
	t := c.Business.LatestFor(start, int(lead/daySeconds))
	c.tell[key] = t
	return t
}
