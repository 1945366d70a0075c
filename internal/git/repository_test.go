package git

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestRootFindsTheRepositoryAround(t *testing.T) {
	s := newSandbox(t)
	s.write("ops/plans/a.yaml", "a")
	s.commit("one")
	top, err := filepath.EvalSymlinks(s.dir)
	if err != nil {
		t.Fatal(err)
	}
	for dir, prefix := range map[string]string{".": "", "ops": "ops", "ops/plans": "ops/plans"} {
		root, got, err := Root(filepath.Join(s.dir, dir))
		if err != nil || root != top || got != prefix {
			t.Errorf("Root(%q) = %q, %q, %v", dir, root, got, err)
		}
	}
	if _, _, err := Root(t.TempDir()); !errors.Is(err, ErrNoRepository) {
		t.Errorf("outside of any repository: %v", err)
	}
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNoRepository) {
		t.Errorf("open: %v", err)
	}
}

func TestWorktreesAndBareRepositories(t *testing.T) {
	s := newSandbox(t)
	s.write("a.yaml", "a\n")
	first := s.commit("one")
	linked, bare := filepath.Join(t.TempDir(), "linked"), filepath.Join(t.TempDir(), "bare.git")
	s.git("worktree", "add", "-q", "-b", "side", linked)
	s.git("config", "extensions.worktreeConfig", "true")
	s.write("a.yaml", "changed\n")
	second := s.commit("two")
	s.git("clone", "-q", "--bare", s.dir, bare)
	for dir, want := range map[string]string{s.dir: second, linked: first, bare: second} {
		r := open(t, dir)
		got, err := r.Resolve("HEAD")
		if err != nil || got != want {
			t.Errorf("%s: HEAD is %s, %v; want %s", dir, got, err, want)
		}
		if main, err := r.Resolve("main"); err != nil || main != second {
			t.Errorf("%s: main is %s, %v; want %s", dir, main, err, second)
		}
		if got := paths(readTree(t, r, want, "")); !slices.Equal(got, []string{"a.yaml"}) {
			t.Errorf("%s: %q", dir, got)
		}
	}
	if root, prefix, err := Root(linked); err != nil || prefix != "" || filepath.Base(root) != "linked" {
		t.Errorf("Root of a worktree: %q, %q, %v", root, prefix, err)
	}
}

func TestRepositoriesThatWouldReadWrongAreRefused(t *testing.T) {
	for name, set := range map[string][]string{
		"object format": {"extensions.objectformat", "sha256"},
		"reftable":      {"extensions.refstorage", "reftable"},
		"unknown":       {"extensions.future", "true"},
		"version":       {"core.repositoryformatversion", "2"},
		"promisor":      {"remote.origin.promisor", "true"},
	} {
		s := newSandbox(t)
		s.commit("one")
		s.git("config", set[0], set[1])
		if _, err := Open(s.dir); !errors.Is(err, ErrUnsupported) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s := newSandbox(t, "--object-format=sha256"); true {
		if _, err := Open(s.dir); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "sha256") {
			t.Errorf("sha256: %v", err)
		}
	}
}

func TestPartialClonesAreRefused(t *testing.T) {
	s := newSandbox(t)
	s.write("a.yaml", "a\n")
	s.commit("one")
	s.git("config", "uploadpack.allowFilter", "true")
	clone := filepath.Join(t.TempDir(), "clone")
	s.git("clone", "-q", "--no-checkout", "--filter=blob:none", "file://"+s.dir, clone)
	if _, err := Open(clone); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "partial clone") {
		t.Errorf("partial clone: %v", err)
	}
	// Even with a configuration that denies it.
	c := &sandbox{t, clone}
	c.git("config", "--unset-all", "remote.origin.promisor")
	c.git("config", "--unset-all", "remote.origin.partialclonefilter")
	if _, err := Open(clone); !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "partial clone") {
		t.Errorf("promisor pack: %v", err)
	}
}

// A blob that is not there is an error, never a deleted file.
func TestAMissingObjectIsAnError(t *testing.T) {
	s := newSandbox(t)
	s.write("plans/a.yaml", "a\n")
	s.write("plans/b.yaml", "b\n")
	c := s.commit("one")
	for _, rev := range []string{"HEAD:plans/a.yaml", "HEAD:plans", "HEAD"} {
		id := s.git("rev-parse", rev)
		file := filepath.Join(s.dir, ".git/objects", id[:2], id[2:])
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if _, err := s.open().Tree(c, ""); !errors.Is(err, ErrMissing) {
			t.Errorf("without %s: %v", rev, err)
		}
		if err := os.WriteFile(file, content, 0o444); err != nil {
			t.Fatal(err)
		}
	}
}

func TestACorruptObjectIsAnError(t *testing.T) {
	s := newSandbox(t)
	s.write("a.yaml", "a\n")
	s.write("b.yaml", "b\n")
	c := s.commit("one")
	a, b := s.git("rev-parse", "HEAD:a.yaml"), s.git("rev-parse", "HEAD:b.yaml")
	object := func(id string) string { return filepath.Join(s.dir, ".git/objects", id[:2], id[2:]) }
	other, err := os.ReadFile(object(b))
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range [][]byte{other, []byte("junk"), other[:len(other)-3]} {
		if err := os.Chmod(object(a), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(object(a), content, 0o644); err != nil {
			t.Fatal(err)
		}
		tree, err := s.open().Tree(c, "")
		if err == nil {
			_, err = tree.ReadFile("a.yaml")
		}
		if !errors.Is(err, ErrCorrupt) {
			t.Errorf("%d bytes: %v", len(content), err)
		}
	}
}

// R40 and G8: replace refs, grafts, alternates, hooks and configuration change
// nothing of what is read.
func TestNothingOfTheRepositoryIsHonoured(t *testing.T) {
	lender := newSandbox(t)
	borrowed := lender.blob("borrowed\n")
	s := newSandbox(t)
	s.write("plan.yaml", "real\n")
	first := s.commit("one")
	s.write("plan.yaml", "second\n")
	second := s.commit("two")
	original := s.git("rev-parse", "HEAD:plan.yaml")
	s.git("replace", original, s.blob("forged\n"))
	s.git("replace", first, second)
	s.write(".git/info/grafts", second+"\n")
	s.write(".git/objects/info/alternates", filepath.Join(lender.dir, ".git/objects")+"\n")
	s.write(".git/hooks/post-checkout", "#!/bin/sh\ntouch "+filepath.Join(s.dir, "hooked")+"\n")
	s.git("config", "core.worktree", "/")
	s.git("config", "core.fsmonitor", "touch "+filepath.Join(s.dir, "hooked"))
	for _, packed := range []bool{false, true} {
		if packed {
			s.git("pack-refs", "--all")
		}
		r := s.open()
		tree := readTree(t, r, second, "")
		if b, err := tree.ReadFile("plan.yaml"); err != nil || string(b) != "second\n" {
			t.Errorf("%q, %v", b, err)
		}
		wantProblems(t, tree, "git/replace plan.yaml", "git/replace ")
		if got, err := r.Resolve("main~1"); err != nil || got != first {
			t.Errorf("main~1 is %s, %v; the graft or the replacement was honoured", got, err)
		}
		bad := s.gitIn([]byte("100644 blob "+borrowed+"\tx\n"), "mktree", "--missing")
		if _, err := r.Tree(s.commitTree(bad), ""); !errors.Is(err, ErrMissing) {
			t.Errorf("an object of an alternate: %v", err)
		}
	}
	if _, err := os.Stat(filepath.Join(s.dir, "hooked")); err == nil {
		t.Error("a hook ran")
	}
}
