package progress

import (
	"fmt"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/rollout"
)

// What sessions share beside windows: technicians, whose shifts are those of all clients, and
// relays. Schedules count with both; but sessions that take longer than planned keep them
// beyond what was planned, so each start asks for them again.

// keeps counts a host under way for what its session keeps from others. One that nobody knows
// of for too long keeps nothing: it is a failure, and what is left of it is for people.
func (t *tick) keeps(r *running, h *Host, asset int) {
	if c := r.Claims[h.Key]; c != nil && c.Probed && t.at >= c.late() {
		return
	}
	in := ""
	if h.Place != nil {
		in = h.Place.Window
	}
	loads := t.loading(r, h)
	t.keep(r, asset, in, loads)
	if c := r.Claims[h.Key]; loads && c != nil {
		t.strain(r, h, asset, c.At)
	}
}

// strain counts a session that loads what no schedule counts with: it loads again, or still
// when its relay's line, all its own, would have handed it on. Until then what it loads is what
// was to be there before its window.
func (t *tick) strain(r *running, h *Host, asset int, since int64) {
	line := t.oracle.Line(r.Client, asset)
	if line == nil {
		return
	}
	if seconds := line.Seconds(t.workOf(r, asset).Bytes); h.Tries > 0 || t.at >= since+seconds {
		t.load(r.Client).strained[line.ID] += seconds
	}
}

// keep counts a session for its window, for those who attend it, and for the relay that it
// loads through.
func (t *tick) keep(r *running, asset int, in string, loads bool) {
	l := t.load(r.Client)
	l.lasting[in]++
	if crew := t.oracle.Crew(rollout.Ask{Client: r.Client, Plan: r.Plan, Asset: asset, At: t.at, Length: 1}); crew.Key != "" {
		if t.crews == nil {
			t.crews = map[string]int64{}
		}
		t.crews[crew.Key]++
	}
	if line := t.oracle.Line(r.Client, asset); line != nil && loads {
		l.served[line.ID]++
	}
}

// loading says whether a host may still be loading what it installs: until its point of no
// return where it stages before that, else until its installation ends.
func (t *tick) loading(r *running, h *Host) bool {
	job := r.job(h.Asset)
	if h.Key == "" || h.Segment != dispatch.Install || job != nil && job.Target.Type == manual {
		return false
	}
	return job == nil || !job.stages() || !pastPoint(job, t.s.Live[h.Key])
}

func (j *Job) stages() bool {
	for _, s := range j.Steps[dispatch.Install] {
		if s.Name == dispatch.Stage {
			return true
		}
	}
	return false
}

// carries asks whether the relay serves one more, and whether its line bears one more load
// beside those that no schedule counts with: all of them must be through before it is too late
// for this one to install.
func (t *tick) carries(r *running, l *load, job *Job, a rollout.Answer) obstacle {
	line := t.oracle.Line(r.Client, job.Index)
	if line == nil || job.Target.Type == manual {
		return obstacle{}
	}
	if line.Streams > 0 && l.served[line.ID] >= int64(line.Streams) {
		return obstacle{rollout.RelayCapacity, fmt.Sprintf("%s serves %d at once, and so many are loading", line.ID, line.Streams), 0}
	}
	busy := l.strained[line.ID]
	if museum.Planted("line-unasked") {
		busy = 0
	}
	if own := line.Seconds(t.workOf(r, job.Index).Bytes); busy > 0 && own > 0 && a.Ends > 0 && t.at+busy+own > job.stopBy(a.Ends) {
		return obstacle{rollout.RelayCapacity, fmt.Sprintf("%s still hands on what takes it up to %d s, and this would take %d s more than there are", line.ID, busy, t.at+busy+own-job.stopBy(a.Ends)), 0}
	}
	return obstacle{}
}

// served asks for a technician and for the relay.
func (t *tick) served(r *running, l *load, job *Job, a rollout.Answer) obstacle {
	if o := t.carries(r, l, job, a); o.code != "" {
		return o
	}
	// As places are whole minutes, the last start in time is good for its minute, here as well.
	crew := t.oracle.Crew(rollout.Ask{Client: r.Client, Plan: r.Plan, Asset: job.Index, At: t.at, Length: job.length(dispatch.Install) - t.at%60})
	if busy := t.crews[crew.Key]; crew.Key != "" && busy >= crew.Least {
		return obstacle{rollout.Technician, counted(int(crew.Least), "%d technician of %s is on duty, and at another session", "%d technicians of %s are on duty, and all are at other sessions", crew.ID), 0}
	}
	return obstacle{}
}
