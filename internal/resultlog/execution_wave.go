package resultlog

import (
	"fmt"
	"slices"
	"strings"
)

func (e *Execution) waveBegun(r *Record, run execRun) string {
	switch {
	case run.ended || !run.scheduled:
		return "a wave of a run that has ended, or has no schedule"
	case r.Wave == "" || r.Budget < 0:
		return "it names no wave, or a budget below 0"
	case e.done.get(run.id+" "+r.Wave) != "":
		return fmt.Sprintf("wave %s begins after it was %s", r.Wave, e.done.get(run.id+" "+r.Wave))
	}
	e.opened(r, run)
	for _, asset := range r.Assets {
		id := run.id + " " + asset
		if other := e.member.get(id); other != "" {
			return fmt.Sprintf("%s joins wave %s, and is in %s", asset, r.Wave, other)
		}
		e.member.set(id, r.Wave)
	}
	return ""
}

// words that records of a wave or gate may say.
var waveWords = map[Kind][]string{
	WavePaused: {"freeze", "threshold", "inconclusive", "manual", "triage"},
	WaveEnded:  {"promoted", "closed", "aborted"},
	Gate:       {"pass", "fail", "inconclusive"},
	RunEnded:   {"done", "partial", "failed", "aborted"},
}

func waveWord(r *Record) string {
	if r.Wave == "" {
		return "it names no wave"
	}
	said := r.Code
	if r.Kind == Gate {
		said = r.Outcome
	}
	if words := waveWords[r.Kind]; words != nil && !slices.Contains(words, said) {
		return fmt.Sprintf("it says %q, wanted one of %q", said, words)
	}
	return ""
}

func (e *Execution) waveEnded(r *Record, run execRun) string {
	switch {
	case r.Wave == "":
		return "it names no wave"
	case !slices.Contains(waveWords[r.Kind], r.Outcome):
		return fmt.Sprintf("it says %q, wanted one of %q", r.Outcome, waveWords[r.Kind])
	case e.done.get(run.id+" "+r.Wave) != "":
		return fmt.Sprintf("wave %s ends twice", r.Wave)
	}
	e.done.set(run.id+" "+r.Wave, r.Outcome)
	e.over(r, run)
	return ""
}

func (e *Execution) runEnded(r *Record, run execRun) string {
	switch {
	case run.ended:
		return "the run ends twice"
	case !slices.Contains(waveWords[r.Kind], r.Outcome):
		return fmt.Sprintf("it says %q, wanted one of %q", r.Outcome, waveWords[r.Kind])
	}
	for _, of := range e.open.keys() {
		if c := e.claims.get(e.open.get(of)); c.open && !c.unknown && c.run == run.id && c.plan == r.Plan {
			return fmt.Sprintf("the run ends, and the claim of %s is open", c.asset)
		}
	}
	run.ended = true
	e.runs.set(r.Plan, run)
	for _, of := range e.stops.keys() { // what is for good is for that run
		if e.stops.get(of) != string(Hold) && (of == r.Plan || strings.HasPrefix(of, r.Plan+"/")) {
			e.stops.set(of, "")
		}
	}
	return ""
}

func (e *Execution) breach(r *Record, run execRun) string {
	id := run.id + " " + r.Asset
	switch {
	case r.Code == "":
		return "it names no code"
	case r.Asset == "": // the review of an emergency
		return ""
	case e.breached.get(id):
		return fmt.Sprintf("the breach of %s is recorded twice", r.Asset)
	}
	e.breached.set(id, true)
	return ""
}
