package runner

import (
	"strings"
	"time"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// eventsMost is how many events one report holds; watchers read the log for more.
const eventsMost = 4096

// kinds are the events that records make.
var kinds = map[resultlog.Kind]string{
	resultlog.RunBegun: "run", resultlog.RunEnded: "run", resultlog.Schedule: "schedule", resultlog.Notice: "notice", resultlog.Gate: "gate",
	resultlog.WaveBegun: "wave", resultlog.WaveEnded: "wave", resultlog.WaveGoesOn: "wave", resultlog.WavePaused: "pause",
	resultlog.Claim: "claim", resultlog.Result: "result", resultlog.Unknown: "unknown", resultlog.Deferred: "deferred",
	resultlog.Hold: "hold", resultlog.Abort: "abort", resultlog.Recall: "recall", resultlog.Resume: "resume", resultlog.Breach: "breach",
	resultlog.HostKey: "hostkey", resultlog.TaskKind: "task",
}

// show makes an event of a record.
func (r *Runner) show(client string, record *resultlog.Record) {
	if r.Quiet {
		return
	}
	kind, known := kinds[record.Kind]
	if !known {
		return
	}
	e := Event{Kind: kind, Client: client, Plan: strings.TrimPrefix(record.Plan, client+"/"), Wave: record.Wave, Asset: record.Asset, Text: record.Why}
	switch record.Kind {
	case resultlog.Claim:
		e.State = record.Segment
	case resultlog.Result:
		e.Segment, e.State = record.Segment, record.Outcome
	case resultlog.RunBegun, resultlog.WaveBegun:
		e.State = "begun"
	case resultlog.WaveGoesOn:
		e.State = "resumed"
	case resultlog.Deferred, resultlog.WavePaused:
		e.State = record.Code
	default:
		e.State = record.Outcome
	}
	if t, err := time.Parse(time.RFC3339, record.T); err == nil {
		e.At = t.Unix()
	}
	if r.early {
		r.news = append(r.news, e)
		return
	}
	r.tell(e)
}

// showWaits makes events of what waves and plans wait for now and did not before.
func (r *Runner) showWaits(waits []progress.Wait) {
	if r.Quiet {
		return
	}
	now := map[string]string{}
	for i := range waits {
		w := &waits[i]
		if w.Asset != "" {
			continue
		}
		key := w.Client + "/" + w.Plan + "/" + w.Wave
		now[key] = string(w.Code) + " " + w.Why
		if r.waited[key] != now[key] {
			r.tell(Event{Kind: "wait", Client: w.Client, Plan: w.Plan, Wave: w.Wave, State: string(w.Code), Text: w.Why})
		}
	}
	r.waited = now
}

func (r *Runner) tell(e Event) {
	if r.Quiet || len(r.report.Events) >= eventsMost {
		return
	}
	if e.At == 0 {
		e.At = r.Clock.Now()
	}
	r.report.Events = append(r.report.Events, e)
}
