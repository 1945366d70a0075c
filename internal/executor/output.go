package executor

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/dispatch"
)

// Bounds of what is kept of a task's output.
const (
	maxExcerpt = 4 << 10   // in the log
	maxKept    = 256 << 10 // of each end, in the state folder
)

// Sink is the one writer of what hosts print. It keeps the output, redacted, in a
// folder of the controller's state, and makes the excerpt that goes to the log.
type Sink struct {
	// Folder is where outputs are kept, one file for each key; "" keeps none.
	Folder string
	// Salt keeps those who read the log from finding out an output by trying. 16 bytes or more.
	Salt []byte
}

// Keep stores what a task printed. Secrets are gone before a byte is written, hashed or
// returned.
func (s Sink) Keep(key string, p Printed, secrets *Redactor) (dispatch.Output, error) {
	if p.Bytes == 0 && len(p.Head) == 0 {
		return dispatch.Output{}, nil
	}
	head, tail := string(bounded(p.Head)), string(bounded(p.Tail))
	dropped := p.Bytes - int64(len(head)) - int64(len(tail))
	whole := secrets.String(head + tail)
	if dropped > 0 {
		head, tail = secrets.edges(secrets.String(head), secrets.String(tail))
		whole = head + fmt.Sprintf("\n[%d bytes left out]\n", dropped) + tail
	}
	whole = Escape(whole) // also for those who look at the file on a terminal
	sum := sha256.New()
	sum.Write(s.Salt)
	sum.Write([]byte(whole))
	text, cut := excerpt(whole)
	out := dispatch.Output{
		SHA256: "sha256:" + hex.EncodeToString(sum.Sum(nil)), Bytes: p.Bytes,
		Cut: cut || dropped > 0, Text: text,
	}
	return out, s.store(key, whole)
}

func bounded(b []byte) []byte { return b[:min(len(b), maxKept)] }

// excerpt keeps the beginning and, as errors come last, more of the end.
func excerpt(s string) (string, bool) {
	if len(s) <= maxExcerpt {
		return s, false
	}
	const mark = "\n[...]\n"
	first := clip(s, maxExcerpt/4)
	first = first[:strings.LastIndexByte(first, '\n')+1]
	last := s[len(s)-(maxExcerpt-len(first)-len(mark)):]
	for len(last) > 0 && last[0]&0xC0 == 0x80 { // not in the middle of a character
		last = last[1:]
	}
	return first + mark + last, true
}

// Prune lets the oldest outputs go until the others are at most so many files, of so many
// bytes.
func (s Sink) Prune(bytes int64, files int) error {
	entries, err := os.ReadDir(s.Folder)
	if errors.Is(err, fs.ErrNotExist) || s.Folder == "" {
		return nil
	}
	if err != nil {
		return err
	}
	var kept []fs.FileInfo
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			kept = append(kept, info)
		}
	}
	slices.SortFunc(kept, func(a, b fs.FileInfo) int { return b.ModTime().Compare(a.ModTime()) })
	for i, info := range kept {
		if bytes -= info.Size(); bytes < 0 || i >= files {
			err = errors.Join(err, os.Remove(filepath.Join(s.Folder, info.Name())))
		}
	}
	return err
}

// ErrNotKept says that an output could not be stored; the outcome holds all the same.
var ErrNotKept = errors.New("the output was not kept")

func (s Sink) store(key, whole string) error {
	if s.Folder == "" || !plainKey.MatchString(key) {
		return nil
	}
	name := filepath.Join(s.Folder, strings.ReplaceAll(key, ":", "-")+".txt")
	if err := os.MkdirAll(s.Folder, 0o700); err != nil {
		return fmt.Errorf("%w: %w", ErrNotKept, err)
	}
	if err := os.WriteFile(name, []byte(whole), 0o600); err != nil {
		return fmt.Errorf("%w: %w", ErrNotKept, err)
	}
	return nil
}
