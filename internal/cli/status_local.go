package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/controller"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/review"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/statement"
)

// statusEnv is where status works. A repository without the remote is one too:
// then its own branches count, as a person has them who is about to push.
func (a *app) statusEnv(ctx context.Context, flags statusFlags) (*authorityEnv, error) {
	env, err := a.authority(ctx, flags.authorityFlags, true)
	if err == nil || !errors.Is(err, git.ErrNoRemote) || flags.rootFile != "" {
		return env, err
	}
	repo, err := a.repository()
	if err != nil {
		return nil, err
	}
	e := &authorityEnv{authorityFlags: flags.authorityFlags, repo: repo, child: a.child(ctx), now: a.env.Now().UTC()}
	if e.git, err = git.Open(repo.top); err != nil {
		return nil, err
	}
	tree, _, err := repo.tree("")
	if err != nil {
		e.close()
		return nil, err
	}
	if e.config = tree.Config; e.config == nil {
		e.config = spec.ParseConfig(nil)
	}
	e.id, e.target = e.config.RepositoryID, e.config.MainBranch
	return e, nil
}

// lookUnrooted takes the target branch for the authorised tip: nothing on this
// machine says which commit is.
func (s *statusRun) lookUnrooted(context.Context) error {
	prefix := "refs/heads/"
	if s.env.clone != nil {
		prefix = "refs/remotes/" + s.env.remote + "/"
	}
	s.ref = func(branch string) string {
		id, err := s.env.git.Resolve(prefix + branch)
		if err != nil {
			return ""
		}
		return id
	}
	if s.tip = s.ref(s.env.target); s.tip == "" {
		return usage("there is no branch %q that changes would be for", s.env.target)
	}
	return nil
}

// input is what a change is judged by without a root of trust: statements come
// from their chains, and there is no log to say what was seen, spent or revoked.
func (s *statusRun) input(name string) (review.Input, error) {
	head := s.ref(name)
	if head == "" || name == s.env.target || strings.HasPrefix(name, "patchops/") {
		return review.Input{}, fmt.Errorf("branch %q: %w", name, controller.ErrNoChange)
	}
	in := review.Input{
		Engine: s.engine, Child: s.env.child, Source: s.source, Repository: s.env.id, Target: s.env.target,
		Change:     change.Change{Name: name, Branch: name, Head: head, Target: s.env.target, Open: true},
		Authorised: s.tip, Now: s.now, Kept: s.kept,
	}
	if why := controller.Unspeakable(name); why != "" {
		in.Problems = append(in.Problems, why)
	}
	tip, err := s.source.Commit(s.tip)
	if err != nil {
		return in, err
	}
	read, err := s.engine.Read(pipeline.Input{Tree: tip.Tree, AsOf: s.now, Child: s.env.child}, "Person", "Group", "Contact")
	if err != nil {
		return in, err
	}
	book := approval.ReadBook(read.Corpus, s.tip)
	commits, err := controller.Commits(s.env.git, s.tip, head)
	if errors.Is(err, git.ErrTooMany) {
		in.Problems = append(in.Problems, "whose work it is cannot be told: "+err.Error())
	} else if err != nil {
		return in, err
	}
	in.Contributors = change.Signed(commits, review.People(book))
	for _, person := range slices.Sorted(maps.Keys(book.People)) {
		acts, err := s.chain(person, name)
		if err != nil {
			return in, err
		}
		in.Acts = append(in.Acts, acts...)
	}
	return in, nil
}

// chain is what a person said of a change.
func (s *statusRun) chain(person, name string) ([]approval.Act, error) {
	tip := s.ref("patchops/approvals/" + person)
	if tip == "" {
		return nil, nil
	}
	tree, err := s.env.git.Tree(tip, "")
	if err != nil {
		return nil, err
	}
	said, _, err := statement.ReadChain(person, fs.FS(tree))
	if err != nil {
		return nil, fmt.Errorf("branch patchops/approvals/%s: %w", person, err)
	}
	var out []approval.Act
	for _, e := range said {
		if e.Problem == "" && e.Statement.Subject == "change:"+name {
			out = append(out, actOf(e))
		}
	}
	return out, nil
}

// actOf is a statement as an act.
func actOf(e statement.Entry) approval.Act {
	w := e.Statement
	verdicts := map[string]string{
		statement.Approve: "approved", statement.Reject: "rejected", statement.Withdraw: "withdrawn", statement.Consent: "consented",
	}
	at := func(text string) time.Time {
		t, _ := time.Parse(time.RFC3339, text)
		return t
	}
	return approval.Act{
		Evidence: e.Signed.Digest(), Key: e.Key.Fingerprint(), Claimed: w.Person, Verdict: verdicts[w.Act],
		Repository: w.Repository, Target: w.Target, Change: strings.TrimPrefix(w.Subject, "change:"),
		Head: w.Head, Base: w.Base, Effect: w.Effect, Accepts: w.Accepts, Reason: w.Reason,
		Contact: w.Contact, By: w.By, Text: w.Text, AsOf: at(w.AsOf), Expires: at(w.Expires), Serial: w.Serial,
	}
}

// open are the names of the changes that are open.
func (s *statusRun) open(ctx context.Context) ([]string, error) {
	var out []string
	if s.view != nil {
		changes, err := s.view.Changes(ctx)
		for _, c := range changes {
			out = append(out, c.Name)
		}
		return out, err
	}
	if s.env.clone == nil {
		return nil, nil
	}
	branches, err := s.env.clone.Branches(ctx, "")
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(branches)) {
		if name == s.env.target || name == "HEAD" || strings.HasPrefix(name, "patchops/") {
			continue
		}
		merged, err := s.env.git.IsAncestor(branches[name], s.tip)
		if err != nil {
			return nil, err
		}
		if !merged {
			out = append(out, name)
		}
	}
	return out, nil
}

func fileUnder(folder string) func(effect.File) bool {
	return func(f effect.File) bool { return strings.HasPrefix(f.Path, folder) }
}
