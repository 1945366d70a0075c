package controller

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
)

// land judges every open change and decides on the first of the queue: at most
// one decision is open, so the next is judged on this one's result.
func (c *Controller) land(ctx context.Context, v *View) (*deed, error) {
	if len(v.path) > 0 {
		return nil, c.judgeAll(ctx, v, nil)
	}
	ready := map[string]*judgement{}
	if err := c.judgeAll(ctx, v, ready); err != nil {
		return nil, err
	}
	var waiting []authority.Waiting
	for name, j := range ready {
		waiting = append(waiting, authority.Waiting{Change: name, Head: j.Change.Head, Approvals: j.Verdict.Used})
	}
	for _, w := range v.State.Queue(waiting) {
		return c.decide(ctx, v, ready[w.Change])
	}
	return nil, nil
}

// withoutEffect is why a change that does nothing does not land by itself.
const withoutEffect = "it has no effect, so nothing would be applied: patchops merge lands it, by its name"

// judgeAll judges the open changes; those that may land go to ready.
func (c *Controller) judgeAll(ctx context.Context, v *View, ready map[string]*judgement) error {
	changes, err := c.open(ctx, v)
	if err != nil {
		return err
	}
	for _, ch := range changes {
		j, err := c.review(ctx, v, ch, "")
		if c.bears(ch, err) {
			continue
		}
		if err != nil && stops(err) {
			return err
		}
		if err != nil {
			c.report.later(ch, err.Error())
			continue
		}
		why, given := c.given[ch.Name]
		if g := v.State.GivenUp[authority.Key(ch.Name, ch.Head)]; !given && c.Only == "" && v.now.Before(g.Wait()) {
			why, given = fmt.Sprintf("given up %d times, last because: %s; tried again at %s", g.Times, g.Why, resultlog.Instant(g.Wait())), true
		}
		if !given && c.Only != ch.Name && j.Landing != nil && j.Landing.Empty() && len(j.Conflicts) == 0 {
			why, given = withoutEffect, true // nobody was asked, and nothing would be done (M6)
		}
		for _, client := range j.Clients {
			if other := c.shut(v, client); other != "" && !given {
				why, given = "branch "+other+" is where the log of client "+client+" should be: remove it", true
			}
		}
		if given {
			c.report.later(ch, why)
			continue
		}
		c.report.judged(j)
		if ready != nil && j.Mergeable && j.Due {
			ready[ch.Name] = j
		}
	}
	return nil
}

// decide records that a change may land, as exactly which tree and commit.
func (c *Controller) decide(ctx context.Context, v *View, j *judgement) (*deed, error) {
	at := v.time()
	d := &authority.Decision{
		Change: j.Change.Name, Head: j.Change.Head, Base: v.State.Tip, Effect: j.Landing.Digest().String(), At: at,
	}
	d.ID = decisionID(d, v.State.Position)
	merge, err := c.prepare(ctx, v, j, d)
	if err != nil {
		return nil, err
	}
	r := resultlog.Record{
		Kind: resultlog.Decision, Decision: d.ID, Change: d.Change, Head: d.Head, Base: d.Base, Effect: d.Effect,
		Tree: merge.tree, Manifest: merge.manifest, Commit: merge.commit, Approvals: j.Verdict.Used,
		Verdict: string(j.Verdict.State), VerdictTree: verdictText(j.Verdict.Tree), AsOf: resultlog.Instant(v.now.Truncate(time.Minute)),
		Engine: c.Engine, Tzdata: c.Tzdata, Policy: c.Policy, Actor: c.actor(), Plan: v.ratifiedBy(j),
	}
	e := about(r, j.Landing)
	e.uncovered, e.covered = uncovered(j), v.covered(j)
	f := flush{entries: append(v.alsoRecorded(j.Verdict.Used, e), e)}
	deed := c.flushing(v, f, "decided %s: %s may land on %s", d.ID, d.Change, short(d.Base))
	do := deed.do
	deed.do = func(ctx context.Context) error {
		c.mine[d.ID] = true
		return do(ctx)
	}
	return deed, nil
}

func (c *Controller) actor() *resultlog.Actor {
	return &resultlog.Actor{Kind: "controller", ID: c.Holder}
}

