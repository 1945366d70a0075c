//go:build unix

package cache

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestNoRegularFile: a cache that is a pipe or a device is none, and does not
// make the check wait.
func TestNoRegularFile(t *testing.T) {
	dir := t.TempDir()
	pipe, link := filepath.Join(dir, "pipe"), filepath.Join(dir, "link")
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.Symlink("/dev/zero", link)); err != nil {
		t.Fatal(err)
	}
	if Load(pipe, engine) != nil || Load(link, engine) != nil {
		t.Error("something is loaded from no regular file")
	}
}
