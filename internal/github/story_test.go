package github_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/github/githubtest"
)

// TestStory is the whole way of one pull request, each request and answer within
// GitHub's description.
func TestStory(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	c := w.client()
	open, err := c.Open(t.Context())
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	want := change.Change{
		Name: "#1", Branch: "feature", Head: w.forge.Head(1), Target: "main", Title: "feature", Open: true,
		HeadRepo: githubtest.ID, Opened: w.now, Author: ada,
	}
	if open[0] != want || pr != want {
		t.Fatalf("opened %+v, read %+v, wanted %+v", open[0], pr, want)
	}
	if _, err := w.forge.Review(1, bob, "APPROVED"); err != nil {
		t.Fatal(err)
	}
	reviews, err := c.Reviews(t.Context(), "#1")
	if err != nil || len(reviews) != 1 || reviews[0].Account != bob || reviews[0].Commit != pr.Head || reviews[0].State != "APPROVED" {
		t.Fatal(reviews, err)
	}
	raw := fmt.Sprintf(`{"account":102,"commit":%q,"id":%d,"repository":4711,"state":"APPROVED","submitted":"2026-03-12T09:00:30Z"}`, pr.Head, reviews[0].ID)
	if string(reviews[0].Raw) != raw {
		t.Errorf("evidence %s, wanted %s", reviews[0].Raw, raw)
	}
	accounts, known, err := c.Pushers(t.Context(), w.first())
	if err != nil || !known || !slices.Equal(accounts, []int64{ada}) {
		t.Fatal(accounts, known, err)
	}
	show := change.Presentation{Head: pr.Head, Comment: "pending: 1 of 2", Checks: []change.Check{
		{Name: "patchops / policy", Status: "completed", Conclusion: "success", Title: "no findings", Summary: "fine"},
		{Name: "patchops / approval", Status: "in_progress", Title: "1 of 2", Summary: "bob approved"},
	}}
	if err := c.Show(t.Context(), "#1", show); err != nil {
		t.Fatal(err)
	}
	checks := w.forge.Checks(1)
	if len(checks) != 2 || checks[0].Name != "patchops / approval" || checks[0].Status != "in_progress" || checks[1].Conclusion != "success" {
		t.Fatalf("%+v", checks)
	}
	merged, err := c.Merge(t.Context(), pr, change.MergeRequest{Head: pr.Head, Method: "merge", Title: "Merge #1", Message: "Patchops-Decision: x"})
	if err != nil {
		t.Fatal(err)
	}
	state, commit := w.forge.State(1)
	if state != "merged" || commit != merged.Commit || w.run(w.bare, "git", "rev-parse", "main") != commit {
		t.Fatal(state, commit, merged)
	}
	again, err := c.Read(t.Context(), "#1")
	if err != nil || !again.Merged || again.MergeCommit != commit || again.Open {
		t.Fatal(again, err)
	}
	if text := w.run(w.bare, "git", "log", "-1", "--format=%B", "main"); text != "Merge #1\n\nPatchops-Decision: x" {
		t.Errorf("message %q", text)
	}
}

// TestEveryOperationIsUsed: what the description was cut for is what the client
// asks for, and the reverse.
func TestMethodsOfMerging(t *testing.T) {
	for _, method := range []string{"merge", "squash", "rebase"} {
		w := start(t)
		pr := w.propose("feature")
		w.run(w.work, "git", "checkout", "--quiet", "main")
		w.commit("main", "other", "x\n", "bob")
		w.push("main")
		merged, err := w.client().Merge(t.Context(), pr, change.MergeRequest{Head: pr.Head, Method: method})
		if err != nil {
			t.Fatal(method, err)
		}
		parents := strings.Fields(w.run(w.bare, "git", "log", "-1", "--format=%P", merged.Commit))
		if want := map[string]int{"merge": 2, "squash": 1, "rebase": 1}[method]; len(parents) != want {
			t.Errorf("%s: %d parents, wanted %d", method, len(parents), want)
		}
	}
}
