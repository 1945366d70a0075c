package authority

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/resultlog"
)

// hold takes a hold, an abort or a recall of a plan or of a wave. What is for good is
// not replaced by what is not.
func (s *State) hold(i item) {
	r := i.record
	if old, ok := s.Holds[r.Plan]; ok && old.Kind != resultlog.Hold && r.Kind == resultlog.Hold {
		return
	}
	s.Holds[r.Plan] = Hold{Kind: r.Kind, Person: actor(r), Reason: r.Reason, Position: i.position, At: i.at}
}

// clocksDiffer is how far the clock of whoever signs may be off from ours.
const clocksDiffer = 5 * time.Minute

// resume lifts holds: of a wave those of that wave, of a plan all; but none that came
// after it was signed. An abort or a recall is for good.
func (s *State) resume(i item) {
	of, knows := i.record.Plan, i.at
	if asOf, err := time.Parse(time.RFC3339, i.record.AsOf); err == nil {
		if asOf.After(i.at.Add(clocksDiffer)) {
			return // dated in the future
		}
		if known := asOf.Add(clocksDiffer); known.Before(knows) {
			knows = known
		}
	}
	for held, h := range s.Holds {
		if h.Kind == resultlog.Hold && (held == of || strings.HasPrefix(held, of+"/")) && !h.At.After(knows) {
			delete(s.Holds, held)
		}
	}
	s.Resumed[of], s.knew[of] = i.position, knows
}

// over ends what is for good with the run that it was for.
func (s *State) over(plan string) {
	for held, h := range s.Holds {
		if h.Kind != resultlog.Hold && (held == plan || strings.HasPrefix(held, plan+"/")) {
			delete(s.Holds, held)
		}
	}
}

// grants follows what landed without approval, and what was approved later on.
func (s *State) grants(m item) {
	for _, grant := range m.covered {
		delete(s.Uncovered, grant)
		s.Covered[grant] = true
	}
	for _, grant := range m.uncovered {
		if client, rest, _ := strings.Cut(grant, "/"); !strings.Contains(rest, "/") {
			grant = client + "/*" // "and 17 more"
		}
		s.Uncovered[grant] = true
		delete(s.Covered, grant)
	}
}

// distrust finds approvals by keys that were others' already when they were recorded,
// as a revocation says, and that a merge used: nothing new starts for its clients
// until somebody resumes the plan (authority.md 2).
func (s *State) distrust(all []item) {
	type loss struct {
		since time.Time
		item
	}
	lost := map[string]loss{}
	for _, i := range all {
		since, err := time.Parse(time.RFC3339, i.record.Expires)
		if i.record.Kind == resultlog.KeyRevoke && err == nil {
			if known, twice := lost[i.record.Key]; !twice || since.Before(known.since) {
				lost[i.record.Key] = loss{since, i}
			}
		}
	}
	if len(lost) == 0 {
		return
	}
	bad := map[string]loss{} // by evidence
	for _, i := range all {
		if i.record.Actor == nil || i.record.Kind != resultlog.Approval && i.record.Kind != resultlog.Consent {
			continue
		}
		if l, ok := lost[i.record.Actor.Key]; ok && !i.at.Before(l.since) {
			bad[i.record.Evidence] = l
		}
	}
	for _, i := range all {
		if i.record.Kind != resultlog.Merge || i.record.Via == Abandoned {
			continue
		}
		for _, evidence := range i.record.Approvals {
			if l, used := bad[evidence]; used {
				s.distrusts(i, l.item, fmt.Sprintf("%s was merged with an approval by key %s, which was revoked as lost before that", short(i.record.Commit), l.record.Key))
			}
		}
	}
}

// regret finds what people took back, or turned against, after a merge had used it: that
// undoes nothing, and makes a hold for the merge's clients (authority.md 2).
func (s *State) regret(all []item) {
	newest, merged := map[string]item{}, map[string]item{} // by change and person; by evidence
	for _, i := range all {
		r := i.record
		by := Key(r.Change, actor(r))
		switch r.Kind {
		case resultlog.Approval, resultlog.Consent:
			newest[by] = i
		case resultlog.Merge:
			for _, evidence := range r.Approvals {
				if r.Via != Abandoned {
					merged[evidence] = i
				}
			}
		case resultlog.Withdrawal, resultlog.Rejection:
			a, said := newest[by]
			older := r.Review != nil && a.record.Review != nil && r.Review.Before(a.record.Review) // it was replaced already
			if m, used := merged[a.record.Evidence]; said && used && !older && r.Change != "" && (r.Head == "" || r.Head == a.record.Head) {
				s.distrusts(m, i, fmt.Sprintf("%s was merged with the approval of %s, who took it back", short(m.record.Commit), actor(r)))
			}
		}
	}
}

// distrusts holds the clients of a merge because of what was said after it.
func (s *State) distrusts(merge, after item, why string) {
	h := Hold{Kind: resultlog.Hold, Person: actor(after.record), Position: after.position, At: after.at, Reason: why}
	for _, client := range merge.clients {
		if old, ok := s.Distrust[client]; !ok || old.Position < h.Position {
			s.Distrust[client] = h
		}
	}
	if slices.Contains(merge.clients, resultlog.Org) { // rules and people: all of it rests on them
		if old, ok := s.Distrust[resultlog.Org]; !ok || old.Position < h.Position {
			s.Distrust[resultlog.Org] = h
		}
	}
}

func short(commit string) string { return commit[:min(12, len(commit))] }
