package controller

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

// gatekeeper asks the rules of the start gate; the pipeline's judge is one.
type gatekeeper interface {
	// Refuses are the findings about each start by the rules of a commit; asks is false
	// where it has no such rule.
	Refuses(commit string, starts []pipeline.Start, now int64) (found [][]finding.Finding, asks bool, err error)
}

// The rules of the start gate are asked anew after every record, and every askAgain
// seconds, about what starts until then and a little later.
const (
	askAgain  = 60
	askAhead  = 2 * askAgain
	mostAsked = 1000 // starts of one plan: who comes later is asked about later
)

// gate asks the rules of the start gate, by the rules of the authorised tip, about every
// wave and asset that may start soon. What cannot be asked is refused.
func (v *View) gate(all *corpus.Corpus, d *progress.Documents, s *progress.State, now int64) {
	g, ok := v.judge.(gatekeeper)
	if !ok {
		return
	}
	var starts []pipeline.Start
	var gates []*progress.StartGate // of each
	for _, key := range slices.Sorted(maps.Keys(d.Plans)) {
		a := asking{all: all, d: d, s: s, p: d.Plans[key], key: key, now: now}
		gate, of := a.starts()
		starts, gates = append(starts, of...), append(gates, slices.Repeat([]*progress.StartGate{gate}, len(of))...)
	}
	found, asks, err := g.Refuses(v.State.Tip, starts, now)
	if !asks && err == nil {
		for _, p := range d.Plans {
			p.Gate = nil
		}
		return
	}
	d.Follow = true
	for i := range starts {
		tell(gates[i], &starts[i], found, i, err)
	}
	if d.Until == 0 || d.Until > now+askAgain {
		d.Until = now + askAgain
	}
}

// tell notes what the rules say of a start.
func tell(g *progress.StartGate, of *pipeline.Start, found [][]finding.Finding, i int, err error) {
	why := ""
	switch {
	case err != nil:
		why = "the rules of the start gate cannot be asked: " + firstLine(err)
	case len(found[i]) > 0:
		why = fmt.Sprintf("%s (%s)", oneLine(found[i][0].Message), found[i][0].ID)
	}
	if of.Asset != "" {
		g.Hosts[of.Asset] = why
		return
	}
	g.Waves[of.Wave] = why
}

// asking finds what of one plan may start.
type asking struct {
	all *corpus.Corpus
	d   *progress.Documents
	s   *progress.State
	p   *progress.Plan
	key string
	now int64
	of  pipeline.Start // what all of its starts have in common
}

// starts are the waves of a plan that are open, or next, and their assets that may start
// before the rules are asked again.
func (a *asking) starts() (*progress.StartGate, []pipeline.Start) {
	gate := &progress.StartGate{Waves: map[string]string{}, Hosts: map[string]string{}}
	a.p.Gate = gate
	a.common()
	var run *progress.Run
	if a.s != nil {
		run = a.s.Runs[a.key]
	}
	names := []string{"all"}
	if len(a.p.Waves) > 0 {
		names = []string{a.p.Waves[0].Name}
	}
	if run != nil && run.Ended == 0 && len(run.Waves) > 0 {
		gate.Results = run.Results()
		names, a.of.Progress = wavesOf(run)
	}
	var out []pipeline.Start
	for _, name := range names {
		one := a.of
		one.Wave = name
		out = append(out, one)
	}
	if run == nil || run.Ended != 0 {
		return gate, out
	}
	for _, h := range a.hosts(run, names) {
		out = append(out, a.host(run, h))
	}
	return gate, out
}

// common is what the log says of the plan and its client.
func (a *asking) common() {
	a.of = pipeline.Start{Client: a.p.Client, Plan: a.p.Name}
	if a.s == nil {
		return
	}
	for _, stop := range a.s.Stops[a.key] {
		if stop.Kind == resultlog.Hold {
			a.of.Holds = append(a.of.Holds, pipeline.StartHold{Person: stop.Person, Reason: stop.Reason, At: stop.At})
		}
	}
	for host := range a.s.Down {
		if asset, ours := strings.CutPrefix(host, a.p.Client+"/"); ours && a.p.Jobs[asset] != nil && a.p.Jobs[asset].Group != "" {
			a.of.PeersDown = append(a.of.PeersDown, asset)
		}
	}
	slices.Sort(a.of.PeersDown)
}

// hosts are those of these waves that may start, or be rebooted, soon: the earliest first.
func (a *asking) hosts(run *progress.Run, waves []string) []*progress.Host {
	var out []*progress.Host
	for _, h := range run.Hosts {
		due := h.State == progress.RebootRequired || h.State == progress.PostCheck || h.Key != "" && h.Segment != dispatch.Verify && h.Segment != dispatch.Rollback ||
			!h.State.Ended() && !h.Busy() && h.Place != nil && h.Place.Start <= a.now+askAhead
		if due && slices.Contains(waves, h.Wave) && a.p.Jobs[h.Asset] != nil {
			out = append(out, h)
		}
	}
	slices.SortFunc(out, func(x, y *progress.Host) int {
		return cmp.Or(cmp.Compare(startOf(x), startOf(y)), strings.Compare(x.Asset, y.Asset))
	})
	return out[:min(len(out), mostAsked)]
}

