package simulation

import (
	"context"
	"errors"
	"slices"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
)

// exec carries tasks of one process to hosts, and their answers back while it lives.
type exec struct {
	p     *process
	life  int
	tasks []string // keys that will be answered
	inbox []dispatch.Answer
	steps map[string]string
	// Started are the keys of tasks whose end is waited for.
	started map[string]bool
	dead    bool
}

func (x *exec) drop() { x.dead = true }

// Start sends a task. It arrives later, even if we are gone by then.
func (x *exec) Start(t dispatch.Task) {
	w := x.p.w
	of, h := w.taskOf(&t)
	of.judge.dispatched(x.p, h, &t)
	if x.started[t.Key] = true; len(x.started) > w.most {
		w.breach("R65", "%s has %d segments in flight, wanted at most %d", x.p.name, len(x.started), w.most)
	}
	w.boundary(x.p, "dispatch")
	x.tasks = append(x.tasks, t.Key)
	x.send(h, func() {
		if a := h.start(t, x); a != nil {
			w.notef("%s refuses %s: %s %s", h.name, t.Segment, a.State, a.Why)
			if a.Why == dispatch.TooLate {
				of.judge.wasAbsent(t.Key)
			}
			x.hear(h, *a)
		} else {
			x.steps[t.Key] = h.at
		}
	}, func() {
		if h.up && !h.away[x.p] && h.drive.find(t.Key) != nil {
			h.start(t, x)
		}
	}, dispatch.Answer{Key: t.Key, Asked: "start", State: dispatch.Unreachable})
	w.boundary(x.p, "dispatched")
}

// Probe asks what became of a task.
func (x *exec) Probe(t dispatch.Task) {
	w := x.p.w
	w.boundary(x.p, "probe")
	of, h := w.taskOf(&t)
	of.judge.probed(&t)
	x.tasks = append(x.tasks, t.Key)
	x.send(h, func() {
		a := h.probe(&t)
		if a.State == dispatch.Absent {
			of.judge.wasAbsent(t.Key)
		}
		w.notef("%s is asked by %s: %s %s", h.name, x.p.name, a.State, a.Why)
		x.hear(h, a)
	}, nil, dispatch.Answer{Key: t.Key, Asked: "probe", State: dispatch.Unreachable})
}

// Stop asks a task to stop.
func (x *exec) Stop(t dispatch.Task) {
	w := x.p.w
	w.boundary(x.p, "stop")
	_, h := w.taskOf(&t)
	x.tasks = append(x.tasks, t.Key)
	x.send(h, func() { x.hear(h, h.stop(&t)) }, nil, dispatch.Answer{Key: t.Key, Asked: "stop", State: dispatch.Unreachable})
}

// send brings something to a host, perhaps twice, or gives the answer for when it does not get there.
func (x *exec) send(h *host, arrive, again func(), lost dispatch.Answer) {
	w := x.p.w
	delay := w.between(0, 2)
	if w.chance(w.Faults.Slow) {
		delay = w.between(3, 9)
		switch w.rand.IntN(3) { // in time for a claim, and under whoever leads by then
		case 0:
			delay = w.between(5, 29)
		case 1:
			delay *= 10
		}
	}
	w.in(delay, func() {
		if !h.up || h.away[x.p] || w.chance(w.Faults.Drop) {
			w.notef("%s is not reached: %s", h.name, lost.Asked)
			w.in(15, func() { x.hear(nil, lost) })
			return
		}
		arrive()
	})
	if again != nil && w.chance(w.Faults.Twice) {
		w.in(delay+w.between(0, 9), again)
	}
}

// hear takes an answer in, if the process still lives and the way is open.
func (x *exec) hear(h *host, a dispatch.Answer) {
	w := x.p.w
	if x.dead {
		return
	}
	if h != nil && (h.away[x.p] || w.chance(w.Faults.Drop)) {
		a = dispatch.Answer{Key: a.Key, Asked: a.Asked, State: dispatch.Unreachable}
	}
	if i := slices.Index(x.tasks, a.Key); i >= 0 {
		x.tasks = slices.Delete(x.tasks, i, i+1)
	}
	delete(x.steps, a.Key)
	delete(x.started, a.Key)
	x.inbox = append(x.inbox, a)
	if w.chance(w.Faults.Twice) {
		x.inbox = append(x.inbox, a)
	}
	x.p.wake(w.now + 1)
}

// Answers are what came in.
func (x *exec) Answers() ([]dispatch.Answer, map[string]string) {
	x.p.w.boundary(x.p, "answers")
	out := x.inbox
	x.inbox = nil
	if len(out) > 1 && !x.p.w.quiet && x.p.w.Faults.Drop > 0 {
		x.p.w.rand.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	}
	return out, x.steps
}

var errTell = errors.New("the contact does not answer")

// tell is how a process reaches contacts and gates.
type tell process

// Notify tells a contact.
func (t *tell) Notify(_ context.Context, client, plan string, n rollout.Notice) (string, error) {
	p := (*process)(t)
	p.w.boundary(p, "notify")
	if err := p.w.call(p, "notify"); err != nil {
		return "", err
	}
	if p.w.chance(p.w.Faults.Tell) {
		return "", errTell
	}
	p.w.partyOf(client + "/" + plan).judge.notified(n)
	return "email", nil
}

// Measure runs a gate's probe.
func (t *tell) Measure(_ context.Context, _, _, wave string, _ progress.Gate, _ []string) (outcome, why string) {
	p := (*process)(t)
	p.w.boundary(p, "measure")
	if p.w.chance(p.w.Faults.Gate) {
		if p.w.rand.IntN(2) == 0 {
			return "inconclusive", "the probe did not answer"
		}
		return "fail", "5xx of " + wave
	}
	return "pass", "answers"
}
