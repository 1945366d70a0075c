package progress

import "github.com/patchops/patchops/internal/rollout"

// CloseGate is what the rules of the close gate said of one plan's rollout, before it is
// recorded as ended. Without having been asked about its newest result it does not end.
type CloseGate struct {
	Results int    // of the run, when they were asked; -1 never
	Why     string // what holds the closing; "" nothing
}

// Settled says whether every host of a run has ended, or only soaks: it may end soon. A run
// whose schedule has no host at all does as well.
func (r *Run) Settled() bool {
	for _, h := range r.Hosts {
		if h.Busy() || !h.State.Ended() && h.State != Soaking {
			return false
		}
	}
	return r.Schedule != nil
}

// closing is why a run that has come to its end is not recorded as ended. An abort is no
// closing, and is not held.
func (r *running) closing() obstacle {
	switch g := r.plan.Close; {
	case g == nil:
		return obstacle{}
	case g.Results != r.results:
		return obstacle{rollout.Held, "the rules of the close gate are asked first", 0}
	case g.Why != "":
		return obstacle{rollout.Held, "it is done, and is not closed: " + g.Why, 0}
	}
	return obstacle{}
}
