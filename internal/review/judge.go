package review

import (
	"fmt"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
)

// Judge reviews a change. Errors are about us; what is wrong with the change is
// in the review.
func Judge(in Input) (*Review, error) {
	if in.Target == "" {
		in.Target = in.Change.Target
	}
	j := &judging{in: in, child: in.Child, out: &Review{Change: in.Change, Authorised: in.Authorised}, trees: map[string]*effect.Tree{}}
	j.in.Child, j.unread = pipeline.Watch(j.child)
	for _, step := range []func() error{j.read, j.taken, j.check, j.measure, j.effects, j.approvals} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	j.mergeable()
	return j.out, nil
}

// judging is one review under way.
type judging struct {
	in     Input
	out    *Review
	child  pipeline.Child // in.Child has what it cannot evaluate noted in unread
	unread *pipeline.Unread

	authorised, base, head, landing State // base is zero where there is none
	whole                           bool  // landing is what would land: there is no conflict

	corpora map[string]*corpus.Corpus // of commits, and "" of landing
	trees   map[string]*effect.Tree
	kept    pipeline.Kept // of this very review
	// notTaken is why a change that is in the history is not merged; "" it is
	notTaken string
	next     int64 // when the change is due, where it is not now
}

// minute is the instant that findings are judged at.
func (j *judging) minute() time.Time { return j.in.Now.UTC().Truncate(time.Minute) }

// read reads the trees and joins them. Where the change started from the
// authorised tip, which is common, only two are read.
func (j *judging) read() error {
	var err error
	if j.authorised, err = j.in.Source.Commit(j.in.Authorised); err != nil {
		return fmt.Errorf("the authorised tip: %w", err)
	}
	if j.head, err = j.in.Source.Commit(j.in.Change.Head); err != nil {
		return fmt.Errorf("the change %s: %w", j.in.Change.Name, err)
	}
	if j.out.Base, j.out.Problem, err = j.in.Source.MergeBase(j.in.Authorised, j.in.Change.Head); err != nil {
		return err
	}
	switch j.out.Base {
	case "":
	case j.in.Authorised:
		j.base = j.authorised
	case j.in.Change.Head:
		j.base = j.head
	default:
		if j.base, err = j.in.Source.Commit(j.out.Base); err != nil {
			return fmt.Errorf("the merge base: %w", err)
		}
	}
	return j.join()
}

// mostTraced is of how many conflicts the commits are looked for; of more, the tips are named.
const mostTraced = 20

// join makes the tree that would land; where there is none, the change's own is
// judged, so that its findings show.
func (j *judging) join() error {
	var err error
	if j.in.Landed != "" {
		j.landing, err = j.in.Source.Commit(j.in.Landed)
		j.whole = true
		return err
	}
	j.landing = j.head
	if j.base.Tree == nil {
		return nil
	}
	entries, conflicts := change.Merge(j.base.Entries, j.authorised.Entries, j.head.Entries)
	j.out.Conflicts, j.whole = conflicts, len(conflicts) == 0
	for i := range min(len(conflicts), mostTraced) {
		c := &conflicts[i]
		if c.By.Ours, err = j.in.Source.LastChange(j.in.Authorised, c.Path); err == nil {
			c.By.Theirs, err = j.in.Source.LastChange(j.in.Change.Head, c.Path)
		}
		if err != nil {
			return fmt.Errorf("the conflict at %q: %w", c.Path, err)
		}
	}
	switch {
	case !j.whole || slices.Equal(entries, j.head.Entries):
	case slices.Equal(entries, j.authorised.Entries):
		j.landing = j.authorised
	default:
		j.landing, err = j.in.Source.Joined(entries)
	}
	return err
}

// check judges the landing tree against the authorised tip.
func (j *judging) check() error {
	in := pipeline.Input{Tree: j.landing.Tree, Base: j.authorised.Tree, AsOf: j.minute(), Child: j.in.Child, Kept: j.in.Kept, Compare: j.whole}
	out, err := j.in.Engine.Check(j.ruled(in))
	if err != nil {
		return err
	}
	j.out.Outcome, j.out.Tree, j.out.Entries, j.out.Files = out, j.landing.Tree, j.landing.Entries, j.landing.Files
	if j.kept = out.Kept; !rulesMove(j.authorised.Tree, j.landing.Tree) {
		j.out.Kept = out.Kept
	}
	j.corpora = map[string]*corpus.Corpus{"": out.Corpus, j.in.Authorised: out.Before}
	for _, s := range []State{j.authorised, j.head} {
		if s.Tree == j.landing.Tree && s.Commit != "" {
			j.corpora[s.Commit] = out.Corpus
		}
	}
	if j.out.Problem != "" {
		j.add([]finding.Finding{whole("git/ambiguous-base", j.out.Problem, "merge or rebase onto "+j.in.Target)})
	}
	return nil
}

// ruled has the authorised tip's rules judge, whatever the change says of rules.
func (j *judging) ruled(in pipeline.Input) pipeline.Input {
	if rulesMove(j.authorised.Tree, in.Tree) {
		in.Rules, in.Kept = j.authorised.Tree, nil
	}
	return in
}

