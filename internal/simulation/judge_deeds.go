package simulation

import (
	"reflect"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
)

// resulted takes a result in: each key has one claim and at most one result.
func (j *judge) resulted(r *resultlog.Record) {
	c := j.claims[r.Key]
	switch {
	case c == nil:
		j.w.breach("P12", "a result of %s has no claim", r.Asset)
		return
	case c.result != "":
		j.w.breach("P2", "%s of %s has two results, %s and %s", r.Segment, r.Asset, c.result, r.Outcome)
	case c.record.Asset != r.Asset || c.record.Segment != r.Segment:
		j.w.breach("P8", "the result of %s %s is for %s %s", c.record.Asset, c.record.Segment, r.Asset, r.Segment)
	}
	c.result = r.Outcome
	delete(j.open, r.Key)
	j.agrees(c, r)
	s := &j.seats[c.host]
	switch {
	case r.Segment == string(dispatch.Rollback), j.over != "": // nothing follows after a run's end
		s.inFlight = false
		s.done = s.done || j.over != "" && !s.failed && r.Outcome == dispatch.Succeeded && r.Segment == string(dispatch.Verify)
		return
	case r.Outcome == dispatch.Succeeded && r.Segment == string(dispatch.Verify):
		s.inFlight, s.done = false, !s.failed
	case r.Outcome == dispatch.Succeeded:
		return
	case r.Outcome == dispatch.Stopped:
		s.inFlight = r.Segment != string(dispatch.Install)
	default:
		s.inFlight, s.failed, s.retry = false, r.Begin == "", parse(r.Begin)
		s.failures++
	}
	again := r.Outcome == dispatch.Stopped || r.Begin != "" && r.Segment != string(dispatch.Reboot)
	if !s.inFlight && !again { // a wave soaks from ends
		s.endedAt = parse(r.T)
	}
}

// agrees holds what the log says of a segment to what truly happened.
func (j *judge) agrees(c *claim, r *resultlog.Record) {
	h := j.p.hosts[c.host]
	if h.liar || h.restores > 0 {
		return
	}
	var real *deed
	for i := range h.deeds {
		if h.deeds[i].key == r.Key {
			real = &h.deeds[i]
		}
	}
	if end := parse(c.record.End); real != nil && end > 0 && real.ended > end+clockSlack && real.restores == 0 && !r.Overrun && r.Outcome != string(dispatch.Interrupted) {
		j.w.breach("P3", "%s of %s ended %d s after its window, and the log does not say so", r.Segment, r.Asset, real.ended-end)
	}
	switch {
	case r.Outcome == dispatch.Succeeded && (real == nil || !real.done && real.segment != dispatch.Reboot):
		j.w.breach("P5", "the log says that %s of %s succeeded, and it did not", r.Segment, r.Asset)
	case r.Outcome == dispatch.Stopped && real != nil && real.installing:
		j.w.breach("P5", "the log says that %s of %s was stopped, and it passed its point of no return", r.Segment, r.Asset)
	case real != nil && real.done && r.Outcome != dispatch.Succeeded:
		j.w.breach("P5", "the log says that %s of %s is %s, and it succeeded", r.Segment, r.Asset, r.Outcome)
	}
}

// dispatched holds a dispatch to its claim.
func (j *judge) dispatched(p *process, h *host, t *dispatch.Task) {
	w := j.w
	c := j.claims[t.Key]
	switch {
	case c == nil:
		w.breach("P1", "%s of %s is dispatched, and its claim is not in the log", t.Segment, t.Asset)
		return
	case c.result != "" && w.remote.lease.fence == t.Fence:
		w.breach("P2", "%s of %s is dispatched after its result", t.Segment, t.Asset)
	case h == nil || c.host != h.id || c.record.Segment != string(t.Segment):
		w.breach("P4", "%s of %s is dispatched with the key of another", t.Segment, t.Asset)
	case t.Now >= t.NotAfter, p.wall() > t.NotAfter+1:
		w.breach("P3", "%s of %s is dispatched after its time", t.Segment, t.Asset)
	case t.NotAfter > t.Now+30:
		w.breach("P3", "%s of %s may begin %d s after it was dispatched", t.Segment, t.Asset, t.NotAfter-t.Now)
	}
	if c.sent > 0 && (!c.absent || p.wall() <= c.notAfter && h.wall() <= c.notAfter) {
		w.breach("P2", "%s of %s is dispatched again by %s, and nobody knew that it had not begun", t.Segment, t.Asset, p.name)
	}
	c.sent++
	c.notAfter, c.absent = t.NotAfter, false
}

