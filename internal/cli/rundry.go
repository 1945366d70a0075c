package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/resultlog"
)

// wouldStart says what would start now and next, and why not, after what is recorded
// and merged already. It begins nothing and writes nothing.
func (a *app) wouldStart(ctx context.Context, flags runFlags) error {
	f := flags.authorityFlags
	f.offline = true // it was fetched a moment ago
	t, state, err := a.authorisedLogs(ctx, f)
	if err != nil {
		return err
	}
	defer t.close()
	docs, err := t.view.Documents(ctx, state)
	if err != nil {
		return err
	}
	now := progress.Now{At: a.env.Now().Unix(), Repository: t.id}
	if b := t.view.State.Blocked; b != nil {
		now.Blocked = b.Clients
	}
	d, err := foresee(state, docs, now, t.view.Blob)
	if err != nil {
		return err
	}
	out := report.Foreseen{AsOf: now.At, Zones: clientZone(docs.Input), Waits: d.Waits}
	for _, x := range d.Do {
		switch x.Act {
		case progress.Starts:
			out.Starts = append(out.Starts, x)
		case progress.Notifies:
			out.Tells = append(out.Tells, x)
		}
	}
	out.Next = upcoming(state, out.Starts)
	if a.flags.format == "json" {
		w := watcher{app: a}
		w.json(out.Value())
		return nil
	}
	return report.WriteForeseen(a.env.Stdout, out)
}

// mostSteps bounds how many decisions that only need records are thought through.
const mostSteps = 200

// foresee carries decisions out in thought, as long as they only ask for records and
// schedules, so that a rollout that has not begun is seen to begin. What is left are
// starts, notices and waits. It changes the state.
func foresee(s *progress.State, d *progress.Documents, now progress.Now, blobs progress.Blobs) (progress.Decisions, error) {
	made := map[string][]byte{}
	read := func(client, digest string) ([]byte, error) {
		if b, ok := made[digest]; ok {
			return b, nil
		}
		return blobs(client, digest)
	}
	take := func(client string, records []resultlog.Record) error {
		for _, r := range records {
			r.T = time.Unix(now.At, 0).UTC().Format(time.RFC3339)
			if err := s.Apply([]progress.Logged{{Client: client, Record: r}}, read); err != nil {
				return err
			}
		}
		return nil
	}
	for range mostSteps {
		out := progress.Next(s, d, now)
		more := false
		for _, x := range out.Do {
			switch x.Act {
			case progress.Records:
				more = true
				if err := take(x.Client, x.Records); err != nil {
					return out, err
				}
			case progress.Replans:
				if x.Cause == now.Replanned && x.Cause != "" {
					continue
				}
				now.Replanned, more = x.Cause, true
				all, err := progress.Replan(s, d, now.At, x.Cause)
				for _, p := range all {
					made[canonical.Digest(p.Blob)] = p.Blob
					err = errors.Join(err, take(p.Client, p.Records))
				}
				if err != nil {
					return out, err
				}
			}
		}
		if !more {
			return out, nil
		}
	}
	return progress.Decisions{}, fmt.Errorf("no end of decisions after %d steps: a mistake of ours", mostSteps)
}

// upcoming are the sessions that come next, by their start, without those that would
// start now.
func upcoming(s *progress.State, starts []progress.Decision) []report.Upcoming {
	now := map[string]bool{}
	for _, x := range starts {
		now[x.Client+"/"+x.Plan+"/"+x.Asset] = true
	}
	var out []report.Upcoming
	for _, name := range slices.Sorted(maps.Keys(s.Runs)) {
		run := s.Runs[name]
		if run.Outcome != "" || run.Schedule == nil {
			continue
		}
		for _, asset := range slices.Sorted(maps.Keys(run.Schedule.Placements)) {
			h := run.Hosts[asset]
			if h != nil && (h.State.Ended() || h.State.Busy()) || now[name+"/"+asset] {
				continue
			}
			out = append(out, report.Upcoming{Plan: name, Client: run.Client, Asset: asset, Place: run.Schedule.Placements[asset]})
		}
	}
	slices.SortStableFunc(out, func(a, b report.Upcoming) int { return cmp.Compare(a.Start, b.Start) })
	return out
}