func decisionID(d *authority.Decision, position int64) string {
	b, err := canonical.Marshal([]string{d.Change, d.Head, d.Base, d.Effect, resultlog.Instant(d.At), fmt.Sprint(position)})
	if err != nil {
		panic(err) // strings always encode
	}
	return "d-" + strings.TrimPrefix(canonical.Digest(b), "sha256:")[:16]
}

// uncovered are the grants that landed without anybody's approval of them.
func uncovered(j *judgement) map[string][]string {
	out := map[string][]string{}
	for _, u := range j.Verdict.Uncovered {
		client := u.Client
		if client == "" {
			client = effect.Org
		}
		out[client] = append(out[client], u.Document.Name+"/"+u.Asset)
	}
	for _, list := range out {
		slices.Sort(list)
	}
	return out
}

// covered are the grants that landed once without anybody's approval and that this
// judgement covers.
func (v *View) covered(j *judgement) map[string][]string {
	if j.Landing == nil {
		return nil
	}
	still := uncovered(j)
	out := map[string][]string{}
	for _, g := range j.Landing.Grants {
		client, grant := g.Client, g.Plan.Name+"/"+g.Asset
		known := v.State.Uncovered[client+"/"+grant] || v.State.Uncovered[client+"/*"] && !v.State.Covered[client+"/"+grant]
		if known && g.After != nil && !slices.Contains(still[client], grant) {
			out[client] = append(out[client], grant)
		}
	}
	for _, list := range out {
		slices.Sort(list)
	}
	return out
}

// alsoRecorded are the approvals that a decision uses, for the logs of clients
// that the decision is recorded in and they are not yet.
func (v *View) alsoRecorded(used []string, e entry) []entry {
	var out []entry
	for _, a := range v.State.Acts {
		if !slices.Contains(used, a.Record.Evidence) {
			continue
		}
		var missing []string
		for _, client := range e.clients {
			if !slices.Contains(v.State.Clients[a.Record.Evidence], client) {
				missing = append(missing, client)
			}
		}
		if len(missing) > 0 {
			r := a.Record
			r.Seq, r.T, r.Fence, r.Sub, r.Subs, r.Clients = 0, "", 0, "", nil, 0
			out = append(out, entry{record: r, clients: missing})
		}
	}
	return out
}

// prepared is a merge before anybody sees it.
type prepared struct{ tree, manifest, commit string }

// prepare makes the tree that lands and, in plain Git, the commit: equal decisions
// make equal ones, whoever makes them and how often.
func (c *Controller) prepare(ctx context.Context, v *View, j *judgement, d *authority.Decision) (prepared, error) {
	files, manifest, err := c.Judge.Landing(j.Review)
	if err != nil {
		return prepared{}, err
	}
	base, err := c.Store.Info(v.State.Tip)
	if err != nil {
		return prepared{}, err
	}
	p := prepared{manifest: manifest}
	if p.tree, err = c.Store.WriteTree(ctx, base.Tree, files); err != nil || v.Root.Forge.Type != plainGit {
		return p, err
	}
	parents := []string{d.Base}
	// What has no effect brings no history either: nobody agreed to it, and a head that
	// is in main's history counts as merged, whatever became of its content.
	if v.method() != "squash" && !j.Landing.Empty() {
		parents = append(parents, d.Head)
	}
	p.commit, err = c.Store.Commit(ctx, git.CommitSpec{
		Tree: p.tree, Parents: parents, Author: identity, Committer: identity, Time: d.At, Message: mergeMessage(j.Change, d),
	})
	return p, err
}

// method is how changes are merged: as patchops.yaml at the tip says.
func (v *View) method() string {
	if v.Config == nil || v.Config.MergeMethod == "" {
		return "merge"
	}
	return v.Config.MergeMethod
}

func mergeMessage(ch change.Change, d *authority.Decision) string {
	return mergeTitle(ch) + "\n\n" + mergeBody(ch, d)
}

func mergeTitle(ch change.Change) string { return "Merge " + oneLine(ch.Name) }

func mergeBody(ch change.Change, d *authority.Decision) string {
	title := oneLine(ch.Title)
	if title != "" && title != ch.Name {
		title += "\n\n"
	} else {
		title = ""
	}
	return fmt.Sprintf("%sPatchops-Decision: %s\nPatchops-Effect: %s\n", title, d.ID, d.Effect)
}
