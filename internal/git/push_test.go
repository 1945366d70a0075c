package git_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/git/gittest"
)

const mainRef = "refs/heads/main"

// Ten clones race for one step of one branch: one wins, the others know it.
func TestOfRacingPushesOneWins(t *testing.T) {
	r := gittest.HTTP(t)
	first := r.Seed(gittest.Commit{})[0]
	ready, start := make(chan bool), make(chan bool)
	errs := make([]error, 10)
	var ids []string
	var all sync.WaitGroup
	for i := range errs {
		c := clone(t, r.Remote)
		id := child(t, c, first, fmt.Sprintf("from %d\n", i))
		ids = append(ids, id)
		all.Go(func() {
			ready <- true
			<-start
			errs[i] = c.Push(t.Context(), []git.Update{{Ref: mainRef, Old: first, New: id}})
		})
	}
	for range errs {
		<-ready
	}
	close(start)
	all.Wait()
	winners := 0
	for i, err := range errs {
		switch {
		case err == nil && r.Tip("main") == ids[i]:
			winners++
		case !errors.Is(err, git.ErrRace):
			t.Errorf("push %d: %v, want ErrRace", i, err)
		}
	}
	if winners != 1 {
		t.Errorf("%d winners, want 1: %v", winners, errs)
	}
}

// M11: four writers append 25 times each to one branch; a loser fetches and
// appends again. All hundred are there once, and nothing was forced.
func TestConcurrentAppendsLoseNothing(t *testing.T) {
	const writers = 4
	each := 25
	if testing.Short() {
		each = 5
	}
	r := gittest.HTTP(t)
	r.Hook("update", `test "$2" = 0000000000000000000000000000000000000000 || git merge-base --is-ancestor "$2" "$3"`)
	var all sync.WaitGroup
	for w := range writers {
		c := clone(t, r.Remote)
		all.Go(func() {
			for i := range each {
				if err := appendFile(t, c, fmt.Sprintf("%d-%02d", w, i)); err != nil {
					t.Errorf("writer %d, append %d: %v", w, i, err)
					return
				}
			}
		})
	}
	all.Wait()
	files := strings.Fields(r.Git("ls-tree", "--name-only", "log"))
	if len(files) != writers*each {
		t.Errorf("%d files, want %d", len(files), writers*each)
	}
	diary := strings.Fields(r.Git("log", "--reverse", "--format=%s", "log"))
	if sorted := slices.Sorted(slices.Values(diary)); len(slices.Compact(sorted)) != writers*each || len(diary) != writers*each {
		t.Errorf("%d commits, want %d, each once", len(diary), writers*each)
	}
	for w := range writers { // every writer's appends stand in its order
		own := slices.DeleteFunc(slices.Clone(diary), func(s string) bool { return !strings.HasPrefix(s, fmt.Sprintf("%d-", w)) })
		if !slices.IsSorted(own) {
			t.Errorf("writer %d: %v", w, own)
		}
	}
}

// appendFile is the loop that every writer of a log runs.
func appendFile(t *testing.T, c *git.Clone, name string) error {
	for range 200 {
		all, err := c.Branches(t.Context(), "log")
		if err != nil {
			return err
		}
		tip := all["log"]
		id, err := makeCommit(t, c, tip, name+"\n", file(name, name))
		if err != nil {
			return err
		}
		err = c.Push(t.Context(), []git.Update{{Ref: "refs/heads/log", Old: tip, New: id}})
		if !errors.Is(err, git.ErrRace) {
			return err
		}
		if err := c.Fetch(t.Context()); err != nil {
			return err
		}
	}
	return errors.New("lost 200 races")
}

