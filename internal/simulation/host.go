package simulation

import (
	"slices"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/museum"
)

// journal is what the wrapper keeps of one key.
type journal struct {
	key     string
	segment dispatch.Segment
	outcome *dispatch.Outcome // nil: an intent
	before  string            // what was installed; "" its steps did not get there
}

// drive is a host's disk. It may be restored from a copy.
type drive struct {
	version string // of the package
	broken  bool   // half configured
	boot    int
	highest int64 // fence
	journal []journal
	reboot  bool // one is due
}

// partly is what is known of a task that was cut off.
func (j *journal) partly() *dispatch.Outcome {
	if j.before == "" {
		return nil
	}
	return &dispatch.Outcome{Result: string(dispatch.Interrupted), Step: dispatch.Installs, Before: []dispatch.Package{{Name: "openssl", Version: j.before, Scheme: "deb"}}}
}

func (d *drive) copied() drive {
	out := *d
	out.journal = slices.Clone(d.journal)
	return out
}

func (d *drive) find(key string) *journal {
	for i := range d.journal {
		if d.journal[i].key == key {
			return &d.journal[i]
		}
	}
	return nil
}

// deed is something that was really begun on a host.
type deed struct {
	at, ended  int64
	key        string
	segment    dispatch.Segment
	fence      int64
	restores   int // how often the host was restored before
	done       bool
	version    string
	undone     bool
	installing bool // it passed its point of no return
}

// host is one machine: what it has, what it says, and what truly happened to it.
type host struct {
	w         *World
	id        int
	name      string
	drive     drive
	snapshot  drive
	up        bool
	skew      int64
	away      map[*process]bool // links that are cut
	task      *dispatch.Task
	by        *exec
	at        string // step
	deed      int    // index of the running one
	turn      int    // of the running task; an event of an older one is void
	stopping  bool
	deeds     []deed
	restores  int
	liar      bool
	character character
	tries     map[dispatch.Segment]int
}

// character is how a host takes what is done to it.
type character struct {
	fails    map[dispatch.Segment]int // so many times it fails, -1 always
	half     bool                     // a failure leaves the package half configured
	slow     int64                    // seconds more than it should take
	hang     bool                     // its first task never ends by itself
	needBoot bool                     // the package wants a reboot
}

func (w *World) newHost(i int) *host {
	return &host{
		w: w, id: i, name: hostName(i), up: true, drive: drive{version: oldest}, snapshot: drive{version: oldest},
		away: map[*process]bool{}, tries: map[dispatch.Segment]int{},
	}
}

func (h *host) wall() int64 { return h.w.now + h.skew }

// base is an answer with what every connect brings.
func (h *host) base(t *dispatch.Task, asked string) dispatch.Answer {
	return dispatch.Answer{Key: t.Key, Asked: asked, Highest: h.drive.highest, HostTime: h.wall()}
}

func (h *host) refuse(t *dispatch.Task, why string) *dispatch.Answer {
	a := h.base(t, "start")
	a.State, a.Why = dispatch.Refused, why
	return &a
}

// start is the wrapper: it refuses, or begins and answers when it has ended.
func (h *host) start(t dispatch.Task, by *exec) *dispatch.Answer {
	now := h.wall()
	known := h.drive.find(t.Key)
	switch {
	case now > t.NotAfter && !museum.Planted("host-late"):
		return h.refuse(&t, dispatch.TooLate)
	case (now-t.Now > 10 || t.Now-now > 10) && !museum.Planted("host-late"):
		return h.refuse(&t, dispatch.ClockSkew)
	case t.Fence < h.drive.highest && !museum.Planted("host-fence"):
		return h.refuse(&t, dispatch.LowerFence)
	case known != nil && known.outcome != nil && !museum.Planted("host-key"):
		return h.refuse(&t, dispatch.KnownKey)
	case h.task != nil && !museum.Planted("host-key"):
		return h.refuse(&t, dispatch.Locked)
	case known != nil && known.outcome == nil && !museum.Planted("host-key"):
		a := h.base(&t, "start")
		a.State, a.Outcome = dispatch.Interrupted, known.partly()
		return &a
	}
	if !museum.Planted("host-intent") {
		h.drive.journal = append(h.drive.journal, journal{key: t.Key, segment: t.Segment})
	}
	h.begin(&t, by)
	h.drive.highest = max(h.drive.highest, t.Fence)
	return nil
}

func (h *host) begin(t *dispatch.Task, by *exec) {
	w := h.w
	h.task, h.by, h.stopping = t, by, false
	h.turn++
	h.deeds = append(h.deeds, deed{at: w.now, key: t.Key, segment: t.Segment, fence: t.Fence, restores: h.restores})
	h.deed = len(h.deeds) - 1
	w.notef("%s begins %s of attempt %d", h.name, t.Segment, t.Attempt)
	w.partyOf(t.Client+"/"+t.Plan).judge.began(h, t)
	h.at = t.Steps[0].Name
	h.run()
}

