package controller

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/review"
)

// recover carries an open decision to its end, whoever made it: this is how every
// merge happens, after a crash or not.
func (c *Controller) recover(ctx context.Context, v *View) (*deed, error) {
	d := v.State.Open
	todo, commit := authority.Recover(v.State, v.steps())
	switch todo {
	case authority.Finish:
		return c.finish(v, d, commit, authority.ByController, flush{}), nil
	case authority.Redo:
		return c.redo(ctx, v, d)
	case authority.Abandon:
		return c.abandon(v, d, "the authorised tip moved"), nil
	case authority.Adopt:
		a, err := c.adoption(ctx, v)
		if err != nil {
			return nil, err
		}
		why := fmt.Sprintf("%s moved to %s by another hand", v.Root.Target, short(v.Main))
		if a == nil {
			return c.abandon(v, d, why), nil
		}
		a.entries = append([]entry{v.ended(d, authority.Abandoned, "", why)}, a.entries...)
		return c.merging(c.flushing(v, a.flush, "abandoned %s: %s; %s", d.ID, why, a.what), a.merged), nil
	}
	return nil, nil
}

// finish records a merge; with a flush that moves main it happens in the same push.
func (c *Controller) finish(v *View, d *authority.Decision, commit, via string, f flush) *deed {
	if !c.mine[d.ID] {
		via = authority.Recovered
	}
	f.entries = append(f.entries, v.ended(d, via, commit, ""))
	return c.merging(c.flushing(v, f, "merged %s as %s", d.Change, short(commit)), Merged{d.Change, commit, via})
}

// merging reports a merge once it is recorded.
func (c *Controller) merging(d *deed, m Merged) *deed {
	do := d.do
	d.do = func(ctx context.Context) error {
		err := do(ctx)
		if err == nil && m.Change != "" {
			c.report.Merged = append(c.report.Merged, m)
		}
		return err
	}
	return d
}

func (c *Controller) abandon(v *View, d *authority.Decision, why string) *deed {
	c.given[d.Change] = why // at whatever head: who moves it all the time gets one decision in a tick
	return c.flushing(v, flush{entries: []entry{v.ended(d, authority.Abandoned, "", why)}}, "abandoned %s: %s", d.ID, oneLine(why))
}

// ended is the merge record of a decision, in the logs that hold the decision.
func (v *View) ended(d *authority.Decision, via, commit, why string) entry {
	e := entry{subs: map[string]string{}, uncovered: map[string][]string{}, covered: map[string][]string{}}
	var decided resultlog.Record
	for _, l := range v.logs {
		for _, r := range slices.Backward(l.records) {
			if r.Kind == resultlog.Decision && r.Decision == d.ID {
				client := l.log.Name.Client
				e.clients = append(e.clients, client)
				if r.Sub != "" {
					e.subs[client] = r.Sub
				}
				e.uncovered[client], e.covered[client] = r.Uncovered, r.Covered
				r.Plan = authority.Plans(decided.Plan, r.Plan)
				decided = r
				break
			}
		}
	}
	slices.Sort(e.clients)
	e.record = resultlog.Record{
		Kind: resultlog.Merge, Via: via, Decision: d.ID, Change: d.Change, Head: d.Head, Base: d.Base, Commit: commit, Why: why,
		Actor: decided.Actor,
	}
	if via == authority.Abandoned {
		e.uncovered, e.covered = nil, nil
		return e
	}
	e.record.Tree, e.record.Manifest, e.record.Effect, e.record.Approvals = d.Tree, d.Manifest, d.Effect, d.Approvals
	e.record.Plan = decided.Plan
	return e
}

