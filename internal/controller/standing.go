package controller

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/spec"
)

// Whoever lets work go on that stands, or ratifies what was done without approval, approves
// it: that takes somebody whom the rules ask, not only an active person.

// MayApprove says why somebody may not let a plan, "CLIENT/PLAN" or "CLIENT/PLAN/WAVE", go on,
// or ratify an override of it; "" they may. They may who are of a group that break-glass asks
// for, or a rule that may be over the plan: by its client, or by where such plans are. Rules that owners of assets alone
// can satisfy, or where there is no such rule, leave it to every active person.
func MayApprove(book *approval.Book, person, plan string) string {
	p, known := book.People[person]
	if !known || !p.Active || p.Bot {
		return person + " is not an active person"
	}
	groups := append(breakGlassGroups(book), planGroups(book, plan)...)
	slices.Sort(groups)
	groups = slices.Compact(groups)
	if slices.Contains(groups, anyone) || len(groups) == 0 || slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(book.Groups[g], person) }) {
		return ""
	}
	return fmt.Sprintf("%s is in none of %s, whom the rules ask for plans of %s", person, strings.Join(groups, ", "), client(plan))
}

// anyone stands for groups that only documents of assets name.
const anyone = ""

// planGroups are whom the rules ask that may be over a plan.
func planGroups(book *approval.Book, plan string) []string {
	var out []string
	for _, r := range book.Rules {
		m := r.Match
		switch {
		case m == nil, len(m.Kinds) > 0 && !slices.Contains(m.Kinds, "PatchPlan"), len(m.Clients) > 0 && !slices.Contains(m.Clients, client(plan)):
			continue
		case len(m.Paths) > 0 && len(m.Kinds) == 0 && !over(m.Paths, plan):
			continue
		}
		if owners(r.Require) {
			out = append(out, anyone)
		}
		out = append(out, groupsOf(r.Require)...)
	}
	return out
}

// over reports whether patterns are over where the plan of a client is kept, or one of several
// clients.
func over(paths []spec.Glob, plan string) bool {
	parts := strings.SplitN(plan, "/", 3)
	name := parts[min(1, len(parts)-1)] + ".yaml"
	return slices.ContainsFunc(paths, func(g spec.Glob) bool {
		return g.Matches("plans/"+parts[0]+"/"+name) || g.Matches("plans/"+name)
	})
}

// owners reports whether owners of assets alone can be all that a rule asks for.
func owners(r approval.Require) bool {
	switch {
	case len(r.All) > 0:
		return !slices.ContainsFunc(r.All, func(part approval.Require) bool { return !owners(part) })
	case len(r.Any) > 0:
		return slices.ContainsFunc(r.Any, owners)
	}
	return r.OwnerOf != ""
}

// denied is the record that somebody's word to let a plan go on does not count, and whether
// it is news: whoever asks twice is told twice, and not over and over.
func (v *View) denied(r resultlog.Record, subject, why string) (resultlog.Record, bool) {
	out := resultlog.Record{Kind: resultlog.Denial, Change: subject, Plan: r.Plan, Why: why, Evidence: r.Evidence, Actor: r.Actor}
	return out, !v.State.Refused[r.Evidence]
}
