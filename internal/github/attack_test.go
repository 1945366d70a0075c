package github_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/github"
	"github.com/patchops/patchops/internal/github/githubtest"
)

// A limit that does not end is "later", never "denied": what is denied would be
// recorded, given up, or taken for pushes that are not ours to read.
func TestALimitThatLastsIsNoRefusal(t *testing.T) {
	for what, fault := range map[string]githubtest.Fault{
		"secondary":   {Status: 403, Header: githubtest.Later(1), Body: `{"message":"You have exceeded a secondary rate limit."}`},
		"retry after": {Status: 403, Header: githubtest.Later(0)},
		"429":         {Status: 429, Header: githubtest.Later(1)},
	} {
		w := start(t)
		judged := w.propose("feature")
		c := w.client()
		w.forge.Fault(fault)
		if _, err := c.Open(t.Context()); !errors.Is(err, change.ErrRemote) || errors.Is(err, change.ErrDenied) {
			t.Errorf("%s: list: %v", what, err)
		}
		w.forge.Heal()
		w.now = w.now.Add(1 << 40)
		fault.Path = "/repos/*/*/activity"
		w.forge.Fault(fault)
		if accounts, known, err := c.Pushers(t.Context(), w.first()); !errors.Is(err, change.ErrRemote) {
			t.Errorf("%s: pushers: %v %v %v", what, accounts, known, err)
		}
		w.forge.Heal()
		w.now = w.now.Add(1 << 40)
		fault.Path = "/repos/*/*/pulls/1/merge"
		w.forge.Fault(fault)
		if _, err := c.Merge(t.Context(), judged, change.MergeRequest{Head: judged.Head}); !errors.Is(err, change.ErrRemote) || errors.Is(err, change.ErrDenied) {
			t.Errorf("%s: merge: %v", what, err)
		}
	}
}

// R7: who pushed these commits before the branch was deleted and made again is
// one of the contributors, though the branch has a new beginning.
func TestR7ABranchMadeAgainHidesNobody(t *testing.T) {
	w := start(t)
	w.run(w.work, "git", "checkout", "--quiet", "main")
	w.commit("feature", "x", "y", "ada") // in ada's name
	w.push("feature")
	if err := w.forge.Pushed(eve); err != nil {
		t.Fatal(err)
	}
	w.run(w.work, "git", "push", "--quiet", "origin", ":feature")
	if err := w.forge.Pushed(eve); err != nil {
		t.Fatal(err)
	}
	w.push("feature")
	if err := w.forge.Pushed(ada); err != nil {
		t.Fatal(err)
	}
	if _, err := w.forge.Open(githubtest.Pull{Branch: "feature", Author: ada}); err != nil {
		t.Fatal(err)
	}
	w.pushers("[101 103] true")
}

// Accounts that a company manages have an underscore.
func TestAForkOfAManagedAccount(t *testing.T) {
	w := start(t)
	w.propose("feature")
	w.forge.Fault(githubtest.Fault{Path: "/repos/*/*/pulls/1", Lie: func(truth any) any {
		truth.(map[string]any)["head"].(map[string]any)["repo"].(map[string]any)["full_name"] = "ada_acme/plans"
		return truth
	}})
	_, _, err := w.client().Pushers(t.Context(), w.first())
	if n := w.asked("/repos/ada_acme/plans/activity"); err != nil || n != 1 {
		t.Errorf("%v, asked %d times: %q", err, n, w.forge.Requests())
	}
}

// A repository that is renamed while a controller runs is followed; one that
// another takes the name of is not.
func TestRenamedWhileItRuns(t *testing.T) {
	w := start(t)
	judged := w.propose("feature")
	c := w.client()
	w.forge.Rename("acme/schedules")
	if got, err := c.Open(t.Context()); err != nil || len(got) != 1 {
		t.Fatalf("%+v %v", got, err)
	}
	if _, err := c.Reviews(t.Context(), "#1"); err != nil {
		t.Error(err)
	}
	if _, err := c.Merge(t.Context(), judged, change.MergeRequest{Head: judged.Head}); err != nil {
		t.Error(err)
	}
	w.forge.Fault(githubtest.Fault{Path: "/repos/acme/schedules", Lie: func(truth any) any {
		truth.(map[string]any)["id"] = 4712
		return truth
	}})
	if got, err := c.Open(t.Context()); !errors.Is(err, change.ErrDenied) {
		t.Errorf("another repository by its name: %+v %v %q", got, err, w.forge.Requests())
	}
}

// R54: what goes wrong on the way names no password of a proxy.
func TestR54ErrorsNameNoPasswordOfAProxy(t *testing.T) {
	w := start(t)
	w.propose("feature")
	o := w.options()
	for _, text := range []string{
		`proxyconnect tcp: invalid proxy address "http://ada:hunter2@proxy:%zz": parse "http://ada:hunter2@proxy:%zz": bad port`,
		"dial https://hunter2@proxy.example: refused", `parse "http://ada:hun/ter2@proxy": no`, "url?token=hunter2 is bad",
	} {
		o.Transport = broken(text)
		_, err := github.New(t.Context(), o)
		if err == nil || strings.Contains(err.Error(), "ter2") {
			t.Errorf("%v", err)
		}
	}
}

type broken string

func (b broken) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New(string(b)) }

// R7: who stands behind a head is asked for that head, wherever the branch is by
// now: else a push in between would hide the accounts of what was judged.
func TestR7PushersOfTheHeadThatIsJudged(t *testing.T) {
	w := start(t)
	w.propose("feature")
	w.commit("feature", "x", "y", "eve")
	w.push("feature")
	if err := w.forge.Pushed(ada); err != nil {
		t.Fatal(err)
	}
	judged := w.first()
	w.run(w.work, "git", "reset", "--quiet", "--hard", "HEAD~1")
	w.push("feature")
	if err := w.forge.Pushed(bob); err != nil {
		t.Fatal(err)
	}
	w.pushers("[101 102] true")
	accounts, known, err := w.client().Pushers(t.Context(), judged)
	if err != nil || !known || !slices.Contains(accounts, eve) {
		t.Error(accounts, known, err)
	}
}

// R7: a forced push that takes the newest commits away, before the opening, does
// not hide who pushed those below.
func TestR7AForcedPushHidesNobody(t *testing.T) {
	w := start(t)
	w.run(w.work, "git", "checkout", "--quiet", "main")
	w.commit("feature", "x", "y", "ada") // both in ada's name, by eve
	w.commit("feature", "z", "z", "ada")
	w.push("feature")
	if err := w.forge.Pushed(eve); err != nil {
		t.Fatal(err)
	}
	w.run(w.work, "git", "reset", "--quiet", "--hard", "HEAD~1")
	w.push("feature")
	if err := w.forge.Pushed(ada); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Minute)
	if _, err := w.forge.Open(githubtest.Pull{Branch: "feature", Author: ada}); err != nil {
		t.Fatal(err)
	}
	w.pushers("[101 103] true")
}
