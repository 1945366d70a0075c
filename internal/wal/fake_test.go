package wal

import (
	"errors"
	"io"
	"slices"
	"syscall"
)

// fakeDisk keeps files in memory. Its N-th call fails; what was not synced can be
// lost; it has room for so many bytes.
type fakeDisk struct {
	files map[string]*fakeFile
	room  int64 // 0: without end
	calls int
	fail  int // the call that fails, from 1; 0: none
	with  error
	short bool // a failing write writes half
}

func newDisk() *fakeDisk { return &fakeDisk{files: map[string]*fakeFile{}} }

type fakeFile struct {
	disk          *fakeDisk
	bytes, synced []byte
}

// call counts, and fails where it should.
func (d *fakeDisk) call() error {
	d.calls++
	if d.calls == d.fail {
		return d.with
	}
	return nil
}

func (d *fakeDisk) OpenFile(name string) (File, error) {
	if err := d.call(); err != nil {
		return nil, err
	}
	if d.files[name] == nil {
		d.files[name] = &fakeFile{disk: d}
	}
	return d.files[name], nil
}

func (d *fakeDisk) Remove(name string) error {
	if err := d.call(); err != nil {
		return err
	}
	delete(d.files, name)
	return nil
}

func (d *fakeDisk) Sync() error { return d.call() }

func (f *fakeFile) ReadAt(b []byte, at int64) (int, error) {
	if err := f.disk.call(); err != nil {
		return 0, err
	}
	n := copy(b, f.bytes[min(at, int64(len(f.bytes))):])
	if n < len(b) {
		return n, io.EOF
	}
	return n, nil
}

func (f *fakeFile) WriteAt(b []byte, at int64) (int, error) {
	err := f.disk.call()
	if err != nil && !f.disk.short {
		return 0, err
	}
	if err != nil {
		b = b[:len(b)/2]
	}
	if end := at + int64(len(b)); end > int64(len(f.bytes)) {
		if f.disk.room > 0 && f.disk.used()+end-int64(len(f.bytes)) > f.disk.room {
			return 0, syscall.ENOSPC
		}
		f.bytes = append(f.bytes, make([]byte, end-int64(len(f.bytes)))...)
	}
	copy(f.bytes[at:], b)
	return len(b), err
}

func (d *fakeDisk) used() (n int64) {
	for _, f := range d.files {
		n += int64(len(f.bytes))
	}
	return n
}

func (f *fakeFile) Size() (int64, error) { return int64(len(f.bytes)), f.disk.call() }

func (f *fakeFile) Truncate(size int64) error {
	if err := f.disk.call(); err != nil {
		return err
	}
	f.bytes = f.bytes[:min(size, int64(len(f.bytes)))]
	return nil
}

func (f *fakeFile) Sync() error {
	if err := f.disk.call(); err != nil {
		return err
	}
	f.synced = slices.Clone(f.bytes)
	return nil
}

func (f *fakeFile) Reserve(size int64) error {
	_, err := f.WriteAt(make([]byte, size), 0)
	return err
}

func (f *fakeFile) Lock() error  { return f.disk.call() }
func (f *fakeFile) Close() error { return nil }

// crash is the disk after a power cut: of what was not synced the first keep bytes
// have come through.
func (d *fakeDisk) crash(keep int) *fakeDisk {
	after := newDisk()
	for name, f := range d.files {
		b := slices.Clone(f.synced)
		if len(f.bytes) > len(b) {
			b = append(b, f.bytes[len(b):min(len(b)+keep, len(f.bytes))]...)
		}
		after.files[name] = &fakeFile{disk: after, bytes: b, synced: slices.Clone(b)}
	}
	return after
}

var errDisk = errors.New("input/output error")
