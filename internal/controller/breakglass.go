package controller

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/statement"
)

// longest is how long an override may last.
const longest = 4 * time.Hour

// breakGlass records overrides that are complete, and their ratification. What is
// incomplete is denied with what is missing, and recorded as such.
func (c *Controller) breakGlass(_ context.Context, v *View) (*deed, error) {
	var entries []entry
	for plan, said := range v.overrideWords() {
		if o, open := v.State.Override[plan]; open && !o.Ratified {
			continue
		}
		if r, ok := v.overrideRecord(plan, said); ok {
			entries = append(entries, entry{record: r, clients: []string{client(plan)}})
		}
	}
	for _, o := range v.overrides() {
		if w := v.ratified(o); w != nil && !o.Ratified {
			plan := o.Client + "/" + o.Plan
			entries = append(entries, entry{clients: []string{client(plan)}, record: resultlog.Record{
				Kind: resultlog.Override, Via: authority.Ratified, Plan: plan, Evidence: w.evidence, Statement: &w.signed,
				Actor: &resultlog.Actor{Kind: "person", ID: w.person, Key: w.key.Fingerprint()},
			}})
		}
	}
	if len(entries) == 0 {
		return nil, nil
	}
	return c.recording(v, entries), nil
}

func client(plan string) string {
	name, _, _ := strings.Cut(plan, "/")
	if name == "" || name == "_" {
		return effect.Org
	}
	return name
}

// overrides are the recorded overrides, by plan.
func (v *View) overrides() []authority.Override {
	var out []authority.Override
	for _, plan := range slices.Sorted(maps.Keys(v.State.Override)) {
		out = append(out, v.State.Override[plan])
	}
	return out
}

// word is a statement on an override, and whose it is.
type word struct {
	said
	person string
	tip    string
}

const overrideSubject = "override:"

// overrideWords are what active people said of overrides, by plan, that is in no
// record of an override.
func (v *View) overrideWords() map[string][]word {
	used := map[string]bool{}
	for _, o := range v.State.Override {
		for _, evidence := range o.Evidence {
			used[evidence] = true
		}
	}
	out := map[string][]word{}
	for _, c := range v.chains {
		if v.broken[c.person] != "" {
			continue
		}
		for _, s := range c.said {
			plan, about := strings.CutPrefix(s.what.Subject, overrideSubject)
			person := v.speaker(s.key.Fingerprint(), 0)
			_, revoked := v.State.Revoked[s.key.Fingerprint()]
			switch {
			case !about || s.what.Act == statement.Consent || revoked || person != c.person || s.what.Target != v.Root.Target:
			case s.what.Act != statement.Approve: // it takes back what they said before
				out[plan] = slices.DeleteFunc(out[plan], func(w word) bool { return w.person == person })
			case !used[s.evidence]:
				out[plan] = append(out[plan], word{s, person, c.tip})
			}
		}
	}
	return out
}

// overrideRecord is an override if it is complete and in time; else its denial.
func (v *View) overrideRecord(plan string, words []word) (resultlog.Record, bool) {
	signers, missing := Override(v.Book, words2(words), v.now)
	r := resultlog.Record{Kind: resultlog.Override, Plan: plan}
	if missing == "" {
		expires := v.now.Add(longest)
		left := signers[:2] // one statement of each: more would not fit into a record
		for _, w := range slices.Backward(words) {
			if !slices.Contains(left, w.person) || !live(w.what, v.now) {
				continue
			}
			left = slices.DeleteFunc(slices.Clone(left), func(p string) bool { return p == w.person })
			r.Statements = append(r.Statements, w.signed)
			r.Reason = w.what.Reason
			if t := instant(w.what.Expires); t.Before(expires) {
				expires = t
			}
		}
		r.Expires = resultlog.Instant(expires)
		return r, true
	}
	// Said long ago and never complete: nothing that anybody waits for.
	if !slices.ContainsFunc(words, func(w word) bool { return live(w.what, v.now) }) {
		return r, false
	}
	r = resultlog.Record{Kind: resultlog.Denial, Change: overrideSubject + plan, Plan: plan, Why: missing, Actor: &resultlog.Actor{Kind: "person", ID: words[len(words)-1].person}}
	r.Evidence = words[len(words)-1].evidence
	if v.State.Denied[authority.Key(r.Change, r.Actor.ID)] == r.Evidence {
		return r, false
	}
	return r, true
}

