package review

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
)

// How much is computed for what people said of earlier heads, and at how many
// instants; whoever writes more statements has the newest judged. What contacts said is
// apart: one person may take down the words of many.
const (
	mostProposals = 24
	mostMinutes   = 24
	mostOfOne     = 8
	mostOfContact = 2
)

// pair is what an act was about.
type pair struct{ head, base string }

// whose are an act's words: a contact's where it is a consent of one in the book, else its
// speaker's, "" for nobody known; and how many of theirs are judged.
func whose(a *approval.Act, book *approval.Book) (name string, most int) {
	if name, _ = book.Speaker(a.Key, a.Account); name == "" {
		return "", 0
	}
	if _, contact := book.Contact[a.Contact]; contact && a.Verdict == approval.SaysConsented {
		return "contact " + a.Contact, mostOfContact
	}
	return name, mostOfOne
}

// known are the acts of people in the book, everybody's newest first, then
// everybody's second and so on: those of anybody else cost nothing, and nobody's
// many words take the place of another's one.
func known(acts []approval.Act, book *approval.Book) []approval.Act {
	names := map[string]int{}
	type turn struct {
		act approval.Act
		n   int
	}
	var list []turn
	acts = slices.Clone(acts)
	slices.SortStableFunc(acts, func(a, b approval.Act) int { return b.AsOf.Compare(a.AsOf) })
	for _, a := range acts {
		name, most := whose(&a, book)
		if name == "" || a.Broken != "" || a.Spent || names[name] == most {
			continue
		}
		list = append(list, turn{a, names[name]})
		names[name]++
	}
	slices.SortStableFunc(list, func(a, b turn) int { return cmp.Compare(a.n, b.n) })
	out := make([]approval.Act, len(list))
	for i, t := range list {
		out[i] = t.act
	}
	return out
}

// proposals are what was proposed at every head and base that people spoke of,
// and at the present ones.
func (j *judging) proposals(book *approval.Book) ([]approval.Proposal, error) {
	now := pair{j.in.Change.Head, j.out.Base}
	out := []approval.Proposal{{Head: now.head, Base: now.base, Effect: j.out.Proposed, Moved: j.out.Moved}}
	present := j.out.Proposed.Digest().String()
	seen := map[pair]bool{now: true}
	for _, a := range known(j.in.Acts, book) {
		p := pair{a.Head, a.Base}
		if a.Head == "" || seen[p] {
			continue
		}
		seen[p] = true
		made := approval.Proposal{Head: p.head, Base: p.base}
		switch {
		case a.Effect == present && j.identical():
			made.Effect, made.Moved = j.out.Proposed, j.out.Moved
		case len(out) > mostProposals:
			made.Problem = fmt.Sprintf("statements name more than %d heads, and this is an older one", mostProposals)
		default:
			if err := j.proposal(&made, a.Effect == present); err != nil {
				return nil, err
			}
		}
		out = append(out, made)
	}
	return out, nil
}

// identical reports whether exactly what is proposed lands: then what moved on
// the target does not matter.
func (j *judging) identical() bool {
	return j.out.Landing == j.out.Proposed || j.out.Landing.Digest() == j.out.Proposed.Digest()
}

// proposal computes what was proposed; what is missing for it is its problem.
func (j *judging) proposal(p *approval.Proposal, present bool) error {
	base := p.Base
	if base == "" {
		var err error
		if base, p.Problem, err = j.in.Source.MergeBase(j.in.Authorised, p.Head); err != nil {
			p.Problem = err.Error()
		}
		if p.Problem != "" {
			return nil
		}
	}
	// What an old head or base holds may never be evaluated: that is about this one alone.
	child, unread := pipeline.Watch(j.child)
	defer func() {
		if err := unread.Err(); err != nil {
			p.Effect, p.Moved, p.Problem, j.out.Unread = nil, nil, err.Error(), true
		}
	}()
	before, err := j.in.Source.Commit(base)
	if err != nil {
		p.Problem = err.Error()
		return nil
	}
	if present {
		// The digest is signed, so the old head, which may be gone, is not needed.
		p.Effect = j.out.Proposed
	} else {
		after, err := j.in.Source.Commit(p.Head)
		if err != nil {
			p.Problem = err.Error()
			return nil
		}
		if p.Effect, err = j.between(before, after, child); err != nil {
			return err
		}
		defer j.forget(after)
	}
	p.Moved, err = j.between(before, j.authorised, child)
	j.forget(before)
	return err
}

