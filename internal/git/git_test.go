package git

import (
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/finding"
)

// sandbox is a repository made by the git command, deaf to the machine's own
// configuration.
type sandbox struct {
	t   *testing.T
	dir string
}

func newSandbox(t *testing.T, options ...string) *sandbox {
	t.Helper()
	s := &sandbox{t, t.TempDir()}
	s.git(append([]string{"init", "-q", "-b", "main"}, options...)...)
	return s
}

func (s *sandbox) git(args ...string) string {
	s.t.Helper()
	return s.gitIn(nil, args...)
}

func (s *sandbox) gitIn(stdin []byte, args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin = s.dir, bytes.NewReader(stdin)
	cmd.Env = append(environment(s.t), "GIT_AUTHOR_DATE=1773306000 +0000", "GIT_COMMITTER_DATE=1773306000 +0000")
	var out, errors bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errors
	if err := cmd.Run(); err != nil {
		s.t.Fatalf("git %q: %v\n%s", args, err, errors.String())
	}
	return strings.TrimSpace(out.String())
}

func environment(t *testing.T) []string {
	t.Helper()
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org",
	}
}

func (s *sandbox) write(path, content string) {
	s.t.Helper()
	full := filepath.Join(s.dir, path)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *sandbox) commit(message string) string {
	s.t.Helper()
	s.git("add", "-A")
	s.git("commit", "-q", "--allow-empty", "-m", message)
	return s.git("rev-parse", "HEAD")
}

func (s *sandbox) blob(content string) string {
	s.t.Helper()
	return s.gitIn([]byte(content), "hash-object", "-w", "--stdin")
}

// one is an entry of a tree that git itself would not write.
type one struct{ mode, name, id string }

func (s *sandbox) tree(entries ...one) string {
	s.t.Helper()
	var b bytes.Buffer
	for _, e := range entries {
		id, err := hex.DecodeString(e.id)
		if err != nil {
			s.t.Fatal(err)
		}
		b.WriteString(e.mode + " " + e.name + "\x00")
		b.Write(id)
	}
	return s.gitIn(b.Bytes(), "hash-object", "-t", "tree", "--literally", "-w", "--stdin")
}

func (s *sandbox) commitTree(tree string, parents ...string) string {
	s.t.Helper()
	args := []string{"commit-tree", tree, "-m", "made"}
	for _, p := range parents {
		args = append(args, "-p", p)
	}
	return s.git(args...)
}

func (s *sandbox) open() *Repository {
	s.t.Helper()
	return open(s.t, s.dir)
}

func open(t *testing.T, dir string) *Repository {
	t.Helper()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func readTree(t *testing.T, r *Repository, commit, prefix string) *Tree {
	t.Helper()
	tree, err := r.Tree(commit, prefix)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func paths(tree *Tree) []string {
	var all []string
	for _, e := range tree.Entries() {
		all = append(all, e.Path)
	}
	return all
}

// wantProblems compares "id file" of every problem.
func wantProblems(t *testing.T, tree *Tree, want ...string) {
	t.Helper()
	var got []string
	for _, f := range tree.Problems() {
		got = append(got, f.ID+" "+f.File)
		severity := finding.Error
		if f.ID == "git/replace" {
			severity = finding.Warning
		}
		if f.Severity != severity || f.Message == "" {
			t.Errorf("%s: severity %q, message %q", f.ID, f.Severity, f.Message)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("problems %q, want %q", got, want)
	}
}
