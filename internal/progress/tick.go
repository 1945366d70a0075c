package progress

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// tick is one asking of Next: what it gathers, and what has been decided so far, so
// that no two decisions of it go together badly.
type tick struct {
	s      *State
	d      *Documents
	now    Now
	at     int64
	oracle *rollout.Oracle
	number int64 // of the tick, by these documents
	out    Decisions
	loads  map[string]*load
	causes []string
	known  []string // causes that a schedule was computed for
	ended  []*running
	runs   []*running
	flying int              // segments in flight, over all clients
	crews  map[string]int64 // sessions under way, by who attends them
	// late says that hosts missed their windows: that is recorded before any schedule
	// is computed anew, which would move them silently.
	late bool
	// fresh says that there is a cause that no schedule was computed for.
	fresh bool
}

// running is a run that goes on, with what the documents say of it.
type running struct {
	*Run
	key   string
	plan  *Plan
	waves []Wave
	sums  []sum
	stop  *Stop // that stops all of it
	stale bool  // its schedule is to be computed anew first
	left  bool  // hosts left it just now: that is recorded before anything else is decided
	done  bool  // a wave's end was decided on just now
	shut  bool  // it is paused, or over: no session begins, those that have begun go on
}

// Next says what may be done now. It changes nothing and does not depend on the
// order of anything but the records. Whoever carries it out folds the records and
// asks again until nothing is left: a decision that depends on another comes then.
func Next(s *State, d *Documents, now Now) Decisions {
	if d.oracle == nil {
		d.oracle = rollout.NewOracle(d.Input)
	}
	d.ticks++
	t := &tick{number: d.ticks, s: s, d: d, now: now, at: now.At, oracle: d.oracle, loads: map[string]*load{}, known: strings.Split(now.Replanned, causesApart)}
	t.wake(d.Until)
	for _, key := range t.keys() {
		t.look(key)
	}
	for _, id := range sortedKeys(s.past) {
		r := s.past[id]
		key := r.Client + "/" + r.Plan
		t.ended = append(t.ended, &running{Run: r, key: key, plan: d.Plans[key]})
	}
	t.weigh()
	for _, r := range t.ended {
		t.probe(r)
		t.unheard(r)
	}
	for _, r := range t.runs {
		t.carry(r)
	}
	t.replan()
	t.start()
	return t.out
}

