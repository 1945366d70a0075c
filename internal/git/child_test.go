package git_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/git/gittest"
)

// children lists processes with the words in their environment and a command
// line that holds part.
func children(words, part string) []string {
	var found []string
	names, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, name := range names {
		env, err := os.ReadFile(name)
		if err != nil || !bytes.Contains(env, []byte(words)) || name == "/proc/"+strconv.Itoa(os.Getpid())+"/environ" {
			continue
		}
		line, err := os.ReadFile(filepath.Join(filepath.Dir(name), "cmdline"))
		if err == nil && strings.Contains(string(line), part) {
			found = append(found, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return found
}

func wantGone(t *testing.T, words, part string) {
	t.Helper()
	left := children(words, part)
	for deadline := time.Now().Add(time.Minute); len(left) > 0 && time.Now().Before(deadline); left = children(words, part) {
		time.Sleep(50 * time.Millisecond) // the kernel takes its time to end them
	}
	if len(left) > 0 {
		t.Errorf("still there: %q", left)
	}
}

// slow is a server that never answers, and tells when it was asked.
func slow(t *testing.T) (*gittest.Server, chan bool) {
	t.Helper()
	r := gittest.HTTP(t)
	r.Seed(gittest.Commit{})
	asked := make(chan bool, 10)
	r.Break(func(*http.Request) gittest.Fault {
		asked <- true
		return gittest.Fault{Delay: time.Hour}
	})
	return r, asked
}

// The end of the context ends git and all that git started.
func TestACancelledFetchLeavesNothing(t *testing.T) {
	r, asked := slow(t)
	c, err := git.CloneAt(t.Context(), filepath.Join(t.TempDir(), "clone"), "origin", r.URL)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		if runtime.GOOS == "linux" && len(children(r.URL, "")) < 2 {
			t.Error("fewer processes than git and its helper")
		}
		cancel()
	}()
	began := time.Now()
	err = c.Fetch(ctx)
	if !errors.Is(err, context.Canceled) || errors.Is(err, git.ErrRemote) || time.Since(began) > time.Minute {
		t.Errorf("%v after %v", err, time.Since(began))
	}
	wantGone(t, r.URL, "")
	r.Break(nil)
	fetch(t, c)
}

const orphanVariable = "GIT_TEST_ORPHAN"

// A process killed hard takes its git with it.
func TestGitDiesWithItsParent(t *testing.T) {
	if place := os.Getenv(orphanVariable); place != "" {
		dir, url, _ := strings.Cut(place, " ")
		c, err := git.CloneAt(t.Context(), dir, "origin", url)
		if err != nil {
			t.Fatal(err)
		}
		t.Fatal(c.Fetch(t.Context()))
	}
	if runtime.GOOS != "linux" {
		t.Skip("only Linux tells a child of its parent's death")
	}
	r, asked := slow(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestGitDiesWithItsParent$")
	cmd.Env = append(os.Environ(), orphanVariable+"="+filepath.Join(t.TempDir(), "clone")+" "+r.URL)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	if len(children(r.URL, "fetch")) == 0 {
		t.Error("git does not run")
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	wantGone(t, r.URL, "fetch")
}

// R54: of the environment, a child gets what is on the list.
func TestTheEnvironmentOfChildren(t *testing.T) {
	r, asked := slow(t)
	t.Setenv("FLEET_SECRET", "canary-7f3a")
	t.Setenv("GIT_DIR", "/nonexistent")
	t.Setenv("GIT_CONFIG_PARAMETERS", "'core.hooksPath'='/evil'")
	t.Setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", "/evil")
	c, err := git.CloneAt(t.Context(), filepath.Join(t.TempDir(), "clone"), "origin", r.URL)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		if runtime.GOOS == "linux" && len(children(r.URL, "fetch")) == 0 {
			t.Error("git does not run")
		}
		for _, bad := range []string{"canary-7f3a", "/evil", "GIT_DIR=/nonexistent"} {
			for _, line := range children(bad, r.URL) {
				t.Errorf("%q is in the environment of %s", bad, line)
			}
		}
		cancel()
	}()
	_ = c.Fetch(ctx)
	r.Break(nil)
	fetch(t, c)
}

// An own clone is packed anew now and then, under a reader's hands.
func TestAnOwnCloneIsKeptTidy(t *testing.T) {
	r := gittest.Bare(t)
	first := r.Seed(gittest.Commit{Files: map[string]string{"a": "a"}})[0]
	c := clone(t, r)
	open := repository(t, c)
	tip := child(t, c, first, "next\n", file("b", "b"))
	if err := c.Push(t.Context(), []git.Update{{Ref: mainRef, Old: first, New: tip}}); err != nil {
		t.Fatal(err)
	}
	for i := range 51 { // each as a pack of its own
		var blobs []git.File
		for j := range 101 {
			blobs = append(blobs, file(strconv.Itoa(j), strconv.Itoa(i*1000+j)))
		}
		if _, err := c.WriteTree(t.Context(), "", blobs); err != nil {
			t.Fatal(err)
		}
	}
	fetch(t, c)
	for _, id := range []string{first, tip} {
		if _, err := open.CommitInfo(id); err != nil {
			t.Errorf("a repository opened before: %v", err)
		}
		if _, err := os.Stat(filepath.Join(c.Dir(), "objects", id[:2], id[2:])); err == nil {
			t.Errorf("commit %s is not packed", id)
		}
	}
	if content, err := open.Tree(tip, ""); err != nil || len(content.Entries()) != 2 {
		t.Errorf("%v, %v", content, err)
	}
}
