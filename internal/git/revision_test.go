package git

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestResolveAgreesWithGit(t *testing.T) {
	s := newSandbox(t)
	s.commit("one")
	s.git("tag", "light")
	s.git("tag", "-a", "-m", "annotated", "v1.0")
	s.git("tag", "-a", "-m", "tag of a tag", "nested", "v1.0")
	s.git("checkout", "-q", "-b", "feature/x")
	s.commit("two")
	s.git("checkout", "-q", "main")
	s.commit("three")
	s.git("merge", "-q", "--no-ff", "-m", "merge", "feature/x")
	s.git("tag", "feature/x", "main~1")
	s.git("update-ref", "refs/remotes/origin/main", "main~1")
	s.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
	head := s.git("rev-parse", "HEAD")
	s.git("branch", head[:7], "main~1") // a branch named like an abbreviated id
	for _, packed := range []bool{false, true} {
		if packed {
			s.git("gc", "-q")
		}
		r := s.open()
		for _, rev := range []string{
			"HEAD", "@", "main", "heads/main", "refs/heads/main", "light", "v1.0", "tags/v1.0", "nested", "feature/x", "heads/feature/x",
			"origin", "origin/main", "HEAD~1", "HEAD~", "HEAD^", "HEAD^2", "HEAD^0", "HEAD~1^0~1", "main^{commit}", "v1.0^{}",
			head, head[:12], head[:7], strings.ToUpper(head),
		} {
			want := s.git("rev-parse", "-q", "--verify", rev+"^{commit}")
			if got, err := r.Resolve(rev); err != nil || got != want {
				t.Errorf("packed %v: %q is %s, %v; want %s", packed, rev, got, err, want)
			}
		}
		for _, rev := range []string{
			"", "nowhere", "-main", "main:plan.yaml", "main..light", "HEAD~9", "HEAD^3", "../../etc/passwd", "refs/heads", "HEAD@{1}", ":/one",
			"main^{tree}", "HEAD~x", "HEAD^{/one}", "config", s.git("rev-parse", "HEAD^{tree}"), strings.Repeat("0", 40), "abc", "deadbeef",
		} {
			if got, err := r.Resolve(rev); !errors.Is(err, ErrRevision) {
				t.Errorf("packed %v: %q is %q, %v; want an unknown revision", packed, rev, got, err)
			}
		}
	}
}

func TestAnUnbornBranchIsAnUnknownRevision(t *testing.T) {
	if _, err := newSandbox(t).open().Resolve("HEAD"); !errors.Is(err, ErrRevision) || !strings.Contains(err.Error(), "no commit yet") {
		t.Errorf("got %v", err)
	}
}

// Over random histories, wrong clocks included, MergeBase is git's answer.
func TestMergeBaseAgreesWithGit(t *testing.T) {
	s := newSandbox(t)
	tree := s.tree()
	random := rand.New(rand.NewPCG(1, 2))
	several := 0
	for range 6 {
		var commits []string
		for i := range 14 {
			args := []string{"commit-tree", tree, "-m", fmt.Sprint(i, random.Uint64())}
			for range min(i, random.IntN(3)) {
				if p := commits[len(commits)-1-random.IntN(min(4, len(commits)))]; !slices.Contains(args, p) {
					args = append(args, "-p", p)
				}
			}
			commits = append(commits, s.dated(1773306000+int64(random.IntN(20)), args...))
		}
		r := s.open()
		for range 25 {
			a, b := commits[random.IntN(len(commits))], commits[random.IntN(len(commits))]
			want := s.bases(a, b)
			if len(want) > 1 {
				several++
			}
			got, err := r.MergeBase(a, b)
			var none *BaseError
			switch {
			case len(want) == 1 && (err != nil || got != want[0]):
				t.Fatalf("MergeBase(%s, %s) = %s, %v; want %s", a, b, got, err, want[0])
			case len(want) != 1 && (!errors.As(err, &none) || !slices.Equal(none.Bases, want)):
				t.Fatalf("MergeBase(%s, %s) = %s, %v; want %q", a, b, got, err, want)
			}
		}
	}
	if several == 0 {
		t.Error("no criss-cross history was tried")
	}
}

func (s *sandbox) dated(date int64, args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = s.dir
	cmd.Env = append(environment(s.t), fmt.Sprintf("GIT_AUTHOR_DATE=%d +0000", date), fmt.Sprintf("GIT_COMMITTER_DATE=%d +0000", date))
	out, err := cmd.Output()
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

func (s *sandbox) bases(a, b string) []string {
	s.t.Helper()
	cmd := exec.Command("git", "merge-base", "--all", a, b)
	cmd.Dir, cmd.Env = s.dir, environment(s.t)
	out, _ := cmd.Output() // exit status 1: there is none
	all := strings.Fields(string(out))
	slices.Sort(all)
	return all
}

// A shallow clone can show its commits, but not where they come from.
func TestAShallowCloneHasNoHistory(t *testing.T) {
	s := newSandbox(t)
	s.write("a.yaml", "a\n")
	s.commit("one")
	s.write("a.yaml", "b\n")
	s.commit("two")
	clone := filepath.Join(t.TempDir(), "clone")
	s.git("clone", "-q", "--depth=1", "file://"+s.dir, clone)
	r := open(t, clone)
	head, err := r.Resolve("HEAD")
	if err != nil {
		t.Fatal(err)
	}
	if got := paths(readTree(t, r, head, "")); !slices.Equal(got, []string{"a.yaml"}) {
		t.Errorf("got %q", got)
	}
	if _, err := r.MergeBase(head, head); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "--unshallow") {
		t.Errorf("merge base: %v", err)
	}
	if _, err := r.Resolve("HEAD~1"); !errors.Is(err, ErrUnsupported) {
		t.Errorf("parent: %v", err)
	}
}

func TestATornReferenceIsNoCommit(t *testing.T) {
	s := newSandbox(t)
	s.commit("one")
	if err := os.WriteFile(filepath.Join(s.dir, ".git/refs/heads/main"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := s.open().Resolve("main"); !errors.Is(err, ErrRevision) {
		t.Errorf("got %q, %v", got, err)
	}
}
