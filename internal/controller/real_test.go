package controller

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/git/gittest"
	"github.com/patchops/patchops/internal/resultlog"
)

// TestOverEveryTransport merges over each way that Git reaches a remote by.
func TestOverEveryTransport(t *testing.T) {
	k := makeKeys(t)
	for name, remote := range map[string]func(*testing.T) *gittest.Remote{
		"path":   func(t *testing.T) *gittest.Remote { return gittest.Bare(t) },
		"http":   func(t *testing.T) *gittest.Remote { return gittest.HTTP(t).Remote },
		"daemon": func(t *testing.T) *gittest.Remote { return gittest.Daemon(t) },
		"ssh":    gittest.SSH,
	} {
		t.Run(name, func(t *testing.T) {
			g := k.ground(t, remote(t))
			g.more(2)
			g.tick(0)
			g.more(1)
			g.tick(0)
			g.check()
		})
	}
}

// TestTwoProcessesTogether has two controllers on two machines start together,
// again and again (X5).
func TestTwoProcessesTogether(t *testing.T) {
	t.Parallel()
	g := makeKeys(t).ground(t, gittest.Bare(t))
	other := *g
	other.part.Dir, other.part.Holds = t.TempDir(), "two"
	other.file = filepath.Join(t.TempDir(), "part.json")
	other.write()
	rounds := 6
	if testing.Short() {
		rounds = 2
	}
	for range rounds {
		g.more(2)
		var both sync.WaitGroup
		for _, one := range []*ground{g, &other} {
			both.Go(func() { one.tick(0) })
		}
		both.Wait()
	}
	g.tick(0)
	g.check()
}

// TestR42TheCloneIsDeleted: the clone is a cache.
func TestR42TheCloneIsDeleted(t *testing.T) {
	t.Parallel()
	g := makeKeys(t).ground(t, gittest.Bare(t))
	for range 3 {
		g.more(1)
		g.tick(150 * time.Millisecond)
		if err := os.RemoveAll(filepath.Join(g.part.Dir, "clone")); err != nil {
			t.Fatal(err)
		}
		g.tick(0)
	}
	g.check()
}

// TestM11FourWriters: four controllers append to one log at once, each under its own
// lease: every record survives, none is there twice.
func TestM11FourWriters(t *testing.T) {
	t.Parallel()
	const writers = 4
	appends := 6 // 25 in memory: TestM11FourWritersInMemory
	if testing.Short() {
		appends = 3
	}
	g := makeKeys(t).ground(t, gittest.Bare(t))
	var all sync.WaitGroup
	problems := make(chan error, writers)
	for n := range writers {
		p := g.part
		p.Dir, p.Holds = t.TempDir(), fmt.Sprint("writer-", n)
		all.Go(func() { problems <- p.write(appends) })
	}
	all.Wait()
	close(problems)
	for err := range problems {
		if err != nil {
			t.Fatal(err)
		}
	}
	count := map[string]int{}
	for _, b := range g.logs() {
		for _, r := range b.Records {
			if r.Kind == resultlog.Denial {
				count[r.Why]++
			}
		}
	}
	for n := range writers {
		for i := range appends {
			if why := fmt.Sprintf("writer-%d %d", n, i); count[why] != 1 {
				t.Errorf("%s is recorded %d times", why, count[why])
			}
		}
	}
}

// write appends so many records, one flush each.
func (p part) write(appends int) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%s: %v", p.Holds, r)
		}
	}()
	c, done := p.real(func(err error) {
		if err != nil {
			panic(err)
		}
	})
	defer done()
	for i := range appends {
		for {
			err := c.appendOne(fmt.Sprintf("%s %d", p.Holds, i))
			if err == nil {
				break
			}
			if !errors.Is(err, git.ErrRace) && !errors.Is(err, ErrHeld) && !errors.Is(err, ErrLost) {
				return err
			}
			time.Sleep(50 * time.Millisecond) // another has it
		}
	}
	return nil
}

func (c *Controller) appendOne(why string) error {
	ctx := context.Background()
	c.report = &Report{}
	v, err := c.look(ctx)
	if err != nil {
		return err
	}
	if err := c.take(ctx, v); err != nil {
		return err
	}
	if v, err = c.look(ctx); err != nil {
		return err
	}
	err = c.push(ctx, v, flush{entries: []entry{{
		record: resultlog.Record{Kind: resultlog.Denial, Change: "x", Why: why}, clients: []string{"acme"},
	}}})
	return errors.Join(err, c.release(ctx, err != nil))
}
