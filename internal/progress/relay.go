package progress

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/patchops/patchops/internal/museum"
	"github.com/patchops/patchops/internal/rollout"
)

// Unhealthy says why nothing starts on an asset because of what it loads through: the relay, or
// one that this loads from, is what hosts failed for, or its machine is down. That holds for all
// plans of the client, until somebody resumes the one that found it, or until the machine is up.
// "" all is in order.
func (s *State) Unhealthy(c *rollout.Client, asset int) string {
	return s.unhealthy(c, asset, s.failing(c.Name))
}

func (s *State) unhealthy(c *rollout.Client, asset int, failing map[string]string) string {
	for _, line := range c.Lines(asset) {
		if line.Host == c.Assets[asset].Name { // the machine itself is not kept from being mended
			continue
		}
		if why := failing[line.Name]; why != "" {
			return line.ID + ": " + why
		}
		if line.Host != "" && s.Down[c.Name+"/"+line.Host] {
			return line.ID + ": its machine " + line.Host + " is down, until a session there ends well or facts say that it is up"
		}
	}
	return ""
}

// failing are the relays of a client that runs which go on are paused for, with the evidence, and
// what lifts that: the hosts that wait may be of another plan.
func (s *State) failing(client string) map[string]string {
	out := map[string]string{}
	for _, key := range sortedKeys(s.Runs) {
		r := s.Runs[key]
		if r.Client != client || r.Ended > 0 {
			continue
		}
		for i := range r.Waves {
			for _, p := range r.Waves[i].Pauses {
				relay, of := strings.CutPrefix(p.Cause, "relay ")
				if _, evidence, _ := strings.Cut(p.Why, "; "); of && p.Code == PauseTriage {
					out[relay] = fmt.Sprintf("%s; mend it, then patchops approve resume:%s/%s", cmp.Or(evidence, p.Why), key, r.Waves[i].Name)
				}
			}
		}
	}
	return out
}

// healthy asks whether what a host loads through is in order.
func (t *tick) healthy(r *running, job *Job) obstacle {
	l := t.load(r.Client)
	if l.client == nil {
		return obstacle{}
	}
	if l.failing == nil {
		l.failing = t.s.failing(r.Client)
	}
	if why := t.s.unhealthy(l.client, job.Index, l.failing); why != "" && !museum.Planted("relay-unasked") {
		return obstacle{rollout.RelayUnhealthy, why, 0}
	}
	return obstacle{}
}