// measure refuses what nobody can read (R18): what the change itself differs in.
func (j *judging) measure() error {
	if j.base.Tree == nil {
		return nil
	}
	var problem *finding.Finding
	j.out.Size, problem = Measure(j.out.Outcome, j.base.Entries, j.head.Entries, func(head bool, e change.Entry) ([]byte, error) {
		from := j.base
		if head {
			from = j.head
		}
		if e.Mode == "120000" {
			return []byte(e.Blob), nil
		}
		return from.Read(e.Path)
	})
	if problem != nil {
		j.add([]finding.Finding{*problem})
	}
	return nil
}

// effects says what was proposed and what would land.
func (j *judging) effects() error {
	defer j.unknown()
	if j.unknown(); j.whole {
		j.out.Landing = effect.Between(j.tree(j.in.Authorised, j.authorised), j.tree("", j.landing))
		for _, sub := range j.out.Landing.SubEffects() {
			j.out.Clients = append(j.out.Clients, sub.Client)
		}
	}
	if j.base.Tree == nil {
		return nil
	}
	if j.whole && j.out.Base == j.in.Authorised && j.in.Landed == "" {
		j.out.Proposed, j.out.Moved = j.out.Landing, &effect.Effect{}
		return nil
	}
	var err error
	if j.out.Proposed, err = j.between(j.base, j.head, j.in.Child); err != nil {
		return err
	}
	j.out.Moved, err = j.between(j.base, j.authorised, j.in.Child)
	return err
}

// unknown takes effects back where a document could not be evaluated, which may be for want of
// time: without it they would be others. That is no verdict on the change, and is asked again.
func (j *judging) unknown() {
	err := j.unread.Err()
	if err == nil {
		return
	}
	if !j.out.Unread {
		j.in.Problems = append(slices.Clone(j.in.Problems), err.Error()+"; what the change does is not known: try again")
	}
	j.out.Unread, j.whole = true, false
	j.out.Landing, j.out.Proposed, j.out.Moved, j.out.Clients = nil, nil, nil, nil
}

// between is E(before, after) of two commits.
func (j *judging) between(before, after State, child pipeline.Child) (*effect.Effect, error) {
	for _, s := range []State{before, after} {
		if j.corpora[s.Commit] != nil {
			continue
		}
		read, err := j.in.Engine.Read(pipeline.Input{Tree: s.Tree, AsOf: j.minute(), Child: child})
		if err != nil {
			return nil, err
		}
		j.corpora[s.Commit] = read.Corpus
	}
	return effect.Between(j.tree(before.Commit, before), j.tree(after.Commit, after)), nil
}

// tree is a state as effects read it; the key is its commit, "" for what lands.
func (j *judging) tree(key string, s State) *effect.Tree {
	if t := j.trees[key]; t != nil {
		return t
	}
	t := effect.Read(j.corpora[key], s.Files)
	j.trees[key] = t
	return t
}

// approvals has the verdict, between the two judgements of the change gate: what
// approvers accept comes before their word, what rules say of it after.
func (j *judging) approvals() error {
	out := j.out
	found, err := j.gate(out.Outcome, nil)
	if err != nil {
		return err
	}
	all := slices.Concat(out.Outcome.Findings, found)
	out.Accepts = accepted(all)
	book := approval.ReadBook(out.Outcome.Before, j.in.Authorised)
	in := approval.Input{
		Repository: j.in.Repository, Target: j.in.Target, Change: j.in.Change.Name, Head: j.in.Change.Head,
		Book: book, Now: j.in.Now.UTC(), Acts: j.in.Acts, Landing: out.Landing, Cost: j.cost(),
		Contributors: j.in.Contributors, Revoked: j.in.Revoked, Problems: j.problems(), FindingIDs: ids(all),
	}
	if out.Landing == nil {
		out.Verdict = approval.Judge(in)
		if len(out.Conflicts) > 0 {
			out.Verdict.Unblock = []string{fmt.Sprintf("merge %s into the branch, settle there what differs, push, and have it approved anew", j.in.Target)}
		}
		return nil
	}
	in.Entries = approval.Entries(out.Landing, out.Outcome.Before, out.Outcome.Corpus, j.risk())
	if in.Proposals, err = j.proposals(book); err != nil {
		return err
	}
	if in.Findings, err = j.findings(book); err != nil {
		return err
	}
	out.Verdict = approval.Judge(in)
	if found, err = j.gate(out.Outcome, j.decision(book)); err != nil {
		return err
	}
	j.add(found)
	return nil
}

// problems are what was missing, and why nothing can land.
func (j *judging) problems() []string {
	out := slices.Clone(j.in.Problems)
	if j.out.Problem != "" {
		out = append(out, j.out.Problem)
	}
	for i := range j.out.Conflicts {
		out = append(out, j.conflict(&j.out.Conflicts[i]))
	}
	return out
}

// conflict names the documents and the commits of a conflict.
func (j *judging) conflict(c *change.Conflict) string {
	var documents []finding.Identity
	for _, of := range []*corpus.Corpus{j.out.Outcome.Before, j.out.Outcome.Corpus} {
		for _, e := range of.Entries() {
			if e.File == c.Path {
				documents = append(documents, e.ID)
			}
		}
	}
	return c.Text(documents, j.in.Authorised, j.in.Change.Head)
}
