package git_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/git/gittest"
)

const killedVariable = "GIT_TEST_KILLED_WRITER"

// R36, E12: a writer that is killed hard, again and again, leaves no torn ref, no
// lock that stays, and the remote a chain that only grows.
func TestKilledWritersLeaveNoTornRef(t *testing.T) {
	if place := os.Getenv(killedVariable); place != "" {
		writeForEver(t, place)
		return
	}
	kills := 100
	if testing.Short() {
		kills = 10
	}
	r := gittest.Bare(t)
	dir := filepath.Join(t.TempDir(), "clone")
	chance := rand.New(rand.NewSource(1))
	last := ""
	for i := range kills {
		killWriter(t, dir+" "+r.URL, time.Duration(20+chance.Intn(130))*time.Millisecond)
		wantWholeRefs(t, r.Dir)
		wantWholeRefs(t, dir)
		tip := r.Tip("log")
		if last != "" && r.Git("merge-base", last, tip) != last {
			t.Fatalf("kill %d: the log went from %s to %s", i, last, tip)
		}
		last = tip
	}
	c, err := git.CloneAt(t.Context(), dir, "origin", r.URL)
	if err != nil {
		t.Fatal(err)
	}
	fetch(t, c)
	if err := appendFile(t, c, "after"); err != nil {
		t.Errorf("after %d kills: %v", kills, err)
	}
	files := strings.Fields(r.Git("ls-tree", "--name-only", "log"))
	commits := r.Git("rev-list", "--count", "log")
	if fmt.Sprint(len(files)) != commits || len(files) < kills/10 {
		t.Errorf("%d files in %s commits", len(files), commits)
	}
	r.Git("fsck", "--strict")
}

// writeForEver fetches, commits and pushes until it is killed.
func writeForEver(t *testing.T, place string) {
	dir, url, _ := strings.Cut(place, " ")
	c, err := git.CloneAt(t.Context(), dir, "origin", url)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; ; i++ {
		if err := c.Fetch(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := appendFile(t, c, fmt.Sprintf("%d-%d", os.Getpid(), i))
		if err != nil {
			t.Fatal(err)
		}
	}
}

func killWriter(t *testing.T, place string, after time.Duration) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWritersLeaveNoTornRef$")
	cmd.Env = append(os.Environ(), killedVariable+"="+place)
	var said strings.Builder
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatalf("the writer ended by itself: %v\n%s", err, said.String())
	}
	_ = cmd.Wait()
	if said.Len() > 0 {
		t.Errorf("the writer said: %s", said.String())
	}
}

// wantWholeRefs looks at every loose ref of a repository.
func wantWholeRefs(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(dir, "refs"), func(name string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || entry.IsDir() || strings.HasSuffix(name, ".lock") {
			return err
		}
		b, err := os.ReadFile(name)
		if err == nil && len(strings.TrimSpace(string(b))) != 40 {
			t.Errorf("torn ref %s: %q", name, b)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
