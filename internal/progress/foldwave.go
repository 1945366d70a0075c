package progress

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// schedule takes a locked schedule: places of hosts, their waves where these have not
// begun. What is under way or over stays where it is.
func (s *State) schedule(client string, r *resultlog.Record, at int64, blobs Blobs) error {
	run := s.Runs[r.Plan]
	if run == nil || run.Client != client {
		return fmt.Errorf("plan %q, wanted one of client %q with a run", r.Plan, client)
	}
	locked, err := s.locked(client, r.Schedule, blobs)
	if err != nil {
		return err
	}
	if locked.AsOf == 0 {
		locked.AsOf = at
	}
	run.Schedule, run.Commit, run.Digest = locked, r.Commit, r.Grant
	run.back = 0
	run.name(at)
	run.place(at)
	run.sort()
	return nil
}

// schedulesMost is how many decoded schedules are kept for the next fold.
const schedulesMost = 64

// locked reads a schedule. Decoding is most of the work of a fold, so that what was
// decoded is kept: nobody changes a locked schedule.
func (s *State) locked(client, digest string, blobs Blobs) (*Locked, error) {
	key := client + "/" + digest
	if l, known := s.decoded[key]; known {
		again := *l
		return &again, nil
	}
	data, err := blobs(client, digest)
	if err != nil {
		return nil, err
	}
	l, err := decodeLocked(data)
	if err != nil {
		return nil, err
	}
	if l.Digest = digest; len(s.decoded) >= schedulesMost {
		clear(s.decoded)
	}
	again := *l
	s.decoded[key] = &again
	return l, nil
}

// Again is an empty state for the log to be folded anew, which keeps what no record says
// and what was decoded.
func (s *State) Again() *State {
	next := s.Beside()
	next.Live = s.Live
	return next
}

// Beside is an empty state that shares with this one what was decoded. Both are for the
// same goroutine.
func (s *State) Beside() *State {
	next := Begin()
	next.decoded = s.decoded
	return next
}

// name makes the waves that the schedule names, in its order.
func (r *Run) name(at int64) {
	r.Waves = slices.DeleteFunc(r.Waves, func(w WaveProgress) bool { // the plan has it no more, or calls it otherwise
		return w.Begun == 0 && !slices.Contains(r.Schedule.Waves, w.Name)
	})
	for _, name := range r.Schedule.Waves {
		w := r.wave(name)
		if w == nil {
			r.Waves = append(r.Waves, WaveProgress{Name: name})
			w = &r.Waves[len(r.Waves)-1]
		}
		if w.Begun == 0 {
			w.move(WavePlanned, at)
		}
	}
	slices.SortStableFunc(r.Waves, func(a, b WaveProgress) int {
		return cmp.Compare(slices.Index(r.Schedule.Waves, a.Name), slices.Index(r.Schedule.Waves, b.Name))
	})
	for _, p := range r.Schedule.Placements {
		if w := r.wave(p.Wave); w != nil && w.State == WavePlanned {
			w.move(Scheduled, at)
		}
	}
}

func (r *Run) place(at int64) {
	for asset, p := range r.Schedule.Placements {
		h := r.Hosts[asset]
		if h == nil {
			h = &Host{Asset: asset, State: Planned, Since: at}
			r.Hosts[asset] = h
		}
		if h.State.Ended() || h.Busy() {
			continue
		}
		if !h.member {
			h.Wave = p.Wave
		}
		if h.State == Deferred && p.Start > h.Since {
			h.to(r, Planned, at)
			h.Code, h.Why = "", ""
		}
		h.Place = &p
		if h.State == Notified && !r.knows(h.Place) {
			h.State = Planned
		} else if h.State == Planned && r.knows(h.Place) {
			h.State = Notified
		}
	}
	for asset, code := range r.Schedule.Unplaced {
		h := r.Hosts[asset]
		if h == nil {
			h = &Host{Asset: asset, State: Planned, Since: at}
			r.Hosts[asset] = h
		}
		if !h.State.Ended() && !h.Busy() && (h.State != Deferred || code != rollout.MissedWindow) {
			if h.State == Deferred {
				h.to(r, Planned, at)
				h.Why = ""
			}
			h.Place, h.Code = nil, code
			if !h.member {
				h.Wave = r.Schedule.Stray[asset]
			}
			if h.State == Notified {
				h.State = Planned
			}
		}
	}
}

// knows says whether anybody was told of the occurrence of a place.
func (r *Run) knows(p *Place) bool {
	for _, n := range r.Schedule.Notices {
		if n.Window == p.Window && n.Occurrence == p.Occurrence {
			return r.Notices[NoticeKey(n.Contact, n.Window, n.Occurrence)] > 0
		}
	}
	return r.toldOf(p.Window, p.Occurrence) > 0
}

// toldOf is when the last of those who were told of an occurrence was; 0 nobody was.
func (r *Run) toldOf(window string, occurrence int64) int64 {
	suffix := NoticeKey("", window, occurrence)
	last := int64(0)
	for key, at := range r.Notices {
		if len(key) > len(suffix) && key[len(key)-len(suffix):] == suffix {
			last = max(last, at)
		}
	}
	return last
}

