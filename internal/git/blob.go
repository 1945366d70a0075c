package git

import (
	"bufio"
	"compress/zlib"
	"crypto/sha1" //nolint:gosec // what git names objects by
	"fmt"
	"io"
	"math"

	"github.com/go-git/go-git/v5/plumbing"
)

// blob reads a blob like read, but on many processors at once where it lies whole in
// a pack, which is how git stores most of a log: only finding it takes turns. Its
// bytes are hashed by plain SHA-1, without looking for attempts at collisions; who
// reads logs hashes them again, by SHA-256.
func (o *objects) blob(h plumbing.Hash, limit int64) ([]byte, error) {
	p, offset, size := o.whole(h, limit)
	if p == nil {
		_, content, err := o.read(h, plumbing.BlobObject, limit)
		return content, err
	}
	content, err := p.inflate(offset, size)
	if err != nil {
		return nil, fmt.Errorf("object %s: %w: %w", h, ErrCorrupt, err)
	}
	sum := sha1.New() //nolint:gosec // see above
	fmt.Fprintf(sum, "blob %d\x00", size)
	sum.Write(content)
	if plumbing.Hash(sum.Sum(nil)) != h {
		return nil, fmt.Errorf("object %s: %w: its bytes have another hash", h, ErrCorrupt)
	}
	return content, nil
}

// whole finds a blob that is no delta and within the limit; p is nil otherwise.
func (o *objects) whole(h plumbing.Hash, limit int64) (p *pack, offset, size int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p, offset = o.find(h)
	if p == nil {
		return nil, 0, 0
	}
	header, err := p.header(offset)
	if err != nil || header.Type != plumbing.BlobObject || header.Length > limit {
		return nil, 0, 0
	}
	return p, offset, header.Length
}

// inflate reads an object that is no delta, whose header says how long it is.
func (p *pack) inflate(offset, size int64) ([]byte, error) {
	r := bufio.NewReaderSize(io.NewSectionReader(p.raw, offset, math.MaxInt64-offset), 64<<10)
	for { // type and length: seven bits a byte
		c, err := r.ReadByte()
		if err != nil {
			return nil, err
		}
		if c&0x80 == 0 {
			break
		}
	}
	z, err := zlib.NewReader(r)
	if err != nil {
		return nil, err
	}
	content := make([]byte, size)
	if _, err := io.ReadFull(z, content); err != nil {
		return nil, err
	}
	// The header may lie: one byte more shows it, and the end the checksum.
	if n, err := z.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		return nil, fmt.Errorf("more than %d bytes, or a wrong checksum: %w", size, err)
	}
	return content, nil
}
