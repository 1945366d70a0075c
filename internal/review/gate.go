package review

import (
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
)

// gate judges the change as a whole by the rules of its gate. Without a decision
// the outcome does not depend on anybody's word.
func (j *judging) gate(out *pipeline.Outcome, d *pipeline.Decision) ([]finding.Finding, error) {
	if j.out.Landing == nil {
		return nil, nil
	}
	c := j.in.Contributors
	p := pipeline.Proposed{
		Change: j.in.Change.Name, Head: j.in.Change.Head, Base: j.in.Authorised, RulesCommit: j.in.Authorised,
		Effect: j.out.Landing, Author: c.Author, Contributors: c.People, Decision: d,
	}
	for _, u := range c.Unknown {
		p.Unknown = append(p.Unknown, u.Commit)
	}
	return j.in.Engine.JudgeChange(out, p)
}

// decision is what people said, as rules see it.
func (j *judging) decision(book *approval.Book) *pipeline.Decision {
	ignored := map[string]string{}
	for _, i := range j.out.Verdict.Ignored {
		ignored[i.Evidence] = i.Why
	}
	d := &pipeline.Decision{Verdict: string(j.out.Verdict.State)}
	for _, a := range j.in.Acts {
		word := a.Verdict
		if word == "consented" {
			word = string(approval.Approved)
		}
		if word != string(approval.Approved) && word != string(approval.Rejected) {
			continue
		}
		person, _ := book.Speaker(a.Key, a.Account)
		made := pipeline.Approval{
			Person: person, Verdict: word, AsOf: a.AsOf, Head: a.Head, Effect: a.Effect, Signed: a.Key != "",
			Why: ignored[a.Evidence], Reason: a.Reason, Contact: a.Contact,
		}
		made.Counts = made.Why == "" && (word == string(approval.Rejected) || slices.Contains(j.out.Verdict.Used, a.Evidence))
		for group, members := range book.Groups {
			if person != "" && slices.Contains(members, person) {
				made.Groups = append(made.Groups, group)
			}
		}
		slices.Sort(made.Groups)
		d.Approvals = append(d.Approvals, made)
	}
	slices.SortStableFunc(d.Approvals, func(a, b pipeline.Approval) int {
		if c := a.AsOf.Compare(b.AsOf); c != 0 {
			return c
		}
		return strings.Compare(a.Person, b.Person)
	})
	return d
}

// add adds findings of the change as a whole.
func (j *judging) add(found []finding.Finding) {
	j.out.Outcome.Findings = finding.Sort(append(j.out.Outcome.Findings, found...))
}
