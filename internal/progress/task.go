package progress

import (
	"maps"
	"slices"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// digest is that of a canonical JSON array.
func digest(parts ...any) string {
	b, err := canonical.Append(nil, parts)
	if err != nil {
		panic(err) // strings and integers have a form
	}
	return canonical.Digest(b)
}

// runID names a rollout: one name for all clients of a template that are under way
// together.
func (t *tick) runID(last *Run, p *Plan) string {
	id := ""
	for _, key := range t.keys() {
		sibling, plan := t.s.Runs[key], t.d.Plans[key]
		if sibling != nil && plan != nil && sibling.Ended == 0 && plan.ID == p.ID && plan.Client != p.Client {
			id = sibling.ID
			break
		}
	}
	if id == "" {
		id = digest(t.now.Repository, p.ID, t.d.Commit)
	}
	if last != nil && last.ID == id { // its keys are used up
		return digest(t.now.Repository, p.ID, t.d.Commit, p.Digest, last.ID)
	}
	return id
}

func (t *tick) keyOf(r *running, job *Job, attempt int64, segment dispatch.Segment) string {
	if museum.Planted("reuse-key") {
		attempt = 1
	}
	return digest(t.now.Repository, r.ID, job.Asset, job.Grant, attempt, string(segment))
}

// attempt is the number of the next claim of a segment: a session's segments share
// one, and what was refused or stopped takes another, because a key is used once.
func (h *Host) attempt(segment dispatch.Segment) int64 {
	if segment == dispatch.Install || segment == h.Segment {
		return h.Attempt + 1
	}
	return h.Attempt
}

// taskOf is the task of a host's open claim.
func (t *tick) taskOf(r *running, h *Host, job *Job) *dispatch.Task {
	task := t.task(r, h, job, h.Segment, h.Attempt)
	task.Key = h.Key
	if c := r.Claims[h.Key]; c != nil {
		task.NotAfter = c.NotAfter
	}
	return task
}

func (t *tick) task(r *running, h *Host, job *Job, segment dispatch.Segment, attempt int64) *dispatch.Task {
	task := &dispatch.Task{
		Key: t.keyOf(r, job, attempt, segment), Run: r.ID, Client: r.Client, Plan: r.Plan, Wave: h.Wave, Asset: h.Asset,
		Segment: segment, Attempt: attempt, Target: job.Target, Steps: job.Steps[segment], Packages: job.Packages,
	}
	if h.Tries > 0 {
		task.Steps = retried(task.Steps, h, job.Retry[h.Class])
	}
	if segment == dispatch.Rollback {
		task.Undo = h.before()
	}
	return task
}

// before is what was installed before the session, as its host said.
func (h *Host) before() []dispatch.Package {
	if h.was != nil {
		return h.was
	}
	if h.Outcome != nil {
		return h.Outcome.Before
	}
	return nil
}

// retried are steps with the parameters that a class of failure declares for another
// attempt: a longer timeout for the step that failed, and an environment.
func retried(steps []dispatch.Step, h *Host, how Retry) []dispatch.Step {
	if how.Timeout == 0 && len(how.Env) == 0 {
		return steps
	}
	out := slices.Clone(steps)
	for i := range out {
		if how.Timeout > 0 && h.Outcome != nil && out[i].Name == h.Outcome.Step {
			out[i].Timeout = how.Timeout
		}
		if len(how.Env) > 0 {
			env := maps.Clone(out[i].Env)
			if env == nil {
				env = map[string]string{}
			}
			maps.Copy(env, how.Env)
			out[i].Env = env
		}
	}
	return out
}

// length is how long a segment and what comes after it take at most.
func (j *Job) length(segment dispatch.Segment) int64 {
	switch segment {
	case dispatch.Install:
		out := j.Worst[dispatch.Install] + j.Worst[dispatch.Verify]
		if j.Reboots {
			out += j.Worst[dispatch.Reboot]
		}
		return out
	case dispatch.Reboot:
		return j.Worst[dispatch.Reboot] + j.Worst[dispatch.Verify]
	}
	return j.Worst[segment]
}

// launch decides on the start of a segment: its claim, and then the deed.
func (t *tick) launch(r *running, h *Host, job *Job, segment dispatch.Segment, a rollout.Answer) {
	attempt := h.attempt(segment)
	absent := h.Key != "" && t.now.Absent[h.Key]
	if absent {
		attempt = h.Attempt
	}
	task := t.task(r, h, job, segment, attempt)
	if absent {
		task.Key = h.Key
	}
	if a.Ends > 0 && segment == dispatch.Install {
		task.StopBy = job.stopBy(a.Ends)
		task.Steps = inTime(task.Steps, task.StopBy-t.at)
		task.NotAfter = a.Until - a.Until%60 + 59 // the last start in time is good for its minute
		if r.plan.Deadline > 0 {
			task.NotAfter = min(task.NotAfter, r.plan.Deadline-1)
		}
	}
	rec := resultlog.Record{
		Kind: resultlog.Claim, Run: r.ID, Plan: r.key, Wave: h.Wave, Asset: h.Asset, Segment: string(segment), Attempt: attempt,
		Grant: job.Grant, Key: task.Key, Window: a.Window, Begin: instant(t.at), Worst: job.Worst[segment],
	}
	if a.Window != "" {
		rec.Occurrence = instant(a.Occurrence)
	}
	if a.Ends > 0 {
		rec.End = instant(a.Ends)
	}
	t.do(Decision{Act: Starts, Client: r.Client, Plan: r.Plan, Wave: h.Wave, Asset: h.Asset, Task: task, Records: []resultlog.Record{rec}, Why: string(segment)})
	if job.Target.Type != manual {
		t.flying++
	}
	l := t.load(r.Client)
	begun := l.busy[job.Index]
	l.begin(t, r.Client, job.Index, a)
	if !begun {
		loads := segment == dispatch.Install && job.Target.Type != manual
		t.keep(r, job.Index, a.Window, loads)
		if loads {
			t.strain(r, h, job.Index, t.at)
		}
	}
}

// stopBy is when a session must have passed its point of no return to end in its opening.
func (j *Job) stopBy(ends int64) int64 { return ends - j.length(dispatch.Install) + j.before() }

// before is how long the steps before the point of no return may take: whoever passes
// it later than that after the last start in time would end too late. Half of what the
// installation takes at most is left for what follows the point.
func (j *Job) before() int64 {
	sum := int64(0)
	for _, s := range j.Steps[dispatch.Install] {
		if s.Point {
			return min(sum, j.Worst[dispatch.Install]/2)
		}
		sum += s.Timeout
	}
	return 0
}

// inTime are steps of which none before the point of no return goes on when that could not be
// passed any more. What installs keeps its time: stopped half-way it helps nobody, so it ends,
// and if that is after the window, it is recorded as overrun.
func inTime(steps []dispatch.Step, most int64) []dispatch.Step {
	out := slices.Clone(steps)
	for i := range max(0, pointOf(steps)) {
		out[i].Timeout = min(out[i].Timeout, max(1, most))
	}
	return out
}

// pointOf is which step is the point of no return; -1 none.
func pointOf(steps []dispatch.Step) int {
	return slices.IndexFunc(steps, func(s dispatch.Step) bool { return s.Point })
}
