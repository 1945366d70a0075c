package git

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// When an own clone is packed anew: git's own numbers, of packs and of loose
// objects in one of 256 folders.
const (
	mostPacks = 50
	mostLoose = 27
)

// tidy packs an own clone anew when it holds many small files. git would do it
// behind our back; here it ends before the fetch does, and nothing else writes
// refs meanwhile. What a reader has open stays readable, what it opens is found
// in the new pack. One that takes too long is left for another process.
func (c *Clone) tidy(ctx context.Context) error {
	if !c.own || c.tired.Load() {
		return nil
	}
	packs, err := count(filepath.Join(c.common, "objects", "pack"), ".pack")
	if err != nil {
		return err
	}
	loose, err := count(filepath.Join(c.common, "objects", "17"), "")
	if err != nil || packs < mostPacks && loose < mostLoose {
		return err
	}
	_, err = c.run(ctx, job{args: []string{"repack", "-d", "-n", "-l", "-q", "-A", "--unpack-unreachable=2.weeks.ago"}, slow: true})
	if _, ok := errors.AsType[*failure](err); ok {
		c.tired.Store(true)
		return nil
	}
	return err
}

// count is how many files of a folder have that end.
func count(dir, end string) (int, error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	n := 0
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), end) {
			n++
		}
	}
	return n, err
}