// OverrideWord is what a person whose key was checked says of an override.
type OverrideWord struct {
	Person string
	What   statement.Statement
}

func words2(words []word) []OverrideWord {
	var out []OverrideWord
	for _, w := range words {
		out = append(out, OverrideWord{w.person, w.what})
	}
	return out
}

// live reports whether a statement asks for an override now: an approval with a
// reason that ends within four hours of when it was said, and has not ended.
func live(s statement.Statement, now time.Time) bool { return incomplete(s, now) == "" }

func incomplete(s statement.Statement, now time.Time) string {
	asOf, expires := instant(s.AsOf), instant(s.Expires)
	switch {
	case s.Act != statement.Approve:
		return "it does not approve"
	case strings.TrimSpace(s.Reason) == "":
		return "it gives no reason"
	case expires.IsZero():
		return "it does not say when it ends"
	case asOf.IsZero() || expires.Sub(asOf) > longest || expires.Before(asOf):
		return "it lasts longer than 4 h"
	case asOf.After(now.Add(5 * time.Minute)):
		return "it is of the future"
	case !now.Before(expires):
		return "it ran out"
	}
	return ""
}

// Override says who signs an override, or what it lacks: two different active
// people of the group that break-glass asks for, each with a reason and an end
// within four hours (R11).
func Override(book *approval.Book, words []OverrideWord, now time.Time) (signers []string, missing string) {
	groups := breakGlassGroups(book)
	if len(groups) == 0 {
		return nil, "no rule says who may override: a rule named break-glass, or one that matches changeTypes [emergency], names the group"
	}
	var whyNot []string
	for _, w := range words {
		why := incomplete(w.What, now)
		if why == "" && !slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(book.Groups[g], w.Person) }) {
			why = fmt.Sprintf("%s is not in %s", w.Person, strings.Join(groups, " or "))
		}
		if p, known := book.People[w.Person]; why == "" && (!known || !p.Active || p.Bot) {
			why = fmt.Sprintf("%s is not an active person", w.Person)
		}
		switch {
		case why != "":
			whyNot = append(whyNot, fmt.Sprintf("the statement of %s: %s", w.Person, why))
		case !slices.Contains(signers, w.Person):
			signers = append(signers, w.Person)
		}
	}
	if len(signers) >= 2 {
		slices.Sort(signers)
		return signers, ""
	}
	missing = fmt.Sprintf("%d of 2 signers of %s", len(signers), strings.Join(groups, " or "))
	if len(whyNot) > 0 {
		missing += "; " + strings.Join(whyNot, "; ")
	}
	return signers, missing
}

// breakGlassGroups are the groups that may override: those of the rule named
// break-glass, else of the rules that match emergencies.
func breakGlassGroups(book *approval.Book) []string {
	var out []string
	for _, r := range book.Rules {
		if r.Name == "break-glass" {
			return groupsOf(r.Require)
		}
		if r.Match != nil && slices.Equal(r.Match.ChangeTypes, []string{"emergency"}) {
			out = append(out, groupsOf(r.Require)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func groupsOf(r approval.Require) []string {
	var out []string
	if r.Group != "" {
		out = append(out, r.Group)
	}
	for _, part := range slices.Concat(r.All, r.Any) {
		out = append(out, groupsOf(part)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// ratified is the word that ratifies an override: of a third person, who may approve plans of
// the client and said so after it was recorded; nil if there is none.
func (v *View) ratified(o authority.Override) *word {
	for _, w := range v.overrideWords()[o.Client+"/"+o.Plan] {
		if w.what.Act == statement.Approve && !slices.Contains(o.Signers, w.person) && !instant(w.what.AsOf).Before(o.At.Add(-time.Minute)) &&
			MayApprove(v.Book, w.person, o.Client+"/"+o.Plan) == "" {
			return &w
		}
	}
	return nil
}

// ratifiedBy are the plans, "CLIENT/PLAN", whose override is ratified by the merge of a
// change to that plan.
func (v *View) ratifiedBy(j *judgement) string {
	var out []string
	for _, o := range v.overrides() {
		if !o.Ratified && v.ratifies(j.Review, o) {
			out = append(out, o.Client+"/"+o.Plan)
		}
	}
	return strings.Join(out, " ")
}
