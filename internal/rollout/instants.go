package rollout

import "slices"

// instants are instants of which some occur often, such as the ends of sessions
// that start together: sorted, with their counts. Work with them grows with the
// different ones.
type instants struct {
	at    []int64
	count []int
	n     int // all counts
}

func (l *instants) add(t int64) {
	l.n++
	i, found := slices.BinarySearch(l.at, t)
	if !found {
		l.at, l.count = slices.Insert(l.at, i, t), slices.Insert(l.count, i, 0)
	}
	l.count[i]++
}

func (l *instants) remove(t int64) {
	l.n--
	i, _ := slices.BinarySearch(l.at, t)
	if l.count[i]--; l.count[i] == 0 {
		l.at, l.count = slices.Delete(l.at, i, i+1), slices.Delete(l.count, i, i+1)
	}
}

// first is the earliest; none where there are none.
func (l *instants) first() int64 {
	if l.n == 0 {
		return none
	}
	return l.at[0]
}

// last is the latest; -none where there are none.
func (l *instants) last() int64 {
	if l.n == 0 {
		return -none
	}
	return l.at[len(l.at)-1]
}

// after is how many are later than t.
func (l *instants) after(t int64) int {
	sum := 0
	for i := len(l.at) - 1; i >= 0 && l.at[i] > t; i-- {
		sum += l.count[i]
	}
	return sum
}

// nth is the n-th earliest of some together, n from 1 to their number.
func nth(n int, lists ...*instants) int64 {
	all, latest := 0, -none
	for _, l := range lists {
		all, latest = all+l.n, max(latest, l.last())
	}
	if n >= all {
		return latest
	}
	next := make([]int, len(lists))
	for {
		least := none
		for i, l := range lists {
			if next[i] < len(l.at) {
				least = min(least, l.at[next[i]])
			}
		}
		for i, l := range lists {
			if next[i] < len(l.at) && l.at[next[i]] == least {
				n -= l.count[next[i]]
				next[i]++
			}
		}
		if n <= 0 {
			return least
		}
	}
}
