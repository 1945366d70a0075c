package git

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// exclusive keeps other processes of ours from writing the refs of an own clone
// until done is called, and removes what a killed one left there: git never
// removes a lock file of another process. A user's clone is left alone.
func (c *Clone) exclusive(ctx context.Context) (done func(), err error) {
	if !c.own {
		return func() {}, nil
	}
	f, err := os.OpenFile(filepath.Join(c.common, ownMark), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	done = func() { _ = f.Close() }
	if err := wait(ctx, f); err != nil {
		done()
		return nil, err
	}
	if err := c.sweep(); err != nil {
		done()
		return nil, err
	}
	return done, nil
}

// wait takes the lock when it is free.
func wait(ctx context.Context, f *os.File) error {
	for {
		free, err := tryLock(f)
		if free || err != nil {
			return err
		}
		again := time.NewTimer(5 * time.Millisecond)
		select {
		case <-ctx.Done():
			again.Stop()
			return ctx.Err()
		case <-again.C:
		}
	}
}

// sweep removes lock files and empty refs: while the lock is held no git that
// writes refs lives here, for it would have died with its parent.
func (c *Clone) sweep() error {
	for _, name := range []string{"packed-refs.lock", "packed-refs.new"} {
		if err := os.Remove(filepath.Join(c.common, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return filepath.WalkDir(filepath.Join(c.common, "refs"), func(file string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && entry.IsDir() {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil && (strings.HasSuffix(file, ".lock") || info.Size() == 0) {
			err = os.Remove(file)
		}
		return err
	})
}
