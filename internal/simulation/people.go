package simulation

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// react is what people do when the log says something: they approve a gate when its
// wave has ended, and have a look at what is paused. They do not always come.
func (p *party) react(r *resultlog.Record) {
	w := p.w
	switch r.Kind {
	case resultlog.Result:
		p.approvals(r.Wave)
	case resultlog.WavePaused:
		p.look(r)
	case resultlog.Deferred:
		if p.Shape.Misfire == "defer" && r.Code == "MISSED_WINDOW" {
			p.resumes(r.Wave)
		}
	case resultlog.RunEnded:
		w.in(10*minute, func() {
			w.over = w.over || w.ended() && len(w.remote.changes) == 0 && (w.quiet || !w.busy)
		})
	}
}

func (p *party) approvals(name string) {
	w := p.w
	k := p.judge.waveOf(name)
	if k < 0 || p.judge.flying(k, false) > 0 {
		return
	}
	for _, g := range p.Shape.Waves[k].Gates {
		if g.Probe || p.judge.waves[k].asked {
			continue
		}
		p.judge.waves[k].asked = true
		if w.chance(w.Faults.Words / 3) { // who is in a hurry says it twice
			w.in(minute, func() { w.sayAs(g.People[0], resultlog.Approval, p.key+"/"+name) })
			w.in(2*minute, func() { w.sayAs(g.People[0], resultlog.Approval, p.key+"/"+name) })
		}
		for _, person := range g.People[:g.Count] {
			w.in(w.between(5*minute, 40*minute), func() { w.sayAs(person, resultlog.Approval, p.key+"/"+name) })
		}
	}
}

// look is what a person does about a paused wave.
func (p *party) look(r *resultlog.Record) {
	w := p.w
	if r.Code != progress.PauseFreeze && (w.Faults.Break == 0 || w.rand.IntN(5) > 0) {
		p.resumes(r.Wave)
	}
}

// resumes lets a wave go on, a few times.
func (p *party) resumes(name string) {
	w := p.w
	if p.resumed >= 4 || p.resuming {
		return
	}
	p.resuming = true
	w.in(w.between(10*minute, 3*hour), func() {
		p.resuming = false
		p.resumed++
		subject := p.key
		if name != "" {
			subject += "/" + name
		}
		w.say(resultlog.Resume, subject)
	})
}

// settled holds the end to P6: the run has ended and what it says is so, or it is
// held and says why.
func (p *party) settled() {
	w := p.w
	run := w.state.Runs[p.key]
	if run == nil {
		if p.why("") == "" && !p.tip().Absent {
			w.breach("P6", "no run has begun, and nothing says why")
		}
		return
	}
	for _, name := range sorted(run.Hosts) {
		h := run.Hosts[name]
		p.truth(h)
		if !h.State.Ended() && run.Ended == 0 && p.explains(run, h) == "" {
			w.breach("P6", "%s is %s in the end, and nothing says why", name, h.State)
		}
	}
	for _, c := range p.judge.open {
		if run.Ended > 0 && !p.judge.lost(c.host) {
			w.breach("P6", "the run has ended with an open claim of %s, which is not lost", c.record.Asset)
		}
	}
	if !w.busy && run.Outcome != "done" {
		w.breach("P6", "nothing went wrong, and the run is %q: %s", run.Outcome, p.end())
	}
}

// truth holds what the log says of a host to what is on it.
func (p *party) truth(h *progress.Host) {
	w := p.w
	real := p.host(h.Asset)
	if real == nil || real.liar || real.restores > 0 || p.passed(real) {
		return
	}
	switch h.State {
	case progress.Succeeded, progress.Soaking:
		if !p.judge.seats[real.id].done {
			w.breach("P6", "%s is %s, and no postcheck passed", h.Asset, h.State)
		}
		if real.drive.version == oldest || real.drive.broken {
			w.breach("P6", "the log says that %s succeeded, and it has %s (broken: %t)", h.Asset, real.drive.version, real.drive.broken)
		}
	case progress.RolledBack:
		if real.drive.broken {
			w.breach("P6", "the log says that %s is rolled back, and it has %s (broken: %t)", h.Asset, real.drive.version, real.drive.broken)
		}
	case progress.Planned, progress.Notified, progress.Ready, progress.Deferred, progress.Skipped, progress.Cancelled:
		if n := len(real.deeds); n > 0 && real.deeds[n-1].done && real.deeds[n-1].installing && real.deeds[n-1].version == p.tips[w.remote.tip].Version && h.Tries == 0 {
			w.breach("P6", "the log says that %s is %s, and it has %s", h.Asset, h.State, real.drive.version)
		}
	}
}

// explains is why a host has not ended, by the log or by who leads.
func (p *party) explains(run *progress.Run, h *progress.Host) string {
	if run.Hold != nil {
		return "held"
	}
	for i := range run.Waves {
		if x := &run.Waves[i]; x.Name == h.Wave && x.Pause != "" {
			return x.Pause
		}
	}
	if h.Code != "" || h.State == progress.Unknown {
		return string(h.Code) + h.Why + string(h.State)
	}
	return p.why(h.Asset)
}

// why is what controllers say that is waited for, of a host or of what it is in.
func (p *party) why(asset string) string {
	w := p.w
	for _, c := range w.procs {
		if c.report.Stop != "" {
			return c.report.Stop
		}
		for _, x := range c.report.Waits {
			if (x.Client == "" || x.Client == p.Shape.client()) && (x.Plan == "" || x.Plan == p.Shape.name()) && (x.Asset == asset || x.Asset == "") {
				return string(x.Code) + x.Why
			}
		}
	}
	return ""
}

// end is the state of every host and of the run, without times.
func (p *party) end() string {
	w := p.w
	run := w.state.Runs[p.key]
	if run == nil {
		return "no run: " + p.why("")
	}
	var out []string
	for _, name := range sorted(run.Hosts) {
		h := run.Hosts[name]
		real := p.host(name)
		out = append(out, fmt.Sprintf("%s %s %s", name, h.State, real.drive.version))
		if !h.State.Ended() {
			out = append(out, "("+p.explains(run, h)+")")
		}
	}
	return run.Outcome + ": " + strings.Join(out, " ")
}

func sorted[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
