//go:build linux

// Package e2e runs patchops against full hosts (internal/e2e.sh, make e2e). What it
// expects is read from the hosts themselves.
package e2e

import (
	"os"
	"testing"

	"github.com/patchops/patchops/internal/estate"
)

// full is the estate of all tests of the package; each makes hosts of its own there.
var full *estate.Full

func TestMain(m *testing.M) {
	if !estate.Inside() {
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "e2e")
	if err == nil {
		full, err = estate.NewFull(dir, 0, "256m")
	}
	if err != nil {
		os.Stderr.WriteString("e2e: " + err.Error() + "\n")
		os.Exit(1)
	}
	status := m.Run()
	full.Close()
	os.Exit(status)
}

func need(t *testing.T) {
	t.Helper()
	if full == nil {
		t.Skip("no full hosts here: make e2e makes them (it needs root and namespaces)")
	}
}

// hosts are new ones, for one test that runs beside others: they have acme-agent 1.0.
func hosts(t *testing.T, n int) []*estate.FullHost {
	t.Helper()
	need(t)
	t.Parallel()
	made, err := full.Add(t.Context(), n)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, h := range made {
			if err := full.Remove(h); err != nil {
				t.Error(err)
			}
		}
	})
	return made
}