func startOf(h *progress.Host) int64 {
	if h.Place == nil {
		return 0
	}
	return h.Place.Start
}

// host is the start of one asset.
func (a *asking) host(run *progress.Run, h *progress.Host) pipeline.Start {
	job, one := a.p.Jobs[h.Asset], a.of
	one.Wave, one.Asset, one.Attempt = h.Wave, h.Asset, h.Attempt
	if !h.Busy() {
		one.Attempt++
	}
	one.PeersDown = slices.DeleteFunc(slices.Clone(a.of.PeersDown), func(peer string) bool { return peer == h.Asset || a.p.Jobs[peer].Group != job.Group })
	one.Freezes = a.freezes(job)
	p := h.Place
	if p == nil {
		return one
	}
	one.Told = toldAt(run, p)
	one.Place = &rollout.Placement{
		Asset: h.Asset, Wave: h.Wave, Window: p.Window, Occurrence: p.Occurrence, Start: p.Start, End: p.End,
		Patches: p.Patches, Risk: a.risk(job), Due: p.Due, Notified: one.Told > 0, Moved: p.Moved,
	}
	return one
}

// toldAt is when the last of those who must be told of a place's occurrence was; 0 as
// long as one of them was not.
func toldAt(run *progress.Run, p *progress.Place) int64 {
	last := int64(0)
	if run.Schedule == nil {
		return 0
	}
	for _, n := range run.Schedule.Notices {
		if n.Window != p.Window || n.Occurrence != p.Occurrence {
			continue
		}
		at, sent := run.Notices[progress.NoticeKey(n.Contact, n.Window, n.Occurrence)]
		if !sent {
			return 0
		}
		last = max(last, at)
	}
	return last
}

// client is the client of the plan as it is scheduled.
func (a *asking) client() *rollout.Client {
	for i := range a.d.Input.Clients {
		if a.d.Input.Clients[i].Name == a.p.Client {
			return &a.d.Input.Clients[i]
		}
	}
	return &rollout.Client{}
}

func (a *asking) risk(job *progress.Job) int {
	for _, p := range a.client().Plans {
		if p.Name != a.p.Name {
			continue
		}
		for i := range p.Work {
			if p.Work[i].Asset == job.Index {
				return p.Work[i].Risk
			}
		}
	}
	return 0
}

// freezes are those that bind an asset now, lifted or not.
func (a *asking) freezes(job *progress.Job) []pipeline.StartFreeze {
	c := a.client()
	if job.Index >= len(c.Assets) {
		return nil
	}
	var out []pipeline.StartFreeze
	for _, i := range c.Assets[job.Index].Denies {
		deny := &c.Denies[i]
		kind, rest, _ := strings.Cut(deny.ID, "/")
		if kind != "Freeze" {
			continue
		}
		spans := window.Spans{deny.Fixed}
		if deny.Def != nil {
			spans = deny.Def.Hull(a.now, a.now+1)
		}
		owner, name, _ := strings.Cut(rest, "/")
		for _, span := range spans {
			if span.Start <= a.now && a.now < span.End {
				out = append(out, pipeline.StartFreeze{
					Document: deny.ID, Reason: a.all.View("").Document("Freeze", owner, name).Get("spec").Get("reason").Text(),
					Until: span.End, Overridden: slices.Contains(a.p.Lifted, deny.ID),
				})
				break
			}
		}
	}
	return out
}

// wavesOf are the waves that have begun, or are next, and how far each is. Stragglers of
// those that have ended may start, too.
func wavesOf(run *progress.Run) (open []string, all []pipeline.StartWave) {
	next := false
	for i := range run.Waves {
		w := &run.Waves[i]
		all = append(all, countsOf(run, w))
		if w.State != progress.WaveAborted && (w.Begun > 0 || !next) {
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
func (j *pipelineJudge) Refuses(commit string, starts []pipeline.Start, now int64) ([][]finding.Finding, bool, error) {
	at := time.Unix(now, 0).UTC()
	if j.startsAt != commit {
		if _, _, err := j.Corpus(commit); err != nil {
			return nil, true, err
		}
		read, err := j.engine.Starting(pipeline.Input{Tree: j.wholeTree, Child: j.child, AsOf: at})
		if err != nil {
			return nil, true, err
		}
		j.starts, j.startsAt = read, commit
	}
	if j.starts == nil {
		return nil, false, nil
	}
	found, err := j.starts.Refuses(starts, at)
	return found, true, err
}
