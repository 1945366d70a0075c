package progress

import (
	"cmp"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// intake is one wave while sessions of it are started.
type intake struct {
	*running
	k      int
	sum    *sum
	slots  int64
	full   string // why there are no more slots
	frozen bool   // a due host, or one under way, may not go on because of a freeze
	why    string
	free   bool // a due host may be worked on now
	lifted bool // one that is not due yet could be
	ahead  int  // hosts that are not due yet
	waits  int
	more   int // due hosts that wait for a slot
	late   int // records of hosts that left
}

// startWave starts the hosts of a wave whose time has come.
func (t *tick) startWave(r *running, k int) {
	in := &intake{running: r, k: k, sum: &r.sums[k]}
	in.slots, in.full = r.slots(k, 0)
	t.frozenUnderWay(in)
	paused := in.sum.wave.pausedBy(PauseFreeze)
	for _, h := range in.sum.wave.hosts {
		if h.State.Ended() || h.Busy() || h.Place == nil || h.State == Deferred {
			continue
		}
		if !h.member {
			in.wait(t, h, obstacle{rollout.WaveGate, "its wave began without it: it wants a wave that has not begun", 0})
			continue
		}
		if t.at < h.Place.Start {
			if t.ahead(in, h); in.ahead > shown {
				break // those after it start later still
			}
			continue
		}
		if paused && in.free {
			break
		}
		t.due(in, h, paused)
	}
	t.freeze(in, paused)
	t.told(in)
}

func (w *WaveProgress) pausedBy(code string) bool {
	for _, p := range w.Pauses {
		if p.Code == code {
			return true
		}
	}
	return false
}

// ahead says of a host that is not due yet when it is, and asks of the first of them
// whether a freeze holds it now: it may have been moved because of that.
func (t *tick) ahead(in *intake, h *Host) {
	t.wake(h.Place.Start)
	if in.ahead++; in.ahead == 1 {
		if job := in.job(h.Asset); job != nil {
			a := t.worked(in.running, job)
			in.lifted = a.Code == ""
			if a.Code == rollout.Freeze {
				in.frozen, in.why = true, a.By
			}
		}
	}
	code, why := rollout.NotBefore, "it starts then"
	if w := in.sum.wave; in.frozen {
		code, why = rollout.Freeze, in.why
	} else if w.pausedBy(PauseFreeze) {
		code, why = rollout.Freeze, w.PauseWhy
	}
	t.host(in.running, h, obstacle{code, why, h.Place.Start})
}

// worked asks whether an asset may be worked on at this instant at all.
func (t *tick) worked(r *running, job *Job) rollout.Answer {
	return t.oracle.MayStart(rollout.Ask{Client: r.Client, Plan: r.Plan, Asset: job.Index, At: t.at, Length: 1, Begun: true})
}

// due asks for one host whether it may start, and starts it.
func (t *tick) due(in *intake, h *Host, paused bool) {
	r := in.running
	if !paused && in.free && !h.Again && (in.slots <= 0 || t.load(r.Client).offered <= 0) {
		if in.more++; in.slots > 0 {
			in.full = "all places of this controller are taken"
		}
		return
	}
	job := r.job(h.Asset)
	if job == nil {
		in.part(t, h, rollout.NotSelected, "the plan has no work on it any more")
		return
	}
	a := h.answer
	if h.answered != t.number || h.answerer != t.d {
		a = t.mayStart(r, job)
	}
	switch {
	case h.missedBy(a):
		t.wake(max(t.at, h.fine) + 1) // it is recorded, or placed anew, when that is asked again
		return
	case a.Code == rollout.Freeze:
		in.frozen, in.why = true, a.By
	case a.Code == "":
		in.free = true
	}
	if a.Code != "" {
		if a.Until > 0 && a.Until <= t.at+1 { // not by time: by a notice
			a.Until = t.at + askAgain
		}
		if a.Code == rollout.NoticeLead {
			a.By = r.lead(a)
		}
		in.wait(t, h, obstacle{a.Code, a.By, a.Until})
		return
	}
	t.wake(a.Until + 1)
	if !paused {
		t.tryStart(in, h, job, a)
	}
}

// tryStart starts a host that time allows to start, if all else does.
func (t *tick) tryStart(in *intake, h *Host, job *Job, a rollout.Answer) {
	r, w := in.running, in.sum.wave
	stagger := r.waves[in.k].Stagger
	l := t.load(r.Client)
	o := t.obstacles(r, h, job, a)
	switch {
	case o.code != "":
		in.wait(t, h, o)
	case in.slots <= 0 && !h.Again || l.offered <= 0:
		in.more++
	case stagger > 0 && w.started > 0 && t.at < w.started+stagger || stagger > 0 && in.full == staggered:
		in.more, in.slots, in.full = in.more+1, 0, staggered
		t.wake(w.started + stagger)
	default:
		if !h.Again {
			in.slots--
		}
		l.offered--
		t.launch(r, h, job, dispatch.Install, a)
		if stagger > 0 {
			in.slots, in.full = 0, staggered
			t.wake(t.at + stagger)
		}
	}
}

const staggered = "starts are staggered"

// obstacles are what keeps a host from starting beside the time.
func (t *tick) obstacles(r *running, h *Host, job *Job, a rollout.Answer) obstacle {
	if t.at < h.Retry {
		return obstacle{cmp.Or(h.Code, rollout.Held), "it is tried again: " + h.Why, h.Retry}
	}
	if !job.Covered && !museum.Planted("uncovered") {
		return obstacle{rollout.NotApproved, "added: no approved change covers it", 0}
	}
	if o := t.healthy(r, job); o.code != "" {
		return o
	}
	if why := t.halted(r, job); why != "" {
		return obstacle{rollout.Held, why, 0}
	}
	if o := r.refusal(h.Wave, h.Asset); o.code != "" {
		return o
	}
	if o := t.after(r, job); o.code != "" {
		return o
	}
	return t.around(r, job, a)
}

// mayStart asks the oracle for a session that begins now.
func (t *tick) mayStart(r *running, job *Job) rollout.Answer {
	q := rollout.Ask{Client: r.Client, Plan: r.Plan, Asset: job.Index, At: t.at, Length: job.length(dispatch.Install)}
	if museum.Planted("no-worst-case") {
		q.Length = 60
	}
	q.Length -= t.at % 60 // places are whole minutes: the last start in time is good for its minute
	if r.plan.Notice && !museum.Planted("untold") {
		q.Told = r.informed
	}
	a := t.oracle.MayStart(q)
	if a.Code == rollout.NoticeLead && a.Until > 0 { // a notice is what it waits for: time is asked again every minute only
		a.Until = max(a.Until, t.at-t.at%60+60)
	}
	if museum.Planted("ignore-freeze") && a.Code == rollout.Freeze || museum.Planted("late-start") && a.Code == rollout.NoWindow {
		a.Code = ""
	}
	return a
}

// lead is which notice an agreement waits for, in words.
func (r *running) lead(a rollout.Answer) string {
	if at, told := r.informed(a.Window, a.Occurrence); told {
		return a.By + " wants more time than since the notice of " + instant(at)
	}
	return a.By + " wants that everybody was told before"
}

// part records that a host is not done in its place.
func (in *intake) part(t *tick, h *Host, code rollout.Code, why string) {
	if in.late++; in.late <= batch {
		t.record(in.running, h.Wave, resultlog.Record{Kind: resultlog.Deferred, Asset: h.Asset, Code: string(code), Why: why})
	}
}

// frozenUnderWay asks whether a freeze keeps sessions of the wave from going on.
func (t *tick) frozenUnderWay(in *intake) {
	for _, h := range in.underWay() {
		job := in.job(h.Asset)
		if h.Wave != in.sum.wave.Name || job == nil || h.Segment != dispatch.Install || h.Key == "" {
			continue
		}
		if a := t.worked(in.running, job); a.Code == rollout.Freeze {
			in.frozen, in.why = true, a.By
			return
		}
	}
}

// freeze pauses a wave of which a freeze lets nothing begin, and lets it go on by
// itself when something may begin again.
func (t *tick) freeze(in *intake, paused bool) {
	w := in.sum.wave
	switch {
	case !paused && in.frozen && !in.free:
		t.record(in.running, w.Name, resultlog.Record{Kind: resultlog.WavePaused, Code: PauseFreeze, Why: in.why})
	case paused && !in.frozen && (in.free || in.lifted || in.sum.pending == 0):
		t.record(in.running, w.Name, resultlog.Record{Kind: resultlog.WaveGoesOn, Why: "the freeze is over"})
	case paused && in.free: // some of its hosts are frozen still, others are not
		t.record(in.running, w.Name, resultlog.Record{Kind: resultlog.WaveGoesOn, Why: "the freeze does not hold all of it any more"})
	}
}
