package report

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// Runs is how rollouts stand, by the log: what `patchops status` and the end of
// `patchops run` show.
type Runs struct {
	AsOf  int64
	State *progress.State
	// Waits are what is not done now and why, where the documents were at hand.
	Waits []progress.Wait
	// Docs are the documents that the waits are by, else nil.
	Docs  *progress.Documents
	Zones Zones
	Plan  string // only this one, "CLIENT/PLAN"; "" all
}

// runView is one rollout as it is shown.
type runView struct {
	*progress.Run
	name   string
	state  string
	waves  []waveView
	hosts  []*progress.Host // by wave and name
	counts hostCounts
	waits  []progress.Wait
	tasks  int             // open ones, of technicians
	stops  []progress.Stop // words that stop it
	ways   []string        // what would unblock it
}

type waveView struct {
	progress.WaveProgress
	hosts hostCounts
}

// hostCounts are how many hosts are where.
type hostCounts struct{ all, done, inFlight, failed, other int }

func (c *hostCounts) add(s progress.HostState) {
	c.all++
	switch {
	case s == progress.Succeeded || s == progress.Soaking:
		c.done++
	case isFailure(s):
		c.failed++
	case isInFlight(s):
		c.inFlight++
	case isOver(s):
		c.other++
	}
}

func isFailure(s progress.HostState) bool {
	return s == progress.Failed || s == progress.RolledBack || s == progress.RollbackFailed || s == progress.Unknown
}

func isInFlight(s progress.HostState) bool {
	switch s {
	case progress.Claimed, progress.PreCheck, progress.Snapshotted, progress.Staged, progress.Installing,
		progress.RebootRequired, progress.Rebooting, progress.PostCheck:
		return true
	}
	return false
}

// isOver says that nothing is done there in this rollout, though nothing failed.
func isOver(s progress.HostState) bool {
	switch s {
	case progress.Skipped, progress.Cancelled, progress.Superseded, progress.Excepted:
		return true
	}
	return false
}

func (c hostCounts) words() string {
	parts := []string{fmt.Sprintf("%d of %s done", c.done, plural(c.all, "host"))}
	for _, p := range []struct {
		n    int
		what string
	}{{c.inFlight, "in flight"}, {c.failed, "failed"}, {c.other, "left out"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", p.n, p.what))
		}
	}
	return strings.Join(parts, ", ")
}

// views are the rollouts that are asked for, by name.
func (r Runs) views() []runView {
	var out []runView
	if r.State == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(r.State.Runs)) {
		if r.Plan == "" || r.Plan == name {
			out = append(out, r.view(name, r.State.Runs[name]))
		}
	}
	return out
}

func (r Runs) view(name string, run *progress.Run) runView {
	v := runView{Run: run, name: name, stops: r.State.Stops[name]}
	if len(v.stops) == 0 && run.Hold != nil {
		v.stops = []progress.Stop{*run.Hold}
	}
	byWave := map[string]*hostCounts{}
	place := map[string]int{}
	for i, w := range run.Waves {
		byWave[w.Name], place[w.Name] = &hostCounts{}, i
	}
	for _, asset := range slices.Sorted(maps.Keys(run.Hosts)) {
		h := r.shown(run, run.Hosts[asset])
		v.hosts = append(v.hosts, h)
		v.counts.add(h.State)
		if c := byWave[h.Wave]; c != nil {
			c.add(h.State)
		}
		if h.Key != "" && r.manual(name, asset) {
			v.tasks++
		}
	}
	slices.SortStableFunc(v.hosts, func(a, b *progress.Host) int { return cmp.Compare(place[a.Wave], place[b.Wave]) })
	for _, w := range run.Waves {
		w.State = w.Shown(r.wave(name, w.Name), r.AsOf)
		v.waves = append(v.waves, waveView{w, *byWave[w.Name]})
	}
	v.waits = r.waitsOf(name)
	v.state = v.headline()
	v.ways = v.waysOut()
	return v
}

func (r Runs) waitsOf(plan string) []progress.Wait {
	var out []progress.Wait
	for _, w := range r.Waits {
		if w.Client+"/"+w.Plan == plan {
			out = append(out, w)
		}
	}
	return out
}

// shown is a host in the state that people see.
func (r Runs) shown(run *progress.Run, h *progress.Host) *progress.Host {
	out := *h
	out.State = r.State.Shown(run, h, r.AsOf)
	return &out
}

// manual reports whether people patch a host, by the documents.
func (r Runs) manual(plan, asset string) bool {
	if r.Docs == nil || r.Docs.Plans[plan] == nil {
		return false
	}
	job := r.Docs.Plans[plan].Jobs[asset]
	return job != nil && job.Target.Type == "manual"
}

// wave is what the documents say of a wave, nil where they are not at hand.
func (r Runs) wave(plan, name string) *progress.Wave {
	if r.Docs == nil || r.Docs.Plans[plan] == nil {
		return nil
	}
	waves := r.Docs.Plans[plan].WavesIn(r.State.Runs[plan])
	for i := range waves {
		if waves[i].Name == name {
			return &waves[i]
		}
	}
	return nil
}

