//go:build unix

package git

import (
	"errors"
	"os"
	"syscall"
)

// tryLock takes the lock of a file if nobody holds it; closing the file, or the
// end of the process, frees it.
func tryLock(f *os.File) (bool, error) {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}
