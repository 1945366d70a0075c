package progress

import (
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/triage"
)

// Bounds of what a host says, in bytes of canonical JSON, so that a record stays far below
// its 64 KiB whatever is in it.
const (
	outputBytes = 4 << 10
	whyBytes    = 1 << 10
	factBytes   = 200
	factsMost   = 80 // of one record; more are in records of their own
)

// longest is in milliseconds what no segment lasts, whatever its host says: ten years.
const longest = 10 * 365 * 24 * 3600 * 1000

// Outcome makes the records of a host's answer: a result where the claim is closed by it,
// unknown where nobody can say, a hostkey where the host showed another key than the
// pinned one. What triage says of a failure by itself, and when it is tried again, is in
// the result. An answer that says nothing final makes no records.
func Outcome(s *State, d *Documents, task *dispatch.Task, a dispatch.Answer, now int64) []Logged {
	o := &outcome{state: s, docs: d, task: task, answer: &a, now: now}
	var out []Logged
	if a.HostKey != "" {
		out = append(out, o.logged(resultlog.Record{
			Kind: resultlog.HostKey, Asset: task.Asset, HostKey: fit(a.HostKey, factBytes), Why: fit(o.words(a.Why), whyBytes),
		}))
	}
	if r, final := o.record(); final {
		more := r.Facts
		r.Facts = more[:min(len(more), factsMost)]
		out = append(out, o.logged(r))
		for more = more[len(r.Facts):]; len(more) > 0; more = more[min(len(more), factsMost):] {
			out = append(out, o.logged(resultlog.Record{Kind: resultlog.Facts, Asset: task.Asset, Facts: more[:min(len(more), factsMost)]}))
		}
	}
	return out
}

// outcome is one answer on its way into the log.
type outcome struct {
	state  *State
	docs   *Documents
	task   *dispatch.Task
	answer *dispatch.Answer
	now    int64
}

func (o *outcome) logged(r resultlog.Record) Logged {
	r.Plan = o.task.Client + "/" + o.task.Plan
	return Logged{Client: o.task.Client, Record: r}
}

// base is a record of the task's claim.
func (o *outcome) base(kind resultlog.Kind) resultlog.Record {
	return resultlog.Record{
		Kind: kind, Run: o.task.Run, Wave: o.task.Wave, Asset: o.task.Asset, Segment: string(o.task.Segment), Attempt: o.task.Attempt, Key: o.task.Key,
	}
}

// record is the result or the unknown of an answer; false for neither.
func (o *outcome) record() (resultlog.Record, bool) {
	switch o.answer.State {
	case dispatch.Finished:
		if o.answer.Outcome == nil {
			return o.unknown("it is finished, and its outcome is not there"), true
		}
		return o.finished(), true
	case dispatch.Refused:
		if o.answer.Asked != "start" && o.answer.Asked != "" {
			return o.unknown(o.words("the host does not say: " + o.answer.Why)), o.answer.Asked == "probe"
		}
		r := o.base(resultlog.Result)
		r.Outcome, r.Code, r.Why = dispatch.Stopped, fit(o.answer.Why, 64), fit(o.words(o.answer.Why), whyBytes)
		return r, true
	case dispatch.Interrupted:
		if o.task.Segment == dispatch.Reboot {
			return o.unknown("the reboot was interrupted: nobody knows whether the host came back in order"), true
		}
		return o.interrupted(), true
	case dispatch.Unreachable:
		return o.unknown(o.words("the host does not answer")), true
	}
	return resultlog.Record{}, false
}

// cut reports whether a step before the point of no return was ended because that could not be
// passed in time any more, and not because it took longer than it may: nothing failed then.
func (o *outcome) cut(got *dispatch.Outcome) bool {
	job, run := o.job(), o.run()
	if got.Exit != -1 || o.task.Segment != dispatch.Install || job == nil || run == nil {
		return false
	}
	steps := job.Steps[dispatch.Install]
	if h := run.Hosts[o.task.Asset]; h != nil && h.Tries > 0 {
		steps = retried(steps, h, job.Retry[h.Class])
	}
	for _, s := range steps[:max(0, pointOf(steps))] {
		for _, ran := range got.Steps {
			if ran.Name == got.Step && s.Name == got.Step && ran.Millis > 0 && ran.Millis < 1000*s.Timeout {
				return true
			}
		}
	}
	return false
}

// words are what the answer says, else something else.
func (o *outcome) words(otherwise string) string {
	if o.answer.Text != "" {
		return o.answer.Text
	}
	return otherwise
}