// redo judges what was decided once more, at this instant, and lands exactly that
// or gives it up.
func (c *Controller) redo(ctx context.Context, v *View, d *authority.Decision) (*deed, error) {
	ch, err := c.Forge.Read(ctx, d.Change)
	switch {
	case errors.Is(err, ErrNoChange):
		return c.abandon(v, d, "the change is gone"), nil
	case err != nil && tired(v, d, err):
		return c.abandon(v, d, firstLine(err)), nil
	case err != nil:
		return nil, err
	case ch.Head != d.Head:
		return c.abandon(v, d, fmt.Sprintf("the head moved from %s to %s", short(d.Head), short(ch.Head))), nil
	case ch.Merged && v.Root.Forge.Type != plainGit && ch.Target == v.Root.Target && v.now.Sub(d.At) <= patience:
		return nil, fmt.Errorf("%w: it says that %s is merged, and does not show it on %s yet", ErrLater, d.Change, v.Root.Target)
	case ch.Merged && v.Root.Forge.Type != plainGit:
		return c.abandon(v, d, fmt.Sprintf("it was merged into %s, and %s does not hold it", ch.Target, v.Root.Target)), nil
	}
	j, err := c.review(ctx, v, ch, "")
	if err != nil && stops(err) && !tired(v, d, err) {
		return nil, err
	}
	if err != nil {
		return c.abandon(v, d, firstLine(err)), nil
	}
	if why := differs(j, d); why != "" {
		return c.abandon(v, d, why), nil
	}
	merge, err := c.prepare(ctx, v, j, d)
	if err != nil {
		return nil, err
	}
	switch {
	case merge.tree != d.Tree || merge.commit != d.Commit || merge.manifest != d.Manifest:
		return c.abandon(v, d, "what was decided cannot be made again"), nil
	case v.Root.Forge.Type == plainGit:
		return c.finish(v, d, d.Commit, authority.ByController, flush{from: d.Base, main: d.Commit}), nil
	}
	return &deed{fmt.Sprintf("asked the forge to merge %s", d.Change), func(ctx context.Context) error { return c.ask(ctx, v, d, j) }}, nil
}

// differs says why a judgement is not the one that was decided.
func differs(j *judgement, d *authority.Decision) string {
	switch {
	case !j.Mergeable:
		return "judged again it may not land: " + firstOf(j.Why)
	case !j.Due:
		return "judged again it is not due"
	case j.Landing.Digest().String() != d.Effect:
		return "judged again it has another effect"
	}
	for _, evidence := range d.Approvals {
		if !slices.Contains(j.Verdict.Used, evidence) {
			return "an approval that it used no longer counts"
		}
	}
	return ""
}

func firstOf(why []string) string {
	if len(why) == 0 {
		return "no reason is known"
	}
	return oneLine(why[0])
}

// patience is how long a forge may say "later" to a decision before it is given up.
const patience = 10 * time.Minute

// ask has the forge merge at exactly the head that was judged. What became of it
// the next look shows. The lease is asked for before: no push carries this effect.
// Our own checks may be among those that the forge requires, so they go first.
func (c *Controller) ask(ctx context.Context, v *View, d *authority.Decision, j *judgement) error {
	delete(c.shown, d.Change) // another change of the same head may have shown its own there
	if err := c.present(ctx, j); err != nil {
		return err
	}
	if err := c.renew(ctx, v); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, leaseTTL-leaseSlack-(c.Clock.Monotonic()-c.lease.began))
	defer cancel()
	if err := c.intend(intent{Fence: c.lease.fence, Merge: d.ID}); err != nil {
		return err
	}
	_, err := c.Forge.Merge(ctx, j.Change, change.MergeRequest{
		Head: d.Head, Method: v.method(), Title: mergeTitle(j.Change), Message: mergeBody(j.Change, d),
	})
	switch {
	case errors.Is(err, ErrMoved), errors.Is(err, ErrDenied),
		err != nil && tired(v, d, err):
		return c.abandon(v, d, firstLine(err)).do(ctx)
	}
	return err
}

// adopted is a flush that makes a commit of main the authorised tip.
type adopted struct {
	flush
	what   string
	merged Merged
}

// adopt deals with a main that is not the authorised tip: what is approved is
// adopted, the rest blocks.
func (c *Controller) adopt(ctx context.Context, v *View) (*deed, error) {
	if len(v.path) == 0 {
		return nil, nil
	}
	a, err := c.adoption(ctx, v)
	if err != nil {
		return nil, err
	}
	if a != nil && len(c.writable(v, a.entries)) == len(a.entries) {
		return c.merging(c.flushing(v, a.flush, "%s", a.what), a.merged), nil
	}
	if err := v.unanswered(); a == nil && err != nil {
		return nil, err
	}
	return c.block(ctx, v)
}

// unauthorised is the finding about a main that holds what nobody authorised.
const unauthorised = "authority/unauthorised"

