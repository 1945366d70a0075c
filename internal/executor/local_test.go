package executor_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
	"github.com/patchops/patchops/internal/executor/executortest"
)

// localHost is a plain folder acme/h1.
func localHost(t *testing.T) *executortest.Host {
	t.Helper()
	dir := t.TempDir()
	root := filepath.Join(dir, "acme", "h1")
	if err := os.MkdirAll(root, 0o755); err != nil {
		t.Fatal(err)
	}
	return &executortest.Host{
		Exec:   &executor.Local{Allow: dir, Wrapper: filepath.Join(t.TempDir(), "wrapper")},
		Target: dispatch.Target{Client: "acme", Asset: "h1", Type: "local"},
		Root:   root,
		Now:    func() int64 { return time.Now().Unix() },
		Broken: func(t *testing.T) {
			t.Helper()
			if err := os.MkdirAll(filepath.Join(root, "var/lib"), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(root, "var/lib/patchops"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
		},
	}
}

// Cases that have a test of their own name below.
var (
	casesR44 = []string{"Key", "Concurrent", "Crash", "Survivor", "Restored", "Connection"}
	casesR47 = []string{"Bytes", "Malformed"}
	casesR49 = []string{"Escapes", "Forged", "Gigabyte"}
)

func TestLocalConforms(t *testing.T) {
	t.Parallel()
	var names []string
	for _, name := range executortest.Names() {
		if !slices.Contains(slices.Concat(casesR44, casesR47, casesR49), name) {
			names = append(names, name)
		}
	}
	executortest.Run(t, localHost, names...)
}

// TestR44ProbedNeverRepeated: what became of a task is asked, and its key begins nothing again.
func TestR44ProbedNeverRepeated(t *testing.T) { parallel(t, casesR44) }

// TestR47NoShell: arguments of any bytes arrive as they are; what cannot is refused.
func TestR47NoShell(t *testing.T) { parallel(t, casesR47) }

// TestR49OutputIsData: bounded, escaped, and never an answer or a command.
func TestR49OutputIsData(t *testing.T) { parallel(t, casesR49) }

// parallel runs cases beside other tests: they wait more than they work.
func parallel(t *testing.T, names []string) {
	t.Helper()
	t.Parallel()
	executortest.Run(t, localHost, names...)
}
