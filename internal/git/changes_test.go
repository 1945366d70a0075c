package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"
)

// logRepository is a repository with two commits on a branch, made by git.
func logRepository(t *testing.T) (dir string, commits []string) {
	t.Helper()
	dir = t.TempDir()
	git := func(args ...string) string {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@b",
			"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@b")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("git %q: %v\n%s", args, err, out)
		}
		return strings.TrimSpace(string(out))
	}
	write := func(name, text string) {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q", "-b", "main")
	write("seg/0.jsonl", "zero\n")
	write("checkpoint", "one")
	write("seg.x", "sorts before seg/ in git")
	git("add", ".")
	git("commit", "-q", "-m", "first")
	commits = append(commits, git("rev-parse", "HEAD"))
	write("seg/1.jsonl", "one\n")
	write("checkpoint", "two")
	git("rm", "-q", "seg.x")
	git("add", ".")
	git("commit", "-q", "-m", "second")
	commits = append(commits, git("rev-parse", "HEAD"))
	git("branch", "patchops/log/acme/2026")
	git("pack-refs", "--all")
	git("branch", "loose")
	return dir, commits
}

func mustOpenDir(t *testing.T, dir string) *Repository {
	t.Helper()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func TestLazyTree(t *testing.T) {
	dir, commits := logRepository(t)
	r := mustOpenDir(t, dir)
	first, err := r.LazyTree(commits[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := fstest.TestFS(first, "seg/0.jsonl", "checkpoint", "seg.x"); err != nil {
		t.Error(err)
	}
	whole, err := r.Tree(commits[0], "")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"seg/0.jsonl", "checkpoint"} {
		if id := first.ContentID(name); id == "" || id != whole.ContentID(name) {
			t.Errorf("%s has the id %q", name, id)
		}
	}
	if first.ContentID("seg") != "" || first.ContentID("no") != "" || whole.ContentID("seg") != "" {
		t.Error("what is no file has an id")
	}
	for _, name := range []string{"no", "seg/no", "checkpoint/x", "no/x"} {
		if _, err := first.ReadFile(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := r.LazyTree("main"); !errors.Is(err, ErrRevision) {
		t.Error(err)
	}
}

func TestChangesAndRefs(t *testing.T) {
	dir, commits := logRepository(t)
	r := mustOpenDir(t, dir)
	paths := func(from, to string) (out []string) {
		list, err := r.Changes(from, to)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			mark := " changed"
			if c.Before == "" {
				mark = " added"
			}
			if c.After == "" {
				mark = " removed"
			}
			out = append(out, c.Path+mark)
		}
		return out
	}
	for _, c := range []struct {
		from, to string
		want     []string
	}{
		{commits[0], commits[1], []string{"checkpoint changed", "seg.x removed", "seg/1.jsonl added"}},
		{commits[1], commits[0], []string{"checkpoint changed", "seg.x added", "seg/1.jsonl removed"}},
		{"", commits[0], []string{"checkpoint added", "seg.x added", "seg/0.jsonl added"}},
		{commits[1], commits[1], nil},
	} {
		if got := paths(c.from, c.to); !slices.Equal(got, c.want) {
			t.Errorf("%q to %q: %q, wanted %q", c.from, c.to, got, c.want)
		}
	}
	beginning := filepath.Join(dir, ".git", "refs", "heads", "begun.lock") // git was killed before it wrote
	if err := os.WriteFile(beginning, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refs, err := r.Refs("refs/heads")
	if err != nil || len(refs) != 3 || refs["refs/heads/patchops/log/acme/2026"] != commits[1] || refs["refs/heads/loose"] != commits[1] {
		t.Errorf("%v %v", refs, err)
	}
}

func TestBundles(t *testing.T) {
	dir, commits := logRepository(t)
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "-x.bundle")
	extra := Extra{
		Ref: "refs/patchops/evidence", Message: "Évidence\n\nof 1\n", Author: Person{"patchops", "p@x"}, Time: time.Unix(1e9, 0),
		Files: map[string][]byte{"root.json": []byte("{}\n"), "b/empty": nil},
	}
	err := Bundle(ctx, file, dir, filepath.Join(t.TempDir(), "w"), map[string]string{commits[1]: "refs/heads/patchops/log/acme/2026"}, extra)
	if err != nil {
		t.Fatal(err)
	}
	into := filepath.Join(t.TempDir(), "out.git")
	if err := Unbundle(ctx, file, into); err != nil {
		t.Fatal(err)
	}
	r := mustOpenDir(t, into)
	refs, err := r.Refs("refs")
	if err != nil || len(refs) != 2 || refs["refs/heads/patchops/log/acme/2026"] != commits[1] {
		t.Fatalf("%v %v", refs, err)
	}
	tree, err := r.LazyTree(refs["refs/patchops/evidence"])
	if err != nil {
		t.Fatal(err)
	}
	if b, err := tree.ReadFile("root.json"); err != nil || string(b) != "{}\n" {
		t.Errorf("%q %v", b, err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, bad := range map[string][]byte{"cut": whole[:len(whole)-30], "empty": nil, "text": []byte("hello\n"), "changed": flipped(whole, len(whole)-60)} {
		broken := filepath.Join(t.TempDir(), "broken.bundle")
		if err := os.WriteFile(broken, bad, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := Unbundle(ctx, broken, filepath.Join(t.TempDir(), "b.git")); err == nil {
			t.Errorf("%s: is unpacked", name)
		}
	}
}

func flipped(b []byte, at int) []byte {
	b = slices.Clone(b)
	b[at] ^= 1
	return b
}

// A file that leads git to a repository on this machine is no bundle, nor is any other text.
func TestOnlyBundlesAreUnbundled(t *testing.T) {
	dir := t.TempDir()
	elsewhere := filepath.Join(dir, "elsewhere.git")
	if err := initBare(t.Context(), elsewhere); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"link": "gitdir: " + elsewhere + "\n", "text": "# Plans\n", "empty": ""} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := Unbundle(t.Context(), file, filepath.Join(dir, name+".git")); !errors.Is(err, ErrNoBundle) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
