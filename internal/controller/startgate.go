package controller

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// gatekeeper asks the rules of the start gate; the pipeline's judge is one.
type gatekeeper interface {
	// Refuses are the findings about a start by the rules of a commit; asks is false where
	// it has no such rule.
	Refuses(commit string, of pipeline.Start, now int64) (found []finding.Finding, asks bool, err error)
}

// askAgain is after how many seconds the rules of the start gate are asked anew.
const askAgain = 60

// gate closes the plans of which a rule of the start gate, by the rules of the
// authorised tip, refuses the wave that is open or comes next. What cannot be asked
// refuses.
func (v *View) gate(d *progress.Documents, s *progress.State, now int64) {
	g, ok := v.judge.(gatekeeper)
	if !ok {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(d.Plans)) {
		p := d.Plans[key]
		if p.Closed != "" {
			continue
		}
		for _, start := range startsOf(p, s, key) {
			found, asks, err := g.Refuses(v.State.Tip, start, now)
			if !asks && err == nil {
				return
			}
			switch {
			case err != nil:
				p.Closed, p.ClosedWhy = rollout.Held, "the rules of the start gate cannot be asked: "+firstLine(err)
			case len(found) > 0:
				p.Closed, p.ClosedWhy = rollout.Held, fmt.Sprintf("wave %s: %s (%s)", start.Wave, oneLine(found[0].Message), found[0].ID)
			}
		}
		if d.Until == 0 || d.Until > now+askAgain {
			d.Until = now + askAgain
		}
	}
}

// startsOf are the waves of a plan that may start something now: those that are open,
// and the next one.
func startsOf(p *progress.Plan, s *progress.State, key string) []pipeline.Start {
	of := pipeline.Start{Client: p.Client, Plan: p.Name}
	names := []string{"all"}
	if len(p.Waves) > 0 {
		names = []string{p.Waves[0].Name}
	}
	if s != nil {
		for _, stop := range s.Stops[key] {
			if stop.Kind == resultlog.Hold {
				of.Holds = append(of.Holds, pipeline.StartHold{Person: stop.Person, Reason: stop.Reason, At: stop.At})
			}
		}
		for host := range s.Down {
			if asset, ours := strings.CutPrefix(host, p.Client+"/"); ours && p.Jobs[asset] != nil && p.Jobs[asset].Group != "" {
				of.PeersDown = append(of.PeersDown, asset)
			}
		}
		slices.Sort(of.PeersDown)
		if run := s.Runs[key]; run != nil && run.Ended == 0 && len(run.Waves) > 0 {
			names, of.Progress = wavesOf(run)
		}
	}
	var out []pipeline.Start
	for _, name := range names {
		one := of
		one.Wave = name
		out = append(out, one)
	}
	return out
}

// wavesOf are the waves that are open or next, and how far each is.
func wavesOf(run *progress.Run) (open []string, all []pipeline.StartWave) {
	next := false
	for i := range run.Waves {
		w := &run.Waves[i]
		all = append(all, countsOf(run, w))
		if w.Ended == 0 && (w.Begun > 0 || !next) {
			open = append(open, w.Name)
			next = next || w.Begun == 0
		}
	}
	return open, all
}

func countsOf(run *progress.Run, w *progress.WaveProgress) pipeline.StartWave {
	out := pipeline.StartWave{Wave: w.Name, State: string(w.State), Paused: w.Pause}
	if out.Paused == progress.PauseTriage { // rules know it as one of a threshold
		out.Paused = progress.PauseThreshold
	}
	for _, name := range slices.Sorted(maps.Keys(w.Gates)) {
		out.Gates = append(out.Gates, w.Gates[name])
	}
	for _, h := range run.Hosts {
		if h.Wave != w.Name {
			continue
		}
		switch h.State {
		case progress.Planned, progress.Notified, progress.Ready:
			out.Pending++
		case progress.Soaking, progress.Succeeded:
			out.Succeeded++
		case progress.Failed:
			out.Failed++
		case progress.RolledBack, progress.RollbackFailed:
			out.RolledBack++
		case progress.Unknown:
			out.Unknown++
		case progress.Skipped, progress.Deferred, progress.Cancelled, progress.Superseded, progress.Excepted:
			out.Dropped++
		default:
			out.InFlight++
		}
	}
	return out
}

// Refuses implements gatekeeper.
func (j *pipelineJudge) Refuses(commit string, of pipeline.Start, now int64) ([]finding.Finding, bool, error) {
	if j.startsAt != commit {
		if _, _, err := j.Corpus(commit); err != nil {
			return nil, true, err
		}
		starts, err := j.engine.Starting(pipeline.Input{Tree: j.wholeTree, Child: j.child, AsOf: time.Unix(now, 0).UTC()})
		if err != nil {
			return nil, true, err
		}
		j.starts, j.startsAt = starts, commit
	}
	if j.starts == nil {
		return nil, false, nil
	}
	found, err := j.starts.Refuses(of)
	return found, true, err
}
