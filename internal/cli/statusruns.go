package cli

import (
	"context"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/review"
	"github.com/patchops/patchops/internal/window"
)

// listRuns says how all rollouts stand.
func (a *app) listRuns(ctx context.Context, flags statusFlags) error {
	if !slices.Contains(report.RunsFormats(), a.flags.format) {
		return usage("--format is %q, wanted one of %v", a.flags.format, report.RunsFormats())
	}
	s, err := a.newStatus(ctx, flags)
	if err != nil {
		return err
	}
	defer s.close()
	if s.view == nil {
		return noRoot(s.env)
	}
	r, err := s.runs(ctx, "")
	if err != nil {
		return err
	}
	if err := report.WriteRuns(a.env.Stdout, a.flags.format, *r, report.Options{Color: s.color}); err != nil {
		return err
	}
	return stands(r)
}

// runs is how rollouts stand by the logs; nil without a root of trust to verify them
// by.
func (s *statusRun) runs(ctx context.Context, plan string) (*report.Runs, error) {
	if s.view == nil {
		return nil, nil
	}
	state, err := s.view.Progress()
	if err != nil {
		return nil, err
	}
	out := &report.Runs{AsOf: s.now.Unix(), State: state, Plan: plan, Zones: s.zones()}
	if !going(state, plan) {
		return out, nil
	}
	if out.Docs, err = s.view.Documents(ctx, state); err == nil {
		out.Waits = waits(s.view, state, out.Docs, s.now, s.env.id)
	}
	return out, err
}

// going reports whether a rollout that is asked for has not ended, or not begun.
func going(state *progress.State, plan string) bool {
	for name, run := range state.Runs {
		if run.Outcome == "" && (plan == "" || plan == name) {
			return true
		}
	}
	return plan != "" && state.Runs[plan] == nil
}

// waits are what does not start now and why, and what would at the next look, as the
// controller would see it that has nothing in hand.
func waits(v *controller.View, state *progress.State, docs *progress.Documents, now time.Time, repository string) []progress.Wait {
	n := progress.Now{At: now.Unix(), Repository: repository}
	if b := v.State.Blocked; b != nil {
		n.Blocked = b.Clients
	}
	d := progress.Next(state, docs, n)
	for _, x := range d.Do { // what is locked is shown, as if the schedule had been computed anew and had not changed
		if x.Act == progress.Replans {
			n.Replanned = x.Cause
			d = progress.Next(state, docs, n)
			break
		}
	}
	return append(d.Waits, nextLook(d.Do)...)
}

// ready is the code of what nothing keeps from beginning any more.
const ready = "READY"

// nextLook are the starts that a controller decides on at its next look.
func nextLook(do []progress.Decision) []progress.Wait {
	var out []progress.Wait
	for _, x := range do {
		w := progress.Wait{Client: x.Client, Plan: x.Plan, Wave: x.Wave, Asset: x.Asset, Code: ready, Why: "it begins when the controller looks next"}
		begins := x.Act == progress.Records && (x.Records[0].Kind == resultlog.RunBegun || x.Records[0].Kind == resultlog.WaveBegun)
		if x.Act == progress.Starts || begins {
			out = append(out, w)
		}
	}
	return out
}

// zones are the clients' at the authorised tip.
func (s *statusRun) zones() report.Zones {
	return zonesAt(s.engine, s.source, s.tip, s.now, s.env.child)
}

func (t *authorisedEnv) zones() report.Zones {
	return zonesAt(t.engine, t.source, t.tip, t.now, t.child)
}

func zonesAt(engine *pipeline.Engine, source review.Source, commit string, now time.Time, child pipeline.Child) report.Zones {
	tip, err := source.Commit(commit)
	if err != nil {
		return nil
	}
	out, err := engine.Read(pipeline.Input{Tree: tip.Tree, AsOf: now, Child: child}, "Client")
	if err != nil {
		return nil
	}
	return func(client string) *time.Location {
		zone, err := window.Zone(out.Corpus.Zone(client))
		if err != nil {
			return time.UTC
		}
		return zone
	}
}

// stands is the exit status where people must act on a rollout.
func stands(r *report.Runs) error {
	if r != nil && r.Stand() {
		return statusError{status: exitFindings}
	}
	return nil
}
