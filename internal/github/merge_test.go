package github_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/github/githubtest"
)

const mergePath = "/repos/*/*/pulls/1/merge"

func (w *world) merge(pr change.Change) (change.Merged, error) {
	return w.client().Merge(w.Context(), pr, change.MergeRequest{Head: pr.Head, Method: "merge"})
}

// unmerged checks that main is where it was.
func (w *world) unmerged(what string) {
	w.Helper()
	if state, _ := w.forge.State(1); state == "merged" {
		w.Errorf("%s: it was merged", what)
	}
}

// R13: without the head that was judged nothing is asked for; v60 would leave an
// empty SHA out, and any head would be merged.
func TestR13NoMergeWithoutHead(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	c := w.client()
	for _, head := range []string{"", "main", pr.Head[:39], strings.ToUpper(pr.Head), pr.Head + " "} {
		if _, err := c.Merge(t.Context(), pr, change.MergeRequest{Head: head}); err == nil {
			t.Errorf("head %q: merged", head)
		}
	}
	empty := pr
	empty.Head = ""
	if _, err := c.Merge(t.Context(), empty, change.MergeRequest{}); err == nil || w.asked("PUT") > 0 {
		t.Errorf("%v, %d merges asked for", err, w.asked("PUT"))
	}
	if _, err := c.Merge(t.Context(), pr, change.MergeRequest{Head: pr.Head, Method: "octopus"}); err == nil {
		t.Error("merged by an unknown method")
	}
	w.unmerged("R13")
}

// R13, M1, F4: the head moves between the last look and the merge: 409, and
// nothing is merged.
func TestM1HeadMovesBeforeTheMerge(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	w.forge.Fault(githubtest.Fault{Method: "PUT", Path: mergePath, Before: func() {
		w.commit("feature", "evil.yaml", "b: 1\n", "eve")
		w.push("feature")
	}})
	if _, err := w.merge(pr); !errors.Is(err, change.ErrMoved) {
		t.Errorf("%v, wanted ErrMoved", err)
	}
	w.unmerged("M1")
}

// R15: everything that was judged of it is read again.
func TestR15ReadAgainBeforeTheMerge(t *testing.T) {
	for what, spoil := range map[string]func(w *world) error{
		"head":            func(w *world) error { w.commit("feature", "x", "y", "eve"); w.push("feature"); return nil },
		"A12 target":      func(w *world) error { return w.forge.Set(1, "base", "staging") },
		"draft":           func(w *world) error { return w.forge.Set(1, "draft", "") },
		"head repository": func(w *world) error { return w.forge.Set(1, "fork", "") },
		"M7 closed":       func(w *world) error { return w.forge.Set(1, "close", "") },
	} {
		w := start(t)
		w.run(w.bare, "git", "branch", "staging", "main")
		pr := w.propose("feature")
		if err := spoil(w); err != nil {
			t.Fatal(err)
		}
		if _, err := w.merge(pr); !errors.Is(err, change.ErrMoved) || w.asked("PUT") > 0 {
			t.Errorf("%s: %v, wanted ErrMoved and no request to merge", what, err)
		}
		w.unmerged(what)
	}
}

// A12: retargeted from staging to main it is another proposal: it appears for
// main, and a merge that was judged for staging is refused.
func TestA12Retargeted(t *testing.T) {
	w := start(t)
	w.run(w.bare, "git", "branch", "staging", "main")
	w.propose("feature")
	c := w.client()
	if err := w.forge.Set(1, "base", "staging"); err != nil {
		t.Fatal(err)
	}
	if open, err := c.Open(t.Context()); err != nil || len(open) != 0 {
		t.Fatal("for staging, and listed for main:", open, err)
	}
	judged, err := c.Read(t.Context(), "#1")
	if err != nil || judged.Target != "staging" {
		t.Fatal(judged, err)
	}
	if err := w.forge.Set(1, "base", "main"); err != nil {
		t.Fatal(err)
	}
	if open, err := c.Open(t.Context()); err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	if _, err := w.merge(judged); !errors.Is(err, change.ErrMoved) {
		t.Error(err)
	}
	// A forge that lists changes of other branches is not believed either.
	w.forge.Fault(githubtest.Fault{Path: "/repos/*/*/pulls", Lie: func(truth any) any {
		truth.([]any)[0].(map[string]any)["base"].(map[string]any)["ref"] = "staging"
		return truth
	}})
	if open, err := c.Open(t.Context()); err != nil || len(open) != 0 {
		t.Error(open, err)
	}
}

// M7: closed is closed: not listed, and a second close changes nothing.
func TestM7Closed(t *testing.T) {
	w := start(t)
	w.propose("feature")
	c := w.client()
	for range 2 {
		if err := w.forge.Set(1, "close", ""); err != nil {
			t.Fatal(err)
		}
		open, err := c.Open(t.Context())
		pr, errRead := c.Read(t.Context(), "#1")
		if err != nil || errRead != nil || len(open) != 0 || pr.Open || pr.Merged {
			t.Fatal(open, err, pr, errRead)
		}
	}
}

