package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/rollout"
)

// ScheduleChange is what differs between two schedules of one instant: what a
// change does to the calendar, beside what it allows (its effect).
type ScheduleChange struct {
	Before, After Totals
	Plans         []PlanDifference // those that differ, by client, then plan
}

// Totals are a schedule as a whole; costs only add up in one currency.
type Totals struct {
	Digest            string // "" where there is no schedule
	MissedRisk        int64
	ExposureRiskHours int64
	Placed, Unplaced  int
	Breaches          int
}

// PlanDifference is what differs in one plan at one client; lists are by asset.
type PlanDifference struct {
	Client, Plan, ID string
	New, Gone        bool // the plan is only in the second, or only in the first
	Added            []HostPlace
	Removed          []HostPlace
	Moved            []HostMove
	Unplaced         []HostUnplaced // that had a place, or another reason
	Solved           []HostPlace    // that had no place before
	Breaches         []rollout.Breach
	Mended           []rollout.Breach // of before
	Cost             [2]rollout.Cost  // before and after
}

// HostPlace is a host that comes, goes or finds a place; a zero Start is none.
type HostPlace struct {
	Asset, Wave, Window string
	Start, End          int64
	Code                rollout.Code // why it has no place, or no work any more; "" otherwise
}

// HostMove is a host that is placed in both, elsewhere.
type HostMove struct {
	Asset    string
	From, To HostPlace
}

// HostUnplaced is a host that has no place any more, or for another reason.
type HostUnplaced struct {
	Asset string
	Was   rollout.Code // "" where it had a place
	Code  rollout.Code
	By    string
}

// ScheduleDiff compares two schedules; nil is one without plans.
func ScheduleDiff(before, after *rollout.Schedule) *ScheduleChange {
	out := &ScheduleChange{Before: totalsOf(before), After: totalsOf(after)}
	a, b := plansOf(before), plansOf(after)
	for len(a) > 0 || len(b) > 0 {
		var was, is *rollout.PlanSchedule
		order := 0
		switch {
		case len(a) == 0:
			order = 1
		case len(b) == 0:
			order = -1
		default:
			order = comparePlans(&a[0], &b[0])
		}
		if order <= 0 {
			was, a = &a[0], a[1:]
		}
		if order >= 0 {
			is, b = &b[0], b[1:]
		}
		if d := planDifference(was, is); !d.empty() {
			out.Plans = append(out.Plans, d)
		}
	}
	return out
}

func plansOf(s *rollout.Schedule) []rollout.PlanSchedule {
	if s == nil {
		return nil
	}
	return slices.SortedFunc(slices.Values(s.Plans), func(a, b rollout.PlanSchedule) int { return comparePlans(&a, &b) })
}

func comparePlans(a, b *rollout.PlanSchedule) int {
	return cmp.Or(strings.Compare(a.Client, b.Client), strings.Compare(a.Plan, b.Plan), strings.Compare(a.ID, b.ID))
}

func totalsOf(s *rollout.Schedule) Totals {
	if s == nil {
		return Totals{}
	}
	t := Totals{Digest: s.Digest, MissedRisk: s.Objective.MissedRisk, ExposureRiskHours: s.Objective.ExposureRiskHours}
	for i := range s.Plans {
		t.Placed += len(s.Plans[i].Placements)
		t.Unplaced += len(s.Plans[i].Unplaced)
		t.Breaches += len(s.Plans[i].Breaches)
	}
	return t
}

// Empty reports whether nothing differs for anybody.
func (c *ScheduleChange) Empty() bool { return len(c.Plans) == 0 }

func (d *PlanDifference) empty() bool {
	return !d.New && !d.Gone && d.Cost[0] == d.Cost[1] &&
		len(d.Added)+len(d.Removed)+len(d.Moved)+len(d.Unplaced)+len(d.Solved)+len(d.Breaches)+len(d.Mended) == 0
}

// hostIndex is a plan's hosts by name, each as placed, unplaced or excluded.
type hostIndex struct {
	placed   map[string]*rollout.Placement
	unplaced map[string]*rollout.Unplaced
	excluded map[string]rollout.Code
}

func hostsOf(p *rollout.PlanSchedule) hostIndex {
	h := hostIndex{map[string]*rollout.Placement{}, map[string]*rollout.Unplaced{}, map[string]rollout.Code{}}
	if p == nil {
		return h
	}
	for i := range p.Placements {
		h.placed[p.Placements[i].Asset] = &p.Placements[i]
	}
	for i := range p.Unplaced {
		h.unplaced[p.Unplaced[i].Asset] = &p.Unplaced[i]
	}
	for _, e := range p.Excluded {
		h.excluded[e.Asset] = e.Code
	}
	return h
}

// place is where a host is; false where it has no work.
func (h hostIndex) place(asset string) (HostPlace, bool) {
	if p := h.placed[asset]; p != nil {
		return HostPlace{asset, p.Wave, p.Window, p.Start, p.End, ""}, true
	}
	if u := h.unplaced[asset]; u != nil {
		return HostPlace{Asset: asset, Wave: u.Wave, Code: u.Code}, true
	}
	return HostPlace{Asset: asset, Code: h.excluded[asset]}, false
}

func (h hostIndex) names(into map[string]bool) {
	for name := range h.placed {
		into[name] = true
	}
	for name := range h.unplaced {
		into[name] = true
	}
}

func planDifference(before, after *rollout.PlanSchedule) PlanDifference {
	d := PlanDifference{New: before == nil, Gone: after == nil}
	for i, p := range []*rollout.PlanSchedule{before, after} {
		if p != nil {
			d.Client, d.Plan, d.ID, d.Cost[i] = p.Client, p.Plan, p.ID, p.Cost
		}
	}
	was, is := hostsOf(before), hostsOf(after)
	all := map[string]bool{}
	was.names(all)
	is.names(all)
	names := make([]string, 0, len(all))
	for name := range all {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		d.host(name, was, is)
	}
	d.Breaches, d.Mended = newBreaches(before, after), newBreaches(after, before)
	return d
}

func (d *PlanDifference) host(name string, was, is hostIndex) {
	from, had := was.place(name)
	to, has := is.place(name)
	switch {
	case !had:
		d.Added = append(d.Added, to)
	case !has:
		from.Code = to.Code
		d.Removed = append(d.Removed, from)
		return
	case from.Start == 0 && to.Start != 0:
		d.Solved = append(d.Solved, to)
	case from.Start != 0 && to.Start != 0 && from != to:
		d.Moved = append(d.Moved, HostMove{name, from, to})
	}
	if u := is.unplaced[name]; u != nil && (from.Start != 0 || from.Code != u.Code || !had) {
		d.Unplaced = append(d.Unplaced, HostUnplaced{name, unplacedCode(was, name), u.Code, u.By})
	}
}

func unplacedCode(h hostIndex, name string) rollout.Code {
	if u := h.unplaced[name]; u != nil {
		return u.Code
	}
	return ""
}

// newBreaches are the breaches of the second that the first does not have.
func newBreaches(before, after *rollout.PlanSchedule) []rollout.Breach {
	if after == nil {
		return nil
	}
	known := map[string]bool{}
	if before != nil {
		for _, b := range before.Breaches {
			known[b.Asset] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(after.Breaches), func(b rollout.Breach) bool { return known[b.Asset] })
}
