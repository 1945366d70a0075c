package resultlog

import (
	"fmt"
	"slices"
	"strings"
)

// clocksDiffer is by how many seconds the clock of whoever signs may be off from ours.
const clocksDiffer = 300

// execPause is why a wave stands until a person resumes.
type execPause struct {
	code string
	at   int64
}

// word takes what somebody said of a gate of a wave that has begun.
func (e *Execution) word(r *Record) {
	cut := strings.LastIndex(r.Plan, "/")
	if cut < 0 || r.Change != "" || r.Actor == nil {
		return
	}
	run := e.runs.get(r.Plan[:cut])
	wave := run.id + " " + r.Plan[cut+1:]
	if run.id == "" || !e.begun.get(wave) {
		return
	}
	agrees := r.Kind == Approval || r.Kind == Consent
	e.agreed.set(wave+" "+actorOf(r), agrees || r.Kind == Rejection && e.agreed.get(wave+" "+actorOf(r)))
}

// gate judges that a gate of people opens by somebody's word alone.
func (e *Execution) gate(r *Record, run execRun) string {
	if why := waveWord(r); why != "" || r.Outcome != "pass" || !strings.HasPrefix(r.Gate, "approval-") || e.part {
		return why
	}
	if !someOf(&e.agreed, run.id+" "+r.Wave+" ") {
		return fmt.Sprintf("gate %s of wave %s passes, and nobody said so since it began", r.Gate, r.Wave)
	}
	return ""
}

// paused takes a pause that only a person lifts. One of a cause that some hosts share
// holds those, and the log does not say which.
func (e *Execution) paused(r *Record, run execRun) string {
	if why := waveWord(r); why != "" {
		return why
	}
	if r.Code != "freeze" && (r.Code != "triage" || r.Reason == "") {
		e.pauses.set(run.id+" "+r.Wave+" "+r.Code+" "+r.Reason, execPause{r.Code, at(r.T)})
	}
	return ""
}

// lifted takes a resume: of a wave that wave's pauses, of a plan all, but none that came
// after it was signed. Failures so far are forgiven.
func (e *Execution) lifted(r *Record) {
	knows := at(r.T)
	if asOf := at(r.AsOf); asOf > 0 {
		knows = min(knows, asOf+clocksDiffer)
	}
	plan, of := r.Plan, ""
	if parts := strings.SplitN(r.Plan, "/", 3); len(parts) == 3 {
		plan, of = parts[0]+"/"+parts[1], parts[2]+" "
	}
	prefix := e.runs.get(plan).id + " " + of
	for _, key := range e.pauses.keys() {
		if strings.HasPrefix(key, prefix) && e.pauses.get(key).at <= knows {
			e.pauses.set(key, execPause{})
		}
	}
	for _, key := range e.failed.keys() {
		if strings.HasPrefix(key+" ", prefix) {
			e.failed.set(key, 0)
		}
	}
}

// fails counts a host that has failed for good in its wave.
func (e *Execution) fails(c execClaim, r *Record) {
	final := r.Outcome != succeeded && r.Outcome != stopped && (r.Begin == "" || c.segment == segmentReboot)
	if partly := r.Code == "PARTIAL" && r.Reboot; !final || partly || c.segment == segmentRollback {
		return
	}
	wave := c.run + " " + c.wave
	e.failed.set(wave, e.failed.get(wave)+1)
}

// standing is why no installation of a run begins: a wave of it is paused until a person
// resumes, or has failed more often than it bears (R51).
func (e *Execution) standing(run string) string {
	for _, key := range e.pauses.keys() {
		if strings.HasPrefix(key, run+" ") {
			return fmt.Sprintf("wave %s is paused (%s), and nobody resumed it", strings.Fields(key)[1], e.pauses.get(key).code)
		}
	}
	for _, wave := range e.failed.keys() {
		if n, most := e.failed.get(wave), e.budget.get(wave); strings.HasPrefix(wave, run+" ") && n > most {
			return fmt.Sprintf("%d failed in wave %s, %d may, and nobody resumed it", n, strings.Fields(wave)[1], most)
		}
	}
	return ""
}

// opened takes the first record of a wave's beginning.
func (e *Execution) opened(r *Record, run execRun) {
	if wave := run.id + " " + r.Wave; !e.begun.get(wave) {
		e.begun.set(wave, true)
		e.budget.set(wave, r.Budget)
	}
}

// over is what follows from a wave's end for its pauses.
func (e *Execution) over(r *Record, run execRun) {
	for _, key := range e.pauses.keys() {
		if strings.HasPrefix(key, run.id+" "+r.Wave+" ") {
			e.pauses.set(key, execPause{})
		}
	}
}

// covers reports whether somebody approved the grant of an asset, "PLAN/ASSET". Where a
// merge could not name all that it left without approval, only what is named since is.
func (e *Execution) covers(asset string) bool {
	return !e.uncovered.get(asset) && (!e.uncovered.get(unnamed) || e.covered.get(asset))
}

// unnamed stands for uncovered grants that a record had no room for.
const unnamed = "and more"

func someOf(l *layer[bool], prefix string) bool {
	return slices.ContainsFunc(l.keys(), func(key string) bool { return strings.HasPrefix(key, prefix) })
}
