package rollout

import (
	"cmp"
	"slices"

	"github.com/patchops/patchops/internal/window"
)

// job is what sessions want of a relay's line: some seconds of it within a span.
// Jobs with the same span are one.
type job struct {
	window.Span
	seconds int64
}

type relayState struct {
	jobs  []job // by start, then end
	byEnd []job // the same by end, then start
	// refused is the least that was refused of a span; it holds while jobs are
	// only added.
	refused map[window.Span]int64
}

func newRelays(c *Client) []relayState {
	out := make([]relayState, len(c.Relays))
	for i := range out {
		out[i].refused = map[window.Span]int64{}
	}
	return out
}

// relaySeconds is how long the work's download takes on its relay's line.
func (c *client) relaySeconds(w *Work) int64 {
	r := c.Assets[w.Asset].Relay
	if r < 0 {
		return 0
	}
	return c.Relays[r].Seconds(w.Bytes)
}

// Seconds is how long the line takes for so many bytes.
func (r *Relay) Seconds(bytes int64) int64 {
	if bytes <= 0 {
		return 0
	}
	rate := max(1, r.Mbps) * 1_000_000
	return (8*bytes + rate - 1) / rate
}

func compareJobs(a, b job) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End))
}

func compareEnds(a, b job) int {
	return cmp.Or(cmp.Compare(a.End, b.End), cmp.Compare(a.Start, b.Start))
}

func (r *relayState) add(x job) {
	r.jobs = addJob(r.jobs, x, compareJobs)
	r.byEnd = addJob(r.byEnd, x, compareEnds)
}

func (r *relayState) remove(x job) {
	r.jobs = removeJob(r.jobs, x, compareJobs)
	r.byEnd = removeJob(r.byEnd, x, compareEnds)
	clear(r.refused)
}

func addJob(jobs []job, x job, compare func(a, b job) int) []job {
	i, found := slices.BinarySearchFunc(jobs, x, compare)
	if !found {
		return slices.Insert(jobs, i, x)
	}
	jobs[i].seconds += x.seconds
	return jobs
}

func removeJob(jobs []job, x job, compare func(a, b job) int) []job {
	i, _ := slices.BinarySearchFunc(jobs, x, compare)
	if jobs[i].seconds -= x.seconds; jobs[i].seconds > 0 {
		return jobs
	}
	return slices.Delete(jobs, i, i+1)
}

// fits says whether the line bears one more job: no span of time is asked for
// more than it has by the jobs that lie in it.
func (r *relayState) fits(x job) bool {
	if least, known := r.refused[x.Span]; known && x.seconds >= least {
		return false
	}
	ok := r.bears(x, x.Start)
	for i := 0; ok && i < len(r.jobs) && r.jobs[i].Start < x.Start; i++ {
		if i == 0 || r.jobs[i].Start != r.jobs[i-1].Start {
			ok = r.bears(x, r.jobs[i].Start)
		}
	}
	if !ok {
		r.refused[x.Span] = x.seconds
	}
	return ok
}

// bears asks the spans that begin at one instant and hold the job.
func (r *relayState) bears(x job, from int64) bool {
	sum, asked := x.seconds, false
	for _, j := range r.byEnd {
		if j.End > x.End && !asked {
			if asked = true; sum > x.End-from {
				return false
			}
		}
		if j.Start < from {
			continue
		}
		if sum += j.seconds; j.End >= x.End && sum > j.End-from {
			return false
		}
	}
	return asked || sum <= x.End-from
}

// jobOf is the span in which a session's download lies if it starts at s in an
// opening.
func (e *engine) jobOf(s *session, opening window.Span, start int64) job {
	r := &s.inst.client.Relays[s.inst.client.Assets[s.work.Asset].Relay]
	if opening.Start <= e.in.AsOf {
		return job{window.Span{Start: e.in.AsOf, End: start}, s.relay}
	}
	return job{window.Span{Start: max(e.in.AsOf, opening.Start-r.Lead), End: opening.Start}, s.relay}
}

// cutRelay leaves the starts for which the download can be done before.
func (e *engine) cutRelay(s *session) (Code, string) {
	if s.relay == 0 {
		return "", ""
	}
	c := s.inst.client
	relay := c.Assets[s.work.Asset].Relay
	r := &c.relays[relay]
	cut := &e.cutter
	openings := s.class.openings
	fits := func(opening window.Span, start int64) bool { return r.fits(e.jobOf(s, opening, start)) }
	for _, p := range cut.set {
		for i := endingAfter(openings, p.Start); i < len(openings) && openings[i].Start < p.End; i++ {
			from, to := max(p.Start, openings[i].Start), min(p.End, openings[i].End)
			from = ceilMinute(from)
			switch {
			case from >= to:
			case openings[i].Start > e.in.AsOf:
				if fits(openings[i], from) {
					cut.keep(from, to)
				}
			default:
				// A later start leaves more time, so the first that fits is searched.
				low, high := int64(0), (to-1-from)/minute+1
				for low < high {
					if middle := (low + high) / 2; fits(openings[i], from+middle*minute) {
						high = middle
					} else {
						low = middle + 1
					}
				}
				cut.keep(from+low*minute, to)
			}
		}
	}
	if cut.swap(); cut.empty() {
		return RelayCapacity, c.Relays[relay].ID
	}
	return "", ""
}

// openingAt is the opening of a class that holds a start.
func (cl *class) openingAt(start int64) window.Span {
	if i := endingAfter(cl.openings, start); i < len(cl.openings) && cl.openings[i].Start <= start {
		return cl.openings[i]
	}
	return window.Span{Start: start, End: start}
}
