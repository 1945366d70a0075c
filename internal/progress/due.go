package progress

import (
	"slices"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// notices has contacts told of the occurrences that the schedule uses, as soon as it
// is locked: that leaves them the longest time.
func (t *tick) notices(r *running) {
	if r.stale || t.closed(r.plan) != "" || stopOf(t.s.Stops[r.key], "") != nil {
		return
	}
	for i := range r.Schedule.Notices {
		n := &r.Schedule.Notices[i]
		if _, sent := r.Notices[NoticeKey(n.Contact, n.Window, n.Occurrence)]; sent || t.over(r, n) {
			continue
		}
		t.do(Decision{
			Act: Notifies, Client: r.Client, Plan: r.Plan, Notice: n, Why: "notice of " + n.Window + " at " + instant(n.Occurrence) + " to " + n.Contact,
			Records: []resultlog.Record{{
				Kind: resultlog.Notice, Run: r.ID, Plan: r.key, Contact: n.Contact, Window: n.Window, Occurrence: instant(n.Occurrence),
			}},
		})
		if r.plan.Notice {
			t.waits(Wait{Client: r.Client, Plan: r.Plan, Code: rollout.NoticeLead, Why: n.Contact + " must be told of " + n.Window + " at " + instant(n.Occurrence), Until: n.SendBy})
		}
	}
}

// over says whether a notice is about sessions that all have begun, ended or moved.
func (t *tick) over(r *running, n *rollout.Notice) bool {
	if t.at < n.Occurrence {
		return false
	}
	for i := range r.sums {
		if r.sums[i].wave == nil {
			continue
		}
		if slices.ContainsFunc(r.sums[i].wave.hosts, func(h *Host) bool {
			p := h.Place
			return p != nil && p.Window == n.Window && p.Occurrence == n.Occurrence && !h.State.Ended() && !h.Busy() && h.State != Deferred
		}) {
			return false
		}
	}
	return true
}

// breaches records, once each, that hosts are not done when they are due.
func (t *tick) breaches(r *running) {
	n := 0
	for _, asset := range t.overdue(r) {
		if n++; n > batch {
			return
		}
		rec := resultlog.Record{Kind: resultlog.Breach, Asset: asset.name, Code: "SLA", End: instant(asset.due), Why: "it is not done when it is due"}
		if h := r.Hosts[asset.name]; h != nil {
			t.record(r, h.Wave, rec)
		} else {
			t.record(r, "", rec)
		}
	}
}

type dueAsset struct {
	name string
	due  int64
}

// overdue are the assets of a run whose due date has passed, that are not done and
// whose breach is not recorded.
func (t *tick) overdue(r *running) []dueAsset {
	p := t.planOf(r)
	if p == nil {
		return nil
	}
	assets := t.load(r.Client).assets
	var out []dueAsset
	next := int64(0)
	for i := range p.Work {
		w := &p.Work[i]
		if w.Due == 0 {
			continue
		}
		if t.at < w.Due {
			if next == 0 || w.Due < next {
				next = w.Due
			}
			continue
		}
		name := assets[w.Asset].Name
		if h := r.Hosts[name]; !r.Breached[name] && (h == nil || !h.compliant()) {
			out = append(out, dueAsset{name, w.Due})
		}
	}
	t.wake(next)
	return out
}

// compliant says whether a host is done, or need not be.
func (h *Host) compliant() bool {
	switch h.State {
	case Soaking, Succeeded, Skipped, Superseded, Excepted, Cancelled:
		return true
	}
	return false
}

// review records, once, that the review of an emergency is due and was not held.
func (t *tick) review(key string, run *Run, p *Plan) {
	if p.Review <= 0 || run.Reviewed || !run.worked() {
		return
	}
	due := run.Ended + p.Review
	if t.at < due {
		t.waits(Wait{Client: p.Client, Plan: p.Name, Code: "REVIEW", Why: "the review of the emergency is due", Until: due})
		return
	}
	r := &running{Run: run, key: key, plan: p}
	t.record(r, "", resultlog.Record{Kind: resultlog.Breach, Code: "REVIEW", End: instant(due), Why: "the review of the emergency is due and was not recorded"})
}

// worked says whether anything was done in a run.
func (r *Run) worked() bool {
	for _, h := range r.Hosts {
		if h.Attempt > 0 {
			return true
		}
	}
	return false
}

// Shown is the state of a host as people see it: with the step that it is at, and
// Ready once its time has come.
func (s *State) Shown(_ *Run, h *Host, at int64) HostState {
	if h.Key != "" && h.State == Claimed {
		switch s.Live[h.Key] {
		case dispatch.Precheck, dispatch.Drain:
			return PreCheck
		case dispatch.Snapshot:
			return Snapshotted
		case dispatch.Stage:
			return Staged
		case dispatch.Installs:
			return Installing
		}
	}
	if (h.State == Planned || h.State == Notified) && h.Place != nil && h.Place.Start <= at && h.member {
		return Ready
	}
	return h.State
}

// Shown is the state of a wave as people see it: what it waits for once its sessions
// have ended.
func (w *WaveProgress) Shown(p *Wave, at int64) WaveState {
	if w.State != WaveRunning || w.InFlight > 0 || p == nil || int64(len(w.Assets)) > w.Done+w.Failures {
		return w.State
	}
	last := w.Begun
	for _, end := range w.ends {
		last = max(last, end)
	}
	if at < last+p.Soak {
		return WaveSoaking
	}
	for _, g := range p.Gates {
		if !g.Probe && w.Gates[g.Name] != "pass" {
			return AwaitingApproval
		}
	}
	return WaveGate
}
