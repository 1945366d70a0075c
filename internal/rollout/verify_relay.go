package rollout

import (
	"cmp"
	"container/heap"
	"slices"
)

// relayJob is what one session wants of its relay's line, in seconds.
type relayJob struct {
	from, until int64
	seconds     int64
	session     int32
}

// verifyRelays checks that each relay hands on in time what its sessions need. A
// set of jobs fits on one line exactly if serving the one that is due first, at
// every instant, makes none late; so that is what is tried.
func (v *verifier) verifyRelays(c *verifiedClient) {
	if len(c.Relays) == 0 {
		return
	}
	jobs := make([][]relayJob, len(c.Relays))
	for i := range c.sessions {
		x := &c.sessions[i]
		if x.running || x.work == nil || x.work.Bytes == 0 || c.Assets[x.asset].Relay < 0 {
			continue
		}
		r := c.Assets[x.asset].Relay
		job := relayJob{session: int32(i), from: v.in.AsOf, until: x.start}
		rate := c.Relays[r].Mbps * 1_000_000
		job.seconds = (8*x.work.Bytes + rate - 1) / rate
		if opened := v.openedAt(c, x); opened > v.in.AsOf {
			job.from, job.until = max(v.in.AsOf, opened-c.Relays[r].Lead), opened
		}
		jobs[r] = append(jobs[r], job)
	}
	for r := range jobs {
		if late := firstLate(jobs[r]); late >= 0 {
			v.against(c, &c.sessions[late], RelayCapacity, "%s cannot hand on all that is wanted of it in time", c.Relays[r].ID)
		}
	}
}

// openedAt is the start of the opening that holds a session.
func (v *verifier) openedAt(c *verifiedClient, x *verifiedSession) int64 {
	opened := int64(-1 << 62)
	if s, ok := holding(c.openingsOf(x.asset, c.Plans[x.plan].Change == "emergency").inForce, x.start, x.end); ok {
		opened = max(opened, s.Start)
	}
	if s, ok := holding(c.support(x.asset), x.start, x.end); ok {
		opened = max(opened, s.Start)
	}
	_, ended := v.denied(c, x)
	return max(opened, ended)
}

// jobHeap is the jobs that may be served, the one due first on top.
type jobHeap []relayJob

func (h jobHeap) Len() int           { return len(h) }
func (h jobHeap) Less(i, j int) bool { return h[i].until < h[j].until }
func (h jobHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *jobHeap) Push(x any)        { *h = append(*h, x.(relayJob)) }
func (h *jobHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}

// firstLate serves the jobs, the one due first at every instant, and is the
// session of one that is late, or -1.
func firstLate(jobs []relayJob) int32 {
	slices.SortFunc(jobs, func(a, b relayJob) int { return cmp.Compare(a.from, b.from) })
	var ready jobHeap
	now := int64(-1 << 62)
	for len(jobs) > 0 || len(ready) > 0 {
		if len(ready) == 0 {
			now = max(now, jobs[0].from)
		}
		for len(jobs) > 0 && jobs[0].from <= now {
			heap.Push(&ready, jobs[0])
			jobs = jobs[1:]
		}
		slice := ready[0].seconds
		if len(jobs) > 0 {
			slice = min(slice, jobs[0].from-now)
		}
		now += slice
		if ready[0].seconds -= slice; ready[0].seconds > 0 {
			continue
		}
		if done := heap.Pop(&ready).(relayJob); now > done.until {
			return done.session
		}
	}
	return -1
}