// run lets the steps of a task go by.
func (h *host) run() {
	w, turn, t := h.w, h.turn, h.task
	full := worst[t.Segment]
	before := w.between(full/10, full/4)
	after := w.between(full/10, full/3) + h.character.slow
	point := slices.IndexFunc(t.Steps, func(s dispatch.Step) bool { return s.Point })
	w.in(before, func() {
		if h.turn != turn || !h.up {
			return
		}
		if h.stopping || t.StopBy != 0 && h.wall() > t.StopBy && point >= 0 && t.Segment == dispatch.Install {
			h.end(h.stopped())
			return
		}
		if point >= 0 {
			h.at = t.Steps[point].Name
			if j := h.drive.find(t.Key); j != nil {
				j.before = h.drive.version
			}
			h.deeds[h.deed].installing = true
			if t.Segment == dispatch.Reboot {
				h.drive.boot++
			}
		} else {
			h.at = t.Steps[len(t.Steps)-1].Name
		}
		if h.character.hang {
			h.character.hang = false
			w.notef("%s hangs", h.name)
			after += 9 * hour
		}
		w.in(after, func() {
			if h.turn == turn && h.up {
				h.end(h.carried())
			}
		})
	})
}

func (h *host) stopped() *dispatch.Outcome {
	return &dispatch.Outcome{Result: dispatch.Stopped, Step: dispatch.Installs, Why: "asked to stop", Began: h.began(), Ended: h.wall()}
}

func (h *host) began() int64 { return h.deeds[h.deed].at + h.skew }

// carried is what a task did that went to its end.
func (h *host) carried() *dispatch.Outcome {
	t, d := h.task, &h.drive
	o := &dispatch.Outcome{Result: dispatch.Succeeded, Began: h.began(), Ended: h.wall()}
	o.Overrun = t.StopBy != 0 && h.wall() > t.StopBy
	for _, s := range t.Steps {
		o.Steps = append(o.Steps, dispatch.StepOutcome{Name: s.Name, Millis: 1000})
	}
	h.tries[t.Segment]++
	if n := h.character.fails[t.Segment]; n < 0 || h.tries[t.Segment] <= n {
		o.Result, o.Step, o.Exit, o.Why = dispatch.Failed, t.Steps[len(t.Steps)-1].Name, 100, "exit status 100"
	}
	switch t.Segment {
	case dispatch.Install:
		o.Before = []dispatch.Package{{Name: "openssl", Version: d.version, Scheme: "deb"}}
		if o.Result == dispatch.Succeeded {
			d.version, d.broken = t.Packages[0].Version, false
			d.reboot = h.character.needBoot
		} else if h.character.half {
			d.version, d.broken = t.Packages[0].Version, true
		}
		o.Reboot = d.reboot
	case dispatch.Reboot:
		d.reboot = false
	case dispatch.Verify:
		if d.version != t.Packages[0].Version || d.broken {
			o.Result, o.Step, o.Exit, o.Why = dispatch.Failed, dispatch.Postcheck, 1, "version "+d.version
		}
	case dispatch.Rollback:
		if len(t.Undo) == 0 {
			o.Result, o.Step, o.Exit, o.Why = dispatch.Failed, dispatch.RollsBack, 1, "nothing is known to go back to"
		} else if o.Result == dispatch.Succeeded {
			d.version, d.broken = t.Undo[0].Version, false
		}
	}
	o.Facts = []dispatch.Fact{{Name: "package", Subject: "openssl", Value: d.version, State: h.packageState()}}
	o.BootID = bootName(d.boot)
	return o
}

func (h *host) packageState() string {
	if h.drive.broken {
		return "iF"
	}
	return "ii"
}

func bootName(n int) string { return "boot-" + string(rune('a'+n%26)) }

// end writes the outcome down and answers who follows.
func (h *host) end(o *dispatch.Outcome) {
	t, by := h.task, h.by
	if j := h.drive.find(t.Key); j != nil && !museum.Planted("host-outcome") {
		j.outcome = o
	}
	x := &h.deeds[h.deed]
	x.ended, x.done, x.version = h.w.now, o.Result == dispatch.Succeeded, h.drive.version
	h.task, h.by, h.at = nil, nil, ""
	h.turn++
	h.w.notef("%s ends %s: %s", h.name, t.Segment, o.Result)
	h.w.partyOf(t.Client+"/"+t.Plan).judge.ended(h, t, o)
	a := h.base(t, "start")
	a.State, a.Outcome = dispatch.Finished, o
	by.hear(h, h.lie(a))
}
