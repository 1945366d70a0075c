package git_test

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/git/gittest"
)

// entry is one of a tree that git itself would not write.
type entry struct{ mode, name, id string }

// literally writes an object into the remote as it stands.
func literally(t *testing.T, r *gittest.Remote, kind, content string) string {
	t.Helper()
	return gittest.Git(t, r.Dir, []byte(content), "hash-object", "-t", kind, "--literally", "-w", "--stdin")
}

func hostileTree(t *testing.T, r *gittest.Remote, entries ...entry) string {
	t.Helper()
	var b strings.Builder
	for _, e := range entries {
		id, err := hex.DecodeString(e.id)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(e.mode + " " + e.name + "\x00" + string(id))
	}
	tree := literally(t, r, "tree", b.String())
	return r.Git("commit-tree", "-m", "hostile", "-p", r.Tip("main"), tree)
}

// E8, G1, G2, G3: a branch whose objects are bad is left out, says so, and keeps
// nothing else away; what git lets pass is a finding of the tree.
func TestABadBranchHurtsNobodyElse(t *testing.T) {
	r := gittest.HTTP(t)
	r.Seed(gittest.Commit{Files: map[string]string{"plan.yaml": "a\n"}})
	c := clone(t, r.Remote)
	blob, tree := r.Git("rev-parse", "main:plan.yaml"), r.Git("rev-parse", "main^{tree}")
	raw := func(author, parents string) string {
		return "tree " + tree + "\n" + parents + author + "committer A <a@b> 1773306000 +0000\n\nm\n"
	}
	author := "author A <a@b> 1773306000 +0000\n"
	bad := map[string]string{
		"twice":       hostileTree(t, r.Remote, entry{"100644", "plan.yaml", blob}, entry{"100644", "plan.yaml", blob}),
		"dotgit":      hostileTree(t, r.Remote, entry{"40000", ".git", tree}),
		"dotdot":      hostileTree(t, r.Remote, entry{"100644", "..", blob}),
		"unsorted":    hostileTree(t, r.Remote, entry{"100644", "b", blob}, entry{"100644", "a", blob}),
		"slash":       hostileTree(t, r.Remote, entry{"100644", "a/b", blob}),
		"two-authors": literally(t, r.Remote, "commit", raw(author+author, "")),
		"no-date":     literally(t, r.Remote, "commit", raw("author A <a@b>\n", "")),
	}
	odd := map[string]string{ // git's own checks accept these; ours find them in the tree
		"symlink":   hostileTree(t, r.Remote, entry{"120000", "plan.yaml", literally(t, r.Remote, "blob", "/etc/passwd")}),
		"submodule": hostileTree(t, r.Remote, entry{"160000", "sub", anID}),
		"twins":     hostileTree(t, r.Remote, entry{"100644", "Plan.yaml", blob}, entry{"100644", "plan.yaml", blob}),
	}
	for name, id := range bad {
		r.Git("update-ref", "refs/heads/ada/"+name, id)
	}
	for name, id := range odd {
		r.Git("update-ref", "refs/heads/ada/"+name, id)
	}
	good := r.Seed(gittest.Commit{Message: "two\n"}, gittest.Commit{Branch: "good", Message: "good\n"}, gittest.Commit{Branch: "patchops/lease", Message: "lease\n"})
	for range 2 {
		fetch(t, c)
		all := branches(t, c)
		if all["main"] != good[0] || all["good"] != good[1] || all["patchops/lease"] != good[2] || len(all) != 3+len(odd) {
			t.Errorf("branches %v", all)
		}
		for name, id := range bad {
			if got := c.Bad()["ada/"+name]; got.ID != id || !errors.Is(got.Reason, git.ErrCorrupt) {
				t.Errorf("%s: %+v", name, got)
			}
		}
	}
	open := repository(t, c)
	for name, id := range odd {
		tree, err := open.Tree(id, "")
		if err != nil || len(tree.Problems()) == 0 {
			t.Errorf("%s: no finding, %v", name, err)
		}
	}
	for name := range bad { // mended, and one gone for good
		r.Git("update-ref", "refs/heads/ada/"+name, good[0])
	}
	r.Git("update-ref", "-d", "refs/heads/ada/twice")
	fetch(t, c)
	if all := branches(t, c); len(c.Bad()) != 0 || all["ada/dotgit"] != good[0] || all["ada/twice"] != "" {
		t.Errorf("still bad: %v, branches %v", c.Bad(), all)
	}
}

// A branch that was good and became bad is not listed where it was.
func TestABranchThatWentBadIsNotListed(t *testing.T) {
	r := gittest.Bare(t)
	r.Seed(gittest.Commit{Files: map[string]string{"a": "a"}}, gittest.Commit{Branch: "change", Message: "good\n"})
	c := clone(t, r)
	blob := r.Git("rev-parse", "main:a")
	r.Git("update-ref", "refs/heads/change", hostileTree(t, r, entry{"100644", "a", blob}, entry{"100644", "a", blob}))
	fetch(t, c)
	if all := branches(t, c); all["change"] != "" || all["main"] == "" || c.Bad()["change"].ID == "" {
		t.Errorf("branches %v, bad %v", all, c.Bad())
	}
}

// What many branches cost.
func BenchmarkFetchUnchanged(b *testing.B) {
	r := gittest.Bare(b)
	commits := []gittest.Commit{{}}
	for i := range 50 {
		commits = append(commits, gittest.Commit{Branch: fmt.Sprintf("change/%d", i), Message: fmt.Sprint(i)})
	}
	r.Seed(commits...)
	c, err := git.CloneAt(b.Context(), b.TempDir()+"/c", "origin", r.URL)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := c.Fetch(b.Context()); err != nil {
			b.Fatal(err)
		}
		if all, err := c.Branches(b.Context(), ""); err != nil || len(all) != 51 {
			b.Fatal(len(all), err)
		}
	}
}
