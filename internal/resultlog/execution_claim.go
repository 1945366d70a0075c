package resultlog

import (
	"fmt"
	"strings"
)

// The segments of a session, and what their results may say.
const (
	segmentInstall  = "install"
	segmentReboot   = "reboot"
	segmentVerify   = "verify"
	segmentRollback = "rollback"
	succeeded       = "succeeded"
)

// stopped is before the point of no return: nothing was installed. Interrupted is an
// intent in the host's journal without an outcome.
const (
	stopped     = "stopped"
	interrupted = "interrupted"
)

var outcomes = map[string]bool{succeeded: true, "failed": true, stopped: true, interrupted: true}

// mostAttempts is how often a segment is tried at most.
const mostAttempts = 1000

func (e *Execution) claim(n Name, p Place, r *Record, run execRun) string {
	of := r.Plan + "/" + r.Asset
	old := e.claims.get(r.Key)
	renewed := old.open && old.asset == r.Asset && old.run == r.Run && old.segment == r.Segment && old.attempt == r.Attempt
	_, plan, _ := strings.Cut(r.Plan, "/")
	switch {
	case run.ended && r.Segment == segmentInstall || !run.scheduled:
		return fmt.Sprintf("a claim of %s in a run that has ended, or has no schedule", r.Asset)
	case e.member.get(run.id+" "+r.Asset) != r.Wave || r.Wave == "":
		return fmt.Sprintf("a claim of %s in wave %q, and it is in %q", r.Asset, r.Wave, e.member.get(run.id+" "+r.Asset))
	case r.Attempt < 1 || r.Attempt > mostAttempts || !isDigest(r.Grant) || r.Fence == 0:
		return fmt.Sprintf("a claim of %s with attempt %d, grant %q and fence %d", r.Asset, r.Attempt, r.Grant, r.Fence)
	case !renewed && old.run != "":
		return fmt.Sprintf("the key %s is claimed again", r.Key)
	case !renewed && r.Key != ClaimKey(e.repository, run.id, r.Asset, r.Grant, r.Attempt, r.Segment):
		return fmt.Sprintf("the key of %s is not that of its run, grant, attempt and segment", r.Asset)
	case !renewed && e.open.get(of) != "":
		return fmt.Sprintf("a claim of %s, and %s is open", r.Asset, e.open.get(of))
	case r.Segment == segmentInstall && !e.covers(plan+"/"+r.Asset):
		return fmt.Sprintf("nobody approved the grant of %s", of)
	}
	if why := e.mayBegin(r); why != "" {
		return why
	}
	e.claims.set(r.Key, execClaim{
		run: run.id, plan: r.Plan, wave: r.Wave, asset: r.Asset, segment: r.Segment, grant: r.Grant, attempt: r.Attempt, open: true,
	})
	e.open.set(of, r.Key)
	e.cite(cited{name: n, place: p, fence: r.Fence, kind: r.Kind})
	return ""
}

// mayBegin judges a claim's segment: an installation begins under no hold and inside
// its window, with time enough; what follows from a begun one always may.
func (e *Execution) mayBegin(r *Record) string {
	now, end, last := at(r.T), at(r.End), at(r.NotAfter)
	if last == 0 {
		return fmt.Sprintf("a claim of %s that may begin at any time", r.Asset)
	}
	if r.Segment != segmentInstall {
		if !e.installed(r) {
			return fmt.Sprintf("%s of %s without an installation before", r.Segment, r.Asset)
		}
		return ""
	}
	for _, name := range []string{r.Plan, r.Plan + "/" + r.Wave} {
		if stop := e.stops.get(name); stop != "" {
			return fmt.Sprintf("a claim of %s under a %s of %s", r.Asset, stop, name)
		}
	}
	if why := e.standing(r.Run); why != "" {
		return fmt.Sprintf("a claim of %s, and %s", r.Asset, why)
	}
	switch occurrence := at(r.Occurrence); {
	case r.Window == "" || occurrence == 0 || end == 0:
		return fmt.Sprintf("a claim of %s without a window", r.Asset)
	case now < occurrence || now+max(r.Worst, 0) > end:
		return fmt.Sprintf("a claim of %s at %s, and its window %s is open from %s to %s, %d s of them needed", r.Asset, r.T, r.Window, r.Occurrence, r.End, r.Worst)
	case last >= end:
		return fmt.Sprintf("a claim of %s that may begin until %s, and its window ends at %s", r.Asset, r.NotAfter, r.End)
	}
	return ""
}

// installed reports whether an installation of a claim's asset has a result in its
// run, for the segments that follow one.
func (e *Execution) installed(r *Record) bool {
	switch r.Segment {
	case segmentReboot, segmentVerify, segmentRollback:
	default:
		return false
	}
	return e.part || e.member.get("installed "+r.Run+" "+r.Asset) != ""
}

// outcome judges what became of a claim.
func (e *Execution) outcome(r *Record) string {
	c := e.claims.get(r.Key)
	of := r.Plan + "/" + r.Asset
	switch {
	case c.run == "" && e.part:
		return ""
	case !c.open || e.open.get(of) != r.Key:
		return fmt.Sprintf("of %s with key %q, which is no open claim", r.Asset, r.Key)
	case c.plan != r.Plan || c.asset != r.Asset || r.Run != "" && c.run != r.Run || r.Segment != "" && c.segment != r.Segment || r.Attempt != 0 && c.attempt != r.Attempt || r.Wave != "" && c.wave != r.Wave:
		return fmt.Sprintf("of %s, and not of what its key was claimed for", r.Asset)
	case r.Kind == Unknown:
		c.unknown = true
		e.claims.set(r.Key, c)
		return ""
	case !outcomes[r.Outcome]:
		return fmt.Sprintf("it says %q, wanted succeeded, failed, stopped or interrupted", r.Outcome)
	case r.Out != nil && (len(r.Out.Text) > mostExcerpt || r.Out.SHA256 != "" && !isDigest(r.Out.SHA256) || r.Out.Bytes < 0):
		return fmt.Sprintf("an excerpt of %d bytes with digest %q, wanted at most %d", len(r.Out.Text), r.Out.SHA256, mostExcerpt)
	}
	c.open, c.outcome = false, r.Outcome
	e.fails(c, r)
	e.claims.set(r.Key, c)
	e.open.set(of, "")
	if c.segment == segmentInstall && r.Outcome != stopped {
		e.member.set("installed "+c.run+" "+c.asset, "yes")
	}
	return ""
}

// mostExcerpt is how much of a host's output a record holds.
const mostExcerpt = 8 << 10
