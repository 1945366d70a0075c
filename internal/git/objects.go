package git

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/objfile"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

// objects reads a repository's own objects, packed and loose; alternates are
// not looked at.
type objects struct {
	mu    sync.Mutex
	dir   *dotgit.DotGit
	packs []*pack
	known map[plumbing.Hash]bool // their names
}

// large is more than any object that is read: file contents are the largest.
const large = 64 << 20

// Bounds of objects that are no file contents.
const (
	largestTree   = 16 << 20
	largestCommit = 1 << 20
)

func openObjects(dir *dotgit.DotGit) (*objects, error) {
	files, err := dir.Fs().ReadDir("objects/pack")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".promisor") {
			return nil, fmt.Errorf("%w: a partial clone (it has a promisor pack); clone without --filter", ErrUnsupported)
		}
	}
	o := &objects{dir: dir, known: map[plumbing.Hash]bool{}}
	if err := o.look(); err != nil {
		return nil, errors.Join(err, o.close())
	}
	return o, nil
}

// look opens the packs that came since the last look. Those that git has removed
// meanwhile stay open.
func (o *objects) look() error {
	names, err := o.dir.ObjectPacks()
	if err != nil {
		return err
	}
	for _, name := range names {
		if o.known[name] {
			continue
		}
		p, err := openPack(o.dir, name)
		if errors.Is(err, dotgit.ErrPackfileNotFound) || errors.Is(err, fs.ErrNotExist) {
			continue // git is writing or removing it
		}
		if err != nil {
			return fmt.Errorf("pack %s: %w", name, err)
		}
		o.packs, o.known[name] = append(o.packs, p), true
	}
	return nil
}

// fresh runs a reading, and once more if the object was missing and a pack has
// come since.
func (o *objects) fresh(reading func() error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	err := reading()
	if !errors.Is(err, ErrMissing) {
		return err
	}
	before := len(o.packs)
	if failed := o.look(); failed != nil || len(o.packs) == before {
		return errors.Join(err, failed)
	}
	return reading()
}

func (o *objects) close() error {
	var errs []error
	for _, p := range o.packs {
		errs = append(errs, p.close())
	}
	return errors.Join(errs...)
}

// size is the length of an object's content, found without inflating it. An
// object cut from one too large to read is ErrTooLarge.
func (o *objects) size(h plumbing.Hash) (int64, error) {
	var size int64
	err := o.fresh(func() (err error) {
		size, err = o.sizeNow(h)
		return err
	})
	return size, err
}

func (o *objects) sizeNow(h plumbing.Hash) (int64, error) {
	if p, offset := o.find(h); p != nil {
		size, err := p.size(offset)
		if err == nil && size <= large {
			err = p.check(offset)
		}
		return size, err
	}
	_, size, r, err := o.loose(h)
	if err != nil {
		return 0, err
	}
	return size, r.Close()
}

// read returns an object of a kind, or of any, with at most limit bytes.
func (o *objects) read(h plumbing.Hash, want plumbing.ObjectType, limit int64) (plumbing.ObjectType, []byte, error) {
	var kind plumbing.ObjectType
	var content []byte
	err := o.fresh(func() (err error) {
		kind, content, err = o.content(h, limit)
		return err
	})
	switch {
	case err != nil:
		return 0, nil, fmt.Errorf("object %s: %w", h, err)
	case plumbing.ComputeHash(kind, content) != h:
		return 0, nil, fmt.Errorf("object %s: %w: its bytes have another hash", h, ErrCorrupt)
	case want != plumbing.AnyObject && kind != want:
		return 0, nil, fmt.Errorf("object %s: want a %s, found a %s", h, want, kind)
	}
	return kind, content, nil
}

func (o *objects) content(h plumbing.Hash, limit int64) (plumbing.ObjectType, []byte, error) {
	if p, offset := o.find(h); p != nil {
		return p.content(offset, limit)
	}
	kind, size, r, err := o.loose(h)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = r.Close() }()
	if size > limit {
		return 0, nil, tooLarge(size, limit)
	}
	// The header may lie: one byte more shows it.
	content, err := io.ReadAll(io.LimitReader(r, size+1))
	if err != nil || int64(len(content)) != size {
		return 0, nil, errors.Join(fmt.Errorf("%w: want %d bytes", ErrCorrupt, size), err)
	}
	return kind, content, nil
}

func tooLarge(size, limit int64) error {
	return fmt.Errorf("%w: %d bytes, want at most %d", ErrTooLarge, size, limit)
}

func (o *objects) find(h plumbing.Hash) (*pack, int64) {
	for _, p := range o.packs {
		if offset, err := p.index.FindOffset(h); err == nil {
			return p, offset
		}
	}
	return nil, 0
}

// loose opens a loose object behind its header.
func (o *objects) loose(h plumbing.Hash) (plumbing.ObjectType, int64, io.ReadCloser, error) {
	f, err := o.dir.Object(h)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, plumbing.ErrObjectNotFound) {
		return 0, 0, nil, ErrMissing
	}
	if err != nil {
		return 0, 0, nil, err
	}
	r, err := objfile.NewReader(f)
	if err != nil {
		return 0, 0, nil, errors.Join(ErrCorrupt, err, f.Close())
	}
	opened := closers{r, f}
	kind, size, err := r.Header()
	if err != nil || size < 0 {
		return 0, 0, nil, errors.Join(ErrCorrupt, err, opened.Close())
	}
	return kind, size, struct {
		io.Reader
		io.Closer
	}{r, opened}, nil
}

type closers []io.Closer

func (c closers) Close() error {
	var errs []error
	for _, one := range c {
		errs = append(errs, one.Close())
	}
	return errors.Join(errs...)
}

// withPrefix lists the objects whose id starts with the hexadecimal digits.
func (o *objects) withPrefix(digits string) ([]plumbing.Hash, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	found := map[plumbing.Hash]bool{}
	add := func(h plumbing.Hash) error {
		if strings.HasPrefix(h.String(), digits) {
			found[h] = true
		}
		return nil
	}
	if err := o.look(); err != nil {
		return nil, err
	}
	if err := o.dir.ForEachObjectHash(add); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, p := range o.packs {
		entries, err := p.index.Entries()
		if err != nil {
			return nil, err
		}
		for e, err := entries.Next(); err == nil; e, err = entries.Next() {
			_ = add(e.Hash) // never fails
		}
	}
	var all []plumbing.Hash
	for h := range found {
		all = append(all, h)
	}
	return all, nil
}
