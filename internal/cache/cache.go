// Package cache keeps what a check found in one checksummed file, so that the
// next check only judges what changed.
//
// It only ever saves time: any mismatch (another engine, a flipped bit, a torn
// file) means no cache. It is not safe against somebody who may write the file,
// so decisions (merge, run, approve) never read it.
//
// The file is: magic, digest of the engine, string table, files, and the SHA-256
// of all before. Numbers are unsigned varints, texts are indexes into the table.
package cache

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/patchops/patchops/internal/pipeline"
)

const magic = "patchops cache 1\n"

// largest is more than a repository of the most files leaves behind.
const largest = 256 << 20

// Load reads what was kept for an engine. It returns nil when there is nothing
// usable, for whatever reason.
func Load(file string, engine [sha256.Size]byte) pipeline.Kept {
	// What is no regular file may never end, or never begin.
	info, err := os.Lstat(file)
	if err != nil || !info.Mode().IsRegular() || info.Size() > largest {
		return nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return nil
	}
	kept, err := unmarshal(b, engine)
	if err != nil {
		return nil
	}
	return kept
}

// Save replaces the file by what is kept now, in one rename: a concurrent
// reader sees the old file or the new one, and of two writers the last wins.
func Save(file string, engine [sha256.Size]byte, kept pipeline.Kept) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return fmt.Errorf("keep the verdicts: %w", err)
	}
	temp, err := os.CreateTemp(filepath.Dir(file), ".cache-*")
	if err != nil {
		return fmt.Errorf("keep the verdicts: %w", err)
	}
	_, err = temp.Write(marshal(engine, kept))
	err = errors.Join(err, temp.Close())
	if err == nil {
		err = os.Rename(temp.Name(), file)
	}
	if err != nil {
		return fmt.Errorf("keep the verdicts: %w", errors.Join(err, os.Remove(temp.Name())))
	}
	return nil
}

var errUnusable = errors.New("the cache is of another engine, torn or damaged")

func unmarshal(b []byte, engine [sha256.Size]byte) (pipeline.Kept, error) {
	end := len(b) - sha256.Size
	start := len(magic) + sha256.Size
	if end < start || !bytes.HasPrefix(b, []byte(magic)) || !bytes.Equal(b[len(magic):start], engine[:]) {
		return nil, errUnusable
	}
	if sum := sha256.Sum256(b[:end]); !bytes.Equal(sum[:], b[end:]) {
		return nil, errUnusable
	}
	r := reader{b: b[start:end]}
	kept := r.kept()
	if r.bad || len(r.b) > 0 {
		return nil, errUnusable
	}
	return kept, nil
}

func marshal(engine [sha256.Size]byte, kept pipeline.Kept) []byte {
	w := writer{index: map[string]uint64{}}
	body := w.files(kept)
	out := append([]byte(magic), engine[:]...)
	out = w.table(out)
	out = append(out, body...)
	sum := sha256.Sum256(out)
	return append(out, sum[:]...)
}
