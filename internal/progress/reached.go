package progress

import "slices"

// Reached is when so many percent of a number of hosts were done, given when those that
// were done ended; false where fewer are. Whoever never finished is censored: they count in
// the number, and hide in no average.
func Reached(ends []int64, of, percent int) (at int64, reached bool) {
	need := (percent*of + 99) / 100
	if need < 1 || need > len(ends) {
		return 0, false
	}
	return slices.Sorted(slices.Values(ends))[need-1], true
}

// Patched is when each host of a run that is done was checked, and of how many hosts they
// are: of all that did not leave it.
func (r *Run) Patched() (ends []int64, of int) {
	for _, h := range r.Hosts {
		switch {
		case h.State != Soaking && h.State != Succeeded:
		case h.Outcome != nil:
			ends = append(ends, h.Outcome.Ended)
		default:
			ends = append(ends, h.Since)
		}
	}
	return ends, r.population()
}
