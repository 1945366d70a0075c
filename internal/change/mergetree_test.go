package change_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/change"
)

// bare is an empty repository that the git command writes to.
type bare struct {
	t   *testing.T
	dir string
}

func (b bare) git(stdin string, args ...string) (string, error) {
	b.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin = b.dir, strings.NewReader(stdin)
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + b.dir, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org",
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if err != nil && errs.Len() > 0 && !strings.Contains(strings.Join(args, " "), "merge-tree") {
		b.t.Fatalf("git %v: %v\n%s", args, err, errs.String())
	}
	return strings.TrimSpace(out.String()), err
}

// commit makes a commit of files, each of its own text.
func (b bare) commit(files map[string]string, parents ...string) string {
	b.t.Helper()
	_, _ = b.git("", "read-tree", "--empty")
	var lines strings.Builder
	for name, text := range files {
		id, _ := b.git(text, "hash-object", "-w", "--stdin")
		fmt.Fprintf(&lines, "100644 %s\t%s\n", id, name)
	}
	_, _ = b.git(lines.String(), "update-index", "--add", "--index-info")
	tree, _ := b.git("", "write-tree")
	args := []string{"commit-tree", "-m", "x", tree}
	for _, p := range parents {
		args = append(args, "-p", p)
	}
	id, _ := b.git("", args...)
	return id
}

func (b bare) entries(tree string) []change.Entry {
	b.t.Helper()
	out, _ := b.git("", "ls-tree", "-r", tree)
	var entries []change.Entry
	for line := range strings.SplitSeq(out, "\n") {
		head, path, _ := strings.Cut(line, "\t")
		if f := strings.Fields(head); len(f) == 3 {
			entries = append(entries, change.Entry{Path: path, Mode: f[0], Blob: f[2]})
		}
	}
	slices.SortFunc(entries, func(a, b change.Entry) int { return strings.Compare(a.Path, b.Path) })
	return entries
}

// TestMergeAgreesWithGit: where nothing is renamed and no file is changed by both,
// git merge-tree makes the same tree; where Merge refuses, git either does too or
// merged text, which decides nothing here.
func TestMergeAgreesWithGit(t *testing.T) {
	if testing.Short() {
		t.Skip("starts git a few hundred times")
	}
	b := bare{t, t.TempDir()}
	_, _ = b.git("", "init", "--quiet", "--bare")
	base := map[string]string{}
	for _, n := range []string{"a", "b", "dir/c", "dir/d", "dir.x", "e/f/g"} {
		base[n] = strings.Repeat("base of "+n+"\n", 3)
	}
	root := b.commit(base)
	for seed := range 40 {
		sides := [2]map[string]string{}
		var commits [2]string
		for s := range sides {
			sides[s] = map[string]string{}
			for i, n := range []string{"a", "b", "dir/c", "dir/d", "dir.x", "e/f/g", "new1", "dir/new2"} {
				switch (seed*(7+s*4) + i*(3+s)) % 5 {
				case 0:
					sides[s][n] = fmt.Sprintf("%d of %d in %s\n", seed, s, n)
				case 1: // removed, or not there
				default:
					if text, was := base[n]; was {
						sides[s][n] = text
					}
				}
			}
			commits[s] = b.commit(sides[s], root)
		}
		got, conflicts := change.Merge(b.entries(root), b.entries(commits[0]), b.entries(commits[1]))
		out, err := b.git("", "merge-tree", "--write-tree", commits[0], commits[1])
		if len(conflicts) > 0 {
			continue
		}
		tree, _, _ := strings.Cut(out, "\n")
		if err != nil || !slices.Equal(got, b.entries(tree)) {
			t.Errorf("seed %d: merged to %v, git to %v (%v)", seed, got, b.entries(tree), err)
		}
	}
}
