package cli

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// explainLogged adds to an explanation what the log says of the asset, as it was fetched
// last. A repository without a log, or a machine without a root of trust to verify it
// by, adds nothing; a log that does not hold is an error.
func (a *app) explainLogged(ctx context.Context, p *plannedTree, e *report.Explanation) error {
	if a.flags.at != "" {
		return nil // of another commit than what rollouts are of
	}
	client, asset, _ := strings.Cut(e.Name, "/")
	f := &logFlags{remote: "origin", client: client}
	s, sources, err := a.logs(ctx, f)
	if err != nil {
		return integrityOnly(err)
	}
	defer s.close()
	state, about, err := s.progressOf(sources, asset)
	if err != nil {
		return err
	}
	runs := report.Runs{AsOf: p.schedule.AsOf, State: state, Zones: clientZone(p.input)}
	why := unhealthy(state, p.input, client, asset)
	for _, run := range state.Runs {
		if why != "" && run.Client == client {
			runs.Waits = append(runs.Waits, progress.Wait{Client: client, Plan: run.Plan, Asset: asset, Code: rollout.RelayUnhealthy, Why: why})
		}
	}
	computed := report.Computed{Plans: p.schedule.Plans}
	if p.commit != nil {
		computed.Commit = *p.commit
	}
	sections, verdicts := report.ExplainLogged(runs, computed, client, asset, about)
	e.Sections = append(sections, e.Sections...)
	if len(verdicts) > 0 {
		e.Summary = strings.Join(append(verdicts, "by the documents alone, without the log, "+e.Summary), "; ")
	}
	return nil
}

// unhealthy is why nothing starts on an asset because of what it loads through; "" all is in
// order.
func unhealthy(s *progress.State, in *rollout.Input, client, asset string) string {
	for i := range in.Clients {
		c := &in.Clients[i]
		if at := slices.IndexFunc(c.Assets, func(a rollout.Asset) bool { return a.Name == asset }); c.Name == client && at >= 0 {
			return s.Unhealthy(c, at)
		}
	}
	return ""
}

// integrityOnly is an error that says that something is wrong; nothing where there only
// is nothing to see.
func integrityOnly(err error) error {
	if errors.Is(err, resultlog.ErrIntegrity) || errors.Is(err, resultlog.ErrCheckpoint) {
		return err
	}
	return nil
}

// progressOf verifies logs and folds them, and returns the records about an asset.
func (s *logSource) progressOf(sources []resultlog.Source, asset string) (*progress.State, []resultlog.Record, error) {
	var about []resultlog.Record
	state := progress.Begin()
	blobs := func(client, digest string) ([]byte, error) {
		for _, src := range slices.Backward(sources) {
			if src.Name.Client != client {
				continue
			}
			if b, err := resultlog.ReadBlob(src.Files, digest); err == nil {
				return b, nil
			}
		}
		return nil, fs.ErrNotExist
	}
	_, err := s.verify(sources, func(n resultlog.Name, _ resultlog.Place, r *resultlog.Record) error {
		if r.Asset == asset {
			about = append(about, *r)
		}
		return state.Apply([]progress.Logged{{Client: n.Client, Record: *r}}, blobs)
	})
	return state, about, err
}
