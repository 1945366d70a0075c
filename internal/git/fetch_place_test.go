package git_test

import (
	"testing"

	"github.com/patchops/patchops/internal/git/gittest"
)

// A branch that lies where further refs are fetched to keeps nothing away: whoever
// may push branches could stop everything with one.
func TestABranchInThePlaceOfFurtherRefs(t *testing.T) {
	for _, branch := range []string{"patchops/pulls/1", "patchops/pulls", "patchops/pulls/1/x", "patchops/pulls/2"} {
		r := gittest.Bare(t)
		r.Seed(gittest.Commit{Files: map[string]string{"a": "a\n"}})
		head := r.Git("commit-tree", "-m", "a pull request", "-p", "main", "main^{tree}")
		r.Git("update-ref", "refs/pull/1/head", head)
		c := clone(t, r)
		spec := "+refs/pull/*/head:refs/remotes/origin/patchops/pulls/*"
		if err := c.Fetch(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		r.Git("update-ref", "refs/heads/"+branch, "main")
		r.Git("update-ref", "refs/heads/new", "main")
		for _, s := range []string{spec, "+refs/pull/1/head:refs/remotes/origin/patchops/pulls/1"} {
			if err := c.Fetch(t.Context(), s); err != nil {
				t.Errorf("%s: %v", branch, err)
			}
		}
		branches, err := c.Branches(t.Context(), "")
		if err != nil || branches["patchops/pulls/1"] != head || branches["new"] == "" {
			t.Errorf("%s: %v %v", branch, branches, err)
		}
	}
}
