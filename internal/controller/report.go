package controller

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/report"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner"
)

// Report is what a tick saw and did.
type Report struct {
	At      time.Time
	Main    string
	Tip     string
	Done    []string // in order
	Would   []string // of a dry run: what comes first
	Merged  []Merged
	Waiting []Waiting // open changes that did not merge, by name
	Blocked *Blocked
	// Problems are what is wrong with people's chains and with changes that cannot
	// be read.
	Problems []string
	// Of rollouts: what happened, what is waited for, how many segments are at hosts, why
	// nothing may start, and where the remote's time is known from.
	Events   []runner.Event
	Waits    []progress.Wait
	InFlight int
	Stop     string
	Clock    string
	changes  map[string]Waiting
}

// rolled takes in a step of the runner.
func (r *Report) rolled(out runner.Report, l *ledger) {
	r.Events = append(r.Events, out.Events...)
	r.Waits, r.InFlight, r.Stop, r.Clock = out.Waits, out.InFlight, out.Stop, clockName(l.guard.remote)
}

// Merged is a change that was merged or adopted in this tick.
type Merged struct{ Change, Commit, Via string }

// Waiting is a change that did not merge, and why.
type Waiting struct {
	Change, Head, Verdict string
	Why, Unblock          []string
}

// Blocked is a main that holds what nobody authorised.
type Blocked struct {
	Main, Tip, Why string
	Findings       []string
	WaysOut        string
}

// view starts over: what was seen last is what holds.
func (r *Report) view(v *View) {
	r.Main, r.Tip, r.Problems, r.Blocked, r.Waiting = v.Main, v.State.Tip, slices.Clone(v.Problems), nil, nil
	if n := len(r.Problems); n > mostProblems {
		r.Problems = append(r.Problems[:mostProblems], fmt.Sprintf("and %d more", n-mostProblems))
	}
	r.changes = map[string]Waiting{}
}

// mostProblems is how many problems a report tells.
const mostProblems = 50

func (r *Report) problem(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(r.Problems, text) {
		r.Problems = append(r.Problems, text)
	}
}

func (r *Report) judged(j *judgement) {
	w := Waiting{Change: j.Change.Name, Head: j.Change.Head, Verdict: string(j.Verdict.State), Why: j.Why, Unblock: j.Verdict.Unblock}
	r.changes[w.Change] = w
	r.list()
}

func (r *Report) later(ch change.Change, why string) {
	r.changes[ch.Name] = Waiting{Change: ch.Name, Head: ch.Head, Verdict: "pending", Why: []string{why}}
	r.list()
}

func (r *Report) list() {
	r.Waiting = nil
	for _, name := range slices.Sorted(maps.Keys(r.changes)) {
		r.Waiting = append(r.Waiting, r.changes[name])
	}
}

func (r *Report) blocked(v *View, why string, findings []string) {
	r.Blocked = &Blocked{Main: v.Main, Tip: v.State.Tip, Why: why, Findings: findings, WaysOut: v.waysOut()}
}

// show tells the forge how every open change stands, where that is news. It is
// display, and needs no lease: whoever judges last shows last.
func (c *Controller) show(ctx context.Context, v *View) error {
	if c.DryRun {
		return nil
	}
	changes, err := c.open(ctx, v)
	if err != nil {
		return err
	}
	for _, ch := range changes {
		j := c.judged[ch.Name+" "]
		if j == nil || j.Change.Head != ch.Head {
			continue
		}
		if err := c.present(ctx, j); err != nil {
			return err
		}
	}
	return nil
}

// present shows one judgement, unless the forge shows it already. What the forge
// denies is told and no more: its comments may be full, and the merge can go on.
func (c *Controller) present(ctx context.Context, j *judgement) error {
	if j.Outcome == nil {
		return nil
	}
	p := report.Review{Review: j.Review, AsOf: resultlog.Instant(j.at), Tzdata: c.Tzdata}.Presentation()
	b, err := canonical.Marshal(p)
	if err != nil {
		return err
	}
	name, digest := j.Change.Name, canonical.Digest(b)
	if c.shown[name] == digest {
		return nil
	}
	err = c.Forge.Show(ctx, name, p)
	if err != nil && stops(err) {
		return fmt.Errorf("show %s: %w", name, err)
	}
	if err != nil {
		c.report.problem("show %s: %s", name, firstLine(err))
		return nil
	}
	c.shown[name] = digest
	return nil
}

// join adds what a later tick or step saw and did.
func (r *Report) join(o *Report) {
	done, events, merged := slices.Concat(r.Done, o.Done), slices.Concat(r.Events, o.Events), slices.Concat(r.Merged, o.Merged)
	before := *r
	*r = *o
	r.Done, r.Events, r.Merged = done, events, merged
	if o.Main == "" { // a step, which looked at nothing but hosts
		r.Main, r.Tip, r.Waiting, r.Blocked = before.Main, before.Tip, before.Waiting, before.Blocked
		r.Problems = slices.Concat(before.Problems, o.Problems)
		return
	}
	for _, p := range before.Problems { // also what only the tick before had reason to say
		r.problem("%s", p)
	}
}
