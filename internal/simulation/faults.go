package simulation

import (
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/window"
)

// Faults says how often things go wrong, in a thousand of each call, and which are
// planned. The zero value is a world where everything works.
type Faults struct {
	Crash, Stall           int // at each boundary of an action
	Remote, Lose           int // a fetch or push fails; its way there or back is lost
	Full, Sync             int // the disk is full; fsync fails
	Drop, Slow, Twice      int // answers and dispatches on the way to a host
	Tell, Gate             int
	Outage, Cut, Blackout  int // in a thousand worlds: the remote is down, a process or hosts are cut off
	Power, Vanish, Restore int // of each host
	Skew, Liar, Hang       int // of each host
	Clock                  int // of each process: its wall clock is off, or jumps
	Break                  int // of each host: its install, verify or rollback fails
	Words                  int // people hold, resume, abort
	Freeze, Change         int // documents change
	Two                    bool
	Characters             func(host int) character // of every host, where they are not drawn
	Until                  int64                    // seconds after which nothing goes wrong any more
}

// draw decides which faults a world has: a few of them each, so that most worlds
// have faults of some kinds only, and some have all.
func (w *World) draw() *Faults {
	some := func(permille, most int) int {
		if w.rand.IntN(1000) >= permille {
			return 0
		}
		return 1 + w.rand.IntN(most)
	}
	f := &Faults{
		Crash: some(350, 12), Stall: some(250, 12), Remote: some(300, 60), Lose: some(300, 60),
		Full: some(120, 30), Sync: some(120, 6), Drop: some(300, 80), Slow: some(300, 100), Twice: some(200, 80),
		Tell: some(200, 300), Gate: some(200, 300), Outage: some(250, 1000), Cut: some(250, 1000), Blackout: some(250, 1000),
		Power: some(250, 250), Vanish: some(120, 150), Restore: some(120, 150), Skew: some(150, 200), Liar: some(200, 300), Hang: some(120, 150),
		Clock: some(150, 600), Break: some(400, 350), Words: some(300, 1000), Freeze: some(300, 1000), Change: some(250, 1000),
		Two: w.rand.IntN(2) == 0, Until: w.between(6*hour, 3*day),
	}
	if w.rand.IntN(20) == 0 {
		f.Tell = 1000
	}
	return f
}

// plan sets what goes wrong at instants that are known before.
func (w *World) plan() {
	f := w.Faults
	end := epoch + f.Until
	any := w.parties[0].busyTime
	if w.chance(f.Outage) {
		w.at(any(), func() { w.remote.down = true })
		w.at(any(), func() { w.remote.down = false })
	}
	for _, p := range w.procs {
		if w.chance(f.Cut) {
			at := any()
			w.at(at, func() { p.cut = true })
			w.at(at+w.between(10, 8*hour), func() { p.cut = false })
		}
		if w.chance(f.Clock) {
			by := w.between(-40, 40)
			if w.rand.IntN(4) == 0 {
				by = w.between(-2*day, 2*day)
			}
			w.at(any(), func() { p.skew += by; w.notef("the clock of %s is %d s off", p.name, p.skew); p.wake(w.now) })
		}
		if w.chance(f.Full * 10) {
			at := any()
			w.at(at, func() { p.disk.full = true })
			w.at(at+w.between(10, 5*hour), func() { p.disk.full = false })
		}
	}
	for _, p := range w.parties {
		p.plan()
	}
	w.at(end, w.calm)
}

// busyTime is an instant, mostly while something is going on.
func (p *party) busyTime() int64 {
	w, end := p.w, epoch+p.w.Faults.Until
	if w.rand.IntN(4) == 0 {
		return w.between(epoch, end)
	}
	return w.between(epoch, min(end, epoch+p.Shape.Opens%(18*hour)+5*hour))
}

