package report

import (
	"fmt"
	"time"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
)

// Computed are schedules as they follow from documents alone, to be held beside what the
// log has locked.
type Computed struct {
	Commit string // of the documents; "" the working tree
	Plans  []rollout.PlanSchedule
}

// of is the place that an asset would have, or why it would have none; neither where the
// schedules do not know of it.
func (c Computed) of(client, plan, asset string) (place *rollout.Placement, none rollout.Code) {
	for i := range c.Plans {
		p := &c.Plans[i]
		if p.Client != client || p.Plan != plan {
			continue
		}
		for j := range p.Placements {
			if p.Placements[j].Asset == asset {
				return &p.Placements[j], ""
			}
		}
		for _, u := range p.Unplaced {
			if u.Asset == asset {
				return nil, u.Code
			}
		}
		for _, x := range p.Excluded {
			if x.Asset == asset {
				return nil, x.Code
			}
		}
	}
	return nil, ""
}

// lockedItems say of a host that has not begun which place is carried out, whether another
// would follow from the documents now, and why the two may differ.
func (c Computed) lockedItems(v runView, h *progress.Host, zone *time.Location) []ExplainItem {
	if v.Schedule == nil || v.Ended > 0 || h.Key != "" || h.State.Ended() || h.State.Busy() {
		return nil
	}
	p, placed := v.Schedule.Placements[h.Asset]
	if !placed {
		return nil
	}
	locked := ExplainItem{Text: fmt.Sprintf("its place is locked: %s in window %s, to %s. This one is carried out; only a new schedule in the log moves it",
		stamp(p.Start, zone), Display(p.Window), stamp(p.End, zone))}
	now, none := c.of(v.Client, v.Plan, h.Asset)
	item := ExplainItem{Depth: 1}
	switch {
	case now != nil && now.Start == p.Start && now.Window == p.Window:
		item.Text = "computed now, it is the same"
		return []ExplainItem{locked, item}
	case now != nil:
		item.Text = fmt.Sprintf("computed now, it would be %s in window %s: that binds nobody", stamp(now.Start, zone), Display(now.Window))
	case none != "":
		item.Text = fmt.Sprintf("computed now, it would have no place, or no work: %s. That binds nobody", Sentence(none, ""))
		item.Code = none
	default:
		item.Text = "computed now, the plan does not know of it: that binds nobody"
	}
	return append([]ExplainItem{locked, item}, c.differences(v, h, p, zone)...)
}

// differences are why a locked place may be another than what is computed.
func (c Computed) differences(v runView, h *progress.Host, p progress.Place, zone *time.Location) []ExplainItem {
	var out []ExplainItem
	say := func(format string, args ...any) {
		out = append(out, ExplainItem{Text: fmt.Sprintf(format, args...), Depth: 2})
	}
	say("it was locked %s; what is computed knows nothing of the log: who is done, who was told, what hosts said", stamp(v.Schedule.AsOf, zone))
	if p.Moved != "" {
		out = append(out, ExplainItem{Text: "it was moved there: " + Sentence(p.Moved, ""), Depth: 2, Code: p.Moved})
	}
	if h.State == progress.Notified {
		say("its client was told of it, so it stays as long as nothing forbids it")
	}
	switch {
	case c.Commit == "":
		say("the rollout is of commit %s, and this was computed from the working tree", shortID(v.Commit))
	case c.Commit != v.Commit:
		say("the rollout is of commit %s, and this was computed from %s", shortID(v.Commit), shortID(c.Commit))
	}
	return out
}
