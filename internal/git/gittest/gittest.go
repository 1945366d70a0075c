// Package gittest makes real remotes for tests: a bare repository as a path,
// behind git's own http-backend, behind git daemon, and over ssh where a server
// is installed. Nothing of the machine's own configuration of git counts.
//
// It knows nothing of patchops; what a remote does, git does.
package gittest

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Date is the instant of commits whose maker does not say another: 2026-03-12
// 09:00:00 UTC, in seconds since 1970.
const Date = 1773306000

// Remote is a bare repository that accepts pushes, and how to reach it.
type Remote struct {
	Dir string // the bare repository: to look into it, to set hooks and configuration
	URL string // what a clone uses

	t testing.TB
}

// Bare makes an empty bare repository with the default branch main, reached by
// its path.
func Bare(t testing.TB) *Remote {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "remote.git")
	r := &Remote{Dir: dir, URL: dir, t: t}
	Git(t, filepath.Dir(dir), nil, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", dir)
	r.Git("config", "http.receivepack", "true")
	r.Git("config", "http.getanyfile", "false")
	r.Git("config", "gc.auto", "0")
	return r
}

// Git runs git in the remote's repository and returns what it printed, trimmed.
func (r *Remote) Git(args ...string) string {
	r.t.Helper()
	return Git(r.t, r.Dir, nil, args...)
}

// Commit is one commit for Seed to make.
type Commit struct {
	Branch  string            // "main"; its tip is the first parent
	Message string            // "" is "change"
	Files   map[string]string // put over the parent's; "" removes
	Parents []string          // further parents
	Name    string            // author and committer; "" is "Ada"
	Email   string            // "" is "ada@example.org"
	Date    int64             // seconds since 1970; 0 is Date
	From    string            // first parent of a branch that is not there yet
}

// Seed writes commits straight into the remote, in order, and returns their ids.
func (r *Remote) Seed(commits ...Commit) []string {
	r.t.Helper()
	ids := make([]string, 0, len(commits))
	for _, c := range commits {
		ids = append(ids, r.seed(c))
	}
	return ids
}

func (r *Remote) seed(c Commit) string {
	r.t.Helper()
	if c.Branch == "" {
		c.Branch = "main"
	}
	ref := "refs/heads/" + c.Branch
	parent := r.Tip(c.Branch)
	if parent == "" {
		parent = c.From
	}
	index := filepath.Join(r.t.TempDir(), "index")
	env := append(person(c), "GIT_INDEX_FILE="+index)
	if parent != "" {
		gitEnv(r.t, r.Dir, nil, env, "read-tree", parent)
	}
	var entries bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		if c.Files[name] == "" {
			fmt.Fprintf(&entries, "0 %040d\t%s\n", 0, name)
			continue
		}
		blob := Git(r.t, r.Dir, []byte(c.Files[name]), "hash-object", "-w", "--stdin")
		fmt.Fprintf(&entries, "100644 %s\t%s\n", blob, name)
	}
	gitEnv(r.t, r.Dir, entries.Bytes(), env, "update-index", "--add", "--index-info")
	args := []string{"commit-tree", gitEnv(r.t, r.Dir, nil, env, "write-tree")}
	for _, p := range append([]string{parent}, c.Parents...) {
		if p != "" {
			args = append(args, "-p", p)
		}
	}
	if c.Message == "" {
		c.Message = "change\n"
	}
	id := gitEnv(r.t, r.Dir, []byte(c.Message), env, args...)
	r.Git("update-ref", ref, id)
	return id
}

func person(c Commit) []string {
	if c.Name == "" {
		c.Name = "Ada"
	}
	if c.Email == "" {
		c.Email = "ada@example.org"
	}
	if c.Date == 0 {
		c.Date = Date
	}
	date := fmt.Sprintf("%d +0000", c.Date)
	return []string{
		"GIT_AUTHOR_NAME=" + c.Name, "GIT_AUTHOR_EMAIL=" + c.Email, "GIT_AUTHOR_DATE=" + date,
		"GIT_COMMITTER_NAME=" + c.Name, "GIT_COMMITTER_EMAIL=" + c.Email, "GIT_COMMITTER_DATE=" + date,
	}
}

// Tip is the commit of a branch of the remote, "" where it is not.
func (r *Remote) Tip(branch string) string {
	r.t.Helper()
	return r.Git("for-each-ref", "--format=%(objectname)", "refs/heads/"+branch)
}

// Hook installs a hook of the server (pre-receive, update, ...), a shell script
// without its first line.
func (r *Remote) Hook(name, script string) {
	r.t.Helper()
	dir := filepath.Join(r.Dir, "hooks")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil { //nolint:gosec // a script
		r.t.Fatal(err)
	}
}

// Environment is what git gets in tests: no configuration but the repository's.
func Environment() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=/nonexistent", "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_TERMINAL_PROMPT=0", "GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org",
		"GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org",
		fmt.Sprintf("GIT_AUTHOR_DATE=%d +0000", Date), fmt.Sprintf("GIT_COMMITTER_DATE=%d +0000", Date),
	}
}

// Git runs git in a folder and returns what it printed, trimmed; a failure ends
// the test.
func Git(t testing.TB, dir string, stdin []byte, args ...string) string {
	t.Helper()
	return gitEnv(t, dir, stdin, nil, args...)
}

func gitEnv(t testing.TB, dir string, stdin []byte, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin, cmd.Env = dir, bytes.NewReader(stdin), append(Environment(), env...)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, said.String())
	}
	return strings.TrimSpace(out.String())
}
