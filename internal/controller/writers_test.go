package controller

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"testing"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
)

// shared is a store of a world that several goroutines use, one call at a time.
type shared struct {
	*clone
	mu *sync.Mutex
}

func (s shared) Fetch(ctx context.Context, specs ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clone.Fetch(ctx, specs...)
}

func (s shared) Push(ctx context.Context, updates []git.Update) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clone.Push(ctx, updates)
}

func (s shared) WriteTree(ctx context.Context, base string, files []git.File) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clone.WriteTree(ctx, base, files)
}

func (s shared) Commit(ctx context.Context, spec git.CommitSpec) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clone.Commit(ctx, spec)
}

func (s shared) Info(id string) (git.Commit, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clone.Info(id)
}

func (s shared) IsAncestor(a, b string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clone.IsAncestor(a, b)
}

func (s shared) Files(commit string) (fs.FS, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.clone.Files(commit)
}

// none is a journal that forgets.
type none struct{}

func (none) Append([]byte) error { return nil }
func (none) Cut() error          { return nil }
func (none) Stop([]byte) error   { return nil }

// TestM11FourWritersInMemory is TestM11FourWriters with 4 x 25 appends on a world:
// every one is there once, in one order, and the log verifies.
func TestM11FourWritersInMemory(t *testing.T) {
	const writers, appends = 4, 25
	s := makeKeys(t).begin(t)
	var mu sync.Mutex
	var all sync.WaitGroup
	for n := range writers {
		c, err := New(Options{
			Root: s.root, Signed: s.signed, Store: shared{s.world.clone(), &mu}, Judge: &locked{Judge: s.judge, mu: &mu}, Journal: none{},
			Signer: s.signer, Clock: s.clock.clock(), Holder: fmt.Sprint("writer-", n), Process: fmt.Sprint(n),
		})
		s.ok(err)
		all.Go(func() {
			for i := range appends {
				for {
					err := c.appendOne(fmt.Sprintf("%s %d", c.Holder, i))
					if err == nil {
						break
					}
					if !errors.Is(err, git.ErrRace) && !errors.Is(err, ErrHeld) && !errors.Is(err, ErrLost) {
						t.Errorf("%s: %v", c.Holder, err)
						return
					}
				}
			}
		})
	}
	all.Wait()
	count := map[string]int{}
	for _, b := range s.logs() {
		for _, r := range b.Records {
			if r.Kind == resultlog.Denial {
				count[r.Why]++
			}
		}
	}
	for why, n := range count {
		if n != 1 {
			t.Errorf("%s is recorded %d times", why, n)
		}
	}
	if len(count) != writers*appends {
		t.Errorf("%d records, wanted %d", len(count), writers*appends)
	}
	s.ok(s.verify())
}

// locked is a judge that several goroutines use.
type locked struct {
	Judge
	mu *sync.Mutex
}

func (j *locked) Manifest(commit string) (string, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.Judge.Manifest(commit)
}
