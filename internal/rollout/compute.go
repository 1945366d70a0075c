package rollout

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Compute plans every open plan of an input. The same input gives the same
// schedule, byte for byte, however many processors there are. Time and memory
// grow with the sessions, not with their square. Counterfactuals are not in it
// (Counterfactuals).
func Compute(in *Input) *Schedule {
	parts := components(in)
	plans := make([][]PlanSchedule, len(in.Clients))
	tallies := make([]Objective, len(parts))
	hashes := make([][][32]byte, len(in.Clients))
	inParallel(len(parts), bySize(in, parts), func(i int) {
		e := newEngine(in, parts[i])
		e.run()
		for _, c := range e.clients {
			plans[c.index], hashes[c.index] = e.output(c)
		}
		tallies[i] = e.objective()
		for _, c := range e.clients {
			for j := range plans[c.index] {
				tallies[i].Cost += plans[c.index][j].Cost.Amount
			}
		}
	})
	s := &Schedule{AsOf: in.AsOf}
	total := 0
	for _, p := range plans {
		total += len(p)
	}
	s.Plans = make([]PlanSchedule, 0, total)
	for _, p := range plans {
		s.Plans = append(s.Plans, p...)
	}
	for _, t := range tallies {
		s.Objective.add(t)
	}
	s.Digest = digest(hashes)
	return s
}

// inParallel calls do with each number below n, in an order, on all processors,
// and returns when all are done.
func inParallel(n int, order []int, do func(i int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		group.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(order[i])
			}
		})
	}
	group.Wait()
}

func (o *Objective) add(x Objective) {
	o.MissedRisk += x.MissedRisk
	o.LowerBound += x.LowerBound
	o.ExposureRiskHours += x.ExposureRiskHours
	o.Moved += x.Moved
	o.Cost += x.Cost
	o.Reboots += x.Reboots
}
