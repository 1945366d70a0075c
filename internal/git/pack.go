package git

import (
	"fmt"
	"io"

	"github.com/go-git/go-billy/v5"
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
	index *idxfile.MemoryIndex
	file  billy.File
	pack  *packfile.Packfile
	sane  map[int64]bool // offsets of objects whose whole delta chain is known to be small
}

func openPack(dir *dotgit.DotGit, name plumbing.Hash) (*pack, error) {
	f, err := dir.ObjectPackIdx(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	index := idxfile.NewMemoryIndex()
	if err := idxfile.NewDecoder(f).Decode(index); err != nil {
		return nil, err
	}
	file, err := dir.ObjectPack(name)
	if err != nil {
		return nil, err
	}
	bases := cache.NewObjectLRU(32 << 20)
	return &pack{index, file, packfile.NewPackfileWithCache(index, nil, file, bases, 0), map[int64]bool{}}, nil
}

func (p *pack) close() error { return p.file.Close() }

// size is the length of an object's content. A delta is inflated for it, never
// what it is a delta to.
func (p *pack) size(offset int64) (int64, error) {
	header, err := p.pack.Scanner().SeekObjectHeader(offset)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrCorrupt, err)
	}
	if !header.Type.IsDelta() || header.Length > large {
		return header.Length, nil
	}
	return p.pack.GetSizeByOffset(offset)
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
	defer r.Close()
	content, err := io.ReadAll(r)
	return object.Type(), content, err
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
		header, err := p.pack.Scanner().SeekObjectHeader(offset)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrCorrupt, err)
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
