package sandbox

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// What a child says. Each frame is a kind, the length of its payload as four
// bytes (big endian), and the payload. Begun, then ready or failed, then for
// each item, in order, started and one of done and tooMuch.
const (
	begun   = 'B' // the limits hold, the setup starts
	ready   = 'R' // the setup is done
	failed  = 'F' // the setup's error, as text
	started = 'S' // the next item starts
	done    = 'D' // its output
	tooMuch = 'O' // its output was over the limit and is dropped
)

type frame struct {
	kind    byte
	payload []byte
}

func writeFrame(w *bufio.Writer, kind byte, payload []byte) error {
	header := [5]byte{kind}
	binary.BigEndian.PutUint32(header[1:], uint32(len(payload))) //nolint:gosec // Output bounds it
	if _, err := w.Write(header[:]); err != nil {
		return err
	}
	if _, err := w.Write(payload); err != nil {
		return err
	}
	return w.Flush()
}

func readFrame(r io.Reader, limit int) (frame, error) {
	var header [5]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return frame{}, err
	}
	n := binary.BigEndian.Uint32(header[1:])
	if int64(n) > int64(limit) {
		return frame{}, fmt.Errorf("frame of %d bytes, want at most %d", n, limit)
	}
	payload := make([]byte, n)
	_, err := io.ReadFull(r, payload)
	return frame{header[0], payload}, err
}

// The parent sends blobs, a length of eight bytes and the bytes: the shared
// bytes, then the items until the pipe closes.
func writeBlob(w io.Writer, b []byte) error {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(b)))
	if _, err := w.Write(n[:]); err != nil {
		return err
	}
	_, err := w.Write(b)
	return err
}

func readBlob(r io.Reader) ([]byte, error) {
	var n [8]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.BigEndian.Uint64(n[:]))
	_, err := io.ReadFull(r, b)
	return b, err
}
