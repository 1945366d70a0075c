package github_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/github/githubtest"
)

// R6: reviews come as they stand, with the account's number and the commit that
// was looked at: newest, dismissed, edited, remarks after.
func TestR6Reviews(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	c := w.client()
	first, _ := w.forge.Review(1, bob, "APPROVED")
	before, err := c.Reviews(t.Context(), "#1")
	if err != nil {
		t.Fatal(err)
	}
	w.forge.User(bob, "bob-renamed", "")
	if err := w.forge.Edit(1, first, "", "edited later"); err != nil {
		t.Fatal(err)
	}
	after, err := c.Reviews(t.Context(), "#1")
	if err != nil || string(after[0].Raw) != string(before[0].Raw) || after[0].Login != "bob-renamed" {
		t.Errorf("an edited text and another login are other evidence: %s, %v", after[0].Raw, err)
	}
	if err := w.forge.Edit(1, first, "DISMISSED", ""); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Minute)
	w.commit("feature", "x", "y", "ada")
	w.push("feature")
	_, _ = w.forge.Review(1, bob, "COMMENTED")
	_, _ = w.forge.Invent(1, 0, "APPROVED", nowhere, w.now.Add(-time.Hour)) // a deleted account, an older time
	_, _ = w.forge.Invent(1, eve, "PENDING", nowhere, w.now)
	got, err := c.Reviews(t.Context(), "#1")
	text := ""
	for _, r := range got {
		text += fmt.Sprintf("%d %s %v; ", r.Account, r.State, r.Commit == pr.Head)
	}
	if err != nil || text != "0 APPROVED false; 102 DISMISSED true; 102 COMMENTED false; " {
		t.Error(text, err)
	}
	if string(got[1].Raw) == string(before[0].Raw) {
		t.Error("a dismissed review has the evidence of the approval")
	}
}

// A12: what was said before the pull request got another base is marked; so is all
// of it where the forge does not show its events.
func TestA12ReviewsBeforeARetarget(t *testing.T) {
	w := start(t)
	w.run(w.bare, "git", "branch", "staging", "main")
	w.propose("feature")
	c := w.client()
	marks := func(want string) {
		t.Helper()
		got, err := c.Reviews(t.Context(), "#1")
		text := ""
		for _, r := range got {
			text += fmt.Sprint(r.Account, r.Retargeted, " ")
		}
		if err != nil || text != want {
			t.Errorf("%q %v, wanted %q", text, err, want)
		}
	}
	if err := w.forge.Set(1, "base", "staging"); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Second)
	_, _ = w.forge.Review(1, bob, "APPROVED")
	marks("102 false ")
	if err := w.forge.Set(1, "base", "main"); err != nil {
		t.Fatal(err)
	}
	marks("102 true ") // in the same second: it may have been before
	w.now = w.now.Add(time.Second)
	_, _ = w.forge.Review(1, eve, "APPROVED")
	marks("102 true 103 false ")
	w.forge.Fault(githubtest.Fault{Path: "/repos/*/*/issues/1/events", Status: 403})
	marks("102 true 103 true ")
	w.forge.Heal()
	w.forge.Fault(githubtest.Fault{Path: "/repos/*/*/issues/1/events", Status: 200, Body: `[{"id":1}]`})
	if got, err := c.Reviews(t.Context(), "#1"); err == nil {
		t.Errorf("an event without a kind: %+v", got)
	}
}

