//go:build linux

// Package e2e runs patchops against full hosts (internal/e2e.sh, make e2e). What it
// expects is read from the hosts themselves.
package e2e

import (
	"os"
	"testing"

	"github.com/patchops/patchops/internal/estate"
)

// full is the estate of all tests of the package; they leave hosts as they need them.
var full *estate.Full

func TestMain(m *testing.M) {
	if !estate.Inside() {
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "e2e")
	if err == nil {
		full, err = estate.NewFull(dir, 18, "256m")
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
