package progress

import (
	"errors"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/resultlog"
)

// weights order what stops a plan; the heaviest is shown and counts.
var weights = map[resultlog.Kind]int{resultlog.Hold: 1, resultlog.Abort: 2, resultlog.Recall: 3}

// heaviest is the word that stops a whole plan, if any does.
func heaviest(stops []Stop) *Stop {
	var out *Stop
	for i := range stops {
		if s := &stops[i]; s.Wave == "" && (out == nil || weights[s.Kind] > weights[out.Kind]) {
			out = s
		}
	}
	if out == nil {
		return nil
	}
	held := *out
	return &held
}

// stop takes a hold, an abort or a recall. It is effective when it is recorded, and
// holds a plan whose run has not begun as well.
func (s *State) stop(r *resultlog.Record, at int64) error {
	plan, wave := waveOf(r.Plan)
	if plan == "" {
		return nil // of a change
	}
	stop := Stop{Kind: r.Kind, Wave: wave, Person: personOf(r), Reason: r.Reason, At: at, Signed: min(seconds(r.AsOf), at-at%60)}
	if stop.Reason == "" {
		stop.Reason = r.Why
	}
	s.Stops[plan] = append(s.Stops[plan], stop)
	if run := s.Runs[plan]; run != nil {
		run.Hold = heaviest(s.Stops[plan])
		run.stopped(s.Stops[plan], at)
	}
	return nil
}

// stopped shows waves paused that somebody holds.
func (r *Run) stopped(stops []Stop, at int64) {
	for i := range r.Waves {
		w := &r.Waves[i]
		w.Pauses = slices.DeleteFunc(w.Pauses, func(p Pause) bool { return p.Code == PauseManual && p.Cause == byHold })
		if stop := stopOf(stops, w.Name); stop != nil && stop.Kind == resultlog.Hold && w.Begun > 0 && w.Ended == 0 {
			w.Pauses = append(w.Pauses, Pause{Code: PauseManual, Cause: byHold, Why: heldBy(stop), At: at})
		}
		w.shown(at)
	}
}

// byHold marks a pause that is there because of a hold, and goes with it.
const byHold = "hold"

func heldBy(s *Stop) string {
	why := string(s.Kind) + " by " + s.Person
	if s.Reason != "" {
		why += ": " + s.Reason
	}
	return why
}

// stopOf is the heaviest word that stops a wave, or the whole plan.
func stopOf(stops []Stop, wave string) *Stop {
	if museum.Planted("ignore-hold") {
		return nil
	}
	var out *Stop
	for i := range stops {
		if s := &stops[i]; (s.Wave == "" || s.Wave == wave) && (out == nil || weights[s.Kind] > weights[out.Kind]) {
			out = s
		}
	}
	return out
}

// clocksDiffer is by how many seconds the clock of whoever signs may be off from ours.
const clocksDiffer = 300

// said is until when a word knows what happened: it was signed then, whenever it was
// delivered. 0 is a word that is dated in the future, which says nothing.
func said(r *resultlog.Record, at int64) int64 {
	asOf := seconds(r.AsOf)
	switch {
	case asOf == 0:
		return at
	case asOf > at+clocksDiffer:
		return 0
	}
	return min(at, asOf+clocksDiffer)
}

// saw is until when a word knows what hosts did and what was paused: nothing that came after it
// was signed, whatever the clocks. A whole minute may be any instant of it.
func saw(r *resultlog.Record, at int64) int64 {
	asOf := seconds(r.AsOf)
	switch known := said(r, at); {
	case asOf == 0 || known == 0 || museum.Planted("resume-of-the-future"):
		return known
	case asOf%60 == 0:
		return min(at, asOf+59)
	}
	return min(at, asOf)
}

// before says whether a stop was said before a resume that is recorded now: signed in an
// earlier minute; or in the same one and by the same person, or so that it could be seen.
func (x *Stop) before(r *resultlog.Record, now int64) bool {
	signed := seconds(r.AsOf)
	signed -= signed % 60
	switch {
	case signed == 0 || x.Signed < signed:
		return true
	case x.Signed > signed:
		return false
	}
	return x.Person == personOf(r) || x.At < now-1
}

