package progress

import (
	"slices"
	"testing"

	"github.com/patchops/patchops/internal/rollout"
)

// TestTheStartGateIsAskedFirst: what rules of the start gate refuse, were not asked about,
// or were asked about before the newest result, does not start.
func TestTheStartGateIsAskedFirst(t *testing.T) {
	for _, c := range []struct {
		name string
		gate StartGate
		want []string
	}{
		{"nothing was asked", StartGate{}, nil},
		{"the wave was not asked about", StartGate{Hosts: map[string]string{"h000": "", "h001": ""}}, nil},
		{"the wave is refused", StartGate{Waves: map[string]string{"all": "no"}, Hosts: map[string]string{"h000": "", "h001": ""}}, nil},
		{"no host was asked about", StartGate{Waves: map[string]string{"all": ""}}, nil},
		{"one host is refused", StartGate{Waves: map[string]string{"all": ""}, Hosts: map[string]string{"h000": "no", "h001": ""}}, []string{"h001"}},
		{"they were asked later", StartGate{Results: 7, Waves: map[string]string{"all": ""}, Hosts: map[string]string{"h000": "", "h001": ""}}, nil},
		{"one result later", StartGate{Waves: map[string]string{"all": ""}, Hosts: map[string]string{"h000": "", "h001": ""}}, []string{"h000"}},
	} {
		s := newStage(t, "2026-06-10T08:00:00Z", 2)
		wave := s.plan.Waves[0].Name
		if why, ok := c.gate.Waves["all"]; ok {
			c.gate.Waves = map[string]string{wave: why}
		}
		s.plan.Gate = &c.gate
		s.until("2026-06-11T03:00:00Z")
		if got := s.starts(); !slices.Equal(got, c.want) || !s.waiting(rollout.Held) {
			t.Errorf("%s: started %v, wanted %v, and the others to wait: %v", c.name, got, c.want, s.waits)
		}
	}
}
