package progress

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/triage"
)

// judged are the findings of a run's failures as of so many results.
type judged struct {
	results  int
	resumed  int64
	unclear  int
	findings []triage.Finding
}

// failures are what counts against a wave's budget.
func (u *sum) failures() int64 { return u.wave.Failures + u.doomed + u.overdue }

// spent is how much of the budget is used since a person last forgave.
func (u *sum) spent() int64 { return u.failures() - u.wave.Forgiven }

// judge pauses a wave that has begun: for failures, for what nobody knows, for a
// systemic cause.
func (t *tick) judge(r *running, k int) {
	u := &r.sums[k]
	if u.spent() > u.wave.Budget && !museum.Planted("no-threshold") {
		t.pause(r, u.wave, PauseThreshold, "", fmt.Sprintf("%d of %d failed, %d may", u.failures(), len(u.wave.Assets), u.wave.Budget))
	}
	for _, key := range sortedKeys(r.Claims) {
		c := r.Claims[key]
		if c.Wave == u.wave.Name && c.Segment == dispatch.Reboot && c.Probed && !c.Forgiven && t.at >= c.late() {
			t.pause(r, u.wave, PauseManual, "reboot of "+c.Asset, "nobody knows whether "+c.Asset+" came back from its reboot: look at it, then resume")
		}
	}
	t.systemic(r, u)
}

// says is why a wave is paused, and that a resume came too early.
func (p *Pause) says() string {
	if p.Crossed != "" {
		return p.Why + "; " + p.Crossed
	}
	return p.Why
}

// pause records that a wave is paused, once for each cause.
func (t *tick) pause(r *running, w *WaveProgress, code, cause, why string) {
	if !slices.ContainsFunc(w.Pauses, func(p Pause) bool { return p.Code == code && p.Cause == cause }) {
		t.record(r, w.Name, resultlog.Record{Kind: resultlog.WavePaused, Code: code, Reason: cause, Why: why})
		r.shut = true
	}
}

// systemic pauses what shares a cause with hosts that failed.
func (t *tick) systemic(r *running, u *sum) {
	if u.failures() < 2 {
		return
	}
	for _, f := range r.findings() {
		if !f.Systemic || !r.reaches(u, f.Cause) {
			continue
		}
		cause := f.Cause
		if shares(&Job{}, cause) {
			cause = "" // everybody
		}
		t.pause(r, u.wave, PauseTriage, cause, strings.Join(append([]string{string(f.Class) + ": " + f.Cause}, f.Evidence...), "; "))
	}
}

// reaches says whether a cause is shared by hosts of a wave that have not begun.
func (r *running) reaches(u *sum, cause string) bool {
	for _, h := range u.wave.hosts {
		if h.State.Ended() || h.Busy() {
			continue
		}
		if job := r.job(h.Asset); job != nil && shares(job, cause) {
			return true
		}
	}
	return false
}

// shares says whether a host shares a cause that triage names: "relay lyon". What is
// not of a kind that hosts differ in is shared by all.
func shares(j *Job, cause string) bool {
	kind, name, _ := strings.Cut(cause, " ")
	switch kind {
	case "relay":
		return j.Relay == name
	case "site":
		return j.Site == name
	case "selector":
		return j.Selector == name
	case "profile":
		return j.Profile == name
	}
	return true
}

// findings are what triage says of the run's hosts, computed once for every result.
// What failed before a person resumed was looked at.
func (r *running) findings() []triage.Finding {
	unclear := 0
	for _, c := range r.Claims {
		if c.Probed {
			unclear++
		}
	}
	j := &r.judged
	if j.results != r.results || j.resumed != r.Resumed || j.unclear != unclear {
		*j = judged{r.results, r.Resumed, unclear, triage.Judge(r.cases())}
	}
	return j.findings
}

func (r *running) cases() []triage.Case {
	var out []triage.Case
	for _, asset := range sortedKeys(r.Hosts) {
		h, job := r.Hosts[asset], r.job(asset)
		failed := h.State == Failed || h.State == RolledBack || h.State == RollbackFailed || h.State == Unknown
		switch {
		case failed && (job == nil || h.Since <= r.Resumed), !failed && h.State != Succeeded && h.State != Soaking:
			continue
		case job == nil: // it is done, and the documents have no work for it any more: it counts all the same
			job = &Job{}
		}
		c := triage.Case{
			Asset: asset, Site: job.Site, Relay: job.Relay, Selector: job.Selector, Profile: job.Profile,
			Failed: failed, State: dispatch.Finished, Segment: h.Fell, Outcome: h.Outcome,
		}
		if h.State == Unknown {
			c.State, c.Outcome, c.Segment = dispatch.Unreachable, nil, h.Segment
		}
		out = append(out, c)
	}
	return out
}
