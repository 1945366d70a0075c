package git_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/git/gittest"
)

// R40: of a repository's hooks, configuration, grafts, replace refs and
// attributes nothing takes effect; one that borrows objects is refused.
func TestNothingOfACloneTakesEffect(t *testing.T) {
	r := gittest.Bare(t)
	r.Seed(gittest.Commit{Files: map[string]string{"a": "a\n"}}, gittest.Commit{Files: map[string]string{"a": "b\n"}})
	dir, fell := filepath.Join(t.TempDir(), "work"), filepath.Join(t.TempDir(), "fell")
	gittest.Git(t, "", nil, "clone", "--quiet", r.URL, dir)
	trap := "touch " + fell
	for key, value := range map[string]string{
		"core.fsmonitor": trap, "core.sshCommand": trap, "core.gitProxy": trap, "credential.helper": "!" + trap, "core.pager": trap,
		"remote.origin.uploadpack": trap, "remote.origin.receivepack": trap, "remote.origin.vcs": "trap", "alias.push": "!" + trap,
		"core.worktree": "/", "url.ext::" + trap + ".insteadOf": r.URL, "gpg.program": trap, "push.gpgSign": "true",
		"fetch.fsckObjects": "false", "transfer.fsckObjects": "false", "core.hooksPath": filepath.Join(dir, ".git/hooks"),
		"filter.x.clean": trap, "core.askPass": trap, "protocol.ext.allow": "always", "include.path": "evil",
	} {
		gittest.Git(t, dir, nil, "config", key, value)
	}
	script := []byte("#!/bin/sh\n" + trap + "\n")
	for hook := range strings.FieldsSeq("pre-push reference-transaction post-update update post-checkout pre-auto-gc post-rewrite") {
		if err := os.WriteFile(filepath.Join(dir, ".git/hooks", hook), script, 0o755); err != nil { //nolint:gosec // a script
			t.Fatal(err)
		}
	}
	put := func(name, content string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tip := gittest.Git(t, r.Dir, nil, "rev-parse", "main")
	put(".git/info/grafts", tip+"\n")
	put(".git/info/attributes", "* filter=x\n")
	put(".git/refs/replace/"+tip, gittest.Git(t, r.Dir, nil, "rev-parse", "main~1")+"\n")
	c, err := git.CloneAt(t.Context(), dir, "origin", "")
	if err != nil {
		t.Fatal(err)
	}
	fetch(t, c)
	next := child(t, c, tip, "next\n", file("c", "c\n"))
	if err := c.Push(t.Context(), []git.Update{{Ref: "refs/heads/main", Old: tip, New: next}}); err != nil {
		t.Fatal(err)
	}
	if count := r.Git("rev-list", "--count", "main"); count != "3" {
		t.Errorf("the remote's main has %s commits, want 3", count)
	}
	if _, err := os.Stat(fell); err == nil {
		t.Error("something of the repository ran")
	}
	put(".git/objects/info/alternates", filepath.Join(r.Dir, "objects")+"\n")
	if _, err := git.CloneAt(t.Context(), dir, "origin", ""); !errors.Is(err, git.ErrUnsupported) {
		t.Errorf("alternates: %v", err)
	}
}

// The shadow folder is ours alone: what is put there is removed.
func TestATamperedShadowIsMended(t *testing.T) {
	r := gittest.Bare(t)
	r.Seed(gittest.Commit{})
	c := clone(t, r)
	shadow := filepath.Join(c.Dir(), "patchops", "git")
	if err := os.WriteFile(filepath.Join(shadow, "config"), []byte("[core]\n\tsshCommand = false\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	fetch(t, c)
	b, err := os.ReadFile(filepath.Join(shadow, "config"))
	if err != nil || strings.Contains(string(b), "sshCommand") {
		t.Errorf("config %q, %v", b, err)
	}
	fell := filepath.Join(t.TempDir(), "fell")
	if err := os.Mkdir(filepath.Join(shadow, "hooks"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(shadow, "hooks", "reference-transaction"), []byte("#!/bin/sh\ntouch "+fell+"\n"), 0o755); err != nil { //nolint:gosec // a script
		t.Fatal(err)
	}
	r.Seed(gittest.Commit{Message: "more\n"})
	fetch(t, c)
	if _, err := os.Stat(fell); err == nil {
		t.Error("a hook ran")
	}
}
