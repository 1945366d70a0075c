package git

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/plumbing/format/idxfile"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

// longestChain is the most deltas that git itself writes on one another.
const longestChain = 4096

// pack is one pack file with its index.
type pack struct {
	index   *idxfile.MemoryIndex
	files   closers
	raw     io.ReaderAt       // the contents, for reading at once; see blob
	headers *packfile.Scanner // on a file of its own: it leaves objects half read
	pack    *packfile.Packfile
	sane    map[int64]bool // offsets of objects whose whole delta chain is known to be small
}

func openPack(dir *dotgit.DotGit, name plumbing.Hash) (*pack, error) {
	f, err := dir.ObjectPackIdx(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	index := idxfile.NewMemoryIndex()
	if err := idxfile.NewDecoder(f).Decode(index); err != nil {
		return nil, err
	}
	contents, err := dir.ObjectPack(name)
	if err != nil {
		return nil, err
	}
	headers, err := dir.ObjectPack(name)
	if err != nil {
		return nil, errors.Join(err, contents.Close())
	}
	bases := cache.NewObjectLRU(32 << 20)
	return &pack{
		index: index, files: closers{contents, headers}, raw: contents, headers: packfile.NewScanner(headers),
		pack: packfile.NewPackfileWithCache(index, nil, contents, bases, 0), sane: map[int64]bool{},
	}, nil
}

func (p *pack) close() error { return p.files.Close() }

func (p *pack) header(offset int64) (*packfile.ObjectHeader, error) {
	header, err := p.headers.SeekObjectHeader(offset)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	return header, nil
}

// size is the length of an object's content. Of a delta, only what says its
// result's size is kept, and of what it is a delta to nothing is read.
func (p *pack) size(offset int64) (int64, error) {
	header, err := p.header(offset)
	if err != nil || !header.Type.IsDelta() || header.Length > large {
		return headerLength(header), err
	}
	// A delta starts with two sizes, the base's and the result's.
	start := head{room: 2 * binary.MaxVarintLen64}
	if _, _, err := p.headers.NextObject(&start); err != nil {
		return 0, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	_, n := binary.Uvarint(start.bytes)
	if n <= 0 {
		return 0, fmt.Errorf("%w: a delta without sizes", ErrCorrupt)
	}
	size, n := binary.Uvarint(start.bytes[n:])
	if n <= 0 || size > math.MaxInt64 {
		return 0, fmt.Errorf("%w: a delta without sizes", ErrCorrupt)
	}
	return int64(size), nil
}

func headerLength(h *packfile.ObjectHeader) int64 {
	if h == nil {
		return 0
	}
	return h.Length
}

// head keeps the first bytes written to it.
type head struct {
	room  int
	bytes []byte
}

func (h *head) Write(b []byte) (int, error) {
	h.bytes = append(h.bytes, b[:min(len(b), h.room-len(h.bytes))]...)
	return len(b), nil
}

func (p *pack) content(offset, limit int64) (plumbing.ObjectType, []byte, error) {
	size, err := p.size(offset)
	if err != nil {
		return 0, nil, err
	}
	if size > limit {
		return 0, nil, tooLarge(size, limit)
	}
	if err := p.check(offset); err != nil {
		return 0, nil, err
	}
	object, err := p.pack.GetByOffset(offset)
	if err != nil {
		return 0, nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	r, err := object.Reader()
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = r.Close() }()
	content := bytes.NewBuffer(make([]byte, 0, size+bytes.MinRead)) // else it grows again and again
	_, err = content.ReadFrom(r)
	return object.Type(), content.Bytes(), err
}

// check follows an object's delta chain by headers: a file of ten bytes may be
// cut from a base of a gigabyte, which reading it would inflate.
func (p *pack) check(offset int64) error {
	var chain []int64
	for !p.sane[offset] {
		if len(chain) > longestChain {
			return fmt.Errorf("%w: a chain of more than %d deltas", ErrCorrupt, longestChain)
		}
		chain = append(chain, offset)
		size, err := p.size(offset)
		if err != nil {
			return err
		}
		if size > large {
			return tooLarge(size, large)
		}
		header, err := p.header(offset)
		if err != nil {
			return err
		}
		switch header.Type {
		case plumbing.OFSDeltaObject:
			offset = header.OffsetReference
		case plumbing.REFDeltaObject:
			if offset, err = p.index.FindOffset(header.Reference); err != nil {
				return fmt.Errorf("%w: the base %s of a delta", ErrMissing, header.Reference)
			}
		default:
			p.sane[offset] = true
		}
	}
	for _, o := range chain {
		p.sane[o] = true
	}
	return nil
}
