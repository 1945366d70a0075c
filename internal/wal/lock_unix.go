//go:build unix

package wal

import (
	"errors"
	"syscall"
)

// Lock implements File. The lock ends with the process, however that ends.
func (f file) Lock() error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrBusy
	}
	return err
}