// One ref refused, by a race or by the server: nothing moves.
func TestAPushMovesAllOrNothing(t *testing.T) {
	for name, remote := range remotes {
		t.Run(name, func(t *testing.T) {
			r := remote(t)
			first := r.Seed(gittest.Commit{}, gittest.Commit{Branch: "lease"})
			c := clone(t, r)
			next, lease := child(t, c, first[0], "main\n"), child(t, c, first[1], "lease\n")
			moved := r.Seed(gittest.Commit{Branch: "lease", Message: "theirs\n"})[0]
			updates := []git.Update{
				{Ref: mainRef, Old: first[0], New: next},
				{Ref: "refs/heads/log", New: next},
				{Ref: "refs/heads/lease", Old: first[1], New: lease},
			}
			if err := c.Push(t.Context(), updates); !errors.Is(err, git.ErrRace) {
				t.Errorf("a race: %v", err)
			}
			r.Git("update-ref", "refs/heads/lease", first[1])
			r.Hook("update", `test "$1" != refs/heads/lease`)
			if err := c.Push(t.Context(), updates); !errors.Is(err, git.ErrRefused) {
				t.Errorf("a hook: %v", err)
			}
			r.Hook("pre-receive", "echo 'no: \x1b[31mtoken https://u:hunter2@example.org/x?t=1' >&2; exit 1")
			err := c.Push(t.Context(), updates)
			if !errors.Is(err, git.ErrRefused) || strings.Contains(err.Error(), "hunter2") || strings.ContainsAny(err.Error(), "\x1b\n") || strings.Contains(err.Error(), "t=1") {
				t.Errorf("a hook that talks: %v", err)
			}
			if r.Tip("main") != first[0] || r.Tip("log") != "" || r.Tip("lease") != first[1] {
				t.Errorf("something moved: main %s, log %s, lease %s (theirs was %s)", r.Tip("main"), r.Tip("log"), r.Tip("lease"), moved)
			}
			if all := branches(t, c); all["main"] != first[0] || all["log"] != "" {
				t.Errorf("the clone believes %v", all)
			}
		})
	}
}

// The right lease does not allow a rewind, and no update of anything strange is
// ever sent.
func TestPushesThatAreNeverSent(t *testing.T) {
	r := gittest.HTTP(t)
	ids := r.Seed(gittest.Commit{}, gittest.Commit{Message: "two\n"}, gittest.Commit{Branch: "change", Message: "c\n"})
	c := clone(t, r.Remote)
	side := child(t, c, ids[0], "side\n")
	r.Break(func(q *http.Request) gittest.Fault {
		t.Errorf("the server was asked for %s", q.URL)
		return gittest.Fault{}
	})
	for name, test := range map[string]struct {
		update git.Update
		want   error
	}{
		"rewind":         {git.Update{Ref: mainRef, Old: ids[1], New: ids[0]}, git.ErrRefused},
		"replace":        {git.Update{Ref: mainRef, Old: ids[1], New: side}, git.ErrRefused},
		"delete main":    {git.Update{Ref: mainRef, Old: ids[1]}, git.ErrRefused},
		"delete log":     {git.Update{Ref: "refs/heads/patchops/log/a/2026", Old: ids[1]}, git.ErrRefused},
		"no ids":         {git.Update{Ref: mainRef}, git.ErrRevision},
		"short id":       {git.Update{Ref: mainRef, Old: ids[0], New: ids[1][:12]}, git.ErrRevision},
		"absent commit":  {git.Update{Ref: mainRef, Old: ids[0], New: strings.Repeat("1", 40)}, git.ErrMissing},
		"absent old":     {git.Update{Ref: mainRef, Old: strings.Repeat("1", 40), New: ids[1]}, git.ErrMissing},
		"tag":            {git.Update{Ref: "refs/tags/v1", New: ids[0]}, git.ErrURL},
		"short ref":      {git.Update{Ref: "main", New: ids[0]}, git.ErrURL},
		"option":         {git.Update{Ref: "refs/heads/-f", New: ids[0]}, git.ErrURL},
		"refspec inside": {git.Update{Ref: "refs/heads/a:refs/heads/main", New: ids[0]}, git.ErrURL},
	} {
		if err := c.Push(t.Context(), []git.Update{test.update}); !errors.Is(err, test.want) {
			t.Errorf("%s: %v, want %v", name, err, test.want)
		}
	}
	twice := []git.Update{{Ref: mainRef, Old: ids[1], New: child(t, c, ids[1], "x\n")}, {Ref: mainRef, Old: ids[1], New: child(t, c, ids[1], "y\n")}}
	if err := c.Push(t.Context(), twice); !errors.Is(err, git.ErrRefused) {
		t.Errorf("one ref twice: %v", err)
	}
	if err := c.Push(t.Context(), nil); err != nil {
		t.Errorf("nothing to push: %v", err)
	}
}

func TestABranchOfAChangeCanBeRemoved(t *testing.T) {
	r := gittest.HTTP(t)
	ids := r.Seed(gittest.Commit{}, gittest.Commit{Branch: "change", Message: "c\n"})
	c := clone(t, r.Remote)
	if err := c.Push(t.Context(), []git.Update{{Ref: "refs/heads/change", Old: ids[0]}}); !errors.Is(err, git.ErrRace) {
		t.Errorf("removed from the wrong place: %v", err)
	}
	if err := c.Push(t.Context(), []git.Update{{Ref: "refs/heads/change", Old: ids[1]}}); err != nil {
		t.Fatal(err)
	}
	if all := branches(t, c); r.Tip("change") != "" || all["change"] != "" {
		t.Errorf("change is %q, the clone believes %v", r.Tip("change"), all)
	}
}

