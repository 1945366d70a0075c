package rollout

import (
	"slices"
	"time"
)

// dynamic is the first constraint that a start breaks beside the other placed
// sessions.
func (n *naive) dynamic(x *naiveSession, o naiveOccurrence, s int64) Code {
	e := s + x.work.Minutes*60
	for _, d := range x.work.DependsOn {
		if y := n.find(x.client, x.plan.Name, d); y != nil && y.work != nil && y.placed && s < y.end && s >= n.gate(x) {
			return DepOrder
		}
	}
	switch {
	case s < n.gate(x):
		return WaveGate
	case n.peerDown(x):
		return HAPeerDown
	case n.together(x, s, e):
		return HAConflict
	case n.busy(x, s, e):
		return Exclusive
	case n.full(x, o, s, e):
		return Capacity
	case n.lateRelay(x, o, s):
		return RelayCapacity
	case n.noTechnician(x, s, e):
		return Technician
	case n.tooDear(x, o, s, e):
		return CostCap
	}
	return ""
}

func (n *naive) peerDown(x *naiveSession) bool {
	for g, members := range x.client.away(x.asset) {
		away := map[int]bool{}
		for _, m := range members {
			away[m] = true
		}
		for _, d := range x.client.Progress.Down {
			if x.client.Assets[d].Group == g {
				away[d] = true
			}
		}
		if len(away) > x.client.Groups[g].Max && len(members) < len(away) {
			return true
		}
	}
	return false
}

// together says whether a group would miss too many at once, or a primary go
// before its standbys have soaked.
func (n *naive) together(x *naiveSession, s, e int64) bool {
	c := x.client
	for _, m := range c.standbysOf(x.asset) {
		if y := n.find(c, x.plan.Name, m); y != nil && y.work != nil && y.placed && s < y.end+c.Groups[c.Assets[x.asset].Group].Soak {
			return true
		}
	}
	for g, members := range c.away(x.asset) {
		soak := c.Groups[g].Soak
		instants := []int64{s}
		others := n.others(x)
		for _, y := range others {
			if y.start > s && y.start < e+soak {
				instants = append(instants, y.start)
			}
		}
		for _, t := range instants {
			away := map[int]bool{}
			for _, m := range members {
				away[m] = true
			}
			for _, d := range c.Progress.Down {
				if c.Assets[d].Group == g {
					away[d] = true
				}
			}
			for _, y := range others {
				if y.start <= t && t < y.end+soak {
					for _, m := range c.away(y.asset)[g] {
						away[m] = true
					}
				}
			}
			if len(away) > c.Groups[g].Max {
				return true
			}
		}
	}
	return false
}

func (n *naive) busy(x *naiveSession, s, e int64) bool {
	return slices.ContainsFunc(n.others(x), func(y *naiveSession) bool {
		return y.start < e && s < y.end && x.client.related(x.asset, y.asset)
	})
}

func naiveAmount(a Amount, of int) int {
	if a.Percent {
		return max(1, int(a.N)*of/100)
	}
	return int(a.N)
}

// most is how many of the others are under way at once at some instant of [s, e).
func most(others []*naiveSession, s, e int64, counts func(y *naiveSession) bool) int {
	best := 0
	instants := []int64{s}
	for _, y := range others {
		if y.start > s && y.start < e {
			instants = append(instants, y.start)
		}
	}
	for _, t := range instants {
		count := 0
		for _, y := range others {
			if y.start <= t && t < y.end && counts(y) {
				count++
			}
		}
		best = max(best, count)
	}
	return best
}

func (n *naive) full(x *naiveSession, o naiveOccurrence, s, e int64) bool {
	c := x.client
	others := n.others(x)
	limit := c.Windows[o.window].Capacity
	if limit > 0 && most(others, s, e, func(y *naiveSession) bool { return y.occurrence.window == o.window }) >= limit {
		return true
	}
	if a := c.Agreements[o.terms].MaxUnavailable; a.Set && most(others, s, e, func(*naiveSession) bool { return true }) >= naiveAmount(a, len(c.Assets)) {
		return true
	}
	wave := &x.plan.Waves[x.wave]
	size := 0
	for _, y := range n.sessions {
		if y.client == c && y.plan == x.plan && y.work != nil && y.wave == x.wave {
			size++
		}
	}
	same := func(y *naiveSession) bool { return y.plan == x.plan && y.wave == x.wave }
	if wave.MaxConcurrent.Set && most(others, s, e, same) >= naiveAmount(wave.MaxConcurrent, size) {
		return true
	}
	return slices.ContainsFunc(others, func(y *naiveSession) bool {
		return same(y) && max(y.start-s, s-y.start) < wave.Stagger
	})
}

// naiveJob is what a session wants of its relay.
type naiveJob struct{ from, until, seconds int64 }

func (n *naive) job(x *naiveSession, s int64) (naiveJob, bool) {
	a := &x.client.Assets[x.asset]
	if x.running || x.work == nil || x.work.Bytes == 0 || a.Relay < 0 {
		return naiveJob{}, false
	}
	r := &x.client.Relays[a.Relay]
	seconds := 8 * x.work.Bytes / (r.Mbps * 1_000_000)
	if seconds*r.Mbps*1_000_000 < 8*x.work.Bytes {
		seconds++
	}
	m := n.at(s)
	for m > 0 && n.isWithin(x, m-1) {
		m--
	}
	opened := n.floor + int64(m)*60
	if opened <= n.in.AsOf {
		return naiveJob{n.in.AsOf, s, seconds}, true
	}
	return naiveJob{max(n.in.AsOf, opened-r.Lead), opened, seconds}, true
}

