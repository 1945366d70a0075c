package progress

import (
	"fmt"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// Ended reports whether nothing more happens to a host in this run, but a rollback.
func (s HostState) Ended() bool {
	switch s {
	case Soaking, Succeeded, Skipped, Cancelled, Failed, RolledBack, RollbackFailed, Superseded, Excepted:
		return true
	}
	return false
}

// Busy reports whether a session has begun and not ended.
func (s HostState) Busy() bool {
	switch s {
	case Claimed, PreCheck, Snapshotted, Staged, Installing, RebootRequired, Rebooting, PostCheck, Unknown:
		return true
	}
	return false
}

// Busy reports whether something is under way on a host, a rollback included.
func (h *Host) Busy() bool { return h.Key != "" || h.State.Busy() }

// count is which of a wave's counts a host is in.
func (w *WaveProgress) count(h *Host) *int64 {
	switch {
	case h.Again && !museum.Planted("retry-uncounted") || h.State.Busy():
		return &w.InFlight
	case h.State == Soaking || h.State == Succeeded:
		return &w.Done
	case h.State == Failed || h.State == RolledBack || h.State == RollbackFailed:
		return &w.Failures
	}
	return nil
}

// doomed reports whether a session goes on of which it is known that it fails.
func (h *Host) doomed() bool {
	return h.Partial && h.State.Busy() && !museum.Planted("partial-uncounted")
}

// Failing are the failures of a wave by its hosts, with those that failed in part and whose
// sessions go on: what counts against its budget, but for hosts that nobody knows of.
func (w *WaveProgress) Failing() int64 { return w.Failures + w.doomed }

// tally counts a host in its wave, or takes it out.
func (w *WaveProgress) tally(h *Host, by int64) {
	if n := w.count(h); n != nil {
		*n += by
	}
	if h.doomed() {
		w.doomed += by
	}
}

// change does something to a host and keeps the counts of its wave.
func (h *Host) change(r *Run, do func()) {
	w := r.wave(h.Wave)
	if w != nil {
		w.tally(h, -1)
	}
	do()
	if w != nil {
		w.tally(h, 1)
	}
	if h.Busy() {
		r.sessions[h.Asset] = h
	} else {
		delete(r.sessions, h.Asset)
	}
}

func (h *Host) to(r *Run, state HostState, at int64) {
	h.change(r, func() { h.State, h.Since = state, at })
}

// claim opens a claim, or renews one: the same key claimed again is the same attempt,
// which never began.
func (s *State) claim(run *Run, r *resultlog.Record, at int64) error {
	h := run.Hosts[r.Asset]
	switch {
	case run.Ended > 0:
		return fmt.Errorf("claim of %q, and the run has ended", r.Asset)
	case h == nil:
		return fmt.Errorf("claim of %q, wanted an asset of the run", r.Asset)
	case h.Key != "" && h.Key != r.Key:
		return fmt.Errorf("claim of %q, and claim %s is open", r.Asset, h.Key)
	case r.Key == "":
		return fmt.Errorf("claim of %q without a key", r.Asset)
	}
	segment := dispatch.Segment(r.Segment)
	if segment == dispatch.Install && h.State.Ended() {
		return fmt.Errorf("claim of %q, which is %s", r.Asset, h.State)
	}
	run.Claims[r.Key] = &Claim{
		Key: r.Key, Asset: r.Asset, Wave: r.Wave, Segment: segment, Attempt: r.Attempt, Fence: r.Fence,
		At: at, NotAfter: seconds(r.NotAfter), Worst: r.Worst, End: seconds(r.End), Window: r.Window, Occurrence: seconds(r.Occurrence),
	}
	h.change(run, func() {
		h.Key, h.Segment, h.Attempt, h.Again = r.Key, segment, r.Attempt, false
		h.Code, h.Why, h.Since, h.Retry = "", "", at, 0
		switch segment {
		case dispatch.Install:
			h.rebooted, h.grant = nil, r.Grant
		case dispatch.Reboot:
			h.rebooted = run.Claims[r.Key]
		}
		if state, moves := entered[segment]; moves {
			h.State = state
		}
	})
	if w := run.wave(h.Wave); w != nil && segment == dispatch.Install {
		w.started = max(w.started, at)
		if w.State == WaveOpen {
			w.move(WaveRunning, at)
		}
	}
	return nil
}

// entered is the state of a host with an open claim. A rollback leaves it what it was.
var entered = map[dispatch.Segment]HostState{dispatch.Install: Claimed, dispatch.Reboot: Rebooting, dispatch.Verify: PostCheck}

// close takes the claim of a record away; false where it is closed already.
func (r *Run) close(rec *resultlog.Record) (*Host, bool, error) {
	c := r.Claims[rec.Key]
	h := r.Hosts[rec.Asset]
	if c == nil || h == nil || h.Key != rec.Key {
		if h != nil && h.last == rec.Key {
			return nil, false, nil // the same outcome, imported again
		}
		return nil, false, fmt.Errorf("%s of %q with key %q, wanted an open claim", rec.Kind, rec.Asset, rec.Key)
	}
	if !museum.Planted("claim-stays-open") {
		delete(r.Claims, rec.Key)
	}
	h.last = rec.Key
	return h, true, nil
}

// result takes the outcome of a segment.
func (s *State) result(run *Run, r *resultlog.Record, at int64) error {
	h, open, err := run.close(r)
	if err != nil || !open {
		return err
	}
	s.learn(run.Client+"/"+r.Asset, r.Facts, at)
	delete(s.Live, r.Key)
	if run.results++; r.Outcome == dispatch.Stopped {
		delete(s.Down, run.Client+"/"+r.Asset) // it was unknown at most, and nothing was begun
		if byUs[rollout.Code(r.Code)] {
			run.back = at
		}
	}
	before := h.State.Ended()
	defer s.forget(run)
	h.change(run, func() {
		h.Key, h.seen = "", false
		h.Overrun = h.Overrun || r.Overrun
		if r.Class != "" && r.Segment != string(dispatch.Rollback) { // that says why it failed at first
			h.Class = r.Class
		}
		h.Code, h.Why = rollout.Code(r.Code), r.Why
		switch {
		case r.Outcome == dispatch.Stopped:
		case r.Segment == string(dispatch.Rollback):
			h.Undone, h.delays = outcomeOf(r, at), 0
		default:
			h.Outcome, h.delays = outcomeOf(r, at), 0
			if len(h.Outcome.Before) > 0 && h.was == nil {
				h.was = h.Outcome.Before
			}
			if h.First == "" && r.Attempt == 1 {
				h.First = r.Outcome
			}
		}
		h.State, h.Since = h.after(r, at), at
		if run.Ended > 0 && !h.State.Ended() { // nothing follows any more
			h.afterAll(run)
		}
	})
	s.settle(run, h, at, before)
	return nil
}

// afterAll is the end of a host that was heard of again after its run: nothing was done
// there, or nobody checks what was.
func (h *Host) afterAll(run *Run) {
	h.Again = false
	if h.State == Planned && h.Tries == 0 {
		h.State = run.rest()
		return
	}
	h.State, h.Why = Failed, "it came back after its run had ended, and was not checked"
}

// settle keeps what holds of a host beyond its run: whether it is down, and when its
// session ended. A rollback after the end is no second end.
func (s *State) settle(run *Run, h *Host, at int64, before bool) {
	host := run.Client + "/" + h.Asset
	switch h.State {
	case Failed, RollbackFailed, Unknown:
		s.Down[host] = true
	case Soaking, Succeeded, RolledBack:
		delete(s.Down, host)
	}
	if !h.State.Ended() {
		return
	}
	s.ended[host] = at
	if w := run.wave(h.Wave); w != nil {
		if !before {
			w.ends = append(w.ends, at)
		}
		if h.State == Soaking && w.Ended > 0 {
			h.State = Succeeded // a straggler
		}
	}
}

// after is the state that an outcome leads to.
func (h *Host) after(r *resultlog.Record, at int64) HostState {
	switch {
	case r.Outcome == dispatch.Stopped:
		return h.afterStop(r, at)
	case r.Outcome == dispatch.Succeeded:
		return h.afterSuccess(r)
	case r.Segment == string(dispatch.Rollback):
		return RollbackFailed
	}
	h.Tries++
	h.Fell = dispatch.Segment(r.Segment)
	switch {
	case r.Begin != "" && r.Segment != string(dispatch.Reboot):
		h.Again, h.Retry = true, seconds(r.Begin)
		return Planned
	case r.Code == partial && r.Reboot && r.Segment == string(dispatch.Install):
		h.Partial, h.Reboot = true, true
		return RebootRequired
	}
	h.Partial = h.Partial || r.Code == partial
	return Failed
}

// partial is the code of an outcome where some patches went in and some did not.
const partial = "PARTIAL"

func (h *Host) afterSuccess(r *resultlog.Record) HostState {
	switch dispatch.Segment(r.Segment) {
	case dispatch.Rollback:
		return RolledBack
	case dispatch.Install:
		if h.Reboot = r.Reboot; h.Reboot {
			return RebootRequired
		}
		if museum.Planted("no-postcheck") {
			return Soaking
		}
		return PostCheck
	case dispatch.Reboot:
		if h.Reboot = false; h.Partial {
			return Failed
		}
		return PostCheck
	}
	if h.Partial {
		return Failed
	}
	return Soaking
}

// afterStop is where a host goes back to whose segment did nothing. What kept it from
// beginning is asked again after a while.
func (h *Host) afterStop(r *resultlog.Record, at int64) HostState {
	if !byUs[rollout.Code(r.Code)] {
		h.delays++
		h.Retry = at + min(60<<min(h.delays-1, 6), int64(3600))
	}
	switch dispatch.Segment(r.Segment) {
	case dispatch.Reboot:
		return RebootRequired
	case dispatch.Verify:
		return PostCheck
	case dispatch.Rollback:
		return Failed
	}
	if h.Tries > 0 {
		h.Again = true
	}
	return Planned
}

// byUs are the codes of what we stop ourselves: nothing needs to be waited for but
// that it is allowed again.
var byUs = map[rollout.Code]bool{"": true, rollout.Freeze: true, rollout.Held: true, rollout.WindowTooShort: true, rollout.NoWindow: true, rollout.RelayUnhealthy: true}

func outcomeOf(r *resultlog.Record, at int64) *dispatch.Outcome {
	o := &dispatch.Outcome{Result: r.Outcome, Step: r.Step, Exit: r.Exit, Why: r.Why, Ended: at, Reboot: r.Reboot, Overrun: r.Overrun}
	if r.Out != nil {
		o.Output = dispatch.Output(*r.Out)
	}
	for _, f := range r.Facts {
		if f.Name == beforeFact {
			o.Before = append(o.Before, dispatch.Package{Name: f.Subject, Version: f.Value})
		}
		o.Facts = append(o.Facts, dispatch.Fact(f))
	}
	return o
}

func (s *State) unknown(run *Run, r *resultlog.Record, at int64) error {
	c := run.Claims[r.Key]
	h := run.Hosts[r.Asset]
	if c == nil || h == nil {
		if h != nil && h.last == r.Key {
			return nil
		}
		return fmt.Errorf("unknown of %q with key %q, wanted an open claim", r.Asset, r.Key)
	}
	c.Probed, c.Why = true, r.Why
	if c.Segment != dispatch.Rollback {
		h.to(run, Unknown, at)
	}
	h.Why = r.Why
	s.Down[run.Client+"/"+r.Asset] = true
	return nil
}

// parting are the states of hosts that a run goes on without.
var parting = map[rollout.Code]HostState{
	rollout.Exception: Excepted, rollout.Superseded: Superseded, rollout.Withdrawn: Cancelled, rollout.NotSelected: Cancelled,
	rollout.NotApplicable: Cancelled, rollout.ClientNotActive: Cancelled, rollout.AlreadyCompliant: Skipped, rollout.MissedWindow: Deferred, rollout.Capacity: Deferred,
}

// deferred takes a host that is not done now; with a key it closes its claim, under
// which nothing was begun.
func (s *State) deferred(run *Run, r *resultlog.Record, at int64) error {
	h := run.Hosts[r.Asset]
	if h == nil {
		return fmt.Errorf("deferred %q, wanted an asset of the run", r.Asset)
	}
	if r.Key != "" {
		if _, open, err := run.close(r); err != nil || !open {
			return err
		}
		delete(s.Live, r.Key)
		delete(s.Down, run.Client+"/"+r.Asset)
	}
	state, parts := parting[rollout.Code(r.Code)]
	if !parts {
		state = Planned
	}
	if h.Again && state == Deferred {
		state = Failed // what failed and found no time to be tried again has failed
	}
	h.change(run, func() {
		if r.Key != "" {
			h.Key = ""
		}
		h.Code, h.Why, h.seen, h.resumed = rollout.Code(r.Code), r.Why, false, false
		if h.Again = h.Again && !parts; !h.Again {
			h.Retry = 0
		}
		if !h.State.Ended() {
			h.State, h.Since = state, at
		}
	})
	if state == Failed {
		s.settle(run, h, at, false)
	}
	return nil
}

// Parked reports whether a host that missed its window waits for more than a window:
// for a person's resume (defer), or until it is heard of (onReconnect).
func (r *Run) Parked(asset, misfire string) bool {
	h := r.Hosts[asset]
	if h == nil || h.State != Deferred || h.resumed || h.Code != rollout.MissedWindow || museum.Planted("ignore-misfire") {
		return false
	}
	switch misfire {
	case "nextWindow":
		return false
	case "onReconnect":
		return !h.seen
	}
	return true
}