// What a server in trouble does is told apart, and an unsure push can be repeated.
func TestErrorsOfServers(t *testing.T) {
	for name, test := range map[string]struct {
		fault  gittest.Fault
		want   error
		pushed bool // only requests that move refs
	}{
		"down":      {gittest.Fault{Status: -1}, git.ErrRemote, false},
		"500":       {gittest.Fault{Status: 500}, git.ErrRemote, false},
		"503":       {gittest.Fault{Status: 503}, git.ErrRemote, true},
		"429":       {gittest.Fault{Status: 429}, git.ErrRemote, false},
		"401":       {gittest.Fault{Status: 401}, git.ErrRefused, false},
		"403":       {gittest.Fault{Status: 403}, git.ErrRefused, true},
		"404":       {gittest.Fault{Status: 404}, git.ErrRefused, false},
		"no answer": {gittest.Fault{Drop: true}, git.ErrRemote, true},
		"elsewhere": {gittest.Fault{Redirect: "http://127.0.0.2:1/x"}, git.ErrRefused, false},
	} {
		t.Run(name, func(t *testing.T) {
			r := gittest.HTTP(t)
			first := r.Seed(gittest.Commit{})[0]
			c := clone(t, r.Remote)
			update := []git.Update{{Ref: mainRef, Old: first, New: child(t, c, first, "two\n")}}
			r.Break(func(q *http.Request) gittest.Fault {
				if test.pushed && !gittest.Pushing(q) {
					return gittest.Fault{}
				}
				return test.fault
			})
			if err := c.Push(t.Context(), update); !errors.Is(err, test.want) {
				t.Errorf("push: %v, want %v", err, test.want)
			}
			if err := c.Fetch(t.Context()); !test.pushed && !errors.Is(err, test.want) {
				t.Errorf("fetch: %v, want %v", err, test.want)
			}
			r.Break(nil)
			if err := c.Push(t.Context(), update); err != nil {
				t.Errorf("again: %v", err)
			}
			if r.Tip("main") != update[0].New || branches(t, c)["main"] != update[0].New {
				t.Error("main did not move")
			}
		})
	}
}

// A server that cannot push atomically is refused before anything moves.
func TestAServerWithoutAtomicPushesIsRefused(t *testing.T) {
	r := gittest.HTTP(t)
	r.Git("config", "receive.advertiseAtomic", "false")
	first := r.Seed(gittest.Commit{})[0]
	c := clone(t, r.Remote)
	if err := c.Push(t.Context(), []git.Update{{Ref: mainRef, Old: first, New: child(t, c, first, "two\n")}}); !errors.Is(err, git.ErrRefused) {
		t.Errorf("%v, want ErrRefused", err)
	}
	if r.Tip("main") != first {
		t.Error("main moved")
	}
}

// A header of ours reaches the server, and no error.
func TestAuthorize(t *testing.T) {
	r := gittest.HTTP(t)
	first := r.Seed(gittest.Commit{})[0]
	c, err := git.CloneAt(t.Context(), t.TempDir()+"/clone", "origin", r.URL)
	if err != nil {
		t.Fatal(err)
	}
	r.Break(func(q *http.Request) gittest.Fault {
		if q.Header.Get("Authorization") != "Basic canary" {
			return gittest.Fault{Status: 401}
		}
		return gittest.Fault{}
	})
	for header, want := range map[string]error{"": git.ErrRefused, "Authorization: Basic wrong-canary": git.ErrRefused} {
		c.Authorize(func(context.Context) (string, error) { return header, nil })
		if err := c.Fetch(t.Context()); !errors.Is(err, want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", header, err)
		}
	}
	c.Authorize(func(context.Context) (string, error) { return "Authorization: Basic canary", nil })
	fetch(t, c)
	if err := c.Push(t.Context(), []git.Update{{Ref: mainRef, Old: first, New: child(t, c, first, "two\n")}}); err != nil {
		t.Error(err)
	}
	broken := errors.New("no token")
	c.Authorize(func(context.Context) (string, error) { return "", broken })
	if err := c.Fetch(t.Context()); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	c.Authorize(func(context.Context) (string, error) { return "A: b\nC: d", nil })
	if err := c.Fetch(t.Context()); err == nil {
		t.Error("two headers in one")
	}
}