// isWithin says whether a minute belongs to an opening of a session.
func (n *naive) isWithin(x *naiveSession, m int) bool {
	a := &x.client.Assets[x.asset]
	for _, i := range a.Supports {
		if !x.client.supported[i][m] {
			return false
		}
	}
	for _, i := range a.Denies {
		if x.client.denied[i][m] && !n.passes(x, &x.client.Denies[i]) {
			return false
		}
	}
	return x.inForce[m]
}

func (n *naive) lateRelay(x *naiveSession, _ naiveOccurrence, s int64) bool {
	own, ok := n.job(x, s)
	if !ok {
		return false
	}
	jobs := []naiveJob{own}
	for _, y := range n.others(x) {
		if j, ok := n.job(y, y.start); ok && x.client.Assets[y.asset].Relay == x.client.Assets[x.asset].Relay {
			jobs = append(jobs, j)
		}
	}
	for _, a := range jobs {
		for _, b := range jobs {
			sum := int64(0)
			for _, j := range jobs {
				if j.from >= a.from && j.until <= b.until {
					sum += j.seconds
				}
			}
			if sum > 0 && sum > b.until-a.from {
				return true
			}
		}
	}
	return false
}

func (n *naive) noTechnician(x *naiveSession, s, e int64) bool {
	shifts := x.client.Assets[x.asset].Shift
	if !x.work.ByHand || len(shifts) == 0 {
		return false
	}
	duty := make([]int, n.minutes)
	for _, i := range shifts {
		for m, on := range n.fill(n.in.Shifts[i].Week.Spans(n.floor, n.floor+int64(n.minutes)*60)) {
			if on {
				duty[m] += n.in.Shifts[i].Capacity
			}
		}
	}
	return !n.everyMinute(s, e, func(m int) bool {
		t := n.floor + int64(m)*60
		count := 1
		for _, y := range n.sessions {
			if y != x && y.placed && y.work != nil && y.work.ByHand && len(y.client.Assets[y.asset].Shift) > 0 && y.start <= t && t < y.end {
				count++
			}
		}
		return count <= duty[m]
	})
}

// tooDear says whether the month would cost more than its cap, that of x or of
// another session in it.
func (n *naive) tooDear(x *naiveSession, o naiveOccurrence, s, e int64) bool {
	limit := x.client.Agreements[o.terms].CostCap
	if limit < 0 {
		return false
	}
	was := *x
	n.put(x, s, o)
	x.end = e
	defer func() { *x = was }()
	sum := int64(0)
	for i := range x.client.Plans {
		sum += n.cost(x.client, &x.client.Plans[i], func(start int64) bool { return n.month(x, start) == n.month(x, o.start) })
	}
	return sum > limit
}

func (n *naive) month(x *naiveSession, t int64) time.Month {
	return time.Unix(t, 0).In(x.client.Zone).Month()
}

// cost is what a plan's sessions cost in the occurrences that count.
func (n *naive) cost(c *naiveClient, p *Plan, counts func(start int64) bool) int64 {
	type key struct {
		window int
		start  int64
		asset  int
	}
	attended := map[key][]*naiveSession{}
	for _, y := range n.sessions {
		if y.client != c || y.plan != p || !y.placed || y.occurrence.terms < 0 || !counts(y.occurrence.start) {
			continue
		}
		k := key{y.occurrence.window, y.occurrence.start, -1}
		switch c.Agreements[y.occurrence.terms].Rates.Basis {
		case "included":
			continue
		case "perAsset":
			k.asset = y.asset
		}
		attended[k] = append(attended[k], y)
	}
	sum := int64(0)
	for _, list := range attended {
		sum += n.costOf(c, list)
	}
	return sum
}

// costOf is what one attendance costs, second by second.
func (n *naive) costOf(c *naiveClient, list []*naiveSession) int64 {
	terms := list[0].occurrence.terms
	r := &c.Agreements[terms].Rates
	class := func(t int64) int {
		m := n.at(t)
		switch {
		case m >= 0 && c.holiday[m]:
			return 2
		case c.regular[terms] != nil && (m < 0 || !c.regular[terms][m]):
			return 1
		}
		return 0
	}
	from, until := list[0].start, list[0].end
	for _, y := range list {
		from, until = min(from, y.start), max(until, y.end)
	}
	var seconds [3]int64
	all := int64(0)
	for t := from; t < until; t += 60 {
		if slices.ContainsFunc(list, func(y *naiveSession) bool { return y.start <= t && t < y.end }) {
			seconds[class(t)] += 60
			all += 60
		}
	}
	seconds[class(until-60)] += max(0, r.MinimumMins*60-all)
	sum := int64(0)
	for i, rate := range []int64{r.PerHour, r.AfterHours, r.Holiday} {
		sum += seconds[i] * rate / 3600
		if seconds[i]*rate%3600 > 0 {
			sum++
		}
	}
	return sum
}
