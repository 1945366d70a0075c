package progress

import (
	"cmp"
	"fmt"

	"github.com/patchops/patchops/internal/rollout"
)

// shown is how many hosts of a wave are named one by one when they wait.
const shown = 200

func (in *intake) wait(t *tick, h *Host, o obstacle) {
	t.wake(o.until)
	if in.waits++; in.waits <= shown {
		t.host(in.running, h, o)
	}
}

func (t *tick) host(r *running, h *Host, o obstacle) {
	t.waits(Wait{Client: r.Client, Plan: r.Plan, Wave: h.Wave, Asset: h.Asset, Code: o.code, Why: o.why, Until: o.until})
}

// told sums up what is not said of each host.
func (t *tick) told(in *intake) {
	w := Wait{Client: in.Client, Plan: in.Plan, Wave: in.sum.wave.Name}
	if in.more > 0 {
		w.Code, w.Why = rollout.Capacity, counted(in.more, "%d host waits for its turn: %s", "%d hosts wait for their turn: %s", in.full)
		t.waits(w)
	}
	if in.waits > shown {
		w.Code, w.Why = rollout.Held, counted(in.waits-shown, "%d more host waits", "%d more hosts wait")
		t.waits(w)
	}
	if n := in.sum.parked; n > 0 {
		w.Code = rollout.MissedWindow
		if w.Why = counted(n, "%d host missed its window and waits for a resume", "%d hosts missed their window and wait for a resume"); in.plan.Misfire == "onReconnect" {
			w.Why = counted(n, "%d host missed its window and waits until it is seen", "%d hosts missed their window and wait until they are seen")
		}
		t.waits(w)
	}
	if in.sum.unplaced > 0 {
		t.unplaced(in)
	}
}

// counted says how many, in the singular or the plural.
func counted(n int, one, more string, rest ...any) string {
	if n != 1 {
		one = more
	}
	return fmt.Sprintf(one, append([]any{n}, rest...)...)
}

// unplaced says of hosts without a place why they have none.
func (t *tick) unplaced(in *intake) {
	n := 0
	for _, h := range in.sum.wave.hosts {
		if h.State.Ended() || h.Busy() || h.Place != nil || h.State == Deferred {
			continue
		}
		if n++; n <= shown {
			t.host(in.running, h, obstacle{cmp.Or(h.Code, rollout.Horizon), "it has no place in the schedule" + t.whileDown(in.running, h), 0})
		}
	}
	if n > shown {
		t.waits(Wait{Client: in.Client, Plan: in.Plan, Wave: in.sum.wave.Name, Code: rollout.Horizon, Why: counted(n-shown, "%d more host has no place in the schedule", "%d more hosts have no place in the schedule")})
	}
}

// whileDown names the peer that keeps a host without a place, where it is one that is down.
func (t *tick) whileDown(r *running, h *Host) string {
	job := r.job(h.Asset)
	if h.Code != rollout.HAPeerDown || job == nil {
		return ""
	}
	for _, u := range t.oracle.Units(r.Client, job.Index) {
		for _, m := range u.Members {
			if name := t.load(r.Client).assets[m].Name; t.s.Down[r.Client+"/"+name] && name != h.Asset {
				return " while " + name + " of " + u.ID + " is down"
			}
		}
	}
	return ""
}
