package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/review"
	"github.com/patchops/patchops/internal/spec"
)

// authorisedEnv is the shared set-up with what holds: the authorised tip, and its
// people.
type authorisedEnv struct {
	*authorityEnv
	engine *pipeline.Engine
	source review.Source
	tip    string
	book   *approval.Book
	// view is of the logs; nil on a machine without a root of trust.
	view *controller.View
	// revoked are the keys whose revocation is in the log.
	revoked map[string]int64
}

func (t *authorisedEnv) close() {
	if t.view != nil {
		t.view.Close()
	}
	t.authorityEnv.close()
}

// logged wants the logs, which only a root of trust vouches for, and folds them.
func (t *authorisedEnv) logged() (*progress.State, error) {
	if t.view == nil {
		return nil, noRoot(t.authorityEnv)
	}
	return t.view.Progress()
}

func (t *authorisedEnv) isRevoked(fingerprint string) bool {
	_, revoked := t.revoked[fingerprint]
	return revoked
}

// authorised finds the authorised tip. On a machine without a root of trust that is
// what main is: then nobody vouches for the people and rules there.
func (a *app) authorised(ctx context.Context, f authorityFlags, subject string) (*authorisedEnv, error) {
	e, err := a.authority(ctx, f, true)
	if err != nil {
		return nil, err
	}
	if number, ok := strings.CutPrefix(subject, "change:#"); ok {
		if err := e.fetchPull(ctx, number); err != nil {
			e.close()
			return nil, err
		}
	}
	t := &authorisedEnv{authorityEnv: e, source: controller.NewSource(e.git, e.repo.prefix)}
	if t.engine, err = pipeline.NewEngine(); err == nil {
		err = t.look(ctx, a)
	}
	if err != nil {
		e.close()
		return nil, err
	}
	return t, nil
}

// fetchPull brings the head of a pull request.
func (e *authorityEnv) fetchPull(ctx context.Context, number string) error {
	if e.trust != nil && e.trust.Forge.Type != "github" {
		return usage("TARGET is '#%s', and the changes of this repository are branches", number)
	}
	if e.offline {
		return nil
	}
	err := e.refetch(ctx, "+refs/pull/"+number+"/head:refs/remotes/"+e.remote+"/patchops/pulls/"+number)
	if err != nil && strings.Contains(err.Error(), "couldn't find remote ref") {
		return usage("the remote %s has no pull request #%s", e.remote, number)
	}
	return err
}

func (t *authorisedEnv) look(ctx context.Context, a *app) error {
	if t.trust == nil {
		branches, err := t.clone.Branches(ctx, "")
		if err != nil {
			return err
		}
		if t.tip = branches[t.target]; t.tip == "" {
			return usage("the remote %s has no branch %s", t.remote, t.target)
		}
		a.progress("patchops: no root of trust at %s: the tip of %s is taken for what is authorised", t.file, t.target)
		t.book, err = t.authorityEnv.book(t.tip)
		return err
	}
	v, err := controller.Look(ctx, controller.LookOptions{
		Root: *t.trust, Clone: t.clone, Engine: t.engine, Child: t.child, Now: t.now, Prefix: t.repo.prefix, State: t.state,
	})
	if err != nil {
		return err
	}
	t.view = v
	t.tip, t.book, t.revoked = v.State.Tip, v.Book, v.State.Revoked
	t.chains = v.State.Chains
	return nil
}