func TestReviewsThatCannotBe(t *testing.T) {
	w := start(t)
	w.propose("feature")
	_, _ = w.forge.Review(1, bob, "APPROVED")
	c := w.client()
	for what, lie := range map[string]func(r map[string]any){
		"state":     func(r map[string]any) { r["state"] = "BLESSED" },
		"submitted": func(r map[string]any) { r["submitted_at"] = nil },
		"id":        func(r map[string]any) { delete(r, "id") },
		"account":   func(r map[string]any) { r["user"] = map[string]any{"id": "102"} },
	} {
		w.forge.Heal()
		w.forge.Fault(githubtest.Fault{Path: "/repos/*/*/pulls/1/reviews", Lie: func(truth any) any {
			lie(truth.([]any)[0].(map[string]any))
			return truth
		}})
		if got, err := c.Reviews(t.Context(), "#1"); err == nil {
			t.Errorf("%s: %+v", what, got)
		}
	}
	if _, err := c.Reviews(t.Context(), "#99"); !errors.Is(err, change.ErrNoChange) {
		t.Error(err)
	}
	for _, name := range []string{"", "41", "#", "#0", "#-1", "#041", "#1/../2", "#99999999999999999999", "feature"} {
		if _, err := c.Read(t.Context(), name); !errors.Is(err, change.ErrNoChange) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func (w *world) pushers(want string) {
	w.Helper()
	accounts, known, err := w.client().Pushers(w.Context(), w.first())
	if got := fmt.Sprint(accounts, known); err != nil || got != want {
		w.Errorf("%s %v, wanted %s", got, err, want)
	}
}

// R7, R8: whoever pushed is a contributor, whatever the headers of commits say.
func TestR7Pushers(t *testing.T) {
	w := start(t)
	w.propose("feature")
	w.pushers("[101] true")
	w.commit("feature", "x", "y", "ada") // in ada's name, pushed by eve
	w.push("feature")
	if err := w.forge.Pushed(eve); err != nil {
		t.Fatal(err)
	}
	w.pushers("[101 103] true")
	// Forced to something else by ada: eve did push what is gone, and stays.
	w.run(w.work, "git", "reset", "--quiet", "--hard", "HEAD~1")
	w.commit("feature", "z", "z", "ada", "-m", "x\n\nCo-authored-by: Bob <102+bob@users.noreply.github.com>\nco-authored-by: Eve <no@id.example>")
	w.push("feature")
	w.pushers("[101 102 103] true")
}

// The forge's own account is nobody where the forge signed, and somebody where
// only the header says so.
func TestWebFlow(t *testing.T) {
	w := start(t)
	w.propose("feature")
	w.run(w.work, "git", "checkout", "--quiet", "feature")
	w.run(w.work, "git", "-c", "user.name=GitHub", "-c", "user.email=noreply@github.com", "commit", "--quiet", "--allow-empty", "-m", "forged", "--author", "Ada <ada@example.com>")
	w.push("feature")
	w.pushers("[101 19864447] true")
	w.forge.Fault(githubtest.Fault{Path: "/repos/*/*/compare/*", Lie: func(truth any) any {
		for _, c := range truth.(map[string]any)["commits"].([]any) {
			c.(map[string]any)["commit"].(map[string]any)["verification"].(map[string]any)["verified"] = true
		}
		return truth
	}})
	w.pushers("[101] true")
}

// A record of pushes with a gap, or that cannot be read, is unknown: never a
// shorter list that looks whole.
func TestPushersUnknown(t *testing.T) {
	const path = "/repos/*/*/activity"
	w := start(t)
	w.propose("feature")
	for i := range 3 {
		w.commit("feature", "x", fmt.Sprint(i), "ada")
		w.push("feature")
		if err := w.forge.Pushed(eve); err != nil {
			t.Fatal(err)
		}
	}
	without := func(i int) func(any) any {
		return func(truth any) any { l := truth.([]any); return slices.Delete(l, i, i+1) }
	}
	for what, test := range map[string]struct {
		fault githubtest.Fault
		want  string
	}{
		"forbidden":           {githubtest.Fault{Path: path, Status: 403}, "[101] false"},
		"not there":           {githubtest.Fault{Path: path, Status: 404}, "[101] false"},
		"empty":               {githubtest.Fault{Path: path, Lie: githubtest.Empty}, "[101] false"},
		"the newest is lost":  {githubtest.Fault{Path: path, Lie: without(0)}, "[101 103] false"},
		"one between is lost": {githubtest.Fault{Path: path, Lie: without(2)}, "[101 103] false"},
		"the first is lost":   {githubtest.Fault{Path: path, Lie: without(3)}, "[101 103] false"},
		"an actor is gone": {githubtest.Fault{Path: path, Lie: func(truth any) any {
			truth.([]any)[1].(map[string]any)["actor"] = nil
			return truth
		}}, "[101 103] false"},
		"turned round": {githubtest.Fault{Path: path, Lie: func(truth any) any {
			slices.Reverse(truth.([]any))
			return truth
		}}, "[101 103] false"},
		"the opener is gone": {githubtest.Fault{Path: "/repos/*/*/pulls/1", Lie: func(truth any) any {
			truth.(map[string]any)["user"] = nil
			return truth
		}}, "[101 103] false"},
	} {
		w.forge.Heal()
		w.forge.Fault(test.fault)
		t.Log(what)
		w.pushers(test.want)
	}
	w.forge.Heal()
	w.forge.Fault(githubtest.Fault{Path: path, Lie: func(truth any) any {
		truth.([]any)[0].(map[string]any)["ref"] = "refs/heads/other"
		return truth
	}})
	if _, _, err := w.client().Pushers(t.Context(), w.first()); !errors.Is(err, change.ErrRemote) {
		t.Error("pushes of another branch:", err)
	}
}

// A fork's pushes are not ours to read; a pull request from one is so marked.
func TestFork(t *testing.T) {
	w := start(t)
	w.run(w.work, "git", "checkout", "--quiet", "main")
	head := w.commit("theirs", "x", "y", "eve")
	w.run(w.work, "git", "push", "--quiet", "origin", head+":refs/patchops/objects")
	if _, err := w.forge.Open(githubtest.Pull{Branch: "main", Author: eve, Fork: 9999, Commit: head}); err != nil {
		t.Fatal(err)
	}
	pr, err := w.client().Read(t.Context(), "#1")
	if err != nil || !pr.Fork || pr.HeadRepo != 9999 || pr.Head != head || pr.Branch != "main" {
		t.Errorf("%+v %v", pr, err)
	}
	w.pushers("[103] false")
}

// Merged by hand, its branch deleted: for adoption the pushers are still known.
func TestPushersOfMerged(t *testing.T) {
	w := start(t)
	w.propose("feature")
	w.commit("feature", "x", "y", "eve")
	w.push("feature")
	if err := w.forge.Pushed(eve); err != nil {
		t.Fatal(err)
	}
	if _, err := w.forge.Join(1, "merge"); err != nil {
		t.Fatal(err)
	}
	w.run(w.bare, "git", "update-ref", "-d", "refs/heads/feature")
	if err := w.forge.Pushed(bob); err != nil {
		t.Fatal(err)
	}
	w.pushers("[101 103] true") // bob, who deleted it, contributed nothing
}

// A14: 101 pushes are two pages of the record, by cursor.
func TestPushersPaged(t *testing.T) {
	w := start(t)
	for i, id := range w.chain("build", "ada", 104) {
		w.run(w.bare, "git", "update-ref", "refs/heads/feature", id)
		who := int64(ada)
		if i == 1 {
			who = eve
		}
		if err := w.forge.Pushed(who); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.forge.Open(githubtest.Pull{Branch: "feature", Author: ada}); err != nil {
		t.Fatal(err)
	}
	w.pushers("[101 103] true")
	w.forge.Fault(githubtest.Fault{Path: "/repos/*/*/activity", Header: http.Header{"Link": {""}}})
	w.pushers("[101] false")
}

// Every list and every read that the forge answers for another repository, or
// about another pull request, is refused.
func TestAnotherRepository(t *testing.T) {
	w := start(t)
	w.propose("feature")
	c := w.client()
	for what, lie := range map[string]func(p map[string]any){
		"base repository": func(p map[string]any) { p["base"].(map[string]any)["repo"].(map[string]any)["id"] = 5 },
		"no repository":   func(p map[string]any) { p["base"].(map[string]any)["repo"] = nil },
		"head":            func(p map[string]any) { p["head"].(map[string]any)["sha"] = "main" },
		"number":          func(p map[string]any) { p["number"] = 0 },
		"open and merged": func(p map[string]any) { p["merged"], p["merged_at"] = true, "2026-01-01T00:00:00Z" },
	} {
		w.forge.Heal()
		w.forge.Fault(githubtest.Fault{Path: "/repos/*/*/pulls/1", Lie: func(truth any) any {
			lie(truth.(map[string]any))
			return truth
		}})
		w.forge.Fault(githubtest.Fault{Path: "/repos/*/*/pulls", Lie: func(truth any) any {
			lie(truth.([]any)[0].(map[string]any))
			return truth
		}})
		if pr, err := c.Read(t.Context(), "#1"); !errors.Is(err, change.ErrRemote) {
			t.Errorf("%s: %+v %v", what, pr, err)
		}
		if open, err := c.Open(t.Context()); !errors.Is(err, change.ErrRemote) {
			t.Errorf("%s: %+v %v", what, open, err)
		}
	}
}

// The fake can tell: what the client asks for is in GitHub's description, all of
// it is used, and nothing is asked in a way that GitHub would ignore.
func TestContract(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	key, text := appKey(t)
	w.forge.App(&key.PublicKey, enough)
	w.forge.Require("patchops / policy", githubtest.AppID, true)
	w.forge.Require("build", 0, false)
	_, _ = w.forge.Review(1, bob, "APPROVED")
	options := w.options()
	options.Token, options.AppAuth, options.Key, options.Bot = "", githubtest.AppID, text, 0
	c := w.connect(options)
	_, errOpen := c.Open(t.Context())
	_, errReviews := c.Reviews(t.Context(), "#1")
	_, _, errPushers := c.Pushers(t.Context(), w.first())
	_, errRequired := c.Required(t.Context(), pr)
	check := policy(60)
	check.Conclusion = "success"
	errShow := errors.Join(
		c.Show(t.Context(), "#1", change.Presentation{Head: pr.Head, Comment: "a", Checks: []change.Check{check}}),
		c.Show(t.Context(), "#1", change.Presentation{Head: pr.Head, Comment: "b", Checks: []change.Check{check}}))
	w.forge.Report(pr.Head, "build", 66, "completed", "success")
	_, errMerge := c.Merge(t.Context(), pr, change.MergeRequest{Head: pr.Head, Method: "squash", Title: "t", Message: "m"})
	if err := errors.Join(errOpen, errReviews, errPushers, errRequired, errShow, errMerge); err != nil {
		t.Fatal(err)
	}
	for _, want := range githubtest.Operations() {
		method, template, _ := strings.Cut(want, " ")
		found := false
		for _, line := range w.forge.Requests() {
			found = found || githubtest.Matches(method, template, line)
		}
		if !found && want != "GET /user" && !strings.Contains(want, "/statuses/") { // by a person's token only: TestCommentAccount, TestPersonalToken
			t.Errorf("%s is never asked for", want)
		}
	}
}

// A comparison that GitHub refuses (no common history, too large) is about one
// pull request: its contributors are unknown, and the others go on.
func TestComparisonRefused(t *testing.T) {
	w := start(t)
	w.propose("feature")
	for _, code := range []int{404, 422, 500} {
		w.forge.Heal()
		w.forge.Fault(githubtest.Fault{Path: "/repos/*/*/compare/*", Status: code})
		w.pushers("[101] false")
	}
	w.forge.Heal()
	w.forge.Fault(githubtest.Fault{Path: "/repos/*/*/compare/*", Status: 429, Header: http.Header{"Retry-After": {"3600"}}})
	if _, _, err := w.client().Pushers(t.Context(), w.first()); !errors.Is(err, change.ErrRemote) {
		t.Errorf("a rate limit is not unknown contributors: %v", err)
	}
}
