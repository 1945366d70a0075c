package rollout

import (
	"fmt"
	"testing"
)

// crowdedEstate is an estate in which every tenth session is longer than its windows; all
// windows hold one at once.
func crowdedEstate(clients, assets int) *Input {
	in := estate(clients, assets)
	for i := range in.Clients {
		c := &in.Clients[i]
		c.Windows[0].Capacity, c.Windows[1].Capacity = 1, 1
		for j := range c.Plans {
			for k := 0; k < len(c.Plans[j].Work); k += 10 {
				c.Plans[j].Work[k].Minutes = 900
			}
		}
	}
	return in
}

func BenchmarkCounterfactuals(b *testing.B) {
	for _, size := range []struct{ clients, assets int }{{50, 200}, {1, 5000}} {
		in := crowdedEstate(size.clients, size.assets)
		b.Run(fmt.Sprintf("compute-%dx%d", size.clients, size.assets), func(b *testing.B) {
			for b.Loop() {
				Compute(in)
			}
		})
		b.Run(fmt.Sprintf("%dx%d", size.clients, size.assets), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				s := Compute(in)
				b.StartTimer()
				Counterfactuals(in, s, 16)
			}
		})
	}
}
