package progress

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// start decides on segments, run after run, the client with the fewest in flight
// first: nobody's load keeps others from their windows.
func (t *tick) start() {
	if t.now.Stop != "" {
		return
	}
	clients := map[string]bool{}
	for _, r := range t.runs {
		clients[r.Client] = true
	}
	runs := slices.Clone(t.runs)
	slices.SortStableFunc(runs, func(a, b *running) int {
		return cmp.Compare(t.load(a.Client).flying, t.load(b.Client).flying)
	})
	for _, r := range runs {
		if r.plan == nil || r.Schedule == nil || r.left {
			continue
		}
		t.room(r.Client, len(clients)-1)
		t.goOn(r)
		if !r.stale && !r.shut {
			t.startWaves(r)
		}
	}
}

// room is how many segments a client may still put into flight: all that there are,
// but for a slot for each of the others.
func (t *tick) room(client string, others int) {
	l := t.load(client)
	if l.offered = 1 << 30; t.now.Most > 0 {
		l.offered = max(0, min(t.now.Most-t.flying, t.now.Most-min(others, t.now.Most/2)-l.flying))
	}
}

// goOn starts what must follow in sessions that have begun: it does not wait for
// anybody's turn.
func (t *tick) goOn(r *running) {
	for _, h := range r.underWay() {
		job := r.job(h.Asset)
		switch {
		case job == nil && h.Key != "" && t.now.Absent[h.Key]:
			t.unreached(r, h, rollout.NotSelected, "no document says what is to be done there")
		case job == nil || t.load(r.Client).offered == 0:
		case h.Key != "":
			if t.now.Absent[h.Key] && !r.stale {
				t.again(r, h, job)
			}
		case t.at < h.Retry:
			t.host(r, h, obstacle{h.Code, h.Why, h.Retry})
		case t.reboots(r, job, h):
			t.reboot(r, h, job)
		case h.State == RebootRequired || h.State == PostCheck:
			t.follow(r, h, job, dispatch.Verify, rollout.Answer{})
		}
	}
	for k := range r.sums {
		for _, h := range t.turns(r, r.sums[k].undo) {
			if t.at < h.Retry {
				t.host(r, h, obstacle{h.Code, h.Why, h.Retry})
			} else if t.load(r.Client).offered > 0 {
				t.follow(r, h, r.job(h.Asset), dispatch.Rollback, rollout.Answer{})
			}
		}
	}
}

// turns are the hosts that may be rolled back now: what depends on others goes before
// them, and of an HA group one at a time.
func (t *tick) turns(r *running, undo []*Host) []*Host {
	waiting := map[int]bool{}
	for _, h := range undo {
		for _, i := range t.workOf(r, r.job(h.Asset).Index).DependsOn {
			waiting[i] = true
		}
	}
	var out []*Host
	taken := map[string]bool{}
	l := t.load(r.Client)
	for _, h := range undo {
		i := r.job(h.Asset).Index
		free := !waiting[i]
		units := t.oracle.Units(r.Client, i)
		for _, u := range units {
			free = free && !taken[u.ID] && !slices.ContainsFunc(u.Members, func(m int) bool { return m != i && l.away[m] })
		}
		if !free {
			t.host(r, h, obstacle{rollout.HAConflict, "its rollback waits for others", 0})
			continue
		}
		for _, u := range units {
			taken[u.ID] = true
		}
		out = append(out, h)
	}
	return out
}

// reboots says whether a host that needs a reboot gets one. After an abort, or without its
// plan, it does not: its state is checked as it is.
func (t *tick) reboots(r *running, job *Job, h *Host) bool {
	outcome, _ := r.aborted(t.s.Stops[r.key])
	if outcome != "" || r.plan.Closed == rollout.NotSelected || len(job.Steps[dispatch.Reboot]) == 0 {
		return false
	}
	if h.State == RebootRequired {
		return r.plan.Reboot != "never"
	}
	return h.State == PostCheck && r.plan.Reboot == "always" && h.Segment == dispatch.Install
}

// reboot starts a reboot, which asks again for its time.
func (t *tick) reboot(r *running, h *Host, job *Job) {
	if o, a := t.mayReboot(r, h, job); o.code == "" {
		t.follow(r, h, job, dispatch.Reboot, a)
	} else {
		t.host(r, h, o)
	}
}

// mayReboot is why a reboot does not begin now.
func (t *tick) mayReboot(r *running, h *Host, job *Job) (obstacle, rollout.Answer) {
	a := t.oracle.MayStart(rollout.Ask{Client: r.Client, Plan: r.Plan, Asset: job.Index, At: t.at, Length: job.length(dispatch.Reboot), Begun: true})
	finishes := a.Code == rollout.Freeze && t.d.Finish[a.By]
	o := obstacle{}
	if stop := stopOf(t.s.Stops[r.key], h.Wave); stop != nil {
		o.code, o.why = rollout.Held, heldBy(stop)
	} else if code := t.closed(r.plan); code != "" {
		o.code, o.why = code, t.closedWhy(r.plan)
	} else if !job.Covered {
		o.code, o.why = rollout.NotApproved, "no approved change covers it any more"
	} else if no := r.refusal(h.Wave, h.Asset); no.code != "" {
		o = no
	} else if a.Code != "" && !finishes {
		o = obstacle{a.Code, a.By, a.Until}
	} else if code := t.elsewhere(r, h, a); code != "" {
		o.code, o.why = code, "its window is over: the reboot waits for a resume"
	}
	return o, a
}