// keys are all plans that have a run or documents, sorted.
func (t *tick) keys() []string {
	keys := slices.Collect(maps.Keys(t.s.Runs))
	for key := range t.d.Plans {
		if t.s.Runs[key] == nil {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// look sorts out whether a plan has a run that goes on, or one may begin.
func (t *tick) look(key string) {
	run, plan := t.s.Runs[key], t.d.Plans[key]
	if run == nil || run.Ended > 0 {
		if run != nil && len(run.sessions) > 0 {
			t.ended = append(t.ended, &running{Run: run, key: key, plan: plan})
		}
		if plan != nil && (run == nil || !t.s.stands(run, plan)) {
			t.begin(key, run, plan)
		} else if run != nil && plan != nil {
			t.review(key, run, plan)
			t.breaches(&running{Run: run, key: key, plan: plan})
		}
		return
	}
	r := &running{Run: run, key: key, plan: plan, stop: stopOf(t.s.Stops[key], "")}
	if plan != nil {
		r.waves = plan.WavesIn(run)
	}
	t.runs = append(t.runs, r)
}

// begin begins a run: of a plan that has none, or whose last one was about something
// else. What ended is not begun again as long as the plan is what it was.
func (t *tick) begin(key string, last *Run, p *Plan) {
	switch {
	case len(p.Jobs) == 0 || t.now.Stop != "":
		return
	case t.at >= p.Deadline:
		t.waits(Wait{Client: p.Client, Plan: p.Name, Code: rollout.NotApproved, Why: "lapsed: its deadline has passed"})
		return
	case t.closed(p) != "":
		t.waits(Wait{Client: p.Client, Plan: p.Name, Code: t.closed(p), Why: t.closedWhy(p)})
		return
	}
	if stop := stopOf(t.s.Stops[key], ""); stop != nil {
		t.waits(Wait{Client: p.Client, Plan: p.Name, Code: rollout.Held, Why: heldBy(stop)})
		return
	}
	t.do(Decision{Act: Records, Client: p.Client, Plan: p.Name, Why: "the run begins", Records: []resultlog.Record{{
		Kind: resultlog.RunBegun, Run: t.runID(last, p), Plan: key, Commit: t.d.Commit, Grant: p.Digest,
		Engine: t.d.Engine, Tzdata: t.d.Tzdata, Policy: t.d.Policy, AsOf: instant(t.at),
	}}})
}

// closed is why nothing of a plan starts at all; "" it may.
func (t *tick) closed(p *Plan) rollout.Code {
	if p.Closed == "" && t.blocked(p.Client) {
		return rollout.NotApproved
	}
	return p.Closed
}

func (t *tick) closedWhy(p *Plan) string {
	if p.Closed == "" && t.blocked(p.Client) {
		return "main holds what nobody authorised"
	}
	return p.ClosedWhy
}

func (t *tick) blocked(client string) bool {
	return slices.Contains(t.now.Blocked, client) || slices.Contains(t.now.Blocked, "_org")
}

// carry decides what is to be done of a run, but for starts.
func (t *tick) carry(r *running) {
	t.probe(r)
	switch {
	case t.now.Stop != "":
		t.waits(Wait{Client: r.Client, Plan: r.Plan, Code: rollout.Held, Why: t.now.Stop})
		return
	case r.plan == nil:
		t.orphaned(r)
		return
	}
	t.breaches(r)
	t.stops(r)
	if r.Schedule == nil {
		t.cause(r, "no schedule")
		return
	}
	t.sums(r)
	if r.left = t.departed(r) || t.part(r); r.left {
		return
	}
	if r.shut = t.abort(r); r.shut {
		return
	}
	if r.left = t.missed(r); r.left {
		t.late = true
		return
	}
	t.cause(r, t.moved(r)...)
	t.notices(r)
	t.advance(r)
	t.end(r)
}

// orphaned ends a run whose plan the documents do not hold any more.
func (t *tick) orphaned(r *running) {
	t.unheard(r)
	if len(r.Claims) > 0 {
		t.waits(Wait{Client: r.Client, Plan: r.Plan, Code: rollout.NotSelected, Why: "no open plan of the authorised tip says how to go on"})
		return
	}
	t.endWaves(r, "aborted")
	t.record(r, "", resultlog.Record{Kind: resultlog.RunEnded, Outcome: "aborted", Why: "no open plan of the authorised tip"})
}

// causesApart stands between the causes of different runs.
const causesApart = "; "

// cause notes why a run's schedule has to be computed anew, unless it was for just that:
// by this process, or by whoever locked the one that there is.
func (t *tick) cause(r *running, whys ...string) {
	if len(whys) == 0 {
		return
	}
	why := strings.Join(whys, ", ")
	cause := r.because() + why
	known := slices.Contains(t.known, cause) || r.Schedule != nil && r.Schedule.Cause == why
	r.stale = r.Schedule == nil || !known
	t.fresh = t.fresh || !known
	t.causes = append(t.causes, cause)
}

// because is what stands before a run's causes.
func (r *Run) because() string { return r.Client + "/" + r.Plan + " " + r.ID + ": " }

// replan asks for schedules anew, once for every cause.
func (t *tick) replan() {
	if t.fresh && !t.late {
		t.do(Decision{Act: Replans, Why: "the schedule is computed anew", Cause: strings.Join(t.causes, causesApart)})
	}
}

// moved says what may make another schedule of a run than the one that is locked.
func (t *tick) moved(r *running) []string {
	var out []string
	if r.Commit != t.d.Commit || r.Digest != r.plan.Digest {
		out = append(out, "documents "+t.d.Commit+" "+r.plan.Digest)
	}
	n, left := 0, 0
	newest := int64(0)
	for i := range r.sums {
		n += r.sums[i].moving
		left += r.sums[i].unplaced
		newest = max(newest, r.sums[i].deferred)
	}
	for i := range r.sums {
		if b := r.sums[i].barred; b > 0 {
			out = append(out, "not let begin "+r.waves[i].Name+" at "+instant(b))
		}
	}
	if c := conditions(t.s, r.Run, r.plan); c != "" {
		out = append(out, c)
	}
	if r.back > 0 {
		out = append(out, "stopped at "+instant(r.back))
	}
	if n > 0 {
		out = append(out, "missed "+instant(newest)+" resumed "+instant(r.Resumed)+" on "+instant(t.at)[:10])
	}
	if left > 0 {
		out = append(out, "unplaced on "+instant(t.at)[:10])
		t.wake(t.at - t.at%86400 + 86400)
	}
	return out
}

func (t *tick) do(d Decision) { t.out.Do = append(t.out.Do, d) }

// record decides on a record of a run.
func (t *tick) record(r *running, wave string, rec resultlog.Record) {
	rec.Run, rec.Plan, rec.Wave = r.ID, r.key, wave
	t.do(Decision{Act: Records, Client: r.Client, Plan: r.Plan, Wave: wave, Asset: rec.Asset, Records: []resultlog.Record{rec}, Why: rec.Why})
}

func (t *tick) waits(w Wait) {
	t.wake(w.Until)
	t.out.Waits = append(t.out.Waits, w)
}

func (t *tick) wake(at int64) {
	if at > t.at && (t.out.Wake == 0 || at < t.out.Wake) {
		t.out.Wake = at
	}
}

// sessions are the hosts under way of a run, sorted.
func (r *Run) underWay() []*Host {
	out := slices.Collect(maps.Values(r.sessions))
	slices.SortFunc(out, func(a, b *Host) int { return cmp.Compare(a.Asset, b.Asset) })
	return out
}

// probe asks hosts what became of claims that this process does not have in hand.
func (t *tick) probe(r *running) {
	for _, h := range r.underWay() {
		if c := r.Claims[h.Key]; c != nil && c.Probed {
			t.waits(Wait{Client: r.Client, Plan: r.Plan, Wave: h.Wave, Asset: h.Asset, Code: "UNKNOWN", Why: "nobody knows what became of it: " + c.Why})
		}
		if h.Key == "" || t.now.InHand[h.Key] || t.now.Absent[h.Key] {
			continue
		}
		job := r.job(h.Asset)
		if job == nil {
			t.waits(Wait{Client: r.Client, Plan: r.Plan, Wave: h.Wave, Asset: h.Asset, Code: rollout.NotSelected, Why: "a claim is open, and no document says how to reach the host"})
			continue
		}
		task := t.taskOf(r, h, job)
		t.do(Decision{Act: Probes, Client: r.Client, Plan: r.Plan, Wave: h.Wave, Asset: h.Asset, Task: task, Why: "nobody here knows what became of it"})
	}
}

func (r *running) job(asset string) *Job {
	if r.plan == nil {
		return nil
	}
	return r.plan.Jobs[asset]
}

// stops asks hosts to stop before their point of no return that may not go on.
func (t *tick) stops(r *running) {
	for _, h := range r.underWay() {
		job := r.job(h.Asset)
		if h.Key == "" || h.Segment != dispatch.Install || job == nil || pastPoint(job, t.s.Live[h.Key]) {
			continue
		}
		if code, why := t.stopsFor(r, h, job); code != "" {
			t.do(Decision{Act: Stops, Client: r.Client, Plan: r.Plan, Wave: h.Wave, Asset: h.Asset, Task: t.taskOf(r, h, job), Why: string(code) + ": " + why})
		}
	}
}

func (t *tick) stopsFor(r *running, h *Host, job *Job) (rollout.Code, string) {
	if stop := stopOf(t.s.Stops[r.key], h.Wave); stop != nil {
		return rollout.Held, heldBy(stop)
	}
	if code := r.plan.Gone[h.Asset]; code == rollout.Exception || code == rollout.Withdrawn {
		return code, "it is not to be installed there any more"
	}
	if a := t.worked(r, job); a.Code == rollout.Freeze {
		return a.Code, a.By
	}
	return "", ""
}

// pastPoint says whether a step is the point of no return of an installation or later.
func pastPoint(j *Job, step string) bool {
	past := false
	for _, s := range j.Steps[dispatch.Install] {
		past = past || s.Point
		if s.Name == step && step != "" {
			return past
		}
	}
	return false
}
