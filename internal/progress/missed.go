package progress

import (
	"fmt"

	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// askAgain is how soon it is asked again whether a host that may not start has missed its
// window meanwhile.
const askAgain = 60

// missed records that hosts cannot start any more in the occurrence that they were
// placed in: they do not start late, and go on as misfire says. True says that there
// are some. Hosts of a wave that has not been let begin, or is paused, have not missed
// anything: they only get another place.
func (t *tick) missed(r *running) bool {
	n := 0
	for k := range r.sums {
		u := &r.sums[k]
		if u.wave == nil || u.pending == 0 {
			continue
		}
		barred, since := t.barred(r, k)
		for _, h := range u.wave.hosts {
			if h.State.Ended() || h.Busy() || h.Place == nil || h.State == Deferred || u.wave.Begun > 0 && !h.member {
				continue // the last were not let begin: their wave began without them
			}
			if t.at < h.Place.Start {
				break
			}
			if barred && !h.Again {
				continue
			}
			if h.asked == t.d && t.at <= h.fine {
				t.wake(h.fine + 1)
				continue
			}
			job := r.job(h.Asset)
			if job == nil || !t.misses(r, h, job) {
				continue
			}
			switch {
			case h.Again || !barred && since <= h.Place.Start && job.Covered:
				if n < batch {
					n++
					t.miss(r, h)
				}
			case !barred:
				u.barred = max(u.barred, h.Place.Start)
			}
		}
	}
	return n > 0
}

// barred says whether nothing of a wave is let begin, by its gate or by a pause; and if
// not, since when it is let.
func (t *tick) barred(r *running, k int) (barred bool, since int64) {
	w := r.sums[k].wave
	since = max(r.Resumed, w.WentOn)
	if w.Begun == 0 {
		wait, done := t.ring(r)
		barred, since = wait.Code != "", max(since, done)
	}
	for i := range k {
		if before := r.sums[i].wave; before != nil {
			since = max(since, before.Ended)
			barred = barred || before.Ended == 0 || before.State == WaveAborted
		}
	}
	barred = barred && w.Begun == 0 || t.halted(r, nil) != ""
	if w.pausedBy(PauseFreeze) {
		since = t.at
	}
	return barred || t.closed(r.plan) != "" || stopOf(t.s.Stops[r.key], w.Name) != nil, since
}

// misses says whether a due host cannot start in its occurrence any more.
func (t *tick) misses(r *running, h *Host, job *Job) bool {
	a := t.mayStart(r, job)
	h.answer, h.answered, h.answerer = a, t.number, t.d
	if h.missedBy(a) {
		return true
	}
	if a.Code == "" {
		h.asked, h.fine = t.d, a.Until
		t.wake(h.fine + 1)
	} else {
		t.wake(t.at + askAgain)
	}
	return false
}

func (h *Host) missedBy(a rollout.Answer) bool {
	switch a.Code {
	case rollout.NoWindow, rollout.WindowTooShort:
		return true
	case rollout.ClientNotActive, rollout.NotSelected:
		return false // nothing is known of its windows
	}
	return (a.Window != h.Place.Window || a.Occurrence != h.Place.Occurrence) && !museum.Planted("late-start")
}

// miss records that a host is not done in its occurrence: because of an outage, a pause
// or a gate; or only because others had their turn before it, which needs nobody's word.
func (t *tick) miss(r *running, h *Host) {
	code, why := rollout.MissedWindow, "it was to start at %s in %s and cannot any more"
	if w := r.wave(h.Wave); h.Attempt == 0 && w.started >= h.Place.Start {
		code, why = rollout.Capacity, "it was to start at %s in %s, and others had their turn before it"
	}
	t.record(r, h.Wave, resultlog.Record{
		Kind: resultlog.Deferred, Asset: h.Asset, Code: string(code), Why: fmt.Sprintf(why, instant(h.Place.Start), h.Place.Window),
	})
}
