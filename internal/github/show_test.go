package github_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/github/githubtest"
)

func policy(n int) change.Check {
	c := change.Check{Name: "patchops / policy", Status: "completed", Conclusion: "failure", Title: "findings", Summary: "see there"}
	for i := range n {
		c.Annotations = append(c.Annotations, change.Annotation{
			Path: "plans/a.yaml", Line: i + 1, Column: 3, Level: "failure", Title: "schema/unknown", Message: fmt.Sprint("finding ", i),
		})
	}
	return c
}

func (w *world) show(head string, comment string, checks ...change.Check) {
	w.Helper()
	if err := w.client().Show(w.Context(), "#1", change.Presentation{Head: head, Comment: comment, Checks: checks}); err != nil {
		w.Fatal(err)
	}
}

// PF12: twenty pushes, one comment; the same content, no edit.
func TestPF12OneComment(t *testing.T) {
	w := start(t)
	w.propose("feature")
	w.forge.Say(1, eve, "<!-- patchops: one comment, edited in place -->\nfake, by somebody else")
	for i := range 20 {
		head := w.commit("feature", "x", fmt.Sprint(i), "ada")
		w.push("feature")
		for range 2 {
			w.show(head, fmt.Sprintf("state %d\r\nof the plan\n", i), policy(1))
		}
	}
	comments := w.forge.Comments(1)
	if len(comments) != 2 || comments[1].Account != githubtest.BotID || comments[1].Edits != 19 || !strings.Contains(comments[1].Body, "state 19") {
		t.Errorf("%d comments, ours %+v", len(comments), comments[len(comments)-1])
	}
	if comments[0].Edits != 0 {
		t.Error("somebody else's comment was edited")
	}
	if n := w.asked("POST /repos/acme/plans/check-runs"); n != 20 {
		t.Errorf("%d check runs made, wanted one for each head", n)
	}
	w.forge.Forget()
	w.show(w.forge.Head(1), "state 19\nof the plan", policy(1))
	if n := w.asked("PATCH") + w.asked("POST"); n != 0 {
		t.Errorf("%d writes of what is shown already: %v", n, w.forge.Requests())
	}
}

// PF12: cut at the limit, at a line's end, with the code closed.
func TestPF12Cut(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	for _, text := range []string{
		strings.Repeat("x", 65_600), strings.Repeat("é\n", 40_000), "```\n" + strings.Repeat("code é\n", 20_000), strings.Repeat("a", 65_488), "\xff\xfe",
		strings.Repeat("\U0001F600", 20_000),
	} {
		check := policy(0)
		check.Summary, check.Title = text, text
		w.show(pr.Head, text, check)
		body, summary := w.forge.Comments(1)[0].Body, w.forge.Checks(1)[0].Summary
		for _, shown := range []string{body, summary} {
			if len(shown) > 65_535 || !utf8.ValidString(shown) || strings.Count(shown, "```")%2 != 0 {
				t.Errorf("%d bytes, valid %v, %d fences", len(shown), utf8.ValidString(shown), strings.Count(shown, "```"))
			}
			if len(text) > 65_535 && !strings.Contains(shown, "`patchops status` shows all of it") {
				t.Errorf("%q does not say that it is cut", shown[len(shown)-80:])
			}
		}
	}
	if n := len(w.forge.Comments(1)); n != 1 {
		t.Errorf("%d comments", n)
	}
}

// Annotations go in batches of 50, and the run concludes with the last.
func TestAnnotationsInBatches(t *testing.T) {
	for n, requests := range map[int]int{0: 1, 50: 1, 51: 2, 120: 3, 1001: 20} {
		w := start(t)
		pr := w.propose("feature")
		w.show(pr.Head, "", policy(n))
		got := w.forge.Checks(1)[0]
		if got.Annotations != min(n, 1000) || got.Conclusion != "failure" || got.Updates != requests-1 {
			t.Errorf("%d annotations: %d, %s, %d requests, wanted %d", n, got.Annotations, got.Conclusion, got.Updates+1, requests)
		}
		if n > 1000 && !strings.Contains(got.Summary, "1000 of 1001") {
			t.Errorf("summary %q", got.Summary)
		}
	}
}

// A crash between two batches leaves a run in progress, and the next Show makes
// a whole one.
func TestAnnotationsCrash(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	w.forge.Fault(githubtest.Fault{Method: "PATCH", Path: "/repos/*/*/check-runs/*", Status: 500, Times: 1})
	show := change.Presentation{Head: pr.Head, Checks: []change.Check{policy(60)}}
	if err := w.client().Show(t.Context(), "#1", show); !errors.Is(err, change.ErrRemote) {
		t.Fatal(err)
	}
	if got := w.forge.Checks(1)[0]; got.Status != "in_progress" || got.Conclusion != "" {
		t.Errorf("after the crash %+v", got)
	}
	w.show(pr.Head, "", policy(60))
	if got := w.forge.Checks(1)[0]; got.Conclusion != "failure" || got.Annotations != 60 {
		t.Errorf("%d annotations, %s", got.Annotations, got.Conclusion)
	}
}

