// Package wal is the local write-ahead log: entries that must survive a crash
// before the remote has them. Each is its length, its CRC32C and its bytes; a
// write returns when fsync did. A torn tail is cut and reported, a bad sum in
// the middle is an integrity error, a failed fsync ends the process (R62).
//
// Beside the log lies a reserve of disk space, which is given up when the disk is
// full, so that at least the stop can be recorded.
package wal

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"syscall"
)

// ErrCorrupt says that the middle of the log is not what was written.
var ErrCorrupt = errors.New("write-ahead log is corrupt")

// ErrSync says that fsync failed: what is on disk is unknown, and the process
// must end without trying again.
var ErrSync = errors.New("fsync failed")

// ErrFull says that the disk is full, and the entry not written: nothing new may be
// begun. Stop still has room.
var ErrFull = errors.New("the disk is full")

// ErrBusy says that another process has the log open.
var ErrBusy = errors.New("the write-ahead log is in use by another process")

// Reserve is how much of the disk is kept for recording the stop.
const Reserve = 64 << 20

// MaxEntry bounds one entry.
const MaxEntry = 64 << 20

const (
	logFile     = "log"
	reserveFile = "reserve"
)

// WAL is an open write-ahead log. Its methods may be called concurrently; entries
// of concurrent calls share an fsync.
type WAL struct {
	fs   FS
	file File

	mu      sync.Mutex
	queue   []*waiting
	writing bool  // somebody writes the queue
	end     int64 // of what is acknowledged; only who writes changes it
	broken  error // what every call returns after a failure of the disk
}

// waiting is an entry whose Append has not returned.
type waiting struct {
	entry []byte
	done  chan error
}

// Open opens the log in a folder, made where absent, and returns its entries. Torn
// says that the last write did not end and was cut off: its Append never returned.
func Open(dir string) (w *WAL, entries [][]byte, torn bool, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, false, err
	}
	return OpenFS(disk(dir), Reserve)
}

// OpenFS is Open on any disk, with a reserve of so many bytes.
func OpenFS(fs FS, reserve int64) (w *WAL, entries [][]byte, torn bool, err error) {
	f, err := fs.OpenFile(logFile)
	if err != nil {
		return nil, nil, false, err
	}
	w = &WAL{fs: fs, file: f}
	if err = f.Lock(); err == nil {
		entries, torn, err = w.replay()
	}
	if err == nil {
		err = w.reserve(reserve)
	}
	if err != nil {
		return nil, nil, false, errors.Join(err, f.Close())
	}
	return w, entries, torn, nil
}

// replay reads all entries, and cuts a torn tail off.
func (w *WAL) replay() (entries [][]byte, torn bool, err error) {
	size, err := w.file.Size()
	if err != nil {
		return nil, false, err
	}
	content := make([]byte, size)
	if size > 0 {
		if n, err := w.file.ReadAt(content, 0); int64(n) < size {
			return nil, false, fmt.Errorf("read: %w", err)
		}
	}
	entries, w.end, err = parse(content)
	if err != nil {
		return nil, false, err
	}
	torn = w.end < size
	if torn || w.end == 0 {
		if err := w.start(); err != nil {
			return nil, false, err
		}
	}
	return entries, torn, nil
}

// start cuts the file behind its last entry, and begins a new one.
func (w *WAL) start() error {
	if err := w.file.Truncate(w.end); err != nil {
		return err
	}
	if w.end == 0 {
		if _, err := w.file.WriteAt([]byte(magic), 0); err != nil {
			return err
		}
		w.end = int64(len(magic))
	}
	return w.sync()
}

func (w *WAL) sync() error {
	if err := w.file.Sync(); err != nil {
		return fmt.Errorf("%w: %w", ErrSync, err)
	}
	if err := w.fs.Sync(); err != nil {
		return fmt.Errorf("%w: folder: %w", ErrSync, err)
	}
	return nil
}

// reserve takes the reserve anew.
func (w *WAL) reserve(size int64) error {
	f, err := w.fs.OpenFile(reserveFile)
	if err != nil {
		return fmt.Errorf("reserve of %d bytes: %w", size, err)
	}
	have, err := f.Size()
	if err == nil && have < size {
		err = f.Reserve(size)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("reserve of %d bytes: %w", size, full(err))
	}
	return nil
}

func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w: %w", ErrFull, err)
	}
	return err
}

// Append writes an entry and returns when it is on disk. If it returns an error,
// the entry is not in the log, or, after ErrSync, perhaps is. Other errors than
// ErrFull are for good: the process must end.
func (w *WAL) Append(entry []byte) error {
	if len(entry) > MaxEntry {
		return fmt.Errorf("entry of %d bytes, wanted at most %d", len(entry), MaxEntry)
	}
	me := &waiting{entry, make(chan error, 1)}
	w.mu.Lock()
	w.queue = append(w.queue, me)
	lead := !w.writing
	w.writing = true
	w.mu.Unlock()
	if lead {
		w.drain()
	}
	return <-me.done
}

// drain writes what waits, all that is there in one write and fsync, until nothing
// does.
func (w *WAL) drain() {
	for {
		w.mu.Lock()
		group := w.group()
		w.writing = len(group) > 0
		w.mu.Unlock()
		if len(group) == 0 {
			return
		}
		err := w.commit(group)
		for _, one := range group {
			one.done <- err
		}
	}
}

// group takes from the queue what fits into one write, at least one entry.
func (w *WAL) group() []*waiting {
	n, size := 0, 0
	for n < len(w.queue) && (n == 0 || size+len(w.queue[n].entry) <= MaxEntry) {
		size += len(w.queue[n].entry)
		n++
	}
	group := w.queue[:n:n]
	w.queue = w.queue[n:]
	return group
}

func (w *WAL) commit(group []*waiting) error {
	if w.broken != nil {
		return w.broken
	}
	entries := make([][]byte, len(group))
	for i, one := range group {
		entries[i] = one.entry
	}
	frame := encode(entries)
	if _, err := w.file.WriteAt(frame, w.end); err != nil {
		return w.undo(err)
	}
	if err := w.file.Sync(); err != nil {
		w.broken = fmt.Errorf("%w: %w", ErrSync, err)
		return w.broken
	}
	w.end += int64(len(frame))
	return nil
}

// undo removes what a failed write left. Only a full disk can be lived with.
func (w *WAL) undo(cause error) error {
	cause = fmt.Errorf("write: %w", full(cause))
	err := w.file.Truncate(w.end)
	if err != nil || !errors.Is(cause, ErrFull) {
		w.broken = errors.Join(cause, err)
	}
	return cause
}

// Stop is Append for the last entry, which says why nothing goes on: on a full disk
// the reserve is given up for it.
func (w *WAL) Stop(entry []byte) error {
	err := w.Append(entry)
	if !errors.Is(err, ErrFull) {
		return err
	}
	if err := w.fs.Remove(reserveFile); err != nil {
		return err
	}
	return w.Append(entry)
}

// Cut forgets all entries: they are in the log that was fetched back. No Append may
// be under way.
func (w *WAL) Cut() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.broken != nil {
		return w.broken
	}
	err := w.file.Truncate(int64(len(magic)))
	if err == nil {
		if err = w.file.Sync(); err != nil {
			err = fmt.Errorf("%w: %w", ErrSync, err)
		}
	}
	if err != nil {
		w.broken = err
		return err
	}
	w.end = int64(len(magic))
	return nil
}

// Close closes the file. What Append acknowledged is on disk already.
func (w *WAL) Close() error { return w.file.Close() }
