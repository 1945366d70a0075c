package git_test

import (
	"testing"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/git/gittest"
)

// TestARefOfTheSameEndIsAnother: whoever may make branches and tags does not stop a
// push by one that ends as the pushed one is called.
func TestARefOfTheSameEndIsAnother(t *testing.T) {
	r := gittest.Bare(t)
	first := r.Seed(gittest.Commit{})[0]
	for _, twin := range []string{"refs/heads/refs/heads/main", "refs/tags/refs/heads/main", "refs/tags/main"} {
		r.Git("update-ref", twin, first)
	}
	c := clone(t, r)
	next := child(t, c, first, "next\n")
	if err := c.Push(t.Context(), []git.Update{{Ref: mainRef, Old: first, New: next}}); err != nil {
		t.Fatal(err)
	}
	if got := r.Tip("main"); got != next {
		t.Errorf("main is at %s, wanted %s", got, next)
	}
	if left := r.Tip(mainRef); left != first {
		t.Errorf("the twin is at %s, wanted %s", left, first)
	}
}
