package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/runner"
)

// watcher shows what a controller does: on a terminal as a picture of the rollouts that
// go on, else as a line for each thing that happens.
type watcher struct {
	*app
	color bool
	live  *report.Live // nil where Stdout is no terminal, or JSON is printed
	state *progress.State
	docs  *progress.Documents
	waits []progress.Wait
	at    int64
	drawn time.Time
	told  map[string]bool // waits that stand now, and whether they were told
	began map[string]bool // rollouts that went on while we watched
	tick  string          // what the last tick said
	said  map[runner.Event]int64
}

func (a *app) newWatcher(color bool) *watcher {
	w := &watcher{app: a, color: color, told: map[string]bool{}, began: map[string]bool{}, said: map[runner.Event]int64{}}
	if a.env.Color && a.flags.format == "text" && !a.flags.quiet {
		w.live = &report.Live{Out: a.env.Stdout, Color: color, Size: a.env.Size}
	}
	return w
}

// between is how often the picture is drawn at most.
const between = 100 * time.Millisecond

// watch takes in one step of the runner.
func (w *watcher) watch(s controller.Watched) {
	w.state, w.docs, w.waits, w.at = s.State, s.Docs, s.Waits, s.At
	for _, e := range s.Events {
		w.began[report.EventPlan(e)] = true
		if e.Kind != "wait" && !w.again(e) { // waits are told below, those that are alike as one
			w.event(e)
		}
	}
	if s.State == nil {
		return
	}
	for name, run := range s.State.Runs {
		if run.Outcome == "" {
			w.began[name] = true
		}
	}
	if w.live == nil {
		w.wait(s.Waits, s.At, false)
		return
	}
	if now := w.env.Now(); len(s.Events) > 0 || now.Sub(w.drawn) >= between {
		w.drawn = now
		w.live.Draw(w.runs())
	}
}

func (w *watcher) runs() report.Runs {
	r := report.Runs{AsOf: w.at, State: w.state, Waits: w.waits, Docs: w.docs}
	if w.docs != nil {
		r.Zones = clientZone(w.docs.Input)
	}
	return r
}

// mostSaid is how many events are remembered.
const mostSaid = 4096

// again reports whether an event was just told: what is recorded anew because somebody
// else was faster happens once.
func (w *watcher) again(e runner.Event) bool {
	at := e.At
	e.At = 0
	if len(w.said) > mostSaid { // words of hosts are in it, and a controller runs for months
		clear(w.said)
	}
	last, known := w.said[e]
	w.said[e] = at
	return known && at-last < 5
}

// event prints one thing that happened.
func (w *watcher) event(e runner.Event) {
	switch {
	case w.flags.format == "json":
		w.json(report.EventValue(e))
	case w.live != nil:
		if e.Kind != "step" && e.Kind != "claim" { // the picture shows them
			w.live.Above(report.EventLine(e))
		}
	case !w.flags.quiet:
		fmt.Fprintln(w.env.Stdout, report.EventLine(e))
	}
}

func (w *watcher) json(value any) {
	e := json.NewEncoder(w.env.Stdout)
	e.SetEscapeHTML(false)
	_ = e.Encode(value)
}

// wait tells every wait once, as long as it stands. What is over with the next step was
// none: it is told when it stands at two looks, or at the end.
func (w *watcher) wait(waits []progress.Wait, at int64, last bool) {
	stands := map[string]bool{} // and whether it was told
	plans := map[string][]progress.Wait{}
	for _, x := range waits {
		name := x.Client + "/" + x.Plan
		key := name + "\x00" + x.Wave + "\x00" + x.Asset + "\x00" + string(x.Code) + "\x00" + x.Why
		told, seen := w.told[key]
		if stands[key] = told || seen || last; stands[key] && !told {
			plans[name] = append(plans[name], x)
		}
	}
	w.told = stands
	for _, name := range slices.Sorted(maps.Keys(plans)) {
		w.waiting(name, plans[name], at)
	}
}

// mostTold is how many waits of one plan are told at once.
const mostTold = 20

func (w *watcher) waiting(name string, waits []progress.Wait, at int64) {
	if w.flags.format == "json" {
		for _, x := range waits {
			w.json(report.EventValue(runner.Event{
				At: at, Kind: "wait", Client: x.Client, Plan: x.Plan, Wave: x.Wave, Asset: x.Asset, State: string(x.Code), Text: x.Why,
			}))
		}
		return
	}
	if w.flags.quiet {
		return
	}
	for _, line := range report.WaitLines(waits, w.runs().Zones.Of(waits[0].Client), mostTold) {
		fmt.Fprintln(w.env.Stdout, report.Display(time.Unix(at, 0).UTC().Format(time.RFC3339)+" "+name+" waits: "+line))
	}
}

// ticked tells what a tick saw and did, where that is news.
func (w *watcher) ticked(r *controller.Report, err error) {
	if controller.Later(err) {
		w.progress("patchops: %s: again in a while", legible(err))
		return
	}
	if err != nil {
		return
	}
	now := tickText(r)
	if w.flags.format == "json" {
		_ = w.app.told(r, nil)
	} else if len(r.Done) > 0 || now != w.tick {
		w.print(now)
	}
	w.tick = now
}

// print prints what stays, above the picture.
func (w *watcher) print(text string) {
	if w.live == nil {
		_, _ = io.WriteString(w.env.Stdout, text)
		return
	}
	for line := range strings.Lines(text) {
		w.live.Above(strings.TrimSuffix(line, "\n"))
	}
}

// last is how the rollouts stand that went on while we watched; nil where none did.
func (w *watcher) last() *report.Runs {
	if w.state == nil || len(w.began) == 0 {
		return nil
	}
	r := w.runs()
	shown := *w.state
	shown.Runs = map[string]*progress.Run{}
	for name := range w.began {
		if run := w.state.Runs[name]; run != nil {
			shown.Runs[name] = run
		}
	}
	r.State = &shown
	return &r
}

// summary is what came of the rollouts.
func (w *watcher) summary() error {
	r := w.last()
	switch {
	case r == nil:
		return nil
	case w.flags.format == "json":
		w.json(map[string]any{"event": "summary", "at": time.Unix(w.at, 0).UTC().Format(time.RFC3339), "runs": report.RunsValue(*r)})
		return nil
	}
	return report.WriteSummary(w.env.Stdout, *r, report.Options{Color: w.color})
}
