//go:build museum

package simulation

import (
	"os"
	command "os/exec"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/patchops/patchops/internal/museum"
)

// worlds bounds the search for a planted bug.
const worlds = 6000

// weather is what goes wrong where a bug shows in few worlds only: a dispatch that is on its
// way while its controller is killed and leads again under a higher fence; two controllers
// that follow one another while a contact does not answer.
var weather = map[string]*Faults{
	"host-fence":    {Crash: 12, Slow: 500, Until: 2 * day},
	"forgets-cause": {Remote: 50, Tell: 1000, Two: true, Until: 3 * day},
}

// TestMuseum: each planted bug breaks one of the promises that it must break, within
// PATCHOPS_WORLDS worlds.
func TestMuseum(t *testing.T) {
	most := number(t, "PATCHOPS_WORLDS", worlds)
	for _, x := range museumPieces {
		t.Run(x.name, func(t *testing.T) {
			museum.Bug = x.name
			defer func() { museum.Bug = "" }()
			if seed, found := x.hunt(most); found == "" {
				t.Errorf("%s: %s, and %d worlds did not show it; wanted one of %s", x.name, x.breaks, most, x.by)
			} else {
				t.Logf("seed %d: %s", seed, found)
			}
		})
	}
}

// hunt looks for the first world that breaks what a bug must break.
func (x *exhibit) hunt(most int) (seed int64, found string) {
	var first atomic.Pointer[string]
	var at atomic.Int64
	all(most, func(i int, l *Library) bool {
		if first.Load() != nil {
			return false
		}
		o := Options{Seed: uint64(i), Library: l, Shape: x.place(), Faults: weather[x.name]}
		for _, broken := range Run(o).Broken {
			promise, _, _ := strings.Cut(broken, ":")
			if slices.Contains(strings.Fields(x.by), promise) && first.CompareAndSwap(nil, &broken) {
				at.Store(int64(i))
			}
		}
		return first.Load() == nil
	})
	if first.Load() == nil {
		return 0, ""
	}
	return at.Load(), *first.Load()
}

func (x *exhibit) place() *Shape {
	for i := range Shapes {
		if Shapes[i].Name == x.shape {
			return &Shapes[i]
		}
	}
	return nil
}

// TestMuseumElsewhere: the bugs that the simulation cannot see make the test fail that is
// named for them.
func TestMuseumElsewhere(t *testing.T) {
	for _, x := range elsewhere {
		t.Run(x.name, func(t *testing.T) {
			cmd := command.CommandContext(t.Context(), "go", "test", "-count=1", "-tags", "museum", "-run", "^"+x.test+"$", "../"+x.pkg)
			cmd.Env = append(os.Environ(), "PATCHOPS_BUG="+x.name)
			if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), "--- FAIL: "+x.test) {
				t.Errorf("%s does not fail with %s planted: %v\n%s", x.test, x.name, err, out)
			}
		})
	}
}