// knows wants that a plan that is spoken of is there.
func (t *authorisedEnv) knows(subject string) error {
	kind, rest, _ := strings.Cut(subject, ":")
	if isChange(subject) || kind == "key" {
		return nil
	}
	parts := strings.Split(rest, "/")
	state, err := t.source.Commit(t.tip)
	if err != nil {
		return err
	}
	out, err := t.engine.Read(pipeline.Input{Tree: state.Tree, Child: t.child, AsOf: t.now}, "PatchPlan")
	if err != nil {
		return err
	}
	names := t.wavesOf(parts)
	for _, client := range []string{parts[0], ""} {
		e := out.Corpus.Entry(finding.Identity{Kind: "PatchPlan", Client: client, Name: parts[1]})
		switch {
		case e == nil:
			continue
		case kind == "notice":
			return nil
		case names == nil:
			return hasWave(planned(e), parts)
		}
		return hasWave(names, parts)
	}
	if names != nil && kind != "notice" { // the plan was removed, and what it began goes on
		return hasWave(names, parts)
	}
	return usage("there is no plan %s/%s at the authorised tip", parts[0], parts[1])
}

// planned are the waves that a plan has.
func planned(e *corpus.Entry) []string {
	var names []string
	for _, w := range spec.ReadPlan(e.Document(), "UTC").Waves {
		names = append(names, w.Name)
	}
	return names
}

// wavesOf are the waves of the rollout of a plan that goes on, by the names that they have there,
// whatever the plan calls them since; nil there is none, or the log cannot be read: that keeps
// nobody from a hold.
func (t *authorisedEnv) wavesOf(of []string) []string {
	state, err := t.logged()
	if err != nil {
		return nil
	}
	run := state.Runs[of[0]+"/"+of[1]]
	if run == nil || run.Ended != 0 || run.Schedule == nil {
		return nil
	}
	names := []string{}
	for i := range run.Waves { // also those that the plan has no more: what paused them may hold others up
		names = append(names, run.Waves[i].Name)
	}
	return names
}

// hasWave wants that a plan, or its rollout, has the wave CLIENT/PLAN/WAVE if one is spoken of.
func hasWave(names, of []string) error {
	if len(of) < 3 || slices.Contains(names, of[2]) {
		return nil
	}
	return usage("plan %s has no wave %s; its waves are %s", of[1], of[2], strings.Join(names, ", "))
}

// change is the proposal that a subject names, as it was fetched.
func (t *authorisedEnv) change(ctx context.Context, subject string) (change.Change, error) {
	branches, err := t.clone.Branches(ctx, "")
	if err != nil {
		return change.Change{}, err
	}
	name := strings.TrimPrefix(subject, "change:")
	branch := name
	switch number, pull := strings.CutPrefix(name, "#"); {
	case pull:
		branch = "patchops/pulls/" + number
	case name == "main":
		branch = t.target
	case t.trust != nil && t.trust.Forge.Type == "github":
		return change.Change{}, usage("TARGET is %q, and changes of %s are pull requests: name one as '#41'", name, t.trust.Forge.Repository)
	case name == t.target:
		return change.Change{}, usage("%s is what changes are for; patchops approve main approves what came to be there", name)
	}
	head := branches[branch]
	if bad, ok := t.clone.Bad()[branch]; ok {
		return change.Change{}, people("%s at %s: %w", name, bad.ID, bad.Reason)
	}
	if head == "" {
		near := ""
		if short, ok := strings.CutPrefix(name, t.remote+"/"); ok && branches[short] != "" {
			near = "; did you mean " + short + "?"
		} else if n := finding.Nearest(name, slices.DeleteFunc(keys(branches), func(b string) bool { return strings.HasPrefix(b, "patchops/") })); n != "" {
			near = "; did you mean " + n + "?"
		}
		if _, err := t.git.Resolve("refs/heads/" + name); near == "" || err == nil {
			near = "\n" + t.absent(name)
		}
		return change.Change{}, usage("the remote %s has no change %s%s", t.remote, name, near)
	}
	if there, err := t.git.IsAncestor(head, t.tip); err != nil || there {
		if err == nil {
			err = usage("%s at %s is in what is authorised already: there is nothing to approve", name, change.Short(head))
		}
		return change.Change{}, err
	}
	return change.Change{Name: name, Branch: branch, Head: head, Target: t.target, Open: true}, nil
}

func keys(m map[string]string) []string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
