package git

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1" //nolint:gosec // what a pack ends with
	"encoding/binary"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"
)

// batch collects objects to write by one run of git, each once.
type batch struct {
	seen  map[plumbing.Hash]bool
	count uint32
	bytes bytes.Buffer
	zlib  *zlib.Writer
}

// add puts an object in and returns its id.
func (b *batch) add(kind plumbing.ObjectType, content []byte) (plumbing.Hash, error) {
	h := plumbing.ComputeHash(kind, content)
	if b.seen[h] {
		return h, nil
	}
	if b.seen == nil {
		b.seen = map[plumbing.Hash]bool{}
	}
	b.seen[h] = true
	b.count++
	size := len(content)
	first := byte(kind)<<4 | byte(size&15)
	for size >>= 4; size > 0; size >>= 7 {
		b.bytes.WriteByte(first | 0x80)
		first = byte(size & 127)
	}
	b.bytes.WriteByte(first)
	if b.zlib == nil {
		b.zlib = zlib.NewWriter(&b.bytes) // much to make anew for each
	}
	b.zlib.Reset(&b.bytes)
	if _, err := b.zlib.Write(content); err != nil {
		return h, err
	}
	return h, b.zlib.Close()
}

// looseMost is how many objects are written as files of their own.
const looseMost = 100

// write hands the batch to git, which checks every object and that what it names
// is there.
func (c *Clone) write(ctx context.Context, b *batch) error {
	if b.count == 0 {
		return nil
	}
	pack := make([]byte, 0, b.bytes.Len()+64)
	pack = append(pack, "PACK\x00\x00\x00\x02"...)
	pack = binary.BigEndian.AppendUint32(pack, b.count)
	pack = append(pack, b.bytes.Bytes()...)
	sum := sha1.Sum(pack) //nolint:gosec // as above
	pack = append(pack, sum[:]...)
	args := []string{"unpack-objects", "-q", "--strict"}
	if b.count > looseMost {
		args = []string{"index-pack", "--stdin", "--strict"}
	}
	if _, err := c.local(ctx, pack, args...); err != nil {
		return fmt.Errorf("write %d objects: %w", b.count, err)
	}
	return nil
}
