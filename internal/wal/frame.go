package wal

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
)

// A file is the magic line and frames. A frame is what one fsync made durable: the
// payload's length, the CRC32C of these four bytes, the CRC32C of the payload
// (little endian, 4 bytes each), and the payload: entries, each behind its length.
const (
	magic  = "patchops/wal/v1\n"
	header = 12
	sector = 512 // what a disk writes whole or not at all
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func encode(entries [][]byte) []byte {
	b := make([]byte, header)
	for _, e := range entries {
		b = append(binary.LittleEndian.AppendUint32(b, uint32(len(e))), e...)
	}
	binary.LittleEndian.PutUint32(b, uint32(len(b)-header))
	binary.LittleEndian.PutUint32(b[4:], crc32.Checksum(b[:4], castagnoli))
	binary.LittleEndian.PutUint32(b[8:], crc32.Checksum(b[header:], castagnoli))
	return b
}

// parse reads entries up to a frame that is not whole. If that cannot be the last
// write, torn by a crash before it was acknowledged, the file is corrupt.
func parse(content []byte) (entries [][]byte, end int64, err error) {
	if len(content) < len(magic) && (string(content) == magic[:len(content)] || zeros(content)) {
		return nil, 0, nil
	}
	if len(content) < len(magic) || string(content[:len(magic)]) != magic {
		return nil, 0, fmt.Errorf("%w: its first bytes are not %q", ErrCorrupt, magic)
	}
	at := len(magic)
	for at < len(content) {
		payload, ok := frame(content[at:])
		if !ok {
			if !torn(content, at) {
				return nil, 0, fmt.Errorf("%w: at byte %d, behind %d entries", ErrCorrupt, at, len(entries))
			}
			break
		}
		at += header + len(payload)
		for len(payload) > 0 {
			n := entryLength(payload)
			if n < 0 {
				return nil, 0, fmt.Errorf("%w: an entry that ends before byte %d", ErrCorrupt, at)
			}
			entries = append(entries, payload[4:4+n])
			payload = payload[4+n:]
		}
	}
	return entries, int64(at), nil
}

func entryLength(payload []byte) int {
	if len(payload) < 4 {
		return -1
	}
	n := int64(binary.LittleEndian.Uint32(payload))
	if n > int64(len(payload)-4) {
		return -1
	}
	return int(n)
}

func frame(b []byte) (payload []byte, ok bool) {
	n, ok := length(b)
	if !ok || int64(len(b)) < header+n {
		return nil, false
	}
	payload = b[header : header+n]
	return payload, crc32.Checksum(payload, castagnoli) == binary.LittleEndian.Uint32(b[8:])
}

// length reads a payload's length, which has a sum of its own: a flipped bit in it
// must not make everything behind look like a torn tail.
func length(b []byte) (int64, bool) {
	if len(b) < header || crc32.Checksum(b[:4], castagnoli) != binary.LittleEndian.Uint32(b[4:]) {
		return 0, false
	}
	return int64(binary.LittleEndian.Uint32(b)), true
}

// torn reports whether what follows at can be the rest of one write that did not
// end: it is cut short, or is zeros where a sector was not written.
func torn(content []byte, at int) bool {
	b := content[at:]
	n, ok := length(b)
	switch {
	case len(b) < header:
		return true
	case !ok:
		return zeros(b[header:]) && slices.Contains(b[:header], 0) && b[header-1] == 0
	case int64(len(b)) < header+n:
		return true
	}
	return int64(len(b)) == header+n && hole(content, at+header)
}

// hole reports whether a sector, or what of it lies behind from, is all zeros.
func hole(content []byte, from int) bool {
	for from < len(content) {
		next := min((from/sector+1)*sector, len(content))
		if zeros(content[from:next]) {
			return true
		}
		from = next
	}
	return false
}

func zeros(b []byte) bool { return !slices.ContainsFunc(b, func(c byte) bool { return c != 0 }) }