func (o *outcome) unknown(why string) resultlog.Record {
	r := o.base(resultlog.Unknown)
	r.Why = fit(why, whyBytes)
	return r
}

func (o *outcome) interrupted() resultlog.Record {
	r := o.base(resultlog.Result)
	r.Outcome, r.Why = string(dispatch.Interrupted), fit(o.words("it was interrupted on the host, and nothing runs there"), whyBytes)
	if o.answer.Outcome != nil {
		o.add(&r, o.answer.Outcome)
	}
	o.class(&r)
	if museum.Planted("interrupted-succeeds") {
		r.Outcome = dispatch.Succeeded
	}
	return r
}

func (o *outcome) finished() resultlog.Record {
	r := o.base(resultlog.Result)
	got := o.answer.Outcome
	r.Outcome, r.Why = got.Result, fit(got.Why, whyBytes)
	o.add(&r, got)
	switch {
	case got.Result == dispatch.Succeeded:
	case got.Result == dispatch.Stopped:
		r.Class = string(triage.Window)
	case o.cut(got):
		r.Outcome, r.Class, r.Exit = dispatch.Stopped, string(triage.Window), 0
		r.Why = "stopped before the point of no return, which it would have passed too late"
	default:
		r.Outcome = dispatch.Failed
		if r.Segment == string(dispatch.Install) && o.partial(got) {
			r.Code = partial
		}
		o.class(&r)
	}
	return r
}

// add enters what the host says of a segment.
func (o *outcome) add(r *resultlog.Record, got *dispatch.Outcome) {
	r.Step, r.Exit, r.Reboot = fit(got.Step, 64), got.Exit, got.Reboot
	for _, s := range got.Steps {
		r.MS = min(r.MS+min(max(0, s.Millis), longest), longest)
	}
	if r.MS == 0 && got.Began >= 0 && got.Ended > got.Began {
		r.MS = 1000 * min(got.Ended-got.Began, longest/1000)
	}
	if c := o.claim(); c != nil && c.End > 0 {
		r.Overrun = got.Ended > c.End && !museum.Planted("overrun-unsaid")
	} else {
		r.Overrun = got.Overrun
	}
	if got.Output.SHA256 != "" || got.Output.Text != "" {
		r.Out = &resultlog.Output{SHA256: fit(got.Output.SHA256, 128), Bytes: got.Output.Bytes, Text: fit(got.Output.Text, outputBytes)}
		r.Out.Cut = got.Output.Cut || len(r.Out.Text) < len(got.Output.Text)
	}
	r.Facts = o.facts(got)
}

// run is the run that the task is of, which another one may have followed.
func (o *outcome) run() *Run {
	if past := o.state.past[o.task.Run]; past != nil {
		return past
	}
	return o.state.Runs[o.task.Client+"/"+o.task.Plan]
}

func (o *outcome) claim() *Claim {
	if run := o.run(); run != nil {
		return run.Claims[o.task.Key]
	}
	return nil
}

func (o *outcome) job() *Job {
	if p := o.docs.Plans[o.task.Client+"/"+o.task.Plan]; p != nil {
		return p.Jobs[o.task.Asset]
	}
	return nil
}

// facts are what was there before, which is what to go back to, and what the host says of
// itself, first of the packages of the task.
func (o *outcome) facts(got *dispatch.Outcome) []resultlog.Fact {
	ours := map[string]bool{}
	for _, p := range o.task.Packages {
		ours[p.Name] = true
	}
	var undo, first, rest []resultlog.Fact
	for _, f := range got.Facts {
		if f.Name == beforeFact {
			continue // what to go back to is what the snapshot noted of our packages
		}
		fact := resultlog.Fact{Name: fit(f.Name, 64), Subject: fit(f.Subject, factBytes), Value: fit(f.Value, factBytes), State: fit(f.State, 64)}
		if f.Name == "package" && ours[f.Subject] {
			first = append(first, fact)
		} else {
			rest = append(rest, fact)
		}
	}
	if o.task.Segment == dispatch.Install {
		for _, p := range got.Before {
			if ours[p.Name] {
				undo = append(undo, resultlog.Fact{Name: beforeFact, Subject: fit(p.Name, factBytes), Value: fit(p.Version, factBytes)})
			}
		}
	}
	if len(rest) > 10*factsMost {
		rest = rest[:10*factsMost]
	}
	if got.Result == dispatch.Succeeded && o.task.Segment == dispatch.Verify {
		first = append(first, o.done(first)...)
	}
	if o.task.Segment == dispatch.Rollback {
		first = append(first, o.undone(first, got.Result)...)
	}
	return slices.Concat(undo, first, rest)
}

