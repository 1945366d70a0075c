//go:build !linux

package wal

// Reserve implements File.
func (f file) Reserve(size int64) error { return f.fill(size) }
