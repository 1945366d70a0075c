package wal

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// FS is the disk, below one folder. Tests put one here that fails on purpose.
type FS interface {
	// OpenFile opens for reading and writing, and creates what is not there.
	OpenFile(name string) (File, error)
	Remove(name string) error
	// Sync makes the folder's entries durable.
	Sync() error
}

// File is an open file.
type File interface {
	io.ReaderAt
	io.WriterAt
	Size() (int64, error)
	Truncate(size int64) error
	Sync() error
	// Reserve makes the file so long, with space on the disk behind it.
	Reserve(size int64) error
	// Lock keeps other processes out until Close, or is ErrBusy.
	Lock() error
	Close() error
}

// disk is a real folder.
type disk string

func (d disk) path(name string) string { return filepath.Join(string(d), name) }

func (d disk) OpenFile(name string) (File, error) {
	f, err := os.OpenFile(d.path(name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return file{f}, nil
}

func (d disk) Remove(name string) error {
	if err := os.Remove(d.path(name)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (d disk) Sync() error {
	f, err := os.Open(string(d))
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

type file struct{ *os.File }

func (f file) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// fill is Reserve where the system cannot allocate without writing.
func (f file) fill(size int64) error {
	chunk := make([]byte, 1<<20)
	for at := int64(0); at < size; at += int64(len(chunk)) {
		if _, err := f.WriteAt(chunk[:min(size-at, int64(len(chunk)))], at); err != nil {
			return err
		}
	}
	return nil
}