// done are the packages of a session that ended well, where the host says nothing of them:
// by what was done there, they are as they were to be. Else a host without a package manager
// of ours would be patched again in the next run.
func (o *outcome) done(said []resultlog.Fact) []resultlog.Fact {
	var out []resultlog.Fact
	for _, p := range o.silent(said) {
		if o.known(p.Name).Value != p.Version {
			out = append(out, resultlog.Fact{Name: "package", Subject: fit(p.Name, factBytes), Value: fit(p.Version, factBytes)})
		}
	}
	return out
}

// undone are the packages of a rollback, where the host says nothing of them and is known to
// have what was undone: as they were before, as far as that is known, and not in order else.
func (o *outcome) undone(said []resultlog.Fact, result string) []resultlog.Fact {
	var out []resultlog.Fact
	for _, p := range o.silent(said) {
		if o.known(p.Name).Value != p.Version {
			continue
		}
		f := resultlog.Fact{Name: "package", Subject: fit(p.Name, factBytes), Value: fit(p.Version, factBytes), State: "rolled back"}
		i := slices.IndexFunc(o.task.Undo, func(u dispatch.Package) bool { return u.Name == p.Name })
		switch {
		case result != dispatch.Succeeded:
			f.State = "rollback failed"
		case i >= 0:
			f.Value, f.State = fit(o.task.Undo[i].Version, factBytes), ""
		}
		out = append(out, f)
	}
	return out
}

// silent are the packages of the task of which the host says nothing.
func (o *outcome) silent(said []resultlog.Fact) []dispatch.Package {
	return slices.DeleteFunc(slices.Clone(o.task.Packages), func(p dispatch.Package) bool {
		return slices.ContainsFunc(said, func(f resultlog.Fact) bool { return f.Name == "package" && f.Subject == p.Name })
	})
}

// known is what the log says of a package there.
func (o *outcome) known(name string) resultlog.Fact {
	return o.state.Facts[o.task.Client+"/"+o.task.Asset][FactKey("package", name)]
}

// beforeFact names the fact of what was there before a session.
const beforeFact = "before"

// partial says whether some of the packages of a failed installation went in, in order,
// that were not there before (WR31).
func (o *outcome) partial(got *dispatch.Outcome) bool {
	was := map[string]string{}
	for _, p := range got.Before {
		was[p.Name] = p.Version
	}
	for _, p := range o.task.Packages {
		old, known := was[p.Name]
		if !known || old == p.Version {
			continue
		}
		if slices.ContainsFunc(got.Facts, func(f dispatch.Fact) bool {
			return f.Name == "package" && f.Subject == p.Name && f.Value == p.Version && dispatch.InOrder(f.State)
		}) {
			return true
		}
	}
	return false
}

// class enters what triage says of a failure, and when it is tried again: where its class
// has attempts left, and nothing of it went in. A cause that a wave is paused for is the
// class of all who share it.
func (o *outcome) class(r *resultlog.Record) {
	c := triage.Case{
		Asset: o.task.Asset, Failed: true, State: o.answer.State, Segment: o.task.Segment, Outcome: o.answer.Outcome,
	}
	r.Class = string(triage.Alone(&c).Class)
	job, run := o.job(), o.run()
	if job == nil || run == nil {
		return
	}
	if class := shared(run, job); class != "" {
		r.Class = class
	}
	h := run.Hosts[o.task.Asset]
	retry, may := job.Retry[r.Class]
	if h == nil || !may || r.Code == partial || o.task.Segment == dispatch.Rollback || h.Tries+1 >= retry.Attempts {
		return
	}
	r.Begin = instant(o.now + retry.Delay)
}

// shared is the class of the systemic cause that a host shares; "" for none.
func shared(run *Run, job *Job) string {
	for i := range run.Waves {
		for _, p := range run.Waves[i].Pauses {
			if p.Code != PauseTriage || p.Cause == "" || !shares(job, p.Cause) {
				continue
			}
			if class, _, ok := strings.Cut(p.Why, ":"); ok {
				return class
			}
		}
	}
	return ""
}

// fit cuts text at a whole character so that it takes at most so many bytes in canonical
// JSON. What is no UTF-8 is replaced.
func fit(text string, most int) string {
	text = strings.ToValidUTF8(text, "�")
	size := 0
	for i, r := range text {
		if size += len(canonical.AppendString(nil, string(r))) - 2; size > most {
			return text[:i]
		}
	}
	return text
}
