package resultlog

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint is the signed size and root of a log (C2SP tlog-checkpoint), with
// the fence of the lease under which it was written as an extension line.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   tlog.Hash
	Fence  int64
}

// ErrCheckpoint says that bytes are no checkpoint, or none that a known key signed.
var ErrCheckpoint = errors.New("no valid checkpoint")

// text is what is signed.
func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\nfence %d\n", c.Origin, c.Size, c.Root, c.Fence)
}

// Sign makes the signed note.
func (c Checkpoint) Sign(signers ...note.Signer) ([]byte, error) {
	return note.Sign(&note.Note{Text: c.text()}, signers...)
}

// OpenCheckpoint checks that one of the keys signed, and that it counts, and reads.
func OpenCheckpoint(signed []byte, keys note.Verifiers) (Checkpoint, error) {
	n, err := note.Open(signed, keys)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	c, err := parseCheckpoint(n.Text)
	if err != nil {
		return c, err
	}
	return c, counts(n, c, keys)
}

// Unsigned reads a checkpoint without asking who signed it.
func Unsigned(signed []byte) (Checkpoint, error) {
	var unverified *note.UnverifiedNoteError
	if _, err := note.Open(signed, note.VerifierList()); !errors.As(err, &unverified) {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	return parseCheckpoint(unverified.Note.Text)
}

// Peek reads a checkpoint of the log n without its records: what size one of the
// keys signed. Keys that the log itself brought in are not known here.
func Peek(signed []byte, n Name, keys note.Verifiers) (Checkpoint, error) {
	c, err := OpenCheckpoint(signed, keys)
	if err == nil && c.Origin != n.Origin() {
		err = fmt.Errorf("%w: of %q, wanted %q", ErrCheckpoint, c.Origin, n.Origin())
	}
	return c, err
}

func parseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 {
		return Checkpoint{}, fmt.Errorf("%w: of %d lines, wanted origin, size, root and fence", ErrCheckpoint, len(lines)-1)
	}
	var c Checkpoint
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 {
		return c, fmt.Errorf("%w: size %q", ErrCheckpoint, lines[1])
	}
	fence, err := strconv.ParseInt(strings.TrimPrefix(lines[3], "fence "), 10, 64)
	if err != nil || fence < 0 {
		return c, fmt.Errorf("%w: %q, wanted a fence", ErrCheckpoint, lines[3])
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return c, fmt.Errorf("%w: root %q", ErrCheckpoint, lines[2])
	}
	c = Checkpoint{Origin: lines[0], Size: size, Root: tlog.Hash(root), Fence: fence}
	if c.text() != text {
		return c, fmt.Errorf("%w: %q is not its form", ErrCheckpoint, text)
	}
	return c, nil
}

// Verifiers are the keys of a list such as root.logKeys.
func Verifiers(keys []string) (note.Verifiers, error) {
	var out []note.Verifier
	for _, k := range keys {
		v, err := note.NewVerifier(k)
		if err != nil {
			return nil, fmt.Errorf("log key %q: %w", k, err)
		}
		out = append(out, v)
	}
	return note.VerifierList(out...), nil
}
