package progress

import (
	"fmt"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// advance carries the waves of a run on: begins the next one when the last has passed
// its gate, pauses, and ends those that are done. A changed plan may have put a wave that has
// not begun before one that has: this goes on all the same.
func (t *tick) advance(r *running) {
	wait, _ := t.ring(r)
	open, next := wait.Code == "", false
	for k := range r.waves {
		u := &r.sums[k]
		switch {
		case u.wave == nil:
			continue
		case u.wave.Begun == 0:
			if !next {
				t.next(r, k, open, wait)
			}
			next = true
		case u.wave.Ended == 0:
			open = false
			if t.judge(r, k); !r.shut {
				t.pass(r, k)
			}
		case u.wave.State == WaveAborted:
			open = false
		default: // stragglers
			t.judge(r, k)
			open = open && len(u.wave.Pauses) == 0
		}
	}
}

// next begins the first wave that has not begun, or says what it waits for.
func (t *tick) next(r *running, k int, open bool, ring Wait) {
	wave := r.sums[k].wave.Name
	switch {
	case open:
		t.beginWave(r, k)
	case ring.Code != "":
		ring.Wave = wave
		t.waits(ring)
	default:
		t.waits(Wait{Client: r.Client, Plan: r.Plan, Wave: wave, Code: rollout.WaveGate, Why: "the wave before it has not passed its gate"})
	}
}

// beginWave freezes the membership of a wave when the first of its hosts is due, or
// when none of them has a place and a later wave is due.
func (t *tick) beginWave(r *running, k int) {
	u := &r.sums[k]
	first := u.first
	if first == 0 && u.placed == 0 && !r.untried(k) {
		for i := k + 1; i < len(r.sums); i++ {
			if later := r.sums[i].first; later > 0 && (first == 0 || later < first) {
				first = later
			}
		}
	}
	switch {
	case first == 0:
		t.nowhere(r, k)
		return
	case t.at < first:
		t.baseline(r, k, first)
		t.waits(Wait{Client: r.Client, Plan: r.Plan, Wave: u.wave.Name, Code: rollout.NotBefore, Why: "its first host starts then", Until: first})
		return
	case r.stale || t.mayNot(r, u.wave.Name):
		return
	}
	var members []string
	for _, h := range u.wave.hosts {
		if !h.State.Ended() {
			members = append(members, h.Asset)
		}
	}
	budget := r.budget(k, len(members))
	for _, part := range chunks(members) {
		t.record(r, u.wave.Name, resultlog.Record{Kind: resultlog.WaveBegun, Assets: part, Budget: budget, Commit: t.d.Commit})
	}
}

// nowhere says why a wave does not begin of which no host has a place.
func (t *tick) nowhere(r *running, k int) {
	u := &r.sums[k]
	if t.mayNot(r, u.wave.Name) {
		return
	}
	if u.pending > 0 && u.parked+u.unplaced == 0 {
		t.waits(Wait{Client: r.Client, Plan: r.Plan, Wave: u.wave.Name, Code: rollout.NoWindow, Why: "its hosts are placed anew first"})
	}
	t.told(&intake{running: r, k: k, sum: u})
}

// mayNot says, and has people told, that nothing of a run may begin at all.
func (t *tick) mayNot(r *running, wave string) bool {
	w := Wait{Client: r.Client, Plan: r.Plan, Wave: wave}
	if stop := stopOf(t.s.Stops[r.key], wave); stop != nil {
		w.Code, w.Why = rollout.Held, heldBy(stop)
	} else if code := t.closed(r.plan); code != "" {
		w.Code, w.Why = code, t.closedWhy(r.plan)
	} else if r.plan.Deadline > 0 && t.at >= r.plan.Deadline {
		w.Code, w.Why = rollout.NotApproved, "lapsed: its deadline has passed"
	} else if o := r.refusal(wave, ""); o.code != "" {
		w.Code, w.Why = o.code, o.why
	} else {
		return false
	}
	t.waits(w)
	return true
}

// chunks cuts a list so that a record of each part stays below the size limit.
func chunks(names []string) [][]string {
	const most = 40 << 10
	out := [][]string{nil}
	size := 0
	for _, name := range names {
		if size += len(name) + 3; size > most {
			out, size = append(out, nil), len(name)+3
		}
		last := len(out) - 1
		out[last] = append(out[last], name)
	}
	return out
}

// budget is how many failures a wave bears before it pauses. The first wave bears
// none unless its plan says otherwise; percentages round down.
func (r *running) budget(k, members int) int64 {
	wave := &r.waves[k]
	switch {
	case !wave.MaxFailures.Set:
		return 0
	case !wave.MaxFailures.Percent:
		return wave.MaxFailures.N
	}
	of := members
	if wave.OfRollout {
		of = r.population()
	}
	return wave.MaxFailures.N * int64(of) / 100
}

// population is how many hosts a run has, without those that left it.
func (r *Run) population() int {
	n := 0
	for _, h := range r.Hosts {
		switch h.State {
		case Skipped, Cancelled, Superseded, Excepted:
		default:
			n++
		}
	}
	return n
}

// ring is what the first wave of a client of a template waits for in the rings before
// its own, and since when it does not any more. A client that is held holds only itself.
func (t *tick) ring(r *running) (wait Wait, since int64) {
	wait = Wait{Client: r.Client, Plan: r.Plan}
	if r.plan.Ring <= 0 {
		return wait, 0
	}
	failed := int64(0)
	for _, key := range sortedKeys(t.d.Plans) {
		p := t.d.Plans[key]
		if p.ID != r.plan.ID || p.Ring >= r.plan.Ring || p.Client == r.Client {
			continue
		}
		run := t.s.Runs[key]
		going := run == nil || run.Ended == 0
		if going && stopOf(t.s.Stops[key], "") != nil || run == nil && (len(p.Jobs) == 0 || p.Closed != "") {
			continue
		}
		wait.Code = rollout.WaveGate
		switch {
		case going:
			wait.Why = p.Client + " of a ring before it is not done"
			return wait, 0
		case run.Outcome != "done" && run.Outcome != "partial":
			failed++
		case t.at < run.Ended+p.RingSoak:
			wait.Why, wait.Until = p.Client+" of a ring before it soaks", run.Ended+p.RingSoak
			return wait, 0
		default:
			since = max(since, run.Ended+p.RingSoak)
		}
		if failed > r.plan.MaxFailedClients {
			wait.Why = fmt.Sprintf("%d clients of the rings before it failed, %d may", failed, r.plan.MaxFailedClients)
			return wait, 0
		}
		wait.Code = ""
	}
	return wait, since
}

// end ends a run when every host has ended, or when the deadline is past and nothing
// is under way.
func (t *tick) end(r *running) {
	open, undo, late, begun := 0, 0, 0, false
	for i := range r.sums {
		late += len(r.sums[i].late)
		open += r.sums[i].pending
		undo += len(r.sums[i].undo)
		begun = begun || r.sums[i].wave != nil && r.sums[i].wave.Begun > 0 && r.sums[i].wave.Ended == 0
	}
	lapsed := r.plan.Deadline > 0 && t.at >= r.plan.Deadline
	if !lapsed { // until then those of whom nobody knows may come back, and be checked
		t.wake(r.plan.Deadline)
		late = 0
	}
	if r.done || len(r.sessions) > late || undo > 0 || (open > 0 || begun || r.stale) && !lapsed {
		return // while it is stale, hosts may be in waves that the plan has no more
	}
	if o := r.closing(); o.code != "" {
		t.waits(Wait{Client: r.Client, Plan: r.Plan, Code: o.code, Why: o.why})
		return
	}
	if begun {
		t.endWaves(r, "closed")
	}
	outcome, why := r.outcome()
	t.record(r, "", resultlog.Record{Kind: resultlog.RunEnded, Outcome: outcome, Why: why})
}

// outcome is how a run ends, from its hosts.
func (r *running) outcome() (outcome, why string) {
	done, failed, left, over := 0, 0, 0, false
	for _, h := range r.Hosts {
		over = over || h.State == Cancelled && r.plan.Closed != "" && h.Code == r.plan.Closed
		switch h.State {
		case Soaking, Succeeded:
			done++
		case Failed, RolledBack, RollbackFailed, Unknown:
			failed++
		case Skipped, Cancelled, Superseded, Excepted:
		default:
			left++
		}
	}
	why = fmt.Sprintf("%d done, %d failed, %d not done", done, failed, left)
	switch {
	case over:
		return "aborted", why + ": " + r.plan.ClosedWhy
	case failed+left == 0:
		return "done", why
	case done > 0 || failed == 0:
		return "partial", why
	}
	return "failed", why
}
