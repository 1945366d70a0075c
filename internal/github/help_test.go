package github_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/github"
	"github.com/patchops/patchops/internal/github/githubtest"
)

// People of the tests.
const (
	ada = 101 // opens
	bob = 102 // approves
	eve = 103 // pushes to ada's branch
)

// world is a forge over a bare repository, a work tree and a clock that moves
// only when somebody sleeps.
type world struct {
	*testing.T
	forge *githubtest.Forge
	bare  string
	work  string
	now   time.Time
	slept []time.Duration
}

func start(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	w := &world{T: t, bare: filepath.Join(dir, "bare.git"), work: filepath.Join(dir, "work"), now: time.Date(2026, 3, 12, 9, 0, 30, 0, time.UTC)}
	w.run(dir, "git", "init", "--quiet", "--bare", "--initial-branch=main", w.bare)
	w.run(dir, "git", "init", "--quiet", "--initial-branch=main", w.work)
	w.run(w.work, "git", "remote", "add", "origin", w.bare)
	w.commit("main", "README.md", "hello\n", "ada")
	w.push("main")
	forge, err := githubtest.New(w.bare, "acme/plans", func() time.Time { return w.now })
	if err != nil {
		t.Fatal(err)
	}
	for id, name := range map[int64]string{ada: "ada", bob: "bob", eve: "eve"} {
		forge.User(id, name, name+"@example.com")
	}
	t.Cleanup(func() {
		forge.Close()
		for _, v := range forge.Violations() {
			t.Errorf("against GitHub's description: %s", v)
		}
	})
	w.forge = forge
	return w
}

func (w *world) run(dir string, args ...string) string {
	w.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
	out, err := cmd.CombinedOutput()
	if err != nil {
		w.Fatalf("%v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit writes a file on a branch, made where it is absent, and commits it.
func (w *world) commit(branch, name, text, who string, more ...string) string {
	w.Helper()
	if exec.Command("git", "-C", w.work, "checkout", "--quiet", branch).Run() != nil {
		w.run(w.work, "git", "checkout", "--quiet", "-B", branch)
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Join(w.work, name)), 0o755); err != nil {
		w.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.work, name), []byte(text), 0o600); err != nil {
		w.Fatal(err)
	}
	w.run(w.work, "git", "add", "--all")
	args := []string{"git", "-c", "user.name=" + who, "-c", "user.email=" + who + "@example.com", "commit", "--quiet", "--allow-empty", "-m", "change " + name}
	w.run(w.work, append(args, more...)...)
	return w.run(w.work, "git", "rev-parse", "HEAD")
}

func (w *world) push(branch string) {
	w.run(w.work, "git", "push", "--quiet", "--force", "origin", branch)
}

// propose opens a pull request of one commit on a new branch.
func (w *world) propose(branch string) change.Change {
	w.Helper()
	w.run(w.work, "git", "checkout", "--quiet", "main")
	w.commit(branch, branch+".yaml", "a: 1\n", "ada")
	w.push(branch)
	n, err := w.forge.Open(githubtest.Pull{Branch: branch, Author: ada})
	if err != nil || n <= 0 {
		w.Fatal(n, err)
	}
	c, err := w.client().Read(w.Context(), name(n))
	if err != nil {
		w.Fatal(err)
	}
	w.forge.Forget()
	return c
}

// first is the first pull request at its present head.
func (w *world) first() change.Change {
	return change.Change{Name: "#1", Head: w.forge.Head(1)}
}

func name(n int) string { return "#" + string(rune('0'+n)) }

func (w *world) options() github.Options {
	return github.Options{
		API: w.forge.API(), Repository: "acme/plans", ID: githubtest.ID, App: githubtest.AppID, Bot: githubtest.BotID, Target: "main",
		Token: githubtest.Token, Write: true, Now: func() time.Time { return w.now },
		Sleep: func(_ context.Context, d time.Duration) error {
			w.slept = append(w.slept, d)
			w.now = w.now.Add(d)
			return nil
		},
	}
}

func (w *world) client() *github.Client {
	w.Helper()
	return w.connect(w.options())
}

func (w *world) connect(o github.Options) *github.Client {
	w.Helper()
	c, err := github.New(w.Context(), o)
	if err != nil {
		w.Fatal(err)
	}
	return c
}

// asked counts requests so far that hold a text.
func (w *world) asked(text string) int {
	n := 0
	for _, line := range w.forge.Requests() {
		if strings.Contains(line, text) {
			n++
		}
	}
	return n
}

// chain makes n empty commits on top of main, in the bare repository, as a branch,
// and returns them, the oldest first.
func (w *world) chain(branch, who string, n int) []string {
	w.Helper()
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "commit refs/heads/%s\ncommitter %s <%s@example.com> %d +0000\ndata 1\nx\n", branch, who, who, 1770000000+i)
		if i == 0 {
			b.WriteString("from refs/heads/main^0\n")
		}
	}
	cmd := exec.Command("git", "-C", w.bare, "fast-import", "--quiet")
	cmd.Stdin = strings.NewReader(b.String())
	if out, err := cmd.CombinedOutput(); err != nil {
		w.Fatalf("%v: %s", err, out)
	}
	return strings.Fields(w.run(w.bare, "git", "rev-list", "--reverse", "main.."+branch))
}
