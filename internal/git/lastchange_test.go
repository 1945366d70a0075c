package git_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/git/gittest"
)

// TestLastChange: the commit on the branch that made a path what it is, as `git log
// --first-parent` names it.
func TestLastChange(t *testing.T) {
	r := gittest.Bare(t)
	var stream strings.Builder
	commit := func(n int, parents string, changes ...string) {
		fmt.Fprintf(&stream, "commit refs/heads/c%d\nmark :%d\ncommitter Ada <ada@example.org> %d +0000\ndata 1\nx\n%s", n, n, gittest.Date+int64(n), parents)
		for _, c := range changes {
			path, text, set := strings.Cut(c, "=")
			if !set {
				fmt.Fprintf(&stream, "D %s\n", path)
				continue
			}
			fmt.Fprintf(&stream, "M 100644 inline %s\ndata %d\n%s\n", path, len(text), text)
		}
		stream.WriteString("\n")
	}
	commit(1, "", "a/b/x=1", "y=1")
	commit(2, "from :1\n", "a/b/x=2")
	commit(3, "from :1\n", "y=2")
	commit(4, "from :2\nmerge :3\n", "y=2") // takes over y from a branch
	commit(5, "from :4\n", "z=1", "a/b/w=1")
	commit(6, "from :5\n", "z")
	commit(7, "from :6\n", "a", "a=1") // a folder comes to be a file
	gittest.Git(t, r.Dir, []byte(stream.String()), "fast-import", "--quiet")
	id := func(n int) string { return r.Git("rev-parse", fmt.Sprintf("refs/heads/c%d", n)) }
	open, err := git.Open(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = open.Close() }()
	for _, c := range []struct {
		tip  int
		path string
		want int
	}{
		{1, "y", 1}, {6, "a/b/x", 2}, {6, "y", 4}, {5, "z", 5}, {6, "z", 6}, {6, "a/b", 5}, {7, "a", 7}, {7, "a/b/x", 7}, {7, "none", 1}, {7, "y/none", 1},
	} {
		got, err := open.LastChange(id(c.tip), c.path)
		if err != nil || got != id(c.want) {
			t.Errorf("%s before c%d: %s %v, wanted c%d", c.path, c.tip, got, err, c.want)
		}
		if log := r.Git("log", "--first-parent", "-1", "--format=%H", id(c.tip), "--", c.path); log != "" && log != id(c.want) {
			t.Errorf("git says %s of %s", log, c.path)
		}
	}
	if _, err := open.LastChange("HEAD", "y"); err == nil {
		t.Error("a revision is taken for a commit")
	}
}