// resume takes a person's word that a plan or a wave goes on: it lifts the holds and
// pauses that were there when it was signed, forgives the failures so far, and lets go
// on what missed its window or refused. An abort is for good.
func (s *State) resume(r *resultlog.Record, at int64) error {
	if r.Actor != nil && r.Actor.Kind == "controller" {
		return errors.New("a controller resumes, wanted a person")
	}
	plan, wave := waveOf(r.Plan)
	if plan == "" {
		return nil
	}
	heard := said(r, at)
	early := "the resume by " + personOf(r) + " was signed before that: sign again"
	if heard == 0 {
		early = "the resume by " + personOf(r) + " is dated in the future: set that clock, and sign again"
	}
	s.Stops[plan] = slices.DeleteFunc(s.Stops[plan], func(x Stop) bool {
		return x.Kind == resultlog.Hold && (wave == "" || x.Wave == wave) && x.At <= heard && x.before(r, at)
	})
	at = saw(r, at)
	run := s.Runs[plan]
	if run == nil || run.Ended > 0 {
		return nil
	}
	for i := range run.Waves {
		if w := &run.Waves[i]; wave == "" || w.Name == wave {
			w.resume(at, early)
		}
	}
	if at == 0 {
		return nil
	}
	run.Hold, run.Resumed = heaviest(s.Stops[plan]), max(run.Resumed, at)
	for _, c := range run.Claims {
		if wave == "" || c.Wave == wave {
			c.Forgiven = c.Forgiven || c.Probed && at >= c.late()
		}
	}
	for _, h := range run.Hosts {
		if (wave == "" || h.Wave == wave) && h.Since <= at {
			if h.resumed = true; h.delays > 0 { // it refused; what its profile wants waited is waited
				h.Retry = min(h.Retry, at)
			}
		}
	}
	run.stopped(s.Stops[plan], at)
	return nil
}

func (w *WaveProgress) resume(at int64, early string) {
	if w.unseen(at, early) || at == 0 {
		return
	}
	w.Pauses = slices.DeleteFunc(w.Pauses, func(p Pause) bool { return p.Code != PauseFreeze })
	w.Resumed, w.Forgiven, w.settled = at, w.Failures+w.doomed, w.Done
	for name, m := range w.Measured {
		m.Fails, m.Unclear, m.Worse = 0, 0, false
		w.Measured[name] = m
		if w.Gates[name] != "pass" {
			delete(w.Gates, name)
		}
	}
	w.shown(at)
}

// unseen says whether a wave has pauses that whoever signed a resume did not know of, and notes
// of them what is to be said of that.
func (w *WaveProgress) unseen(at int64, early string) bool {
	out := false
	for i := range w.Pauses {
		if p := &w.Pauses[i]; p.Code != PauseFreeze && p.Cause != byHold && p.At > at {
			p.Crossed, out = early, true
		}
	}
	return out
}

// order of pauses as they are shown: what needs a person first.
var pauses = []string{PauseManual, PauseThreshold, PauseInconclusive, PauseTriage, PauseFreeze}

// shown makes State, Pause and PauseWhy say what Pauses hold.
func (w *WaveProgress) shown(at int64) {
	if w.Ended > 0 || w.Begun == 0 {
		return
	}
	w.Pause, w.PauseWhy = "", ""
	for _, code := range pauses {
		i := slices.IndexFunc(w.Pauses, func(p Pause) bool { return p.Code == code })
		if i < 0 {
			continue
		}
		if w.State != Paused {
			w.before = w.State
			w.move(Paused, at)
		}
		w.Pause, w.PauseWhy = code, w.Pauses[i].Why
		return
	}
	if w.State == Paused {
		w.move(w.before, at)
	}
}

func (s *State) wavePaused(run *Run, r *resultlog.Record, at int64) error {
	w := run.wave(r.Wave)
	if w == nil || w.Begun == 0 {
		return errors.New("pause of a wave that has not begun")
	}
	if !slices.ContainsFunc(w.Pauses, func(p Pause) bool { return p.Code == r.Code && p.Cause == r.Reason }) {
		w.Pauses = append(w.Pauses, Pause{Code: r.Code, Cause: r.Reason, Why: r.Why, At: at})
	}
	w.shown(at)
	return nil
}

// waveGoesOn takes that a wave goes on by itself, which only one does that a freeze
// has paused.
func (s *State) waveGoesOn(run *Run, r *resultlog.Record, at int64) error {
	w := run.wave(r.Wave)
	if w == nil {
		return errors.New("a wave goes on that has not begun")
	}
	w.Pauses = slices.DeleteFunc(w.Pauses, func(p Pause) bool { return p.Code == PauseFreeze })
	w.WentOn = at
	w.shown(at)
	return nil
}

// word takes what a person said of a gate. Who agreed before the wave began agreed to
// another run, or to nothing seen; other clients' contacts have no say.
func (s *State) word(r *resultlog.Record, at int64) {
	plan, wave := waveOf(r.Plan)
	run := s.Runs[plan]
	if r.Change != "" || wave == "" || run == nil || run.Ended > 0 {
		return
	}
	w := run.wave(wave)
	if w == nil || w.Begun == 0 {
		return
	}
	one := Word{Person: personOf(r), Contact: r.Contact, Verdict: string(r.Kind), At: at, Expires: seconds(r.Expires)}
	agrees := r.Kind == resultlog.Approval || r.Kind == resultlog.Consent
	switch client, _, ok := strings.Cut(r.Contact, "/"); {
	case r.Kind == resultlog.Withdrawal:
		w.Words = slices.DeleteFunc(w.Words, func(x Word) bool { return x.Person == one.Person })
	case agrees && saw(r, at) < w.Begun, ok && client != run.Client:
	default:
		w.Words = append(w.Words, one)
	}
}

func personOf(r *resultlog.Record) string {
	if r.Actor == nil {
		return ""
	}
	return r.Actor.ID
}
