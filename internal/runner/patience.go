package runner

// patience is how often something was tried, and when it is again.
type patience struct {
	tries int
	next  int64
}

// Delays before the next try, in seconds; the last holds from then on.
var (
	remoteDelays = []int64{2, 5, 10, 20, 30}
	probeDelays  = []int64{5, 10, 20, 40, 60, 120, 300, 600, 1800, 3600}
	followDelays = []int64{2, 2, 5, 5, 10, 10, 20, 30}
	tellDelays   = []int64{60, 120, 300, 600, 1800, 3600}
	replanDelays = []int64{60, 300, 900}
)

func (p *patience) due(now int64) bool { return now >= p.next }

func (p *patience) shift(by int64) {
	if p.next > 0 {
		p.next = max(1, p.next+by)
	}
}

// wait counts a try.
func (p *patience) wait(now int64, delays []int64) {
	p.next = now + delays[min(p.tries, len(delays)-1)]
	p.tries++
}