// What the forge answers to a merge, and what is made of it.
func TestMergeAnswers(t *testing.T) {
	say := func(status int, text string) githubtest.Fault {
		return githubtest.Fault{Method: "PUT", Path: mergePath, Status: status, Body: `{"message":"` + text + `"}`}
	}
	once := func(f githubtest.Fault) githubtest.Fault { f.Times = 1; return f }
	after := func(f githubtest.Fault) githubtest.Fault { f.Times, f.After = 1, true; return f }
	for what, test := range map[string]struct {
		fault githubtest.Fault
		want  error
		slept int
	}{
		"later, once":            {once(say(405, "Please try again later")), nil, 1},
		"later, always":          {say(405, "Please try again later"), change.ErrLater, 4},
		"base modified, once":    {once(say(405, "Base branch was modified. Review and try the merge again.")), nil, 1},
		"protected":              {say(405, "2 of 2 required status checks are expected."), change.ErrDenied, 0},
		"conflict":               {say(405, "Pull Request is not mergeable"), change.ErrDenied, 0},
		"head moved":             {say(409, "Head branch was modified. Review and try the merge again."), change.ErrMoved, 0},
		"forbidden":              {say(403, "Resource not accessible by integration"), change.ErrDenied, 0},
		"not found":              {say(404, "Not Found"), change.ErrDenied, 0},
		"invalid":                {say(422, "Validation Failed"), change.ErrDenied, 0},
		"down":                   {say(502, "Server Error"), change.ErrRemote, 0},
		"merged, answer lost":    {after(say(502, "Server Error")), nil, 0},
		"merged, then 405":       {after(say(405, "Pull Request is not mergeable")), nil, 0},
		"rate limit, once":       {once(githubtest.Fault{Method: "PUT", Path: mergePath, Status: 429, Header: githubtest.Later(7)}), nil, 1},
		"says merged, no commit": {say(200, "ok"), change.ErrRemote, 0},
		"says not merged": {githubtest.Fault{
			Method: "PUT", Path: mergePath, Status: 200,
			Body: `{"merged":false,"sha":"0123456789012345678901234567890123456789","message":"no"}`,
		}, change.ErrRemote, 0},
	} {
		w := start(t)
		pr := w.propose("feature")
		w.forge.Fault(test.fault)
		got, err := w.merge(pr)
		if !errors.Is(err, test.want) || len(w.slept) != test.slept {
			t.Errorf("%s: %v after %v, wanted %v", what, err, w.slept, test.want)
		}
		_, commit := w.forge.State(1)
		if test.want == nil && (commit == "" || got.Commit != commit) {
			t.Errorf("%s: %q, and the forge has %q", what, got.Commit, commit)
		}
	}
}

// While the forge computes whether it can be merged, "not mergeable" is "later".
func TestMergeabilityComputed(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	w.forge.Computing(4)
	if _, err := w.merge(pr); err != nil || len(w.slept) == 0 {
		t.Error(err, w.slept)
	}
}

// A merge that was done before, by us or by hand, is told and not asked for.
func TestMergedBefore(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	commit, err := w.forge.Join(1, "squash")
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.merge(pr)
	if err != nil || got.Commit != commit || w.asked("PUT") > 0 {
		t.Error(got, err)
	}
}

// R14, F4: the base moves between verdict and merge. The forge merges all the
// same: the commit's tree tells, and it is the caller who compares.
func TestR14BaseMoves(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	w.forge.Fault(githubtest.Fault{Method: "PUT", Path: mergePath, Before: func() {
		w.run(w.work, "git", "checkout", "--quiet", "main")
		w.commit("main", "other.yaml", "o: 1\n", "bob")
		w.push("main")
	}})
	got, err := w.merge(pr)
	if err != nil {
		t.Fatal(err)
	}
	if tree := w.run(w.bare, "git", "ls-tree", "--name-only", got.Commit); !strings.Contains(tree, "other.yaml") || !strings.Contains(tree, "feature.yaml") {
		t.Error(tree)
	}
}

// A client that only reads neither merges nor shows.
func TestReadOnly(t *testing.T) {
	w := start(t)
	pr := w.propose("feature")
	w.forge.Role("admin", "admin:org")
	options := w.options()
	options.Write = false
	c := w.connect(options)
	if _, err := c.Merge(t.Context(), pr, change.MergeRequest{Head: pr.Head}); !errors.Is(err, change.ErrDenied) {
		t.Error(err)
	}
	if err := c.Show(t.Context(), "#1", change.Presentation{Head: pr.Head, Comment: "x"}); !errors.Is(err, change.ErrDenied) {
		t.Error(err)
	}
	if w.asked(http.MethodPut)+w.asked(http.MethodPost) > 0 {
		t.Error(w.forge.Requests())
	}
}