// A change of text alone is an update; other annotations are another run, for
// annotations only add up.
func TestCheckRenewed(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	w.show(pr.Head, "", policy(2))
	changed := policy(2)
	changed.Summary = "something else"
	w.show(pr.Head, "", changed)
	if got := w.forge.Checks(1)[0]; got.Updates != 1 || got.Annotations != 2 || got.Summary != "something else" {
		t.Errorf("%+v", got)
	}
	pending := policy(1)
	pending.Status, pending.Conclusion = "in_progress", "success"
	w.show(pr.Head, "", pending)
	if got := w.forge.Checks(1)[0]; got.Updates != 0 || got.Annotations != 1 || got.Status != "in_progress" || got.Conclusion != "" {
		t.Errorf("%+v", got)
	}
}

// A run by another app that bears our name is not ours: nothing of it is
// believed or changed.
func TestCheckOfAnotherApp(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	w.forge.Report(pr.Head, "patchops / policy", 66, "completed", "success")
	w.show(pr.Head, "", policy(0))
	checks := w.forge.Checks(1)
	if len(checks) != 2 || checks[0].App != 66 && checks[1].App != 66 {
		t.Errorf("%+v", checks)
	}
}

// The account is asked for where the root does not name it; a comment that turns
// out to be another's is an error, for the next one would be a second.
func TestCommentAccount(t *testing.T) {
	w := start(t)
	w.propose("feature")
	options := w.options()
	options.Bot = 0
	c := w.connect(options)
	for _, text := range []string{"one", "two"} {
		if err := c.Show(t.Context(), "#1", change.Presentation{Comment: text}); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.forge.Comments(1); len(got) != 1 || got[0].Edits != 1 || w.asked("GET /user") != 1 {
		t.Errorf("%+v", got)
	}
	options.Bot = 5
	if err := w.connect(options).Show(t.Context(), "#1", change.Presentation{Comment: "x"}); !errors.Is(err, change.ErrDenied) {
		t.Error(err)
	}
}

// A person's token may make no check runs: then they are commit statuses, each
// sent once.
func TestPersonalToken(t *testing.T) {
	w := start(t)
	w.forge.Personal()
	w.forge.Require("patchops / policy", 0, false)
	pr := w.propose("feature")
	c := w.client()
	check := policy(60)
	check.Title = strings.Repeat("é", 200)
	for range 2 {
		if err := c.Show(t.Context(), "#1", change.Presentation{Head: pr.Head, Comment: "x", Checks: []change.Check{check}}); err != nil {
			t.Fatal(err)
		}
	}
	if posts, runs := w.asked("POST /repos/acme/plans/statuses"), w.asked("POST /repos/acme/plans/check-runs"); posts != 1 || runs != 1 {
		t.Errorf("%d statuses and %d check runs were sent, wanted one of each", posts, runs)
	}
	if _, err := w.merge(pr); !errors.Is(err, change.ErrDenied) {
		t.Errorf("merged with a failed status: %v", err)
	}
	check.Conclusion = "success"
	if err := w.client().Show(t.Context(), "#1", change.Presentation{Head: pr.Head, Checks: []change.Check{check}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.merge(pr); err != nil {
		t.Error(err)
	}
}

// R50: what is written in comments commands nothing: an echo of our own comment, a
// quotation of it, an order to us, by whomever. It is no review, wakes nothing but a
// look, and the one comment of ours stays as it is.
func TestR50CommentsCommandNothing(t *testing.T) {
	w := start(t)
	head := w.propose("feature").Head
	w.show(head, "pending: 1 of 2 approvals\n\npatchops approve #1 --effect sha256:aa")
	ours := w.forge.Comments(1)[0].Body
	quoted := "> " + strings.ReplaceAll(ours, "\n", "\n> ")
	for _, account := range []int64{bob, eve, githubtest.BotID} {
		for _, text := range []string{ours, quoted, "/approve", "@patchops merge", "patchops approve #1 --effect sha256:aa", quoted + "\n\nLGTM, approved"} {
			w.forge.Say(1, account, text)
		}
	}
	_, _ = w.forge.Review(1, bob, "COMMENTED")
	before := len(w.forge.Comments(1))
	reviews, err := w.client().Reviews(t.Context(), "#1")
	for _, r := range reviews {
		if r.State != "COMMENTED" {
			t.Errorf("a comment became the review %+v", r)
		}
	}
	if err != nil {
		t.Error(err)
	}
	w.show(head, "pending: 1 of 2 approvals\n\npatchops approve #1 --effect sha256:aa")
	if after := w.forge.Comments(1); len(after) != before || after[0].Edits != 0 || w.asked("PUT /repos/*/*/pulls/1/merge") != 0 {
		t.Errorf("%d comments, %d wanted, ours was edited %d times", len(after), before, after[0].Edits)
	}
}