// elsewhere says why a session that has begun may not go on in another occurrence than
// its own: nobody was told of it. A person's resume or misfire nextWindow lets it.
func (t *tick) elsewhere(r *running, h *Host, a rollout.Answer) rollout.Code {
	p := h.Place
	if p == nil || h.resumed || r.plan.Misfire == "nextWindow" || p.Window == a.Window && p.Occurrence == a.Occurrence || t.d.Finish[a.By] {
		return ""
	}
	return rollout.MissedWindow
}

// follow starts a segment of a session that has begun.
func (t *tick) follow(r *running, h *Host, job *Job, segment dispatch.Segment, a rollout.Answer) {
	if c := h.rebooted; a.Window == "" && c != nil && c.Window != "" {
		a.Window, a.Occurrence, a.Ends = c.Window, c.Occurrence, c.End
	} else if a.Window == "" && h.Place != nil {
		a.Window, a.Occurrence = h.Place.Window, h.Place.Occurrence
	}
	if a.Ends == 0 {
		a.Ends = t.ends(r, h, job)
	}
	t.load(r.Client).offered--
	t.launch(r, h, job, segment, a)
}

// ends is when the opening ends that a session began in: what ends later is an overrun. Of one
// that began long ago it is what was planned.
func (t *tick) ends(r *running, h *Host, job *Job) int64 {
	p := h.Place
	switch {
	case p == nil:
		return 0
	case p.Start < t.at-lately:
		return p.End
	}
	return t.oracle.MayStart(rollout.Ask{Client: r.Client, Plan: r.Plan, Asset: job.Index, At: p.Start, Length: 1, Begun: true}).Ends
}

// lately is how far back the oracle is asked, which knows the time around now.
const lately = 12 * 60 * 60

// again starts a claim anew that never reached its host, or closes it.
func (t *tick) again(r *running, h *Host, job *Job) {
	code, why := rollout.Code(""), ""
	a := rollout.Answer{}
	switch h.Segment {
	case dispatch.Install:
		code, why, a = t.stillMay(r, h, job)
	case dispatch.Reboot:
		o := obstacle{}
		o, a = t.mayReboot(r, h, job)
		code, why = o.code, o.why
	}
	if code != "" {
		t.unreached(r, h, code, why)
		return
	}
	if o := r.returns(h); o.code != "" {
		t.host(r, h, o)
		return
	}
	t.follow(r, h, job, h.Segment, a)
}

// returns puts a session that nobody knew of for too long back among those in flight, if
// the wave bears one more: it was counted as failed or forgiven, and others may have its turn.
func (r *running) returns(h *Host) obstacle {
	c := r.Claims[h.Key]
	for k := range r.sums {
		u := &r.sums[k]
		if c == nil || u.wave == nil || u.wave.Name != h.Wave || !slices.Contains(u.unknown, c) {
			continue
		}
		doomed := h.doomed()
		if free, why := r.slots(k, 1); free < 1 && !doomed && !museum.Planted("returns-at-once") {
			return obstacle{rollout.Capacity, "it waits for its turn again: " + why, 0}
		}
		if c.Forgiven {
			u.lost--
		} else {
			u.overdue--
		}
		if doomed {
			u.falling++
		}
		if doomed && !c.Forgiven {
			u.doomed++
		}
	}
	return obstacle{}
}

// unreached closes a claim that never reached its host, and may not begin any more.
func (t *tick) unreached(r *running, h *Host, code rollout.Code, why string) {
	t.record(r, h.Wave, resultlog.Record{
		Kind: resultlog.Result, Asset: h.Asset, Segment: string(h.Segment), Attempt: h.Attempt, Key: h.Key,
		Outcome: dispatch.Stopped, Code: string(code), Why: "it never reached the host, and may not begin now: " + why,
	})
}

// unheard closes the claims of a run that is over that never reached their hosts.
func (t *tick) unheard(r *running) {
	for _, h := range r.underWay() {
		if h.Key != "" && t.now.Absent[h.Key] && t.now.Stop == "" {
			t.unreached(r, h, rollout.Held, "its run is over")
		}
	}
}

