// Package gittest makes real remotes for tests: a bare repository as a path,
// behind git's own http-backend, behind git daemon, and over ssh where a server
// is installed. Nothing of the machine's own configuration of git counts.
//
// It knows nothing of patchops; what a remote does, git does.
package gittest

import (
	"bytes"
	"cmp"
	"errors"
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
	config := "[http]\n\treceivepack = true\n\tgetanyfile = false\n[gc]\n\tauto = 0\n[receive]\n\tautogc = false\n"
	f, err := os.OpenFile(filepath.Join(dir, "config"), os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString(config)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
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

// Seed writes commits straight into the remote, in order, and returns their ids. One git
// writes them all.
func (r *Remote) Seed(commits ...Commit) []string {
	r.t.Helper()
	tips := map[string]string{}
	for line := range strings.Lines(r.Git("for-each-ref", "--format=%(objectname) %(refname)", "refs/heads")) {
		id, ref, _ := strings.Cut(strings.TrimSpace(line), " ")
		tips[ref] = id
	}
	var in bytes.Buffer
	for i, c := range commits {
		ref := "refs/heads/" + cmp.Or(c.Branch, "main")
		c.write(&in, ref, i+1, cmp.Or(tips[ref], c.From))
		tips[ref] = fmt.Sprint(":", i+1)
	}
	for i := range commits {
		fmt.Fprintf(&in, "get-mark :%d\n", i+1)
	}
	return strings.Fields(Git(r.t, r.Dir, in.Bytes(), "-c", "fastimport.unpackLimit=1000000", "fast-import", "--quiet"))
}

// write is the commit as git fast-import reads it.
func (c Commit) write(w *bytes.Buffer, ref string, mark int, parent string) {
	date, message := cmp.Or(c.Date, Date), cmp.Or(c.Message, "change\n")
	who := fmt.Sprintf("%s <%s> %d +0000", cmp.Or(c.Name, "Ada"), cmp.Or(c.Email, "ada@example.org"), date)
	fmt.Fprintf(w, "commit %s\nmark :%d\nauthor %s\ncommitter %s\ndata %d\n%s\n", ref, mark, who, who, len(message), message)
	if parent != "" {
		fmt.Fprintf(w, "from %s\n", parent)
	}
	for _, p := range c.Parents {
		fmt.Fprintf(w, "merge %s\n", p)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		if c.Files[name] == "" {
			fmt.Fprintf(w, "D %s\n", name)
			continue
		}
		fmt.Fprintf(w, "M 100644 inline %s\ndata %d\n%s\n", name, len(c.Files[name]), c.Files[name])
	}
	w.WriteString("\n")
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
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin, cmd.Env = dir, bytes.NewReader(stdin), Environment()
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, said.String())
	}
	return strings.TrimSpace(out.String())
}
