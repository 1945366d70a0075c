package review

import (
	"fmt"
	"slices"

	"github.com/patchops/patchops/internal/planning"
	"github.com/patchops/patchops/internal/rollout"
)

// crowded says which hosts have no place any more because of what was merged since
// the change started: each of the two is fine alone, and they are not together
// (M2). Both what the change loses and what it takes from others counts.
func (j *judging) crowded() []string {
	if j.out.Landing == nil || j.out.Moved == nil || j.out.Moved.Empty() || j.in.Landed != "" {
		return nil
	}
	ours, theirs := map[host]bool{}, map[host]bool{}
	for i := range j.out.Landing.Grants {
		ours[hostOf(&j.out.Landing.Grants[i])] = true
	}
	for i := range j.out.Moved.Grants {
		theirs[hostOf(&j.out.Moved.Grants[i])] = true
	}
	placed := placements(plansOf(j.out.Outcome.Schedules, false))
	var out []string
	var lost []lostPlace
	for _, p := range plansOf(j.out.Outcome.Schedules, true) {
		for _, u := range p.Unplaced {
			h := host{p.Client, p.ID, u.Asset}
			switch {
			case theirs[h] && !ours[h] && placed[h]:
				out = append(out, fmt.Sprintf("%s: %s of client %s, merged meanwhile, has no place beside it any more: %s by %s", h.plan, u.Asset, h.client, u.Code, u.By))
			case ours[h]:
				lost = append(lost, lostPlace{h, u})
			}
		}
	}
	return limited(append(j.crowdedOut(lost), out...), "hosts")
}

// lostPlace is a host of the change without a place.
type lostPlace struct {
	host
	rollout.Unplaced
}

// crowdedOut are those hosts that the change has a place for where it is alone.
func (j *judging) crowdedOut(lost []lostPlace) []string {
	if len(lost) == 0 {
		return nil
	}
	var clients []string
	for _, l := range lost {
		clients = append(clients, l.client)
	}
	slices.Sort(clients)
	built, err := planning.Build(j.corpora[j.in.Change.Head], planning.Options{AsOf: j.minute(), Clients: slices.Compact(clients)})
	if err != nil {
		return []string{"whether it conflicts with what was merged meanwhile cannot be told: " + err.Error()}
	}
	alone := placements(rollout.Compute(built.Input).Plans)
	var out []string
	for _, l := range lost {
		if alone[l.host] {
			out = append(out, fmt.Sprintf("%s: %s of client %s has no place beside what was merged meanwhile: %s by %s", l.plan, l.asset, l.client, l.Code, l.By))
		}
	}
	return out
}

func placements(plans []rollout.PlanSchedule) map[host]bool {
	out := map[host]bool{}
	for _, p := range plans {
		for _, at := range p.Placements {
			out[host{p.Client, p.ID, at.Asset}] = true
		}
	}
	return out
}

func limited(reasons []string, what string) []string {
	if n := len(reasons); n > mostNamed {
		return append(reasons[:mostNamed:mostNamed], fmt.Sprintf("and %d more %s", n-mostNamed, what))
	}
	return reasons
}
