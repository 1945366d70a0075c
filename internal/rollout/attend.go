package rollout

import (
	"encoding/binary"
	"slices"

	"github.com/patchops/patchops/internal/window"
)

// Crew are the technicians who attend a session by hand.
type Crew struct {
	// Key is equal for sessions that the same shifts attend, at whatever client; "" nobody
	// needs to attend.
	Key string
	ID  string // the first shift's
	// Least is how many are on duty at least, from the start to the end.
	Least int64
}

// crew is when technicians of some shifts are on duty.
type crew struct {
	key, by string
	duty    *profile
	spans   window.Spans // when anybody is
}

// Crew says who attends a session of a plan on an asset from an instant on, for so long.
func (o *Oracle) Crew(q Ask) Crew {
	c := o.client(q.Client, q.At)
	if c == nil || q.Asset < 0 || q.Asset >= len(c.Assets) {
		return Crew{}
	}
	w := o.crewOf(c, q)
	if w == nil {
		return Crew{}
	}
	least := w.duty.free[w.duty.index(q.At)]
	for i := w.duty.index(q.At); i < len(w.duty.at) && w.duty.at[i] < q.At+max(1, q.Length); i++ {
		least = min(least, w.duty.free[i])
	}
	return Crew{w.key, w.by, least}
}

// crewOf is nil where nobody needs to attend.
func (o *Oracle) crewOf(c *oracleClient, q Ask) *crew {
	plan, known := c.plans[q.Plan]
	shifts := c.Assets[q.Asset].Shift
	if !known || len(shifts) == 0 || !workOf(&c.Plans[plan], q.Asset).ByHand {
		return nil
	}
	shifts = slices.Sorted(slices.Values(shifts))
	var key []byte
	for _, i := range shifts {
		key = binary.AppendUvarint(key, uint64(i))
	}
	if w := o.crews[string(key)]; w != nil {
		return w
	}
	w := &crew{key: string(key), by: o.in.Shifts[shifts[0]].ID, duty: newProfile(0)}
	for _, i := range shifts {
		shift := &o.in.Shifts[i]
		spans := shift.Week.Spans(o.from, o.to+max(daySeconds, o.in.Horizon)+oracleMargin)
		for _, s := range spans {
			w.duty.add(s.Start, s.End, int64(shift.Capacity))
		}
		w.spans = append(w.spans, spans...)
	}
	w.spans = window.NewSpans(w.spans)
	o.crews[string(key)] = w
	return w
}

// attended is whether a technician is on duty for a whole session, and else why not.
func (o *Oracle) attended(c *oracleClient, a *access, q Ask, out Answer) Answer {
	w := o.crewOf(c, q)
	if w == nil {
		return out
	}
	on, ok := w.spans.At(q.At)
	if ok && q.At+q.Length <= on.End {
		out.Until = min(out.Until, on.End-q.Length)
		return out
	}
	out.Code, out.By = Technician, w.by
	out.Until = nextIn(o.attendedPart(c, q, a.open()), q.At+1, q.Length)
	return out
}

// attendedPart is what remains of spans when a technician must be on duty.
func (o *Oracle) attendedPart(c *oracleClient, q Ask, open window.Spans) window.Spans {
	if w := o.crewOf(c, q); w != nil {
		return open.Intersect(w.spans)
	}
	return open
}
