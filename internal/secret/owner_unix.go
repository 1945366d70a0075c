//go:build unix

package secret

import (
	"io/fs"
	"os"
	"syscall"
)

// owned reports whether the file is ours or root's.
func owned(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && (s.Uid == 0 || int(s.Uid) == os.Geteuid())
}