// probed remembers that a host is asked.
func (j *judge) probed(t *dispatch.Task) {
	if c := j.claims[t.Key]; c == nil {
		j.w.breach("P12", "%s is asked for a key that the log does not hold", t.Asset)
	}
}

// wasAbsent remembers that a host said that it knows nothing of a key.
func (j *judge) wasAbsent(key string) {
	if c := j.claims[key]; c != nil {
		c.absent = true
	}
}

// began holds the true beginning of a segment to the promises.
func (j *judge) began(h *host, t *dispatch.Task) {
	w := j.w
	c := j.claims[t.Key]
	if c == nil {
		w.breach("P1", "%s begins %s, and no claim is in the log", h.name, t.Segment)
		return
	}
	if c.result != "" {
		w.breach("P2", "%s begins %s, whose claim the log closed as %s", h.name, t.Segment, c.result)
	}
	c.began++
	if h.wall() > t.NotAfter {
		w.breach("P3", "%s begins %s %d s after it may", h.name, t.Segment, h.wall()-t.NotAfter)
	}
	if t.Fence < h.drive.highest {
		w.breach("P7", "%s begins %s under fence %d and has seen %d", h.name, t.Segment, t.Fence, h.drive.highest)
	}
	for i := range h.deeds[:h.deed] {
		d := &h.deeds[i]
		if d.key == t.Key && d.restores == h.restores {
			w.breach("P2", "%s begins %s of attempt %d once more", h.name, t.Segment, t.Attempt)
		}
		if d.ended == 0 {
			w.breach("P7", "%s begins %s while %s runs", h.name, t.Segment, d.segment)
		}
		if d.fence > t.Fence && d.restores == h.restores {
			w.breach("P7", "%s begins %s under fence %d after %d", h.name, t.Segment, t.Fence, d.fence)
		}
	}
	if t.Segment == dispatch.Verify || t.Segment == dispatch.Rollback {
		return
	}
	if tip := &j.p.tips[c.tip]; !j.p.Shape.open(tip, w.now+clockSlack+10, w.now+j.p.Shape.rest(t.Segment)-slack) {
		w.breach("P3", "%s begins %s at %s, outside its window", h.name, t.Segment, stamp(w.now))
	}
	if t.Packages[0].Version != j.p.tips[c.tip].Version && t.Segment == dispatch.Install {
		w.breach("P4", "%s begins to install %s, and %s is what the documents say", h.name, t.Packages[0].Version, j.p.tips[c.tip].Version)
	}
}

// ended holds the end of a segment to its window: who kept to the time that was said
// ends inside.
func (j *judge) ended(h *host, t *dispatch.Task, _ *dispatch.Outcome) {
	w, d := j.w, &h.deeds[h.deed]
	c := j.claims[t.Key]
	if c == nil || t.Segment != dispatch.Install && t.Segment != dispatch.Reboot || d.ended-d.at > worst[t.Segment] {
		return
	}
	if !j.p.Shape.open(&j.p.tips[c.tip], d.at+clockSlack+10, d.ended-slack) {
		w.breach("P3", "%s ends %s at %s, outside its window", h.name, t.Segment, stamp(d.ended))
	}
}

// acknowledged remembers what a flush was told to be in the log.
func (w *World) acknowledged(b *batch) {
	for i := b.first; i < b.first+len(b.records); i++ {
		w.acked = append(w.acked, ack{i, w.remote.entries[i].Record})
	}
}

// kept holds the log to what it acknowledged.
func (w *World) kept() {
	for _, a := range w.acked {
		if a.at >= len(w.remote.entries) || !reflect.DeepEqual(w.remote.entries[a.at].Record, a.record) {
			w.breach("P5", "an acknowledged record is not in the log any more: %s", summary(&a.record))
		}
	}
}
