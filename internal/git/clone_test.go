package git_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/git/gittest"
)

var controller = git.Person{Name: "patchops controller", Email: "controller@patchops.invalid"}

func clone(t *testing.T, r *gittest.Remote) *git.Clone {
	t.Helper()
	c, err := git.CloneAt(t.Context(), filepath.Join(t.TempDir(), "state", "clone"), "origin", r.URL)
	if err != nil {
		t.Fatal(err)
	}
	fetch(t, c)
	return c
}

func fetch(t *testing.T, c *git.Clone) {
	t.Helper()
	if err := c.Fetch(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func repository(t *testing.T, c *git.Clone) *git.Repository {
	t.Helper()
	r, err := c.Repository()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func branches(t *testing.T, c *git.Clone) map[string]string {
	t.Helper()
	all, err := c.Branches(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func file(path, content string) git.File {
	return git.File{Path: path, Mode: "100644", Bytes: []byte(content)}
}

// child writes a commit on top of base, "" for a first one.
func child(t *testing.T, c *git.Clone, base, message string, files ...git.File) string {
	t.Helper()
	id, err := makeCommit(t, c, base, message, files...)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func makeCommit(t *testing.T, c *git.Clone, base, message string, files ...git.File) (string, error) {
	spec := git.CommitSpec{Author: controller, Committer: controller, Time: time.Unix(gittest.Date, 0), Message: message}
	tree := ""
	if base != "" {
		r, err := c.Repository()
		if err != nil {
			return "", err
		}
		info, err := r.CommitInfo(base)
		if err := errors.Join(err, r.Close()); err != nil {
			return "", err
		}
		tree, spec.Parents = info.Tree, []string{base}
	}
	var err error
	if spec.Tree, err = c.WriteTree(t.Context(), tree, files); err != nil {
		return "", err
	}
	return c.Commit(t.Context(), spec)
}

// remotes are all ways to reach a remote that this machine has.
var remotes = map[string]func(*testing.T) *gittest.Remote{
	"path":   func(t *testing.T) *gittest.Remote { return gittest.Bare(t) },
	"http":   func(t *testing.T) *gittest.Remote { return gittest.HTTP(t).Remote },
	"daemon": func(t *testing.T) *gittest.Remote { return gittest.Daemon(t) },
	"ssh":    gittest.SSH,
}

func TestEveryRemoteFetchesAndPushes(t *testing.T) {
	for name, remote := range remotes {
		t.Run(name, func(t *testing.T) {
			r := remote(t)
			first := r.Seed(gittest.Commit{Files: map[string]string{"plans/a.yaml": "a\n"}})[0]
			c := clone(t, r)
			open := repository(t, c)
			next := child(t, c, first, "two\n", file("plans/b.yaml", "b\n"))
			log := child(t, c, "", "log\n", file("seg/000000000000.jsonl", "{}\n"))
			err := c.Push(t.Context(), []git.Update{
				{Ref: "refs/heads/main", Old: first, New: next},
				{Ref: "refs/heads/patchops/log/acme/2026", New: log},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := r.Tip("main"); got != next {
				t.Errorf("main is %s, want %s", got, next)
			}
			below, err := c.Branches(t.Context(), "patchops/log")
			if err != nil || len(below) != 1 || below["patchops/log/acme/2026"] != log || branches(t, c)["main"] != next {
				t.Errorf("branches %v, %v", below, err)
			}
			if _, err := open.CommitInfo(next); err != nil {
				t.Errorf("a repository opened before: %v", err)
			}
			lost := child(t, c, first, "other\n")
			if err := c.Push(t.Context(), []git.Update{{Ref: "refs/heads/main", Old: first, New: lost}}); !errors.Is(err, git.ErrRace) {
				t.Errorf("a lost race: %v", err)
			}
		})
	}
}

// A branch that vanished vanishes, also where its name becomes a folder.
func TestFetchFollowsTheRemote(t *testing.T) {
	r := gittest.Bare(t)
	ids := r.Seed(gittest.Commit{}, gittest.Commit{Branch: "a", Message: "a\n"}, gittest.Commit{Branch: "old", Message: "b\n"})
	c := clone(t, r)
	open := repository(t, c)
	r.Git("tag", "v1", ids[0])
	r.Git("update-ref", "-d", "refs/heads/old")
	r.Git("update-ref", "-d", "refs/heads/a")
	r.Git("update-ref", "refs/heads/a/b", ids[1])
	r.Git("update-ref", "refs/pull/7/head", ids[2])
	more := r.Seed(gittest.Commit{Files: map[string]string{"x": "x"}})[0]
	if err := c.Fetch(t.Context(), "+refs/pull/*/head:refs/remotes/origin/pull/*"); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"main": more, "a/b": ids[1], "pull/7": ids[2]}
	if got := branches(t, c); len(got) != 3 || got["main"] != more || got["a/b"] != ids[1] || got["pull/7"] != ids[2] {
		t.Errorf("branches %v, want %v", got, want)
	}
	if out := gittest.Git(t, c.Dir(), nil, "tag", "--list"); out != "" {
		t.Errorf("tags were fetched: %s", out)
	}
	if _, err := open.CommitInfo(more); err != nil {
		t.Errorf("a repository opened before the fetch: %v", err)
	}
	for _, bad := range []string{"refs/heads/main", "+refs/heads/*:refs/heads/*", "+refs/x:refs/remotes/origin/../x", "--upload-pack=x", "+refs/heads/*:refs/remotes/origin/x", ""} {
		if err := c.Fetch(t.Context(), bad); !errors.Is(err, git.ErrURL) {
			t.Errorf("refspec %q: %v", bad, err)
		}
	}
}

// Refs that the user's git has packed move and vanish as others do, and stay
// packed where the user's git looks for them.
func TestPackedRefsOfAUsersClone(t *testing.T) {
	r := gittest.Bare(t)
	first := r.Seed(gittest.Commit{}, gittest.Commit{Branch: "gone", Message: "g\n"}, gittest.Commit{Branch: "\u00e9t\u00e9", Message: "e\n"})
	dir := filepath.Join(t.TempDir(), "work")
	gittest.Git(t, "", nil, "clone", "--quiet", r.URL, dir)
	gittest.Git(t, dir, nil, "branch", "mine")
	gittest.Git(t, dir, nil, "pack-refs", "--all")
	c, err := git.CloneAt(t.Context(), dir, "origin", "")
	if err != nil {
		t.Fatal(err)
	}
	if all := branches(t, c); len(all) != 3 || all["gone"] != first[1] {
		t.Errorf("packed: %v", all)
	}
	r.Git("update-ref", "-d", "refs/heads/gone")
	next := r.Seed(gittest.Commit{Message: "two\n"})[0]
	fetch(t, c)
	if all := branches(t, c); len(all) != 2 || all["main"] != next || all["\u00e9t\u00e9"] != first[2] {
		t.Errorf("after the fetch: %v", all)
	}
	if got := gittest.Git(t, dir, nil, "for-each-ref", "--format=%(objectname)", "refs/heads/mine", "refs/remotes/origin/main", "refs/remotes/origin/gone"); got != first[0]+"\n"+next {
		t.Errorf("the user's git sees %q", got)
	}
	if info, err := os.Lstat(filepath.Join(dir, ".git", "packed-refs")); err != nil || !info.Mode().IsRegular() {
		t.Errorf("packed-refs: %v, %v", info, err)
	}
	lock := filepath.Join(dir, ".git", "refs/remotes/origin/main.lock")
	if err := os.WriteFile(lock, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r.Seed(gittest.Commit{Message: "three\n"})
	if err := c.Fetch(t.Context()); !errors.Is(err, git.ErrRace) {
		t.Errorf("beside a lock: %v", err)
	}
	if _, err := os.Stat(lock); err != nil {
		t.Error("another git's lock was removed from a user's clone")
	}
}

// R42: the clone is a cache; deleted mid-way, it comes back the same.
func TestADeletedCloneComesBackTheSame(t *testing.T) {
	r := gittest.Bare(t)
	first := r.Seed(gittest.Commit{Files: map[string]string{"a": "a"}}, gittest.Commit{Branch: "patchops/log/acme/2026"})[0]
	dir := filepath.Join(t.TempDir(), "clone")
	var ids, tips []string
	for range 2 {
		c, err := git.CloneAt(t.Context(), dir, "origin", r.URL)
		if err != nil {
			t.Fatal(err)
		}
		fetch(t, c)
		ids = append(ids, child(t, c, first, "next\n", file("b", "b")))
		all := branches(t, c)
		tips = append(tips, all["main"]+all["patchops/log/acme/2026"])
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		if err := c.Fetch(t.Context()); err == nil {
			t.Error("a fetch into nothing")
		}
		_ = os.RemoveAll(dir)
	}
	if ids[0] != ids[1] || tips[0] != tips[1] {
		t.Errorf("commits %v, tips %v", ids, tips)
	}
}

// Many make the clone at once: all get it, whole, and nothing is left beside it.
func TestTheCloneIsMadeOnce(t *testing.T) {
	r := gittest.Bare(t)
	first := r.Seed(gittest.Commit{})[0]
	dir := filepath.Join(t.TempDir(), "clone")
	if err := errors.Join(os.Mkdir(dir, 0o755), os.Mkdir(dir+".new-killed", 0o755)); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			c, err := git.CloneAt(t.Context(), dir, "origin", r.URL)
			if err == nil {
				err = c.Fetch(t.Context())
			}
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := c.Branches(t.Context(), ""); err != nil || got["main"] != first {
				t.Errorf("%v, %v", got, err)
			}
		})
	}
	all.Wait()
	if beside, _ := filepath.Glob(filepath.Dir(dir) + "/*"); len(beside) != 1 {
		t.Errorf("left: %v", beside)
	}
	other := filepath.Join(t.TempDir(), "full")
	if err := os.MkdirAll(filepath.Join(other, "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := git.CloneAt(t.Context(), other, "origin", r.URL); err == nil {
		t.Error("a clone in a folder of something else")
	}
}

func TestCloneAtOpensAUsersClone(t *testing.T) {
	r := gittest.Bare(t)
	first := r.Seed(gittest.Commit{Files: map[string]string{"a": "a\n"}})[0]
	dir := filepath.Join(t.TempDir(), "work")
	gittest.Git(t, "", nil, "clone", "--quiet", r.URL, dir)
	gittest.Git(t, dir, nil, "worktree", "add", "--quiet", "--detach", filepath.Join(dir, "..", "linked"))
	moved := r.Seed(gittest.Commit{Files: map[string]string{"a": "b\n"}})[0]
	for _, place := range []string{dir, filepath.Join(dir, "..", "linked")} {
		c, err := git.CloneAt(t.Context(), place, "origin", "")
		if err != nil {
			t.Fatal(err)
		}
		fetch(t, c)
		if got := branches(t, c); len(got) != 1 || got["main"] != moved {
			t.Errorf("%s: branches %v", place, got)
		}
		moved = r.Seed(gittest.Commit{Files: map[string]string{"a": moved}})[0]
	}
	if head := gittest.Git(t, dir, nil, "rev-parse", "HEAD"); head != first {
		t.Errorf("the user's branch moved to %s", head)
	}
	if status := gittest.Git(t, dir, nil, "status", "--porcelain"); status != "" {
		t.Errorf("the work tree changed: %s", status)
	}
	if _, err := git.CloneAt(t.Context(), dir, "upstream", ""); !errors.Is(err, git.ErrURL) || !errors.Is(err, git.ErrNoRemote) {
		t.Errorf("an unknown remote: %v", err)
	}
	if _, err := git.CloneAt(t.Context(), t.TempDir(), "origin", ""); !errors.Is(err, git.ErrNoRepository) {
		t.Errorf("no repository: %v", err)
	}
	gittest.Git(t, dir, nil, "config", "remote.origin.url", "https://bob:hunter2@example.org/x.git")
	if _, err := git.CloneAt(t.Context(), dir, "origin", ""); !errors.Is(err, git.ErrURL) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a password: %v", err)
	}
}

func TestShallowAndPartialClonesAreRefused(t *testing.T) {
	r := gittest.Bare(t)
	r.Seed(gittest.Commit{}, gittest.Commit{})
	r.Git("config", "uploadpack.allowFilter", "true")
	for _, option := range []string{"--depth=1", "--filter=blob:none"} {
		dir := filepath.Join(t.TempDir(), "work")
		gittest.Git(t, "", nil, "clone", "--quiet", option, "file://"+r.Dir, dir)
		if _, err := git.CloneAt(t.Context(), dir, "origin", ""); !errors.Is(err, git.ErrUnsupported) {
			t.Errorf("%s: %v", option, err)
		}
	}
}

// A pushed commit is what git itself would make of it.
func TestTheRemoteIsSound(t *testing.T) {
	r := gittest.Bare(t)
	c := clone(t, r)
	id := child(t, c, "", "one\n\nbody\n", file("a/b", "x"), file("a.b", "y"), file("a0", ""), git.File{Path: "run.sh", Mode: "100755", Bytes: []byte("#!/bin/sh\n")})
	if err := c.Push(t.Context(), []git.Update{{Ref: "refs/heads/main", New: id}}); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("git", "fsck", "--strict", "--full")
	cmd.Dir, cmd.Env = r.Dir, gittest.Environment()
	if out, err := cmd.CombinedOutput(); err != nil || strings.Contains(string(out), "error") {
		t.Errorf("fsck: %v\n%s", err, out)
	}
	got := strings.Fields(r.Git("ls-tree", "-r", "--name-only", "main"))
	if want := []string{"a.b", "a/b", "a0", "run.sh"}; !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}