// informed is when the last of those who must be told of an occurrence was; false as
// long as one of them was not.
func (r *Run) informed(window string, occurrence int64) (int64, bool) {
	last, told := int64(0), false
	for _, n := range r.Schedule.Notices {
		if n.Window != window || n.Occurrence != occurrence {
			continue
		}
		at, sent := r.Notices[NoticeKey(n.Contact, window, occurrence)]
		if !sent {
			return 0, false
		}
		last, told = max(last, at), true
	}
	if !told {
		last = r.toldOf(window, occurrence)
	}
	return last, last > 0
}

// sort puts the hosts of every wave in the order in which they start.
func (r *Run) sort() {
	at := map[string]int{}
	for i := range r.Waves {
		r.Waves[i].hosts = r.Waves[i].hosts[:0]
		at[r.Waves[i].Name] = i
	}
	for _, h := range r.Hosts {
		if i, known := at[h.Wave]; known {
			r.Waves[i].hosts = append(r.Waves[i].hosts, h)
		}
	}
	for i := range r.Waves {
		slices.SortFunc(r.Waves[i].hosts, func(a, b *Host) int {
			return cmp.Or(cmp.Compare(a.start(), b.start()), cmp.Compare(a.Asset, b.Asset))
		})
	}
}

// start is where a host is in the order of its wave: those without a place come last.
func (h *Host) start() int64 {
	if h.Place == nil {
		return 1 << 62
	}
	return h.Place.Start
}

// wave is a wave of the run by name; nil where no schedule has named it.
func (r *Run) wave(name string) *WaveProgress {
	for i := range r.Waves {
		if r.Waves[i].Name == name {
			return &r.Waves[i]
		}
	}
	return nil
}

func (s *State) waveBegun(run *Run, r *resultlog.Record, at int64) error {
	w := run.wave(r.Wave)
	if w == nil {
		run.Waves = append(run.Waves, WaveProgress{Name: r.Wave, State: WavePlanned})
		w = &run.Waves[len(run.Waves)-1]
	}
	if w.Ended > 0 {
		return fmt.Errorf("wave %q has ended", r.Wave)
	}
	if w.Begun == 0 {
		w.Begun, w.Budget = at, r.Budget
		w.move(WaveOpen, at)
	}
	moved := false
	for _, asset := range r.Assets {
		h := run.Hosts[asset]
		if h == nil {
			h = &Host{Asset: asset, State: Planned, Since: at}
			run.Hosts[asset] = h
		}
		if !h.member {
			moved = moved || h.Wave != r.Wave
			h.change(run, func() { h.member, h.Wave = true, r.Wave })
			w.Assets = append(w.Assets, asset)
		}
	}
	if moved {
		run.sort()
	}
	run.stopped(s.Stops[r.Plan], at)
	return nil
}

func (w *WaveProgress) move(to WaveState, at int64) { w.State, w.Since = to, at }

func (s *State) waveEnded(run *Run, r *resultlog.Record, at int64) error {
	w := run.wave(r.Wave)
	if w == nil || w.Begun == 0 {
		return fmt.Errorf("wave %q ends, wanted one that has begun", r.Wave)
	}
	if w.Ended > 0 {
		return nil
	}
	w.Ended, w.Pauses, w.Pause, w.PauseWhy = at, nil, "", ""
	w.move(map[string]WaveState{"promoted": Promoted, "aborted": WaveAborted}[r.Outcome], at)
	if w.State == "" {
		w.State = WaveClosed
	}
	for _, h := range w.hosts {
		if h.State == Soaking {
			h.to(run, Succeeded, at)
		}
	}
	return nil
}

func (s *State) runEnded(run *Run, r *resultlog.Record, at int64) error {
	for _, c := range run.Claims {
		if !c.Probed {
			return fmt.Errorf("the run ends with an open claim of %q, wanted its outcome, or that it is unknown", c.Asset)
		}
	}
	run.Ended, run.Outcome = at, r.Outcome
	for _, h := range run.Hosts {
		switch {
		case h.State == Soaking:
			h.to(run, Succeeded, at)
		case !h.State.Ended() && h.Key == "":
			h.change(run, func() { h.State, h.Since, h.Again = run.rest(), at, false })
		}
	}
	for i := range s.Stops[r.Plan] {
		// An abort was for this run, of whichever wave it was said. What is aborted does not
		// begin again because an asset was added somewhere: another run of the plan needs a
		// person's word.
		if x := &s.Stops[r.Plan][i]; x.Kind != resultlog.Hold {
			x.Kind, x.Wave = resultlog.Hold, ""
		}
	}
	return nil
}

// rest is the state of hosts that a run which has ended did nothing to.
func (r *Run) rest() HostState {
	if r.Outcome == "aborted" {
		return Cancelled
	}
	return Skipped
}

func (s *State) gate(run *Run, r *resultlog.Record, at int64) error {
	w := run.wave(r.Wave)
	if w == nil {
		return fmt.Errorf("gate of wave %q, wanted one of the run", r.Wave)
	}
	if w.Gates == nil {
		w.Gates, w.Measured = map[string]string{}, map[string]Measured{}
	}
	m := w.Measured[r.Gate]
	m.At = at
	if w.Begun == 0 {
		m.before(r.Outcome)
		w.Measured[r.Gate] = m
		return nil
	}
	m.after(r.Outcome)
	m.Worse = m.Worse || r.Code == worse
	switch r.Outcome {
	case "pass":
		m.Fails, m.Unclear = 0, 0
	case "fail":
		m.Fails, m.Unclear = m.Fails+1, 0
	default:
		m.Unclear++
	}
	w.Gates[r.Gate], w.Measured[r.Gate] = r.Outcome, m
	return nil
}