// stillMay asks for an open claim of an installation what is asked before a start, but
// for what the claim itself takes up.
func (t *tick) stillMay(r *running, h *Host, job *Job) (rollout.Code, string, rollout.Answer) {
	w := r.wave(h.Wave)
	switch stop := stopOf(t.s.Stops[r.key], h.Wave); {
	case stop != nil:
		return rollout.Held, heldBy(stop), rollout.Answer{}
	case t.closed(r.plan) != "":
		return t.closed(r.plan), t.closedWhy(r.plan), rollout.Answer{}
	case r.plan.Gone[h.Asset] != "":
		return r.plan.Gone[h.Asset], "it has no work any more", rollout.Answer{}
	case r.plan.Superseded != "" && r.plan.OnSupersede == "switch" && !museum.Planted("superseded-goes-on"):
		return rollout.Superseded, r.plan.Superseded, rollout.Answer{}
	case !job.Covered:
		return rollout.NotApproved, "nobody approved it", rollout.Answer{}
	case w == nil || r.shut || t.halted(r, job) != "": // also if that was decided just now
		return rollout.Held, "its wave is paused", rollout.Answer{}
	}
	if o := t.healthy(r, job); o.code != "" {
		return o.code, o.why, rollout.Answer{}
	}
	if o := r.refusal(h.Wave, h.Asset); o.code != "" {
		return o.code, o.why, rollout.Answer{}
	}
	a := t.mayStart(r, job)
	if a.Code == "" && h.Place != nil && (a.Window != h.Place.Window || a.Occurrence != h.Place.Occurrence) {
		a.Code, a.By = rollout.NoWindow, "the occurrence that it was placed in is over"
	}
	return a.Code, a.By, a
}

// startWaves starts sessions in every wave that is open.
func (t *tick) startWaves(r *running) {
	for k := range r.sums {
		u := &r.sums[k]
		if u.wave == nil || u.wave.Begun == 0 || u.wave.State == WaveAborted || u.pending == 0 {
			continue
		}
		if code, w := t.shut(r, u.wave); code != "" {
			t.waits(w)
			continue
		}
		t.startWave(r, k)
	}
}

// shut is why nothing of a wave starts, whichever host it is.
func (t *tick) shut(r *running, w *WaveProgress) (rollout.Code, Wait) {
	out := Wait{Client: r.Client, Plan: r.Plan, Wave: w.Name}
	if stop := stopOf(t.s.Stops[r.key], w.Name); stop != nil {
		out.Code, out.Why = rollout.Held, heldBy(stop)
	} else if code := t.closed(r.plan); code != "" {
		out.Code, out.Why = code, t.closedWhy(r.plan)
	} else if r.plan.Deadline > 0 && t.at >= r.plan.Deadline {
		out.Code, out.Why = rollout.NotApproved, "lapsed: its deadline has passed"
	} else if why := t.halted(r, nil); why != "" {
		out.Code, out.Why = rollout.Held, why
	} else if o := r.refusal(w.Name, ""); o.code != "" {
		out.Code, out.Why = o.code, o.why
	}
	return out.Code, out
}

// halted is why a wave, or one host of it, waits for a person: a pause of any wave of
// the run but a freeze's holds them all, a systemic cause those who share it.
func (t *tick) halted(r *running, job *Job) string {
	for i := range r.Waves {
		for _, p := range r.Waves[i].Pauses {
			switch {
			case p.Code == PauseFreeze, museum.Planted("resume-by-itself") && p.Code == PauseThreshold:
			case p.Code == PauseTriage && p.Cause != "" && (job == nil || !shares(job, p.Cause)):
			default:
				return "paused (" + p.Code + "): " + p.says()
			}
		}
	}
	return ""
}

// ramp is how many sessions may be under way after so many successes: 1, 2, 4, ...
func ramp(successes int64) int64 {
	if museum.Planted("no-ramp") {
		return 1 << 30
	}
	return 1 << (bits.Len64(uint64(successes+1)) - 1)
}

// slots is how many more sessions a wave bears: of what its failure budget bears, of
// the ramp, of its own limit; and why not more. Of those in flight so many are the asker's
// own, back: they take their place under the limit already.
func (r *running) slots(k int, back int64) (int64, string) {
	u, wave := &r.sums[k], &r.waves[k]
	w := u.wave
	bears := w.Budget - u.spent() + 1
	if museum.Planted("budget-off-by-one") {
		bears++
	}
	free := bears - (w.InFlight - u.overdue - u.lost - u.falling)
	why := fmt.Sprintf("the failure budget bears %d in flight", bears)
	if n := ramp(w.Done - w.settled); n-w.InFlight+u.overdue+u.lost < free {
		free, why = n-w.InFlight+u.overdue+u.lost, fmt.Sprintf("%d in flight after %d successes", n, w.Done-w.settled)
	}
	if n, limited := limit(wave.MaxConcurrent, len(w.Assets)); limited && n-w.InFlight+back < free && !museum.Planted("no-limit") {
		free, why = n-w.InFlight+back, fmt.Sprintf("maxConcurrent is %d", n)
	}
	return free, why
}

// limit is an amount of so many: percentages round down, to at least 1.
func limit(a rollout.Amount, of int) (int64, bool) {
	if a.Percent {
		return max(1, a.N*int64(of)/100), a.Set
	}
	return a.N, a.Set
}
