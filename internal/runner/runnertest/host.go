package runnertest

import (
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/museum"
)

// Host is one machine with the wrapper on it. Its fields may be changed between steps.
type Host struct {
	Name   string // "CLIENT/ASSET"
	Offset int64  // seconds that its clock is ahead
	Down   bool   // it does not answer; what runs goes on
	// Off says that it has no power: what ran is gone, its journal is not.
	Off bool
	// Boot counts its boots.
	Boot int64
	// Installed are versions by package.
	Installed map[string]string
	// Seconds says how long a step takes; 0 is a second.
	Seconds func(t *dispatch.Task, s *dispatch.Step) int64
	// Fails says that a step ends badly; what it was to do is done or not, as Half says.
	Fails func(t *dispatch.Task, s *dispatch.Step) bool
	Half  bool
	// Hangs says that a step ends only with its timeout, or never.
	Hangs func(t *dispatch.Task, s *dispatch.Step) bool
	// Dies says that the host loses its power at a step, and for how many seconds; below
	// 0 it never comes back.
	Dies func(t *dispatch.Task, s *dispatch.Step) int64
	// Asks says that a step leaves a reboot to be done.
	Asks func(t *dispatch.Task) bool
	// Lies changes answers on their way out.
	Lies func(a *dispatch.Answer)

	time    *Time
	journal map[string]*entry
	highest int64
	at      *entry // what holds the lock
	back    int64  // millis at which it has power again; 0 not planned
	// Began are the keys that were begun here, in order: what really happened, whatever
	// journals and logs say. Survives everything.
	Began []Begun
}

// Begun is one beginning of a segment on a host.
type Begun struct {
	Key     string
	Fence   int64
	Segment dispatch.Segment
	Attempt int64
	At      int64 // true time
}

// entry is what the journal has of one key.
type entry struct {
	task    *dispatch.Task
	began   int64 // host's clock
	step    int   // that runs
	next    int64 // true millis at which it ends; 0 never
	timeout bool  // it ends by its timeout
	stop    bool  // somebody asked to stop
	dead    bool  // nothing runs any more, and there is no outcome
	outcome *dispatch.Outcome
	steps   []dispatch.StepOutcome
	before  []dispatch.Package
	reboot  bool
}

const never = 1 << 62

func (h *Host) clock() int64 { return h.time.Seconds() + h.Offset }

// advance brings the host to the present.
func (h *Host) advance() {
	now := h.time.Millis
	if h.Off && h.back > 0 && h.back <= now {
		h.Off, h.back = false, 0
		h.Boot++
	}
	for e := h.at; e != nil && h.at == e && e.next <= now; {
		h.stepEnds(e)
	}
}

// stepEnds finishes the step that runs, and begins the next.
func (h *Host) stepEnds(e *entry) {
	s := &e.task.Steps[e.step]
	at := e.next
	took := dispatch.StepOutcome{Name: s.Name, Millis: 1000}
	switch {
	case e.timeout:
		took.Exit = -1
		e.steps = append(e.steps, took)
		h.ends(e, dispatch.Failed, s.Name, -1, at)
		return
	case h.Fails != nil && h.Fails(e.task, s):
		if h.Half {
			h.effect(e, s, true)
		}
		took.Exit = 1
		e.steps = append(e.steps, took)
		h.ends(e, dispatch.Failed, s.Name, 1, at)
		return
	}
	h.effect(e, s, false)
	e.steps = append(e.steps, took)
	e.step++
	h.begin(e, at)
}

// begin begins the step that is next, or ends the task.
func (h *Host) begin(e *entry, at int64) {
	if e.step == len(e.task.Steps) {
		h.ends(e, dispatch.Succeeded, "", 0, at)
		return
	}
	s := &e.task.Steps[e.step]
	late := e.task.StopBy > 0 && at/1000+h.Offset >= e.task.StopBy
	if (e.stop || late) && !h.passed(e) {
		h.ends(e, dispatch.Stopped, s.Name, 0, at)
		return
	}
	e.timeout = false
	dead := int64(0)
	if h.Dies != nil {
		dead = h.Dies(e.task, s)
	}
	switch {
	case dead != 0:
		h.powerOff(dead)
	case h.Hangs != nil && h.Hangs(e.task, s):
		e.next = never
		if s.Timeout > 0 {
			e.next, e.timeout = at+s.Timeout*1000, true
		}
	default:
		e.next = at + 1000
		if h.Seconds != nil {
			e.next = at + max(1, h.Seconds(e.task, s))*1000
		}
		if s.Timeout > 0 && e.next > at+s.Timeout*1000 {
			e.next, e.timeout = at+s.Timeout*1000, true
		}
	}
}

