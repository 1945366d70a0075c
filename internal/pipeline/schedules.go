package pipeline

import (
	"slices"

	"github.com/patchops/patchops/internal/planning"
)

// Schedules are the rollouts of a base and of the tree that is compared with it,
// of those clients only for which the difference can change them. Both are nil
// where there is no such client.
type Schedules struct {
	Before, After *Planned
}

// lastPlanned is what a run planned last, and for which question.
type lastPlanned struct {
	asked   planning.Options
	planned *Planned
}

// withGone adds to the clients affected by a difference those for which only the
// base has open plans, if schedules are compared.
func (r *run) withGone(base *run, affected []string) []string {
	if !r.in.Compare {
		return affected
	}
	r.schedules = &Schedules{}
	now := r.planned()
	for _, client := range base.planned() {
		if !slices.Contains(now, client) {
			affected = append(affected, client)
		}
	}
	slices.Sort(affected)
	return slices.Compact(affected)
}

// compare keeps the schedules of the clients affected. Where the run planned just
// them, for they were all that it had no verdict on, that is not done again.
func (r *run) compare(before *Planned, affected []string) error {
	if !r.in.Compare {
		return nil
	}
	after := r.planning.planned
	if after == nil || !slices.Equal(r.planning.asked.Clients, affected) {
		var err error
		if after, err = r.plan(planning.Options{AsOf: r.in.AsOf, Clients: affected}); err != nil {
			return err
		}
	}
	r.schedules = &Schedules{before, after}
	return nil
}