// block records that main holds what nobody authorised, once for each commit.
func (c *Controller) block(ctx context.Context, v *View) (*deed, error) {
	why := "it holds what nobody authorised (" + unauthorised + ")"
	j, err := c.review(ctx, v, v.mainChange(), v.Main)
	switch {
	case err != nil && stops(err):
		return nil, err
	case err != nil:
		j = &judgement{Review: &review.Review{Why: []string{firstLine(err)}}}
	}
	if j.Review != nil && j.Unread && j.Landing == nil {
		why = "what it does cannot be judged now: " + firstOf(j.Why)
	}
	c.report.blocked(v, why, j.Why)
	if b := v.State.Blocked; b != nil && b.Commit == v.Main {
		return nil, nil
	}
	r := resultlog.Record{Kind: resultlog.Blocked, Base: v.State.Tip, Commit: v.Main, Why: why, Actor: c.actor()}
	if j.Landing != nil {
		r.Effect = j.Landing.Digest().String()
	}
	entries := c.writable(v, []entry{about(r, j.Landing)})
	if len(entries) == 0 {
		entries = []entry{about(r, nil)}
	}
	return c.flushing(v, flush{entries: entries}, "recorded that %s is blocked at %s", v.Root.Target, short(v.Main)), nil
}

// Bounds of the search for what to adopt.
const (
	mostJudged     = 24 // commits of main that are judged one by one
	mostCandidates = 12 // changes whose approvals may cover a commit
)

// adoption looks for the first commit of main up to which everything is approved;
// nil if there is none.
func (c *Controller) adoption(ctx context.Context, v *View) (*adopted, error) {
	steps := v.steps()
	if n := len(steps); n > mostJudged {
		steps = append(slices.Clone(steps[:mostJudged/2]), steps[n-mostJudged/2:]...)
	}
	var used *judgement
	at, cover, err := authority.Adoptable(steps, func(s authority.Step) (authority.Cover, error) {
		cover, j, err := c.cover(ctx, v, s)
		used = j
		return cover, err
	})
	if err != nil || at < 0 {
		return nil, err
	}
	commit := steps[at].Commit
	r := resultlog.Record{
		Kind: resultlog.Merge, Via: authority.Adopted, Base: v.State.Tip, Commit: commit, Tree: steps[at].Tree, Actor: c.actor(),
		Change: cover.Change, Head: cover.Head, Approvals: cover.Approvals, Policy: c.Policy, Engine: c.Engine, Tzdata: c.Tzdata,
	}
	if cover.Empty {
		r.Why = "it has no effect"
		if len(used.Landing.Files) > 0 {
			r.Why = "it only touches paths that are never read"
		}
		e := entry{record: r, clients: []string{effect.Org}}
		return &adopted{flush{entries: []entry{e}}, fmt.Sprintf("adopted %s: %s", short(commit), r.Why), Merged{}}, nil
	}
	r.Plan = v.ratifiedBy(used)
	r.Effect, r.VerdictTree = used.Landing.Digest().String(), verdictText(used.Verdict.Tree)
	e := about(r, used.Landing)
	e.uncovered, e.covered = uncovered(used), v.covered(used)
	return &adopted{
		flush{entries: append(v.alsoRecorded(cover.Approvals, e), e)},
		fmt.Sprintf("adopted %s, merged by hand: %s", short(commit), cover.Change),
		Merged{cover.Change, commit, authority.Adopted},
	}, nil
}

// cover judges what main holds up to one commit: by approvals of main itself, or
// of one change whose work it may be.
func (c *Controller) cover(ctx context.Context, v *View, s authority.Step) (authority.Cover, *judgement, error) {
	main := v.mainChange()
	main.Head = s.Commit
	j, err := c.review(ctx, v, main, s.Commit)
	if err != nil && !stops(err) {
		return authority.Cover{Why: []string{firstLine(err)}}, nil, nil
	}
	if err != nil {
		return authority.Cover{}, nil, err
	}
	if c.Judge.Unread(j.Review) {
		return authority.Cover{Empty: true}, j, nil
	}
	if j.Mergeable {
		return covered(j), j, nil
	}
	candidates, err := c.candidates(ctx, v, s.Commit)
	if err != nil {
		return authority.Cover{}, nil, err
	}
	for _, ch := range candidates {
		j, err := c.review(ctx, v, ch, s.Commit)
		same := false
		if err == nil && j.Mergeable {
			same, err = v.sameWork(ctx, j)
		}
		if err != nil && stops(err) {
			return authority.Cover{}, nil, err
		}
		if same {
			return covered(j), j, nil
		}
	}
	return authority.Cover{Why: j.Why}, j, nil
}

func covered(j *judgement) authority.Cover {
	return authority.Cover{Approved: true, Change: j.Change.Name, Head: j.Change.Head, Approvals: j.Verdict.Used}
}
