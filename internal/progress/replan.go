package progress

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// Replanned is a schedule computed anew for one plan at one client, as records and the
// blob that they name.
type Replanned struct {
	Client, Plan string
	Records      []resultlog.Record
	Blob         []byte
}

// Codes of moves that no constraint is named by (authority.md 3).
const (
	AssetAdded rollout.Code = "ASSET_ADDED"
	AssetGone  rollout.Code = "ASSET_GONE"
	Feed       rollout.Code = "FEED"
	Tzdata     rollout.Code = "TZDATA"
	Engine     rollout.Code = "ENGINE"
)

// Replan computes the schedule of all plans with the progress that there is, and
// says what of it differs from what is locked, with codes. Plans for which nothing
// differs are not in the result. A place that the client was told of moves only
// because a hard constraint breaks, and then later, or earlier after a new notice in
// full: the computation keeps it else. A schedule with objections is an error of ours.
// The cause is the decision's; each schedule keeps its part of it.
func Replan(s *State, d *Documents, now int64, cause string) ([]Replanned, error) {
	in := Input(s, d, now)
	schedule := rollout.Compute(in)
	if found := rollout.Verify(in, schedule); len(found) > 0 {
		o := found[0]
		return nil, fmt.Errorf("the schedule breaks %d of its own rules, the first %s of %s/%s %s: %s", len(found), o.Code, o.Client, o.Plan, o.Asset, o.Text)
	}
	causes := strings.Split(cause, causesApart)
	var out []Replanned
	for i := range schedule.Plans {
		p := &schedule.Plans[i]
		key := p.Client + "/" + p.Plan
		run, plan := s.Runs[key], d.Plans[key]
		if run == nil || run.Ended != 0 || plan == nil {
			continue
		}
		r := &replanning{run: run, plan: plan, docs: d, computed: p, now: now, why: run.causeOf(causes)}
		r.brought = cause != "" && run.Schedule != nil && (r.why == "" || r.why == run.Schedule.Cause)
		one, differs, err := r.replan()
		if err != nil {
			return nil, err
		}
		if differs {
			out = append(out, one)
		}
	}
	return out, nil
}

// causeOf is a run's part of the causes of all.
func (r *Run) causeOf(causes []string) string {
	for _, cause := range causes {
		if why, ours := strings.CutPrefix(cause, r.because()); ours {
			return why
		}
	}
	return ""
}

// replanning is one run's schedule on its way into the log.
type replanning struct {
	run      *Run
	plan     *Plan
	docs     *Documents
	computed *rollout.PlanSchedule
	now      int64
	why      string // it is computed
	brought  bool   // another run's cause brought it along

	next   *Locked
	moves  []resultlog.Move
	added  bool // an asset is new
	late   bool // an asset is new, and every wave that would take it has begun
	differ bool
}

func (r *replanning) replan() (Replanned, bool, error) {
	r.next = &Locked{
		AsOf: r.now, Engine: r.docs.Engine, Tzdata: r.docs.Tzdata, Notices: r.computed.Notices, Cause: r.why,
		Placements: map[string]Place{}, Unplaced: map[string]rollout.Code{}, Stray: map[string]string{},
	}
	for _, w := range r.plan.WavesIn(r.run) {
		r.next.Waves = append(r.next.Waves, w.Name)
	}
	if museum.Planted("forgets-cause") {
		r.next.Cause = ""
	}
	r.keep()
	r.place()
	r.compare()
	if !r.differ {
		return Replanned{}, false, nil
	}
	blob, err := encodeLocked(r.run.Client, r.run.Plan, r.next, r.moves)
	if err != nil {
		return Replanned{}, false, err
	}
	grant := r.plan.Digest
	if r.late && r.run.Schedule != nil {
		grant = r.run.Digest // what came too late for this run begins one of its own
	}
	record := resultlog.Record{
		Kind: resultlog.Schedule, Run: r.run.ID, Plan: r.run.Client + "/" + r.run.Plan, Commit: r.docs.Commit, Grant: grant,
		AsOf: instant(r.now), Engine: r.docs.Engine, Tzdata: r.docs.Tzdata, Schedule: canonical.Digest(blob), Moves: bounded(r.moves),
	}
	if cut := len(r.moves) - len(record.Moves); cut > 0 {
		record.Why = fmt.Sprintf("%d more moves are in the schedule", cut)
	}
	return Replanned{Client: r.run.Client, Plan: r.run.Plan, Records: []resultlog.Record{record}, Blob: blob}, true, nil
}