// headline is how a rollout stands in one or two words.
func (v runView) headline() string {
	switch {
	case v.Outcome != "":
		return v.Outcome
	case v.Hold != nil && v.Hold.Kind == resultlog.Hold && v.Hold.Wave == "":
		return "held"
	case v.Hold != nil && v.Hold.Kind != resultlog.Hold:
		return "being aborted"
	}
	for _, w := range v.waves {
		if w.State == progress.Paused {
			return "paused"
		}
	}
	if v.counts.inFlight > 0 {
		return "running"
	}
	return "waiting"
}

// Stands reports whether people must act before the rollout goes on, or it ended
// otherwise than well: exit status 3.
func (v runView) stands() bool {
	switch v.state {
	case "partial", "failed", "aborted", "held", "being aborted":
		return true
	case "done":
		return false
	}
	for _, w := range v.waves {
		if w.State == progress.Paused && w.Pause != progress.PauseFreeze || w.State == progress.AwaitingApproval {
			return true
		}
	}
	if slices.ContainsFunc(v.stops, func(h progress.Stop) bool { return h.Kind == resultlog.Hold }) {
		return true
	}
	return v.unclosed() || slices.ContainsFunc(v.hosts, func(h *progress.Host) bool { return h.Code == rollout.MissedWindow })
}

// unclosed reports whether all of it is done, and a rule of the close gate holds its end.
func (v runView) unclosed() bool {
	return v.Outcome == "" && v.Settled() && slices.ContainsFunc(v.waits, func(w progress.Wait) bool { return w.Code == rollout.Held && w.Wave == "" && w.Asset == "" })
}

// Stand reports whether people must act on any of the rollouts: one is held, paused
// for a person, or ended otherwise than done. One that is asked for and has not begun may be
// held as well.
func (r Runs) Stand() bool {
	held := r.State != nil && r.Plan != "" && r.State.Runs[r.Plan] == nil && len(r.State.Stops[r.Plan]) > 0
	return held || slices.ContainsFunc(r.views(), runView.stands)
}

// waysOut are the acts that would let it go on.
func (v runView) waysOut() []string {
	var out []string
	if v.Outcome != "" {
		return nil
	}
	for _, h := range v.stops {
		if h.Kind == resultlog.Hold {
			out = append(out, "lift the hold: patchops approve resume:"+path(v.name, h.Wave))
		}
	}
	for _, w := range v.waves {
		out = append(out, w.wayOut(v.name)...)
	}
	if slices.ContainsFunc(v.hosts, func(h *progress.Host) bool { return h.Code == rollout.MissedWindow }) {
		out = append(out, "start what missed its window: patchops approve resume:"+v.name)
	}
	for _, h := range v.hosts {
		if h.State == progress.Unknown {
			out = append(out, fmt.Sprintf("find out what became of %s: patchops explain asset %s/%s", h.Asset, v.Client, h.Asset))
			break
		}
	}
	if v.unclosed() {
		out = append(out, "close it: merge what the rule wants, or patchops abort "+v.name)
	}
	if v.tasks > 0 {
		out = append(out, "technicians have "+plural(v.tasks, "task")+" open: patchops task list")
	}
	if v.untold() && slices.ContainsFunc(v.waits, func(w progress.Wait) bool { return w.Code == rollout.NoticeLead }) {
		out = append(out, "tell whom nobody told yet: patchops notice list")
	}
	return out
}

// untold reports whether somebody was not told yet of whom the schedule says so.
func (v runView) untold() bool {
	return v.Schedule == nil || slices.ContainsFunc(v.Schedule.Notices, func(n rollout.Notice) bool {
		return v.Notices[progress.NoticeKey(n.Contact, n.Window, n.Occurrence)] == 0
	})
}

func (w waveView) wayOut(plan string) []string {
	switch {
	case w.State == progress.AwaitingApproval:
		return []string{"let its gate pass: patchops approve gate:" + path(plan, w.Name)}
	case w.State != progress.Paused:
		return nil
	case w.Pause == progress.PauseFreeze:
		return []string{fmt.Sprintf("wave %s goes on by itself when the freeze ends; before that: patchops approve override:%s", w.Name, plan)}
	}
	if len(w.Pauses) > 0 && !slices.ContainsFunc(w.Pauses, func(p progress.Pause) bool { return p.Code != progress.PauseManual }) {
		return nil // a hold, and that has its own way out
	}
	return []string{fmt.Sprintf("look why wave %s is paused (%s), then: patchops approve resume:%s", w.Name, w.Pause, path(plan, w.Name))}
}

// path is "CLIENT/PLAN/WAVE", without a wave "CLIENT/PLAN".
func path(plan, wave string) string {
	if wave == "" {
		return plan
	}
	return plan + "/" + wave
}