// passed reports whether the point of no return is behind.
func (h *Host) passed(e *entry) bool {
	for i := range e.step {
		if e.task.Steps[i].Point {
			return true
		}
	}
	return false
}

// effect is what a step really does.
func (h *Host) effect(e *entry, s *dispatch.Step, half bool) {
	switch s.Name {
	case dispatch.Snapshot:
		e.before = e.before[:0]
		for _, p := range e.task.Packages {
			e.before = append(e.before, dispatch.Package{Name: p.Name, Version: h.Installed[p.Name], Scheme: p.Scheme})
		}
	case dispatch.Installs:
		for i, p := range e.task.Packages {
			if half && i > 0 {
				return
			}
			h.install(p)
		}
		e.reboot = h.Asks != nil && h.Asks(e.task)
	case dispatch.RollsBack:
		for _, p := range e.task.Undo {
			h.install(p)
		}
	case dispatch.Reboots:
		h.Boot++
	}
}

func (h *Host) install(p dispatch.Package) {
	if h.Installed == nil {
		h.Installed = map[string]string{}
	}
	h.Installed[p.Name] = p.Version
}

// ends writes the outcome into the journal and lets go of the lock.
func (h *Host) ends(e *entry, result, step string, exit, at int64) {
	e.outcome = &dispatch.Outcome{
		Result: result, Step: step, Exit: exit, Began: e.began, Ended: at/1000 + h.Offset,
		Reboot: e.reboot, Steps: e.steps, Before: e.before,
	}
	if e.task.StopBy > 0 && e.outcome.Ended > e.task.StopBy {
		e.outcome.Overrun = true
	}
	e.next = 0
	h.at = nil
}

// powerOff kills what runs; the journal stays. The host is back after so many seconds.
func (h *Host) powerOff(seconds int64) {
	if h.at != nil {
		h.at.dead, h.at.next = true, 0
		h.at = nil
	}
	h.Off = true
	if seconds > 0 {
		h.back = h.time.Millis + seconds*1000
	}
}

// Kill kills what runs on the host, and nothing else.
func (h *Host) Kill() {
	h.advance()
	if h.at != nil {
		h.at.dead, h.at.next = true, 0
		h.at = nil
	}
}

// start is the wrapper's answer to a dispatch. Without refusal the task runs.
func (h *Host) start(t *dispatch.Task) dispatch.Answer {
	h.advance()
	a := dispatch.Answer{Key: t.Key, Asked: "start", HostTime: h.clock(), Highest: h.highest}
	known := h.journal[t.Key]
	off := h.clock() - t.Now
	switch {
	case h.clock() >= t.NotAfter:
		a.State, a.Why = dispatch.Refused, dispatch.TooLate
	case off > 10 || off < -10:
		a.State, a.Why = dispatch.Refused, dispatch.ClockSkew
	case t.Fence < h.highest && !museum.Planted("host-ignores-fence"):
		a.State, a.Why = dispatch.Refused, dispatch.LowerFence
	case known != nil && known.outcome != nil:
		a.State, a.Why = dispatch.Refused, dispatch.KnownKey
	case known != nil && known.dead:
		a.State = dispatch.Interrupted
	case h.at != nil:
		a.State, a.Why = dispatch.Refused, dispatch.Locked
	default:
		h.highest = t.Fence
		e := &entry{task: t, began: h.clock()}
		h.journal[t.Key], h.at = e, e
		h.Began = append(h.Began, Begun{t.Key, t.Fence, t.Segment, t.Attempt, h.time.Seconds()})
		h.begin(e, h.time.Millis)
		a.State = dispatch.Running
	}
	return a
}

// probe says what the journal has of a key, and that a higher fence was seen.
func (h *Host) probe(t *dispatch.Task) dispatch.Answer {
	h.advance()
	if t.Fence < h.highest {
		return dispatch.Answer{Key: t.Key, State: dispatch.Refused, Why: dispatch.LowerFence, Highest: h.highest, HostTime: h.clock()}
	}
	h.highest = t.Fence
	return h.state(t.Key)
}

// state is what the journal has of a key.
func (h *Host) state(key string) dispatch.Answer {
	a := dispatch.Answer{Key: key, Highest: h.highest, HostTime: h.clock()}
	e := h.journal[key]
	switch {
	case e == nil:
		a.State = dispatch.Absent
	case e.outcome != nil:
		a.State, a.Outcome = dispatch.Finished, e.outcome
	case e.dead:
		a.State = dispatch.Interrupted
	default:
		a.State, a.At = dispatch.Running, e.task.Steps[e.step].Name
	}
	return a
}