// movesBytes is how much of a record moves may take; a record is at most 64 KiB.
const movesBytes = 24 << 10

// bounded are the first moves, as many as a record holds.
func bounded(moves []resultlog.Move) []resultlog.Move {
	size := 0
	for i := range moves {
		if size += 96 + 6*len(moves[i].Asset); size > movesBytes {
			return moves[:i]
		}
	}
	return moves
}

// keep takes over the places of hosts whose session has begun or ended: they are what
// happened.
func (r *replanning) keep() {
	for asset, h := range r.run.Hosts {
		if h.Place != nil && r.settled(h) {
			r.next.Placements[asset] = *h.Place
		}
	}
}

func (r *replanning) settled(h *Host) bool {
	return h.Busy() || h.State.Ended() && !h.Again
}

// place enters what was computed.
func (r *replanning) place() {
	for i := range r.computed.Placements {
		p := &r.computed.Placements[i]
		if h := r.run.Hosts[p.Asset]; h != nil && r.settled(h) {
			continue
		} else if r.tooLate(h, p.Wave) {
			r.late = true
			continue
		}
		r.next.Placements[p.Asset] = Place{
			Wave: p.Wave, Window: p.Window, Occurrence: p.Occurrence, Start: p.Start, End: p.End, Due: p.Due, Patches: p.Patches,
		}
	}
	for i := range r.computed.Unplaced {
		u := &r.computed.Unplaced[i]
		if h := r.run.Hosts[u.Asset]; h != nil && r.settled(h) {
			continue
		} else if r.tooLate(h, u.Wave) {
			r.late = true
			continue
		}
		r.next.Unplaced[u.Asset], r.next.Stray[u.Asset] = u.Code, u.Wave
	}
	for asset, h := range r.run.Hosts {
		if r.run.Parked(asset, r.plan.Misfire) && r.plan.Jobs[asset] != nil {
			r.next.Unplaced[asset], r.next.Stray[asset] = rollout.MissedWindow, h.Wave
		}
	}
}

// tooLate says whether an asset is new to the run and its wave has begun.
func (r *replanning) tooLate(h *Host, wave string) bool {
	w := r.run.wave(wave)
	return h == nil && r.run.Schedule != nil && w != nil && w.Begun != 0
}

// compare finds what differs from what is locked, and why.
func (r *replanning) compare() {
	if r.run.Schedule == nil {
		r.differ = true
		return
	}
	old := r.run.Schedule
	for asset := range r.next.Placements {
		r.added = r.added || r.run.Hosts[asset] == nil
	}
	names := map[string]bool{}
	for _, all := range []map[string]Place{old.Placements, r.next.Placements} {
		for asset := range all {
			names[asset] = true
		}
	}
	moved := r.codes()
	r.slide(moved)
	r.force(moved)
	for _, asset := range slices.Sorted(maps.Keys(names)) {
		if h := r.run.Hosts[asset]; h != nil && r.settled(h) {
			continue
		}
		was, had := old.Placements[asset]
		is, has := r.next.Placements[asset]
		if had == has && (!had || r.same(was, is)) {
			continue
		}
		m := resultlog.Move{Asset: asset, Code: string(r.code(asset, had, has, moved[asset]))}
		if had {
			m.From = instant(was.Start)
		}
		if has {
			m.To = instant(is.Start)
		}
		r.moves = append(r.moves, m)
	}
	r.differ = len(r.moves) > 0 || !maps.Equal(old.Unplaced, r.next.Unplaced) || !slices.Equal(old.Waves, r.next.Waves) || r.patched(old)
}

// slide keeps places whose start has passed while their occurrence goes on: that is no
// move, for they begin as soon as they may. Nor is it one where only another run had a cause,
// and time has gone on: schedules would be locked again and again.
func (r *replanning) slide(moved map[string]rollout.Code) {
	for asset, is := range r.next.Placements {
		was, had := r.run.Schedule.Placements[asset]
		if !had || was.Window != is.Window || was.Occurrence != is.Occurrence {
			continue
		}
		if was.Start <= r.now && moved[asset] == rollout.MissedWindow || r.brought && was.Start < is.Start {
			is.Start, is.End = was.Start, was.Start+is.End-is.Start
			r.next.Placements[asset] = is
		}
	}
}

