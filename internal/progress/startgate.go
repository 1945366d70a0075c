package progress

import "github.com/patchops/patchops/internal/rollout"

// StartGate is what the rules of the start gate said of one plan. What they were not
// asked about, or before the newest result of the run, does not start.
type StartGate struct {
	Results int               // of the run, when they were asked
	Waves   map[string]string // by wave: why it may not start; "" it may
	Hosts   map[string]string // by asset, likewise
}

// Results is how many results of a run there are.
func (r *Run) Results() int { return r.results }

// refusal is why a wave, or with an asset one of its hosts, may not start by the rules of
// the start gate.
func (r *running) refusal(wave, asset string) obstacle {
	g := r.plan.Gate
	if g == nil {
		return obstacle{}
	}
	why, asked := g.Waves[wave]
	if asset != "" && why == "" && asked {
		why, asked = g.Hosts[asset]
	}
	switch {
	case !asked, g.Results != r.results:
		return obstacle{rollout.Held, "the rules of the start gate are asked first", 0}
	case why != "":
		return obstacle{rollout.Held, why, 0}
	}
	return obstacle{}
}
