package controller

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/progress"
)

// closekeeper asks the rules of the close gate; the pipeline's judge is one.
type closekeeper interface {
	// Holds are the findings that hold the closing of each rollout by the rules of a commit;
	// asks is false where it has no such rule.
	Holds(commit string, all []pipeline.Close, now int64) (found [][]finding.Finding, asks bool, err error)
}

// closeGate asks the rules of the close gate, by the rules of the authorised tip, about each
// rollout that is about to be recorded as ended. What cannot be asked is held.
func (v *View) closeGate(d *progress.Documents, s *progress.State, now int64) {
	g, ok := v.judge.(closekeeper)
	if !ok || s == nil {
		return
	}
	var about []pipeline.Close
	var plans []*progress.Plan
	for _, key := range slices.Sorted(maps.Keys(d.Plans)) {
		p, run := d.Plans[key], s.Runs[key]
		p.Close = &progress.CloseGate{Results: -1}
		if run != nil && run.Ended == 0 && (run.Settled() || p.Deadline > 0 && now+askAhead >= p.Deadline) {
			about, plans = append(about, closeOf(p, run)), append(plans, p)
			p.Close.Results = run.Results()
		}
	}
	found, asks, err := g.Holds(v.State.Tip, about, now)
	if !asks && err == nil {
		for _, p := range d.Plans {
			p.Close = nil
		}
		return
	}
	d.Follow = true
	for i, p := range plans {
		switch {
		case err != nil:
			p.Close.Why = "the rules of the close gate cannot be asked: " + firstLine(err)
		case len(found[i]) > 0:
			p.Close.Why = fmt.Sprintf("%s (%s)", oneLine(found[i][0].Message), found[i][0].ID)
		}
	}
	if d.Until == 0 || d.Until > now+askAgain {
		d.Until = now + askAgain
	}
}

// closeOf is how a rollout went.
func closeOf(p *progress.Plan, run *progress.Run) pipeline.Close {
	out := pipeline.Close{Client: run.Client, Plan: run.Plan, ID: p.ID, Begun: run.Began}
	for _, asset := range slices.Sorted(maps.Keys(run.Hosts)) {
		h := run.Hosts[asset]
		out.Assets = append(out.Assets, asset)
		if h.Place != nil {
			out.Patches = append(out.Patches, h.Place.Patches...)
		}
		if h.Attempt == 0 {
			continue
		}
		r := pipeline.CloseResult{Asset: asset, Wave: h.Wave, State: string(h.State), Triage: h.Class, Attempt: h.Attempt, At: h.Since}
		if done := h.State == progress.Succeeded || h.State == progress.Soaking; done && h.Place != nil {
			r.Patches, r.Triage = h.Place.Patches, ""
		}
		if h.Overrun {
			r.MinutesOutside = minutesOutside(h)
		}
		out.Results = append(out.Results, r)
	}
	slices.Sort(out.Patches)
	out.Patches = slices.Compact(out.Patches)
	return out
}

// minutesOutside is how long a host that overran went on after what was planned: at least one.
func minutesOutside(h *progress.Host) int64 {
	if h.Place == nil {
		return 1
	}
	return max(1, (h.Since-h.Place.End+59)/60)
}

// Holds implements closekeeper.
func (j *pipelineJudge) Holds(commit string, all []pipeline.Close, now int64) ([][]finding.Finding, bool, error) {
	at := time.Unix(now, 0).UTC()
	if j.closesAt != commit {
		if _, _, err := j.Corpus(commit); err != nil {
			return nil, true, err
		}
		read, err := j.engine.Closing(pipeline.Input{Tree: j.wholeTree, Child: j.child, AsOf: at})
		if err != nil {
			return nil, true, err
		}
		j.closes, j.closesAt = read, commit
	}
	if j.closes == nil {
		return nil, false, nil
	}
	found, err := j.closes.Refuses(all, at)
	return found, true, err
}
