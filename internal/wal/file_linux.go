package wal

import (
	"errors"
	"syscall"
)

// Reserve implements File.
func (f file) Reserve(size int64) error {
	err := syscall.Fallocate(int(f.Fd()), 0, 0, size)
	if errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.ENOSYS) {
		return f.fill(size)
	}
	return err
}
