package cli

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/statement"
)

// propose commits files on top of the target branch, signed by the speaker, and pushes
// that to a new branch: a change like any other, which others approve.
func (a *app) propose(ctx context.Context, t *authorisedEnv, who speaker, branch string, files []git.File, message string) error {
	branches, err := t.freeBranch(ctx, branch)
	if err != nil {
		return err
	}
	base := branches[t.target]
	info, err := t.git.CommitInfo(base)
	if err != nil {
		return err
	}
	for i := range files {
		files[i].Path = path.Join(t.repo.prefix, files[i].Path)
	}
	tree, err := t.clone.WriteTree(ctx, info.Tree, files)
	if err != nil {
		return err
	}
	by := git.Person{Name: who.person, Email: who.person + "@patchops.invalid"}
	commit, err := t.clone.Commit(ctx, git.CommitSpec{
		Tree: tree, Parents: []string{base}, Author: by, Committer: by, Time: t.now, Message: message,
		Sign: func(payload []byte) (string, error) { return who.key.Sign(ctx, payload, signature.Commits) },
	})
	if err != nil {
		return err
	}
	if err := t.clone.Push(ctx, []git.Update{{Ref: "refs/heads/" + branch, New: commit}}); err != nil {
		return err
	}
	fmt.Fprintf(a.env.Stdout, "proposed as %s at %s, signed by %s\n", branch, change.Short(commit), who.person)
	if t.trust != nil && t.trust.Forge.Type == "github" {
		a.progress("next: open a pull request of %s", branch)
	} else {
		a.progress("next: patchops status %s, and others approve it", branch)
	}
	return nil
}

// freeBranch wants that a branch can be that of a new change; it gives those that there are.
func (t *authorisedEnv) freeBranch(ctx context.Context, branch string) (map[string]string, error) {
	if !statement.Branch(branch) {
		return nil, usage("%q cannot be the branch of a change", branch)
	}
	branches, err := t.clone.Branches(ctx, "")
	if err != nil {
		return nil, err
	}
	if branches[branch] != "" {
		return nil, usage("the remote %s has a branch %s already: merge or delete it, or name another", t.remote, branch)
	}
	return branches, nil
}

// branchOf is a name of a branch for something of a day.
func branchOf(t *authorisedEnv, what string) string {
	return strings.ToLower(what) + "-" + t.now.UTC().Format("2006-01-02")
}
