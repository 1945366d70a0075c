package runner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// notices is how many contacts of one client are told in one step: others do not wait
// for the rest.
const notices = 16

// Outcomes of notices and gates.
const (
	outcomeSent   = "sent"
	outcomeFailed = "failed"
)

// sent is a notice that went out and that no acknowledged record holds.
type sent struct {
	outcome, channel, why string
	lost                  bool // its record was in a flush that failed
}

// measured is a gate whose probe runs again and again, and what it found last, as long
// as no acknowledged record holds that.
type measured struct {
	at, next     int64
	outcome, why string
	lost         bool // its record was in a flush that failed
}

// carryOut does what was decided, in order; claims at the end, in one flush with all
// that comes before them.
func (r *Runner) carryOut(ctx context.Context, do []progress.Decision) error {
	var starts []*progress.Decision
	replanned := false
	clear(r.busy)
	for i := range do {
		d := &do[i]
		if r.waits(d.Client) {
			continue
		}
		r.busy[d.Client] = true
		switch d.Act {
		case progress.Records:
			r.append(d.Client, d.Records, nil)
		case progress.Replans:
			if !replanned {
				replanned = true
				r.replan(d.Cause)
			}
		case progress.Notifies:
			r.notify(ctx, d)
		case progress.Measures:
			r.measure(ctx, d)
		case progress.Starts:
			starts = append(starts, d)
		case progress.Probes:
			r.probe(d)
		case progress.Stops:
			r.askStop(d)
		}
		if r.out.n >= flushMost {
			if err := r.flush(ctx); err != nil {
				return err
			}
		}
	}
	if len(starts) == 0 {
		return nil
	}
	return r.start(ctx, starts)
}

// replan appends schedules computed anew. What cannot be computed is not tried again at
// once, and what was computed for a cause not again for the same.
func (r *Runner) replan(cause string) {
	now := r.Clock.Now()
	if !r.asked.replan.due(now) {
		r.retry.at(r.asked.replan.next)
		return
	}
	all, err := r.think.replan(r.State, r.Docs, now, cause)
	if err != nil {
		r.asked.replan.wait(now, replanDelays)
		r.retry.at(r.asked.replan.next)
		r.unplanned = fmt.Sprintf("no schedule can be computed: %v", err)
		r.tell(Event{Kind: "error", Text: r.unplanned})
		return
	}
	r.asked.replan, r.unplanned = patience{}, ""
	if r.replanned != cause {
		r.replanned = cause
		r.version++
	}
	for i := range all {
		var blobs [][]byte
		if all[i].Blob != nil {
			blobs = [][]byte{all[i].Blob}
		}
		r.append(all[i].Client, all[i].Records, blobs)
	}
}

// notify tells a contact and records what came of it. What was sent by this process is
// not sent again because a flush failed.
func (r *Runner) notify(ctx context.Context, d *progress.Decision) {
	if len(d.Records) == 0 || d.Notice == nil {
		return
	}
	first := &d.Records[0]
	key := d.Client + "\x00" + d.Plan + "\x00" + first.Contact + "\x00" + first.Window + "\x00" + first.Occurrence
	now := r.Clock.Now()
	if s, known := r.told[key]; known && s.lost {
		s.lost = false // its record did not get into the log
		r.told[key] = s
		r.append(d.Client, filled(d.Records, s), nil)
		return
	}
	p := r.tells[key]
	if p == nil {
		p = &patience{}
		r.tells[key] = p
	}
	if !p.due(now) {
		r.retry.at(p.next)
		return
	}
	if r.telling == nil {
		r.telling = map[string]int{}
	}
	// While the log cannot be written, one at a time: what was told is to be recorded.
	if r.telling[d.Client]++; r.telling[d.Client] > notices || r.failure != nil && len(r.told) > 0 {
		r.more = true
		return
	}
	channel, err := r.Tell.Notify(ctx, d.Client, d.Plan, *d.Notice)
	s := sent{outcome: outcomeSent, channel: channel}
	switch {
	case errors.Is(err, ErrPending):
		r.pending = true
		return
	case err != nil:
		s.outcome, s.why = outcomeFailed, err.Error()
		p.wait(now, tellDelays)
		r.retry.at(p.next)
	default:
		delete(r.tells, key)
	}
	r.told[key] = s
	r.append(d.Client, filled(d.Records, s), nil)
}

// filled are a notice's records with what came of it.
func filled(records []resultlog.Record, s sent) []resultlog.Record {
	out := append([]resultlog.Record{}, records...)
	for i := range out {
		if out[i].Kind == resultlog.Notice {
			out[i].Outcome, out[i].Why = s.outcome, s.why
			if s.channel != "" {
				out[i].Channel = s.channel
			}
		}
	}
	return out
}

// measure runs a gate's probe, not before it is due again, and records what it found,
// each time: how many may fail, and whether that is worse than before the wave, is
// decided by all of them.
func (r *Runner) measure(ctx context.Context, d *progress.Decision) {
	if d.Gate == nil {
		return
	}
	key := gateKey(d.Client, d.Plan, d.Wave, d.Gate.Name)
	m := r.gates[key]
	if m == nil {
		m = &measured{}
		r.gates[key] = m
	}
	now := r.Clock.Now()
	switch {
	case now < m.next && m.lost && m.outcome != "":
		m.lost = false // its record did not get into the log
	case now < m.next:
		r.retry.at(m.next)
		return
	default:
		m.outcome, m.why = r.Tell.Measure(ctx, d.Client, d.Plan, d.Wave, *d.Gate, d.Assets)
		if m.outcome == "" {
			r.pending = true
			return
		}
		m.at, m.next, m.lost = now, now+max(1, d.Gate.Every), false
	}
	records := append([]resultlog.Record{}, d.Records...)
	for i := range records {
		if records[i].Kind == resultlog.Gate {
			records[i].Outcome, records[i].Why = m.outcome, m.why
		}
	}
	r.append(d.Client, records, nil)
}

// landed takes note of a gate's record that is in the log: what was found since then is not.
func (r *Runner) landed(client string, record *resultlog.Record) {
	m := r.gates[gateKey(client, record.Plan, record.Wave, record.Gate)]
	if m != nil && !r.early && record.T >= resultlog.Instant(time.Unix(m.at, 0)) {
		m.outcome = ""
	}
}

// gateKey is how the runner knows a gate.
func gateKey(client, plan, wave, gate string) string {
	return runOf(client, plan) + "\x00" + wave + "\x00" + gate
}
