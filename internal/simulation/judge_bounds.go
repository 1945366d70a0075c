package simulation

import (
	"math/bits"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
)

// bounds are those of wave and group, with this session in flight.
func (j *judge) bounds(c *claim) {
	r, k := &c.record, j.waveOf(c.record.Wave)
	if r.Segment != string(dispatch.Install) || k < 0 {
		return
	}
	s, w := &j.waves[k], j.w
	if !s.begun || s.ended != "" && s.ended != "promoted" {
		w.breach("P6", "%s is claimed in wave %s, which is not open", r.Asset, r.Wave)
	}
	flying, failed := int64(j.flying(k, true)), int64(j.failures(k)-s.forgiven)
	if flying > max(1, s.budget-failed+1) || failed > s.budget {
		w.breach("budget", "%d in flight and %d failed in wave %s, which bears %d", flying, failed, r.Wave, s.budget)
	}
	for i := range j.waves {
		if n := int64(j.failures(i) - j.waves[i].forgiven); j.waves[i].begun && n > j.waves[i].budget {
			w.breach("budget", "%s is claimed in wave %s with %d failures in %s, which bears %d", r.Asset, r.Wave, n, j.p.Shape.Waves[i].Name, j.waves[i].budget)
		}
	}
	if most := j.p.Shape.Waves[k].MaxConcurrent; most.Set && !most.Percent && int64(j.flying(k, false)) > most.N {
		w.breach("budget", "%d in flight in wave %s, wanted at most %d", j.flying(k, false), r.Wave, most.N)
	}
	if n := j.flying(k, true); n > 1 && j.seats[c.host].failures == 0 && n > 1<<(bits.Len(uint(j.succeeded(k)-s.settled+1))-1) {
		w.breach("budget", "%d in flight in wave %s after %d successes", n, r.Wave, j.succeeded(k)-s.settled)
	}
	j.peers(c)
	j.turn(c, k)
}

// peers are the others of the group: one may be down, whichever plan's session it is in. A
// host is in one session at a time.
func (j *judge) peers(c *claim) {
	group := j.p.Shape.Group
	for _, p := range j.w.parties {
		if p.Shape.client() != j.p.Shape.client() {
			continue
		}
		for i := range p.judge.seats {
			switch {
			case !p.judge.seats[i].inFlight || i == c.host && p == j.p:
			case i == c.host:
				j.w.breach("HA", "%s is claimed while it is in a session of %s", c.record.Asset, p.key)
			case i < group && c.host < group:
				j.w.breach("HA", "%s is claimed while its peer %s is in a session", c.record.Asset, hostName(i))
			}
		}
	}
}

// turn says whether the wave before let this one begin.
func (j *judge) turn(c *claim, k int) {
	if k == 0 || j.waves[k].started {
		return
	}
	j.waves[k].started = true
	before := &j.p.Shape.Waves[k-1]
	for _, g := range before.Gates {
		if !g.Probe && len(j.waves[k-1].said) < g.Count {
			j.w.breach("P8", "wave %s starts without the approval of %s", c.record.Wave, before.Name)
		}
	}
	ended, members, last := j.ends(k - 1)
	if members == 0 && j.waves[k-1].members > 0 && j.undone(k-1, c.tip) {
		j.w.breach("waves", "wave %s starts when nothing was done in %s", c.record.Wave, before.Name)
	}
	if !j.waves[k-1].passed && ended*100 < before.Advance*members {
		j.w.breach("waves", "wave %s starts when %d of %d in %s have ended", c.record.Wave, ended, members, before.Name)
	}
	if j.waves[k-1].passed {
		last = j.waves[k-1].last // whoever was given up, and ended since, does not make it soak again
	}
	if before.Advance == 100 && j.w.now < last+before.Soak-45 {
		j.w.breach("waves", "wave %s starts %d s after the end of %s, wanted a soak of %d s", c.record.Wave, j.w.now-last, before.Name, before.Soak)
	}
}

// ends are how many hosts of a wave were claimed, how many of them have ended, and when
// the last did.
func (j *judge) ends(k int) (ended, members int, last int64) {
	for i := range j.seats {
		s := &j.seats[i]
		if s.wave == k && s.attempt > 0 {
			members++
			if !s.inFlight || j.lost(i) {
				ended++
				last = max(last, s.endedAt)
			}
		}
	}
	return ended, members, last
}

// undone says that somebody of a wave has work, and none has ended it.
func (j *judge) undone(k int, tip int) bool {
	for _, i := range j.waves[k].hosts {
		if j.p.tips[tip].forbids(i) == "" && !j.seats[i].done {
			return true
		}
	}
	return false
}

// succeeded are the hosts of a wave that are done.
func (j *judge) succeeded(wave int) int {
	n := 0
	for i := range j.seats {
		if s := &j.seats[i]; s.wave == wave && s.done {
			n++
		}
	}
	return n
}

// again holds another attempt to what was said of the one before: when it may be, how
// often, and whether somebody must say so first.
func (j *judge) again(s *seat, r *resultlog.Record) {
	w := j.w
	if parse(r.T) < s.retry {
		w.breach("retry", "%s is tried again at %s, wanted not before %s", r.Asset, stamp(parse(r.T)), stamp(s.retry))
	}
	if s.failures >= j.p.Shape.Retries && s.failures > 0 {
		w.breach("retry", "%s is tried again after %d failures, wanted at most %d attempts", r.Asset, s.failures, j.p.Shape.Retries)
	}
	if s.parked {
		w.breach("misfire", "%s starts after it missed its window, and nobody said resume", r.Asset)
	}
}
