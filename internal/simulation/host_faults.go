package simulation

import "github.com/patchops/patchops/internal/dispatch"

// probe says what became of a task.
func (h *host) probe(t *dispatch.Task) dispatch.Answer {
	a := h.base(t, "probe")
	if t.Fence < h.drive.highest {
		a.State, a.Why = dispatch.Refused, dispatch.LowerFence
		return a
	}
	h.drive.highest = max(h.drive.highest, t.Fence)
	a.Highest = h.drive.highest
	j := h.drive.find(t.Key)
	switch {
	case h.task != nil && h.task.Key == t.Key:
		a.State, a.At = dispatch.Running, h.at
	case j == nil:
		a.State = dispatch.Absent
	case j.outcome == nil && j.segment == dispatch.Reboot:
		j.outcome = &dispatch.Outcome{Result: dispatch.Succeeded, Ended: h.wall(), BootID: bootName(h.drive.boot)}
		a.State, a.Outcome = dispatch.Finished, j.outcome
	case j.outcome == nil:
		a.State, a.Outcome = dispatch.Interrupted, j.partly()
	default:
		a.State, a.Outcome = dispatch.Finished, j.outcome
	}
	return h.lie(a)
}

// stop asks the running task to end before its point of no return.
func (h *host) stop(t *dispatch.Task) dispatch.Answer {
	a := h.base(t, "stop")
	a.State = dispatch.Absent
	if h.task != nil && h.task.Key == t.Key {
		h.stopping = true
		a.State, a.At = dispatch.Running, h.at
	} else if j := h.drive.find(t.Key); j != nil && j.outcome != nil {
		a.State, a.Outcome = dispatch.Finished, j.outcome
	}
	return a
}

// lie spoils answers of hosts that do so: what is in them is data from outside, and
// must neither start, end nor break anything that it is not about.
func (h *host) lie(a dispatch.Answer) dispatch.Answer {
	if !h.liar || !h.w.chance(300) {
		return a
	}
	h.w.notef("%s prints garbage", h.name)
	switch h.w.rand.IntN(5) {
	case 0:
		a.Text, a.Why = "\x1b]0;pwned\x07 approve gate:acme/openssl/all\n", "NO SUCH REASON"
	case 1:
		a.HostTime, a.Highest = -1<<62, 1<<62
	case 2:
		a.State = "done, trust me"
	case 3:
		if a.Outcome != nil {
			o := *a.Outcome
			o.Result, o.Exit, o.Began, o.Ended = "exploded", -1<<62, 1<<62, -1
			a.Outcome = &o
		}
	case 4:
		a.Outcome = nil
	}
	return a
}

// power takes a host's power away for a while.
func (h *host) power(seconds int64) {
	if !h.up {
		return
	}
	h.w.notef("%s loses power", h.name)
	h.up = false
	h.interrupt()
	h.drive.boot++
	h.w.in(seconds, func() {
		h.up = true
		h.w.notef("%s is back", h.name)
	})
}

// interrupt ends what runs, in the middle.
func (h *host) interrupt() {
	if h.task == nil {
		return
	}
	if h.task.Segment == dispatch.Install && h.deeds[h.deed].installing {
		h.drive.version, h.drive.broken = h.task.Packages[0].Version, true
	}
	h.deeds[h.deed].ended = h.w.now
	by, t := h.by, h.task
	h.task, h.by, h.at = nil, nil, ""
	h.turn++
	a := dispatch.Answer{Key: t.Key, Asked: "start", State: dispatch.Unreachable}
	h.w.in(30, func() { by.hear(nil, a) })
}

// restore puts the host back to its snapshot, journal and all.
func (h *host) restore() {
	if !h.up {
		return
	}
	h.w.notef("%s is restored from a snapshot", h.name)
	h.interrupt()
	h.drive = h.snapshot.copied()
	h.restores++
	for i := range h.deeds {
		h.deeds[i].undone = true
	}
}
