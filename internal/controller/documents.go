package controller

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/jobs"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/statement"
)

// reader reads a commit's documents whole; the pipeline's judge does.
type reader interface {
	Corpus(commit string) (*corpus.Corpus, *effect.Tree, error)
}

// documents are those of the authorised tip as carrying out needs them
// (runner.Documents). What a commit holds is read once.
type documents struct {
	c    *Controller
	keep jobs.Keep
}

// At implements runner.Documents.
func (d *documents) At(_ context.Context, commit string, s *progress.State, now int64) (*progress.Documents, error) {
	v := d.c.rolling.ledger.view
	if v == nil || v.State.Tip != commit {
		return nil, fmt.Errorf("%w: the authorised tip is no longer %s", ErrLater, short(commit))
	}
	return v.documents(s, now, jobs.Options{Engine: d.c.Engine, Tzdata: d.c.Tzdata, Policy: d.c.Policy, Keep: &d.keep})
}

// Documents are those of the authorised tip, with the facts of a state: what would be
// carried out now, as the controller sees it.
func (v *View) Documents(_ context.Context, s *progress.State) (*progress.Documents, error) {
	return v.documents(s, v.now.Unix(), jobs.Options{})
}

func (v *View) documents(s *progress.State, now int64, o jobs.Options) (*progress.Documents, error) {
	r, ok := v.judge.(reader)
	if !ok {
		return nil, errors.New("this judge reads no documents")
	}
	all, tree, err := r.Corpus(v.State.Tip)
	if err != nil {
		return nil, err
	}
	o.Commit, o.AsOf, o.State, o.Tree = v.State.Tip, time.Unix(now, 0).UTC(), s, tree
	o.Uncovered = v.State.Uncovered
	o.Overrides = v.lifted(all, o.AsOf)
	if o.Declared, err = v.since(s); err != nil {
		return nil, err
	}
	out, err := jobs.Build(all, o)
	if err != nil {
		return nil, err
	}
	v.limit(out)
	v.gate(all, out, s, now)
	v.closeGate(out, s, now)
	return out, nil
}

// limit closes what rests on approvals that were nobody's word, leaves uncovered what a
// record had no room to name, and has the documents read again when an override ends.
func (v *View) limit(d *progress.Documents) {
	for key, p := range d.Plans {
		if h := v.State.Distrusted(key); h != nil && p.Closed == "" {
			p.Closed, p.ClosedWhy = rollout.Held, h.Reason
		}
		if !v.State.Uncovered[p.Client+"/*"] {
			continue
		}
		for asset, job := range p.Jobs {
			job.Covered = job.Covered && v.State.Covered[key+"/"+asset]
		}
	}
	for _, o := range v.State.Override {
		if v.now.Before(o.Expires) && (d.Until == 0 || o.Expires.Unix() < d.Until) {
			d.Until = o.Expires.Unix()
		}
	}
}

// lifted are the freezes that overrides lift now, by "CLIENT/PLAN": those whose rule
// the signers satisfy.
func (v *View) lifted(all *corpus.Corpus, now time.Time) map[string][]string {
	out := map[string][]string{}
	for plan, o := range v.State.Override {
		if !now.Before(o.Expires) {
			continue
		}
		for id, rule := range freezes(all, o.Client) {
			if v.signersSatisfy(rule, o) {
				out[plan] = append(out[plan], id)
			}
		}
		slices.Sort(out[plan])
	}
	return out
}

// freezes are the freezes that bind a client, with the rule that may lift them.
func freezes(all *corpus.Corpus, client string) map[string]string {
	view, out := all.View(client), map[string]string{}
	for _, owner := range []string{corpus.Global, client} {
		for _, name := range view.Names("Freeze", owner) {
			root := view.Document("Freeze", owner, name)
			if rule := root.Get("spec").Get("override").Get("approvalRuleRef").Text(); rule != "" {
				out["Freeze/"+owner+"/"+name] = rule
			}
		}
	}
	return out
}

// signersSatisfy reports whether those who signed an override are whom a rule asks
// for.
func (v *View) signersSatisfy(rule string, o authority.Override) bool {
	for _, r := range v.Book.Rules {
		if r.Name == rule {
			return r.Lifts(v.Book, o.Signers, v.contactsFor(o))
		}
	}
	return false
}

// contactsFor are the roles of the contacts whose word on an override was taken down by
// somebody who did not sign it: each contact once.
func (v *View) contactsFor(o authority.Override) []string {
	var roles []string
	seen := map[string]bool{}
	for _, act := range v.State.Acts {
		r := act.Record
		c, known := v.Book.Contact[r.Contact]
		ends := instant(r.Expires)
		switch {
		case r.Kind != resultlog.Consent || r.Plan != o.Client+"/"+o.Plan || !known || seen[r.Contact]:
		case c.Client != o.Client || r.Actor == nil || slices.Contains(o.Signers, r.Actor.ID):
		case instant(r.T).Before(o.At.Add(-statement.Override)) || r.Expires != "" && !v.now.Before(ends):
		case !c.ValidUntil.IsZero() && !v.now.Before(c.ValidUntil):
		default:
			seen[r.Contact] = true
			roles = append(roles, c.Role)
		}
	}
	return roles
}

// Corpus implements reader. It reads through a repository of its own: what is read
// later on, such as bulk files, must not be gone with the next fetch.
func (j *pipelineJudge) Corpus(commit string) (*corpus.Corpus, *effect.Tree, error) {
	if j.wholeAt == commit && j.whole != nil {
		return j.whole, j.tree, nil
	}
	repository, err := j.store.Repository()
	if err != nil {
		return nil, nil, err
	}
	st, err := NewSource(repository, j.prefix).Commit(commit)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read %s: %w", commit, err), repository.Close())
	}
	child, unread := pipeline.Watch(j.child)
	out, err := j.engine.Read(pipeline.Input{Tree: st.Tree, Child: child})
	if err == nil {
		err = later(unread)
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("read %s: %w", commit, err), repository.Close())
	}
	if j.wholeOf != nil {
		_ = j.wholeOf.Close()
	}
	j.whole, j.tree, j.wholeAt, j.wholeOf, j.wholeTree = out.Corpus, effect.Read(out.Corpus, st.Files), commit, repository, st.Tree
	return j.whole, j.tree, nil
}
