//go:build linux

package e2e

import (
	"syscall"
	"testing"

	"github.com/patchops/patchops/internal/estate"
)

// room is what is free on a host's disk.
func room(t *testing.T, h *estate.FullHost) int64 {
	t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(h.Root, &s); err != nil {
		t.Fatal(err)
	}
	return int64(s.Bavail) * s.Bsize
}
