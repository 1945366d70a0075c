package progress

import (
	"fmt"
	"slices"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// sum is what one look at all hosts of a wave says.
type sum struct {
	wave     *WaveProgress // nil: the schedule does not name it
	pending  int           // hosts that have not begun and may still
	placed   int           // hosts with a place, begun or not, that still count
	settled  int           // of those, how many have ended and need no rollback
	unplaced int
	moving   int   // of the deferred, how many are to get another place
	deferred int64 // the newest of them
	parked   int
	barred   int64 // the newest start of a host whose wave was not let begin in its time
	first    int64 // start of the first that is pending; 0 none
	overdue  int64 // open claims that nobody knows of for too long, and count as failures
	lost     int64 // those that a person forgave
	doomed   int64 // sessions that go on and are known to fail, but for those that are overdue
	falling  int64 // of those, the ones that somebody knows of
	late     []int64
	unknown  []*Claim // all of those
	undo     []*Host
}

// late is when a claim that nobody knows of counts as a failure.
func (c *Claim) late() int64 { return c.At + c.Worst + unknownAfter }

// unknownAfter is how long after its worst case a claim that nobody knows of counts as
// a failure.
const unknownAfter = 600

func (t *tick) sums(r *running) {
	r.sums = make([]sum, len(r.waves))
	for k := range r.waves {
		u := &r.sums[k]
		if u.wave = r.wave(r.waves[k].Name); u.wave == nil {
			continue
		}
		for _, h := range u.wave.hosts {
			u.add(r, k, h)
		}
		u.doomed, u.falling = u.wave.doomed, u.wave.doomed
		for _, c := range r.Claims {
			if c.Wave == u.wave.Name {
				t.doubt(u, c, r.Hosts[c.Asset].doomed())
			}
		}
	}
}

func (u *sum) add(r *running, k int, h *Host) {
	switch {
	case h.State == Skipped || h.State == Cancelled || h.State == Superseded || h.State == Excepted:
		return
	case h.State.Ended():
		u.placed++
		if r.undoes(k, h) {
			u.undo = append(u.undo, h)
		} else if h.Key == "" {
			u.settled++
		}
		return
	case h.Busy():
		u.placed++
		return
	}
	u.pending++
	if h.State == Deferred {
		if r.Parked(h.Asset, r.plan.Misfire) {
			u.parked++
		} else {
			u.moving++
			u.deferred = max(u.deferred, h.Since)
		}
		u.placed++
		return
	}
	if h.Place == nil {
		u.unplaced++
		return
	}
	u.placed++
	if start := max(h.Place.Start, h.Retry); u.first == 0 || start < u.first {
		u.first = start
	}
}

// doubt counts claims whose outcome nobody could say for too long. Of a doomed one it is
// known that it fails, whatever else.
func (t *tick) doubt(u *sum, c *Claim, doomed bool) {
	late := c.late()
	switch {
	case !c.Probed || c.Segment == dispatch.Rollback:
		return
	case t.at < late:
		t.wake(late)
		return
	case c.Forgiven:
		u.lost++
	default:
		u.overdue++
	}
	u.late, u.unknown = append(u.late, late), append(u.unknown, c)
	if doomed {
		u.falling--
	}
	if doomed && !c.Forgiven {
		u.doomed--
	}
}

// undoes says whether a host is to be rolled back: the plan says so for where it
// failed, there are steps for it, and something had been begun that can be undone.
func (r *running) undoes(k int, h *Host) bool {
	job := r.job(h.Asset)
	if !r.plan.RollbackAuto || h.Key != "" || job == nil || !h.undoable(job) {
		return false
	}
	if h.State == Failed && h.Segment != dispatch.Rollback {
		return r.on(h.stage()) && h.touched(job)
	}
	if h.State == Failed { // a rollback that was refused is tried again
		return true
	}
	w := r.sums[k].wave
	return (h.State == Soaking || h.State == Succeeded) && w != nil && w.Ended == 0 && r.on("gate") && r.gateFailed(k) != ""
}

// undoable says whether there are steps back, and it is known where to.
func (h *Host) undoable(job *Job) bool {
	for _, step := range job.Steps[dispatch.Rollback] {
		if step.Builtin != "" && len(h.before()) == 0 {
			return false
		}
	}
	return len(job.Steps[dispatch.Rollback]) > 0
}

func (r *running) on(stage string) bool {
	return slices.Contains(r.plan.RollbackOn, stage)
}

// stage is where a host failed, as plans name it.
func (h *Host) stage() string {
	if h.Segment == dispatch.Install {
		return "install"
	}
	return "postcheck"
}

// touched says whether a failed host was past the point where something changes.
func (h *Host) touched(job *Job) bool {
	if h.Segment != dispatch.Install || h.Outcome == nil || h.Outcome.Step == "" {
		return true
	}
	return pastPoint(job, h.Outcome.Step)
}

// part takes out of a run the hosts that have no work any more. True says that the
// run is to be looked at again afterwards.
func (t *tick) part(r *running) bool {
	n := 0
	leave := func(h *Host, code rollout.Code, why string) {
		if h == nil || h.Busy() || h.State.Ended() || n >= batch {
			return
		}
		if _, known := parting[code]; !known { // it would be said of it again and again
			code, why = rollout.NotSelected, why+" ("+string(code)+")"
		}
		n++
		t.record(r, h.Wave, resultlog.Record{Kind: resultlog.Deferred, Asset: h.Asset, Code: string(code), Why: why})
	}
	if r.plan.Superseded != "" && r.plan.OnSupersede == "switch" {
		for _, u := range r.sums {
			if u.wave == nil {
				continue
			}
			for _, h := range u.wave.hosts {
				leave(h, rollout.Superseded, r.plan.Superseded)
			}
		}
		return n > 0
	}
	for _, asset := range sortedKeys(r.plan.Gone) {
		if museum.Planted("ignore-exceptions") {
			break
		}
		leave(r.Hosts[asset], r.plan.Gone[asset], "it has no work any more")
	}
	return n > 0
}

// batch is how many records of one kind one asking gives for a run.
const batch = 2000

// abort ends a run that somebody stopped for good, or whose patches were withdrawn,
// once nothing is under way. True says that nothing else is to be decided.
func (t *tick) abort(r *running) bool {
	outcome, why := r.aborted(t.s.Stops[r.key])
	if outcome == "" {
		return false
	}
	for _, h := range r.underWay() {
		t.waits(Wait{Client: r.Client, Plan: r.Plan, Wave: h.Wave, Asset: h.Asset, Code: rollout.Held, Why: "it goes to its safe point: " + why})
	}
	undo, late := 0, 0
	for i := range r.sums {
		undo += len(r.sums[i].undo)
		late += len(r.sums[i].late)
	}
	if len(r.sessions) == late && undo == 0 {
		t.endWaves(r, "aborted")
		t.record(r, "", resultlog.Record{Kind: resultlog.RunEnded, Outcome: outcome, Why: why})
	}
	return true
}

// aborted is how a run is over before its end, and why; "" it is not.
func (r *running) aborted(stops []Stop) (outcome, why string) {
	for i := range stops {
		if s := &stops[i]; s.Kind != resultlog.Hold {
			return "aborted", heldBy(s)
		}
	}
	for asset, code := range r.plan.Gone {
		if code == rollout.Withdrawn && r.Hosts[asset] != nil {
			return "aborted", "a recall: its patches were withdrawn"
		}
	}
	if r.plan.Superseded != "" && r.plan.OnSupersede == "abort" {
		return "aborted", r.plan.Superseded
	}
	for k := range r.sums {
		if name := r.gateFailed(k); name != "" {
			return "failed", fmt.Sprintf("gate %s of wave %s failed", name, r.waves[k].Name)
		}
	}
	return "", ""
}

// endWaves ends the waves that have begun and not ended.
func (t *tick) endWaves(r *running, outcome string) {
	for i := range r.Waves {
		if w := &r.Waves[i]; w.Begun > 0 && w.Ended == 0 {
			t.record(r, w.Name, resultlog.Record{Kind: resultlog.WaveEnded, Outcome: outcome})
		}
	}
}