// force notes at each place why it is not earlier, where something moved it.
func (r *replanning) force(moved map[string]rollout.Code) {
	for asset, is := range r.next.Placements {
		was, had := r.run.Schedule.Placements[asset]
		switch h := r.run.Hosts[asset]; {
		case h != nil && r.settled(h):
			continue
		case had && r.same(was, is):
			is.Moved = was.Moved
		case had && is.Start > was.Start:
			is.Moved = r.code(asset, true, true, moved[asset])
		case !had && h != nil && len(r.run.Schedule.Unplaced[asset]) > 0:
			is.Moved = r.code(asset, false, true, moved[asset])
		}
		r.next.Placements[asset] = is
	}
}

// same says whether a place is the one that is locked.
func (r *replanning) same(was, is Place) bool {
	return was.Window == is.Window && was.Occurrence == is.Occurrence && was.Start == is.Start
}

// patched says whether a session that has not begun has other patches or another length
// or wave than are locked.
func (r *replanning) patched(old *Locked) bool {
	for asset, is := range r.next.Placements {
		was, had := old.Placements[asset]
		if had && (was.Wave != is.Wave || was.End-was.Start != is.End-is.Start || was.Due != is.Due || !slices.Equal(was.Patches, is.Patches)) {
			return true
		}
	}
	return false
}

// codes are why the computation moved, or could not place, assets.
func (r *replanning) codes() map[string]rollout.Code {
	out := map[string]rollout.Code{}
	for i := range r.computed.Placements {
		p := &r.computed.Placements[i]
		out[p.Asset] = p.Moved
		// Its start has passed while it waited for its turn: a freeze is what keeps it from now.
		if p.Moved == rollout.MissedWindow && slices.ContainsFunc(p.Rejected, func(x rollout.Rejection) bool { return x.Code == rollout.Freeze }) {
			out[p.Asset] = rollout.Freeze
		}
	}
	for i := range r.computed.Unplaced {
		out[r.computed.Unplaced[i].Asset] = r.computed.Unplaced[i].Code
	}
	return out
}

// code is why an asset's place differs.
func (r *replanning) code(asset string, had, has bool, moved rollout.Code) rollout.Code {
	h := r.run.Hosts[asset]
	switch {
	case r.run.Parked(asset, r.plan.Misfire):
		return rollout.MissedWindow
	case has && !had && h == nil:
		return AssetAdded
	case has && !had:
		return r.cause(r.run.Schedule.Unplaced[asset])
	case had && !has && moved == "":
		return r.gone(asset)
	case had && has && moved == "" && r.run.Schedule.Placements[asset].Moved != "":
		return r.run.Schedule.Placements[asset].Moved // what moved it is over
	}
	return r.cause(moved)
}

// gone is why an asset has no work any more.
func (r *replanning) gone(asset string) rollout.Code {
	switch r.plan.Gone[asset] {
	case "", rollout.NotSelected, rollout.ClientNotActive:
		return AssetGone
	}
	return Feed
}

// cause is the code of a move that a constraint forced.
func (r *replanning) cause(c rollout.Code) rollout.Code {
	switch c {
	case rollout.Freeze, rollout.HAPeerDown:
		return c
	case rollout.MissedWindow, rollout.NoticeLead: // its start, or the last instant for its notice
		return rollout.MissedWindow
	case rollout.WindowChanged, rollout.WindowTooShort, rollout.AgreementNotInForce, rollout.VendorSupport, rollout.NoWindow,
		rollout.Horizon, rollout.NotBefore, rollout.Deadline:
		if r.run.Schedule.Tzdata != r.docs.Tzdata {
			return Tzdata
		}
		return rollout.WindowChanged
	case rollout.WaveGate, rollout.DepOrder, rollout.HAConflict, rollout.Exclusive, rollout.Capacity, rollout.RelayCapacity,
		rollout.Technician, rollout.CostCap, rollout.DepUnplaced:
		if r.added {
			return AssetAdded
		}
		return rollout.Capacity
	case "":
		return cmp.Or(r.changedEngine(), rollout.Capacity)
	}
	return Feed
}

func (r *replanning) changedEngine() rollout.Code {
	if r.run.Schedule.Engine != r.docs.Engine {
		return Engine
	}
	return ""
}

// conditions are what may bring places back that something moved: the freezes that are
// lifted, the hosts that are down. A schedule is worth computing anew when they change; ""
// where nothing was moved.
func conditions(s *State, r *Run, p *Plan) string {
	if r.Schedule == nil || len(r.Schedule.Forced) == 0 {
		return ""
	}
	var down []string
	if r.Schedule.Forced[rollout.HAPeerDown] {
		for host := range s.Down {
			if clientOf(host) == r.Client {
				down = append(down, host)
			}
		}
		slices.Sort(down)
	}
	return fmt.Sprintf("lifted %q, down %q", p.Lifted, down)
}
