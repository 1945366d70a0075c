package git_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/patchops/patchops/internal/git/gittest"
)

// alone is set for a test that measures, in a process of its own.
const alone = "PATCHOPS_TEST_ALONE"

// R36, E9, E10: an object of 384 MiB, in a pack of less than one, costs git little.
func TestAHugeObjectOfTheRemote(t *testing.T) {
	if testing.Short() {
		t.Skip("hashes hundreds of megabytes")
	}
	if os.Getenv(alone) == "" { // a child's peak begins with that of the process that starts it
		again := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
		again.Env = append(os.Environ(), alone+"=1")
		if out, err := again.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	r := gittest.Bare(t)
	first := r.Seed(gittest.Commit{})[0]
	sparse := filepath.Join(t.TempDir(), "zeros")
	if err := errors.Join(os.WriteFile(sparse, nil, 0o600), os.Truncate(sparse, 384<<20)); err != nil {
		t.Fatal(err)
	}
	r.Git("config", "core.bigFileThreshold", "1m") // so that the server itself streams
	big := r.Git("hash-object", "-w", sparse)
	c := clone(t, r)
	r.Git("update-ref", "refs/heads/big", hostileTree(t, r, entry{"100644", "big.csv", big}))
	fetch(t, c)
	tree, err := repository(t, c).Tree(branches(t, c)["big"], "")
	if err != nil || len(tree.Problems()) != 1 || tree.Problems()[0].ID != "git/limit" {
		t.Errorf("%v, %v", tree, err)
	}
	if branches(t, c)["main"] != first {
		t.Error("main is lost")
	}
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &used); err != nil {
		t.Fatal(err)
	}
	if mib := used.Maxrss >> 10; mib > 256 {
		t.Errorf("the largest child took %d MiB, want at most 256", mib)
	}
}