func (w *World) planHost(h *host, any func() int64) {
	f := w.Faults
	if w.chance(f.Power) {
		w.at(any(), func() { h.power(w.between(20, 3*hour)) })
	}
	if w.chance(f.Vanish) {
		w.at(any(), func() { h.power(w.between(day, 30*day)) })
	}
	if w.chance(f.Restore) {
		w.at(any(), func() { h.snapshot = h.drive.copied() })
		w.at(any(), func() { h.restore() })
	}
	if w.chance(f.Blackout / 4) {
		p, at := w.procs[w.rand.IntN(len(w.procs))], any()
		w.at(at, func() { h.away[p] = true })
		w.at(at+w.between(10, 4*hour), func() { delete(h.away, p) })
	}
	if w.chance(f.Skew) {
		h.skew = w.between(-20, 20)
	}
	h.liar, h.character.hang = w.chance(f.Liar), w.chance(f.Hang)
	if h.liar && w.rand.IntN(2) == 0 {
		h.character.slow = w.between(0, 20*minute)
	}
	h.character.needBoot = w.rand.IntN(3) == 0
	if w.chance(f.Break) {
		segments := []dispatch.Segment{dispatch.Install, dispatch.Install, dispatch.Verify, dispatch.Rollback}
		h.character.fails = map[dispatch.Segment]int{segments[w.rand.IntN(4)]: w.rand.IntN(4) - 1}
		h.character.half = w.rand.IntN(2) == 0
	}
}

// planPeople sets what people do whatever happens.
func (p *party) planPeople(any func() int64) {
	w, f := p.w, p.w.Faults
	if w.chance(f.Words) {
		at := any()
		subject := p.subject()
		w.at(at, func() { w.say(resultlog.Hold, subject) })
		w.at(at+w.between(minute, 20*hour), func() { w.say(resultlog.Resume, subject) })
	}
	if w.chance(f.Words / 6) {
		w.at(any(), func() { w.say(resultlog.Abort, p.key) })
	}
	if w.chance(f.Freeze) {
		at := any()
		freeze := window.Span{Start: at, End: at + w.between(hour, 2*day)}
		w.at(at-w.between(0, hour), func() { p.change(func(t *Tip) { t.Freezes = []window.Span{freeze} }) })
		if w.rand.IntN(2) == 0 {
			w.at(at+w.between(10, 3*hour), func() { p.change(func(t *Tip) { t.Freezes = nil }) })
		}
	}
	if w.chance(f.Change) {
		h := w.rand.IntN(p.Shape.Hosts)
		w.at(any(), func() {
			switch w.rand.IntN(4) {
			case 0:
				p.change(func(t *Tip) { t.Excepted = []int{h} })
			case 1:
				p.change(func(t *Tip) { t.Uncovered = []int{h} })
			case 2:
				p.change(func(t *Tip) { t.Version = p.next })
			case 3:
				p.change(func(t *Tip) { t.Closed = true })
				w.in(w.between(hour, day), func() { p.change(func(t *Tip) { t.Closed = false }) })
			}
		})
	}
}

func (p *party) subject() string {
	if p.w.rand.IntN(2) == 0 {
		return p.key
	}
	return p.key + "/" + p.Shape.Waves[p.w.rand.IntN(len(p.Shape.Waves))].Name
}

// say puts a person's signed word where the next leader sees it.
func (w *World) say(kind resultlog.Kind, subject string) { w.sayAs("dana", kind, subject) }

func (w *World) sayAs(person string, kind resultlog.Kind, subject string) {
	w.notef("%s says %s %s", person, kind, subject)
	r := resultlog.Record{Kind: kind, Plan: subject, Reason: "because", Actor: &resultlog.Actor{Kind: "person", ID: person}}
	w.remote.words = append(w.remote.words, r)
	w.hint()
}

// hint wakes controllers, as a webhook does or the next look.
func (w *World) hint() {
	for _, p := range w.procs {
		p.hinted = true
		p.wake(w.now + w.between(1, minute))
	}
}

// hinted says once whether a process was told that something is new.
func (w *World) hinted(p *process) bool {
	h := p.hinted
	p.hinted = false
	return h
}

// calm ends all faults: what was cut is joined, what was down is up.
func (w *World) calm() {
	w.notef("nothing goes wrong from here on")
	w.quiet = true
	w.remote.down = false
	for _, p := range w.procs {
		p.cut, p.disk.full, p.skew = false, false, 0
		if !p.up {
			p.begin()
		}
		p.wake(w.now + w.between(0, minute))
	}
	for _, h := range w.hosts {
		clear(h.away)
		h.skew = 0
	}
}

// restartAfter is how long it takes until a dead process is there again.
func (w *World) restartAfter() int64 {
	if w.quiet || w.Faults.Crash == 0 {
		return 10
	}
	if w.rand.IntN(8) == 0 {
		return w.between(10*minute, 12*hour)
	}
	if w.rand.IntN(3) == 0 {
		return w.between(1, 5)
	}
	return w.between(5, 4*minute)
}