// forget drops what was read of an earlier head or base: trees are large.
func (j *judging) forget(s State) {
	if s.Commit != j.in.Authorised && s.Commit != j.in.Change.Head && s.Commit != j.out.Base {
		delete(j.corpora, s.Commit)
		delete(j.trees, s.Commit)
	}
}

// findings are the fingerprints of what is found at the instants of approvals. A
// minute that is the present one costs nothing; others reuse all verdicts of this
// review that do not depend on the instant.
func (j *judging) findings(book *approval.Book) (map[string][]string, error) {
	out := map[string][]string{approval.Minute(j.in.Now): j.out.Accepts}
	acts := known(j.in.Acts, book)
	most := mostMinutes + consents(acts)
	for _, a := range acts {
		key := approval.Minute(a.AsOf)
		if _, done := out[key]; done || !approves(a) || len(out) > most {
			continue
		}
		// What lies in the future, or longer ago than any rule allows, counts for
		// nothing (authority.md 2).
		if a.AsOf.After(j.in.Now.Add(10*time.Minute)) || a.AsOf.Before(j.in.Now.Add(-15*24*time.Hour)) {
			continue
		}
		found, err := j.foundAt(a.AsOf.UTC().Truncate(time.Minute))
		if err != nil {
			return nil, err
		}
		out[key] = found
	}
	return out, nil
}

// consents are how many contacts agreed.
func consents(acts []approval.Act) int {
	contacts := map[string]bool{}
	for i := range acts {
		if acts[i].Verdict == approval.SaysConsented {
			contacts[acts[i].Contact] = true
		}
	}
	return len(contacts)
}

// approves reports whether an act approves: only what people saw then matters.
func approves(a approval.Act) bool {
	return a.Verdict == approval.SaysApproved || a.Verdict == approval.SaysConsented
}

func (j *judging) foundAt(asOf time.Time) ([]string, error) {
	in := pipeline.Input{Tree: j.landing.Tree, Base: j.authorised.Tree, AsOf: asOf, Child: j.in.Child, Kept: j.kept, Compare: true}
	out, err := j.in.Engine.Check(j.ruled(in))
	if err != nil {
		return nil, err
	}
	found, err := j.gate(out, nil)
	return accepted(slices.Concat(out.Findings, found)), err
}

// accepted are the fingerprints of what approvers accept with a change: all
// findings that are not waived, sorted.
func accepted(found []finding.Finding) []string {
	out := []string{}
	for _, f := range found {
		if f.WaivedBy == "" {
			out = append(out, f.Fingerprint())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func ids(found []finding.Finding) []string {
	var out []string
	for _, f := range found {
		if f.WaivedBy == "" {
			out = append(out, f.ID)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Proposal is what somebody who approves signs.
type Proposal struct {
	Change, Head, Base string
	Effect             *effect.Effect
	Digest             string
	Accepts            []string
	Review             *Review // without anybody's word
}

// ErrNothing says that a change has nothing that could be approved: no one base, or
// it does not land.
var ErrNothing = errors.New("nothing to approve")

// Propose says what there is to approve. The instant of Accepts, and so that of the
// approval, is in.Now in whole minutes.
func Propose(in Input) (*Proposal, error) {
	in.Acts = nil
	r, err := Judge(in)
	if err != nil {
		return nil, err
	}
	if r.Problem != "" || r.Landing == nil {
		return nil, fmt.Errorf("%w in %s: %s", ErrNothing, in.Change.Name, strings.Join(r.Why, "; "))
	}
	return &Proposal{
		Change: in.Change.Name, Head: in.Change.Head, Base: r.Base, Effect: r.Proposed,
		Digest: r.Proposed.Digest().String(), Accepts: r.Accepts, Review: r,
	}, nil
}

// People are the Persons of a book as contributors are found among them.
func People(book *approval.Book) []change.Person {
	var out []change.Person
	for _, p := range book.People {
		out = append(out, change.Person{Name: p.Name, Keys: p.Keys, Account: p.Account, Emails: p.Emails})
	}
	slices.SortFunc(out, func(a, b change.Person) int { return strings.Compare(a.Name, b.Name) })
	return out
}
