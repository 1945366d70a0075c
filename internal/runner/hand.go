package runner

import (
	"strings"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// phase is what is going on with a task in hand.
type phase int

const (
	begun  phase = iota // started by us; its one answer comes by itself
	asked               // a probe is out
	follow              // it runs, and is probed again at next
	rests               // nobody knows, and it is probed again at next
)

// hand is an open claim that this process looks after.
type hand struct {
	task  *dispatch.Task
	run   string // "CLIENT/PLAN"
	phase phase
	patience
	probed int64  // when the probe went out
	said   string // the newest answer that a record holds
}

// reply is an answer, and what was asked.
type reply struct {
	dispatch.Answer
	task   *dispatch.Task
	run    string
	probed int64
}

// runOf is the key of a run in State.
func runOf(client, plan string) string {
	for i := range len(plan) {
		if plan[i] == '/' {
			return plan
		}
	}
	return client + "/" + plan
}

// flies reports whether a task takes a place at a host. Technicians take their time.
func (h *hand) flies() bool {
	return (h.phase == begun || h.phase == follow) && h.task.Target.Type != manual
}

const manual = "manual"

// inFlight is how many tasks are at hosts.
func (r *Runner) inFlight() int {
	n := 0
	for _, h := range r.hands {
		if h.flies() {
			n++
		}
	}
	return n
}

// patient is after how many probes in vain a host is no longer waited for.
const patient = 5

// probing reports whether it will soon be known what became of a task.
func (r *Runner) probing() bool {
	for key, h := range r.hands {
		if r.inHand[key] && h.task.Target.Type != manual && (h.phase == asked || h.phase == follow || h.phase == rests && h.tries < patient) {
			return true
		}
	}
	return false
}

// handsDue frees what rested for long enough, so that Next asks for a probe again.
func (r *Runner) handsDue() bool {
	now, due := r.Clock.Now(), false
	for key, h := range r.hands {
		if h.phase >= follow && h.due(now) && r.inHand[key] {
			delete(r.inHand, key)
			due = true
		}
	}
	if due {
		r.version++
	}
	return due
}

// rest puts a task aside until it is probed again.
func (r *Runner) rest(key string, h *hand, p phase, delays []int64) {
	if h.phase != p && h.phase != asked {
		h.tries = 0
	}
	h.phase = p
	h.wait(r.Clock.Now(), delays)
	r.inHand[key] = true
	r.version++
}

// release lets go of a task: its claim is closed, or it is known never begun.
func (r *Runner) release(key string) {
	delete(r.hands, key)
	delete(r.inHand, key)
	delete(r.stops, key)
	delete(r.State.Live, key)
	r.version++
}

// take brings in what executors say. Nothing of it is lost if it cannot be recorded
// now.
func (r *Runner) take() {
	answers, steps := r.Exec.Answers()
	for key, step := range steps {
		h := r.hands[key]
		if h == nil || r.State.Live[key] == step {
			continue
		}
		r.State.Live[key] = step
		r.version++
		r.tell(Event{Kind: "step", Client: h.task.Client, Plan: strings.TrimPrefix(h.run, h.task.Client+"/"), Wave: h.task.Wave, Asset: h.task.Asset, State: step})
	}
	for i := range answers {
		a := &answers[i]
		h := r.hands[a.Key]
		if h == nil || a.Asked == "stop" || h.phase >= follow {
			continue // nobody asked, or not yet again
		}
		h.next = 0
		r.answers = append(r.answers, reply{*a, h.task, h.run, h.probed})
	}
}

// settle makes records of answers. An answer whose claim is closed meanwhile, by
// whoever, is no news.
func (r *Runner) settle() {
	answers := r.answers
	r.answers = nil
	for i := range answers {
		r.settleOne(answers[i])
	}
	r.letGo()
}

// letGo releases tasks whose claims were closed by others.
func (r *Runner) letGo() {
	for key, h := range r.hands {
		if h.phase != begun && h.phase != asked && r.claim(h.run, key) == nil && r.broken[h.task.Client] == "" {
			r.release(key)
		}
	}
}

func (r *Runner) settleOne(a reply) {
	h := r.hands[a.Key]
	if r.waits(a.task.Client) {
		r.park(a, h)
		return
	}
	c := r.claim(a.run, a.Key)
	if c == nil {
		r.release(a.Key)
		return
	}
	if h == nil { // it was released before a flush that did not happen
		h = &hand{task: a.task, run: a.run, phase: asked}
		r.hands[a.Key] = h
	}
	slow := r.slow(a, c)
	if !slow && r.ahead(a, c) {
		a.Why = dispatch.ClockSkew
	}
	switch {
	case a.State == dispatch.Refused && a.Asked == "start" && c.Fence != a.task.Fence && !museum.Planted("old-refusal-counts"):
		// Somebody claimed it again since: what was refused to us says nothing of that.
		r.rest(a.Key, h, rests, []int64{1})
	case a.State == dispatch.Running:
		if a.At != "" {
			r.State.Live[a.Key] = a.At
		}
		r.rest(a.Key, h, follow, followDelays)
	case a.State == dispatch.Absent || !slow && a.State == dispatch.Refused && a.Why == dispatch.TooLate && a.Asked == "start":
		r.missing(a, h, c)
	case a.State == dispatch.Refused && a.Why == dispatch.KnownKey:
		r.rest(a.Key, h, rests, []int64{1}) // its journal has the outcome
	case a.State == dispatch.Refused && a.Why == dispatch.LowerFence && h.said == "":
		// Somebody leads with a higher fence, or the host is wrong: the log says which.
		h.said = "outranked"
		r.stale = true
		r.rest(a.Key, h, rests, probeDelays)
	default:
		if a.State == dispatch.Refused && a.Asked != "start" && !museum.Planted("refused-probe-is-refused-start") {
			// Nobody may look; that says nothing of what was begun.
			a.State, a.Text, a.Why = dispatch.Unreachable, strings.TrimSpace("it cannot be asked: "+a.Why+" "+a.Text), ""
		}
		r.record(a, h)
	}
}

// park keeps an answer until its client's turn comes, or its log can be followed again.
// Nobody waits at its host meanwhile.
func (r *Runner) park(a reply, h *hand) {
	r.answers = append(r.answers, a)
	if h != nil && r.broken[a.task.Client] != "" {
		h.phase, h.tries = rests, patient
	}
}

// unheard reports whether there are answers that are not parked.
func (r *Runner) unheard() bool {
	for i := range r.answers {
		if r.broken[r.answers[i].task.Client] == "" {
			return true
		}
	}
	return false
}

// ahead reports whether a host calls a start too late that is not by our clock: its own
// is ahead, and it would say so of every start.
func (r *Runner) ahead(a reply, c *progress.Claim) bool {
	if a.State != dispatch.Refused || a.Why != dispatch.TooLate || a.Asked != "start" {
		return false
	}
	now := r.Clock.Now()
	return now < c.NotAfter || a.HostTime > now+hostSkew
}

// slow reports whether a host calls a start too late although it was in time by its own clock,
// which may be right: the request took too long, and the next one may, too.
func (r *Runner) slow(a reply, c *progress.Claim) bool {
	return a.State == dispatch.Refused && a.Why == dispatch.TooLate && a.Asked == "start" &&
		a.HostTime > 0 && a.HostTime < c.NotAfter && a.HostTime <= r.Clock.Now()+hostSkew
}

// missing is a host that never heard of a key: believed once it can no longer hear of it.
func (r *Runner) missing(a reply, h *hand, c *progress.Claim) {
	at := a.probed
	if a.Asked == "start" {
		at = r.Clock.Now()
	}
	if a.task.Fence != r.Ledger.Fence() && a.Asked != "start" {
		at, a.HostTime = 0, 0 // somebody else may have led since
	}
	if a.HostTime > c.NotAfter || at > c.NotAfter+hostSkew || museum.Planted("blind-redispatch") {
		r.release(a.Key)
		r.absent[a.Key] = true
		return
	}
	r.rest(a.Key, h, rests, probeDelays)
	h.next = c.NotAfter + hostSkew + 1
}

// record appends what an answer says, and lets go of the task if that closed its
// claim.
func (r *Runner) record(a reply, h *hand) {
	if said := string(a.State) + " " + a.Why; said != h.said || a.State == dispatch.Finished {
		h.said = said
		records := r.think.outcome(a, r.State, r.Docs, r.Clock.Now())
		if c := r.claim(a.run, a.Key); len(records) == 1 && records[0].Record.Kind == resultlog.Unknown && c.Probed && c.Why == records[0].Record.Why {
			records = nil // a process before this one has said so
		}
		r.appendAll(records)
		r.unsure = append(r.unsure, a)
	}
	if r.claim(a.run, a.Key) == nil {
		r.release(a.Key)
		return
	}
	r.rest(a.Key, h, rests, probeDelays)
}
