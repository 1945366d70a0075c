package rollout

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/patchops/patchops/internal/window"
)

// output is the schedules of a client's plans, by plan, and their hashes.
func (e *engine) output(c *client) ([]PlanSchedule, [][32]byte) {
	out := make([]PlanSchedule, len(c.instances))
	hashes := make([][32]byte, len(c.instances))
	for i, inst := range c.instances {
		out[i] = e.planSchedule(inst)
		hashes[i] = hashOf(&out[i])
	}
	return out, hashes
}

func (e *engine) planSchedule(inst *instance) PlanSchedule {
	c := inst.client
	p := PlanSchedule{Client: c.Name, Plan: inst.plan.Name, ID: inst.plan.ID, Excluded: inst.plan.Excluded}
	placed := make([]*session, 0, inst.placed)
	p.Unplaced = make([]Unplaced, 0, len(inst.sessions)-inst.placed)
	for i := range inst.sessions {
		s := &inst.sessions[i]
		if s.placed {
			placed = append(placed, s)
		} else {
			p.Unplaced = append(p.Unplaced, c.unplaced(s))
		}
		if s.work.Due > 0 && s.missed() {
			b := Breach{Asset: s.name(), Due: s.work.Due}
			if s.placed {
				b.PlacedEnd = s.end
			}
			p.Breaches = append(p.Breaches, b)
		}
	}
	slices.SortFunc(placed, func(a, b *session) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.work.Asset, b.work.Asset))
	})
	p.Placements = make([]Placement, len(placed))
	for i, s := range placed {
		c.placement(s, &p.Placements[i])
	}
	p.Waves = inst.waveSchedules()
	p.Remarks = inst.remarks
	for k := range inst.declared {
		if w := &inst.waves[k]; 2*w.ends.n < w.assets {
			p.Remarks = append(p.Remarks, Remark{ID: "plan/wave-thin", Wave: w.Name, Text: fmt.Sprintf(
				"wave %q has a place for %d of %d assets: its gate says little about the rest", w.Name, w.ends.n, w.assets)})
		}
	}
	uses := usesOf(placed)
	p.Cost = c.costOf(uses)
	p.Notices, p.MergeBy = c.notices(inst, uses)
	return p
}

func (c *client) placement(s *session, p *Placement) {
	p.Asset, p.Wave = s.name(), s.waveName()
	if s.occ != nil {
		p.Window, p.Occurrence = c.Windows[s.occ.window].Name, s.occ.Start
	}
	p.Start, p.End = s.start, s.end
	p.Patches, p.Risk, p.Due = s.work.Patches, s.work.Risk, s.work.Due
	p.Notified = s.told.told()
	p.Moved, p.Binding, p.Rejected = s.moved, s.binding, s.rejected
}

func (c *client) unplaced(s *session) Unplaced {
	u := Unplaced{
		Asset: s.name(), Wave: s.waveName(), Code: s.code, By: s.by,
		Due: s.work.Due, Risk: s.work.Risk, Patches: s.work.Patches, Tried: s.rejected,
	}
	if s.code == WindowTooShort {
		u.Needs, u.Has = s.class.key.length, s.class.view.longest
	}
	return u
}

func (inst *instance) waveSchedules() []WaveSchedule {
	out := make([]WaveSchedule, inst.declared)
	for k := range inst.declared {
		w := &inst.waves[k]
		out[k] = WaveSchedule{Name: w.Name, Assets: w.assets, Placed: w.ends.n, GateOpens: inst.gate(int32(k)).opens}
		if w.ends.n > 0 {
			out[k].PlannedEnd = w.ends.last()
			all := w.ends.n + w.over.n
			out[k].Stragglers = w.ends.after(nth(max(1, (w.Advance*all+99)/100), &w.over, &w.ends))
		}
	}
	for i := range inst.sessions {
		s := &inst.sessions[i]
		if !s.placed {
			continue
		}
		if first := &out[s.wave].PlannedStart; *first == 0 || s.start < *first {
			*first = s.start
		}
	}
	return out
}

// use is what one plan does in one occurrence; its sessions are by start.
type use struct {
	occ      *occurrence
	sessions []*session
}

// usesOf sorts placed sessions by occurrence, then window; those outside every
// window are left out.
func usesOf(placed []*session) []use {
	list := make([]*session, 0, len(placed))
	for _, s := range placed {
		if s.occ != nil {
			list = append(list, s)
		}
	}
	slices.SortStableFunc(list, func(a, b *session) int {
		return cmp.Or(cmp.Compare(a.occ.Start, b.occ.Start), cmp.Compare(a.occ.window, b.occ.window))
	})
	var out []use
	for i, s := range list {
		if n := len(out); n > 0 && out[n-1].occ.Start == s.occ.Start && out[n-1].occ.window == s.occ.window {
			out[n-1].sessions = out[n-1].sessions[:len(out[n-1].sessions)+1]
			continue
		}
		out = append(out, use{s.occ, list[i : i+1 : len(list)]})
	}
	return out
}

// costOf is what a plan's sessions cost, by the rates of each occurrence.
func (c *client) costOf(uses []use) Cost {
	var out Cost
	for _, u := range uses {
		r := c.ratesOf(u.occ.agreement)
		if out.Currency == "" {
			out.Currency = r.Currency
		}
		if r.Basis == "perAsset" {
			for _, s := range u.sessions {
				out.add(r.cost([]window.Span{{Start: s.start, End: s.end}}))
			}
			continue
		}
		list := make([]window.Span, 0, 8)
		for _, s := range u.sessions {
			if n := len(list); n > 0 && s.start <= list[n-1].End {
				list[n-1].End = max(list[n-1].End, s.end)
			} else {
				list = append(list, window.Span{Start: s.start, End: s.end})
			}
		}
		out.add(r.cost(list))
	}
	return out
}

// objective sums what the component's plans were chosen by.
func (e *engine) objective() Objective {
	var o Objective
	for _, inst := range e.instances {
		for i := range inst.sessions {
			s := &inst.sessions[i]
			e.addSession(&o, s)
			if e.missesAlone(s) {
				o.LowerBound += s.risk()
			}
		}
	}
	return o
}

func (e *engine) addSession(o *Objective, s *session) {
	end := e.end
	if s.placed {
		end = s.end
		if s.work.Reboots {
			o.Reboots++
		}
	}
	if s.missed() {
		o.MissedRisk += s.risk()
	}
	if s.told != nil && !s.running && (!s.placed || s.moved != "") {
		o.Moved++
	}
	o.ExposureRiskHours += int64(s.work.Risk) * ((end - e.in.AsOf) / 3600)
}

// missesAlone says whether a session would miss even if nothing else had to be
// done.
func (e *engine) missesAlone(s *session) bool {
	if s.running {
		return s.missed()
	}
	return s.blocked() || s.class.first == none || s.work.Due > 0 && s.class.first+s.class.key.length > s.work.Due
}
