package runnertest

import "github.com/patchops/patchops/internal/dispatch"

// arrive is what happens when a message gets to its host. A host that is down or off
// does not hear it.
func (f *flight) arrive() {
	h := f.host
	h.advance()
	if h.Down || h.Off || h.boots() && f.asked != "stop" {
		return
	}
	switch f.asked {
	case "start":
		f.say(h.start(&f.task))
	case "probe":
		f.say(h.probe(&f.task))
	case "stop":
		if e := h.journal[f.task.Key]; e != nil && e.outcome == nil && f.task.Fence >= h.highest {
			e.stop = true
		}
	}
}

func (f *flight) say(a dispatch.Answer) {
	a.Asked = f.asked
	f.answer = &a
}

// poll is what came of a question so far: done says that nothing more will come.
func (f *flight) poll(now int64) (a dispatch.Answer, done bool) {
	h := f.host
	h.advance()
	cut := f.dropped || f.answer == nil || h.Down || h.Off
	switch {
	case f.asked == "stop":
		return a, true
	case cut && now >= f.gone:
		return dispatch.Answer{Key: f.task.Key, Asked: f.asked, State: dispatch.Unreachable, Text: "no answer"}, true
	case cut:
		return a, false
	case f.asked == "start" && f.answer.State == dispatch.Running:
		return f.follow(now)
	}
	return h.lied(*f.answer), true
}

// follow waits for the end of a task that was begun.
func (f *flight) follow(now int64) (a dispatch.Answer, done bool) {
	f.gone = now + 1 // a connection that breaks later is noticed at once
	a = f.host.state(f.task.Key)
	a.Asked = "start"
	if a.State == dispatch.Running {
		return a, false
	}
	if a.State == dispatch.Absent { // it was restored from before the task
		a.State = dispatch.Unreachable
	}
	return f.host.lied(a), true
}

func (h *Host) lied(a dispatch.Answer) dispatch.Answer {
	if h.Lies != nil {
		h.Lies(&a)
	}
	return a
}

// Answers are what came in since, and the steps that running tasks are at.
func (x *Exec) Answers() ([]dispatch.Answer, map[string]string) {
	x.hook("before answers")
	x.Hosts.Deliver()
	now := x.Hosts.Time.Millis
	var out []dispatch.Answer
	clear(x.steps)
	left := x.flights[:0]
	for _, f := range x.flights {
		a, done := f.poll(now)
		if !done {
			left = append(left, f)
			if a.At != "" {
				x.at(a.Key, a.At)
			}
		} else if a.Key != "" {
			out = append(out, a)
		}
	}
	clear(x.flights[len(left):])
	x.flights = left
	return out, x.steps
}

func (x *Exec) at(key, step string) {
	if x.steps == nil {
		x.steps = map[string]string{}
	}
	x.steps[key] = step
}

// Next is the first instant, in Unix seconds, at which an answer may come in; 0 none is
// waited for.
func (x *Exec) Next() int64 {
	first := int64(never)
	for _, f := range x.flights {
		first = min(first, f.next())
	}
	return ceil(first)
}

func (f *flight) next() int64 {
	h := f.host
	switch {
	case f.asked == "stop":
		return 1
	case f.dropped || h.Down || h.Off:
		return f.gone
	case f.answer == nil:
		return min(max(f.at, h.time.Millis+1), f.gone)
	case f.asked == "start" && f.answer.State == dispatch.Running && h.at != nil && h.at.task.Key == f.task.Key:
		return h.at.next
	}
	return 1
}

// boots reports whether the host is on its way up and hears nobody.
func (h *Host) boots() bool {
	return h.at != nil && h.at.task.Steps[h.at.step].Name == dispatch.Reboots
}
