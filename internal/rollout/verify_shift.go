package rollout

import (
	"cmp"
	"maps"
	"slices"

	"github.com/patchops/patchops/internal/window"
)

// verifiedPool is one group of technicians with all that it attends.
type verifiedPool struct {
	shifts   []int
	sessions []attendedSession
}

type attendedSession struct {
	client *verifiedClient
	*verifiedSession
}

// dutyStep is how many technicians are on duty from an instant on.
type dutyStep struct{ at, technicians int64 }

// verifyShifts checks, over all clients, that no more sessions want a technician
// than are on duty.
func (v *verifier) verifyShifts() {
	pools := map[string]*verifiedPool{}
	for _, c := range v.clients {
		for _, i := range c.byStart {
			x := &c.sessions[i]
			shifts := c.Assets[x.asset].Shift
			if x.work == nil || !x.work.ByHand || len(shifts) == 0 {
				continue
			}
			key := indexKey(shifts)
			if pools[key] == nil {
				pools[key] = &verifiedPool{shifts: shifts}
			}
			pools[key].sessions = append(pools[key].sessions, attendedSession{c, x})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(pools)) {
		v.verifyPool(pools[key])
	}
}

// verifyPool walks through starts, ends and changes of duty.
func (v *verifier) verifyPool(pool *verifiedPool) {
	starts := pool.sessions
	slices.SortStableFunc(starts, func(a, b attendedSession) int { return cmp.Compare(a.start, b.start) })
	ends := slices.Clone(starts)
	slices.SortStableFunc(ends, func(a, b attendedSession) int { return cmp.Compare(a.end, b.end) })
	duty := v.duty(pool, ends[len(ends)-1].end)
	var count, fresh, onDuty int64
	var newest attendedSession
	for len(ends) > 0 {
		now := ends[0].end
		if len(starts) > 0 {
			now = min(now, starts[0].start)
		}
		if len(duty) > 0 {
			now = min(now, duty[0].at)
		}
		for ; len(ends) > 0 && ends[0].end <= now; ends = ends[1:] {
			count, fresh = count-1, fresh-freshness(ends[0])
		}
		for ; len(duty) > 0 && duty[0].at <= now; duty = duty[1:] {
			onDuty = duty[0].technicians
		}
		for ; len(starts) > 0 && starts[0].start <= now; starts = starts[1:] {
			count, fresh = count+1, fresh+freshness(starts[0])
			if !starts[0].running {
				newest = starts[0]
			}
		}
		if fresh > 0 && count > onDuty {
			v.against(newest.client, newest.verifiedSession, Technician, "%d sessions want a technician at %d, and %d are on duty", count, now, onDuty)
		}
	}
}

// freshness is 1 for a session that is not under way: only those are judged.
func freshness(x attendedSession) int64 {
	if x.running {
		return 0
	}
	return 1
}

// duty is how many technicians are on duty, up to an instant.
func (v *verifier) duty(pool *verifiedPool, until int64) []dutyStep {
	changes := map[int64]int64{}
	for _, i := range pool.shifts {
		s := &v.in.Shifts[i]
		for _, span := range s.Week.Spans(v.in.AsOf, until) {
			changes[span.Start] += int64(s.Capacity)
			changes[span.End] -= int64(s.Capacity)
		}
	}
	var out []dutyStep
	sum := int64(0)
	for _, at := range slices.Sorted(maps.Keys(changes)) {
		sum += changes[at]
		out = append(out, dutyStep{at, sum})
	}
	return out
}

// holidaySpans are the holidays of a client as spans.
func holidaySpans(week *window.Week) window.Spans {
	list := make([]window.Span, 0, len(week.Closed))
	for _, d := range week.Closed {
		list = append(list, window.Span{Start: d.Start(week.Zone).Unix(), End: (d + 1).Start(week.Zone).Unix()})
	}
	return window.NewSpans(list)
}
