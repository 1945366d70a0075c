package controller

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/git"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/wal"
)

// stalls is a pool whose process stands still before the first task, as after SIGSTOP.
type stalls struct {
	*pool
	meanwhile func()
}

func (x *stalls) Start(t dispatch.Task) {
	if do := x.meanwhile; do != nil {
		x.meanwhile = nil
		do()
	}
	x.pool.Start(t)
}

// as makes another machine's controller of the same repository.
func (s *stage) as(holder string) *stage {
	other := *s
	other.journal = &memory{world: s.world}
	other.holder = holder
	return &other
}

// TestR45TheLeaderWakesUp stops the leader between its claim and its task, for longer
// than its lease: another leads and installs, and the woken one has no effect.
func TestR45TheLeaderWakesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := makeKeys(t).begin(t)
		f := newFarm()
		docs := s.shape(2, 2)
		leader := s.rollout(docs, f)
		second := s.as("two")
		other := second.rollout(docs, f)
		slept := false
		leader.rolling.runner.Exec = &stalls{leader.rolling.pool, func() {
			slept = true
			before := s.clock.now
			second.carryOut(other)
			if s.clock.now.Sub(before) < leaseTTL+leaseSlack {
				t.Errorf("taken over after %s", s.clock.now.Sub(before))
			}
			s.world.trace = nil
		}}
		for range 10 {
			if _, err := leader.Once(context.Background()); err != nil && !Later(err) {
				t.Fatal(err)
			}
			s.clock.pass(20 * time.Second)
		}
		if got := fmt.Sprint(f.installs()); !slept || got != "map[acme/host-000:1 acme/host-001:1]" {
			t.Errorf("begun: %s", got)
		}
		for _, task := range f.started {
			if task.Fence < f.fence {
				t.Errorf("%s of %s begun under fence %d, and %d was known", task.Segment, task.Asset, task.Fence, f.fence)
			}
		}
		for _, line := range s.world.trace {
			if strings.Contains(line, "after push of") && strings.Contains(line, "log/acme") {
				t.Errorf("the woken one wrote: %s", line)
			}
		}
		s.ok(s.verify())
	})
}

// TestR45AStaleLeaseIsNotActedUpon: whoever renewed its lease too long ago acts no more.
func TestR45AStaleLeaseIsNotActedUpon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := makeKeys(t).begin(t)
		c := s.rollout(s.shape(2, 2), newFarm())
		seen := false
		c.rolling.runner.Exec = &stalls{c.rolling.pool, func() {
			seen = c.rolling.runner.Ledger.Fresh()
			s.clock.pass(leaseTTL)
			if c.rolling.runner.Ledger.Fresh() {
				t.Error("the lease is taken for ours after its time")
			}
		}}
		for range 10 {
			if _, err := c.Once(context.Background()); err != nil && !Later(err) {
				t.Fatal(err)
			}
			s.clock.pass(20 * time.Second)
		}
		if !seen {
			t.Error("nothing began, or its lease was never ours")
		}
	})
}

// fullJournal has no room from some entry on, and takes the stop.
type fullJournal struct {
	*memory
	from, entries int
	err           error
	stops         []string
}

func (f *fullJournal) Append(b []byte) error {
	if f.entries++; f.entries > f.from {
		return f.err
	}
	return f.memory.Append(b)
}

func (f *fullJournal) Stop(b []byte) error {
	f.stops = append(f.stops, string(b))
	return nil
}

// TestR60NothingStartsUnwritten: with a full disk nothing new begins, whichever entry
// does not fit, and why it stopped is written into the reserve, once. A failed fsync
// ends the process (R62).
func TestR60NothingStartsUnwritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := makeKeys(t)
		for _, synced := range []bool{true, false} {
			cause := wal.ErrFull
			if !synced {
				cause = wal.ErrSync
			}
			for from := 1; ; from++ {
				s := k.begin(t)
				f := newFarm()
				c := s.rollout(s.shape(2, 2), f)
				j := &fullJournal{memory: s.journal, from: from, err: fmt.Errorf("%w: no space left", cause)}
				c.Journal = j
				var err error
				for range 5 {
					if _, err = c.Once(context.Background()); errors.Is(err, wal.ErrSync) {
						break
					}
					s.clock.pass(20 * time.Second)
				}
				if j.entries <= from {
					if from == 1 {
						t.Errorf("a rollout with %d entries written ahead, wanted more", j.entries)
					}
					break // it fitted
				}
				begun := len(f.started)
				if !synced && !errors.Is(err, wal.ErrSync) || synced && err != nil && !errors.Is(err, ErrFull) {
					t.Fatalf("entry %d: %v, wanted %v", from, err, cause)
				}
				if claims := strings.Count(s.kinds("acme"), "claim"); claims < begun {
					t.Errorf("entry %d: %d tasks, %d claims", from, begun, claims)
				}
				if len(j.stops) != 1 || !strings.Contains(j.stops[0], "no space left") {
					t.Errorf("entry %d: stops %q", from, j.stops)
				}
			}
		}
	})
}

// TestR63RemoteDown takes the remote away at each push in turn, for a while: what was
// begun is recorded when it is back, nothing is begun meanwhile, and the journal does
// not grow with every try.
func TestR63RemoteDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := makeKeys(t)
		for n := 3; ; n++ {
			s := k.begin(t)
			f := newFarm()
			c := s.rollout(s.shape(2, 2), f)
			down := false
			s.world.at[n] = func() { down = true }
			s.world.down = func() error {
				if down {
					return git.ErrRemote
				}
				return nil
			}
			for range 12 {
				_, err := c.Once(context.Background())
				if err != nil && !Later(err) {
					t.Fatal(err)
				}
				if begun := len(f.started); down && begun > strings.Count(s.kinds("acme"), "claim") {
					t.Fatalf("effect %d: %d begun, and the log has %s", n, begun, s.kinds("acme"))
				}
				s.clock.pass(20 * time.Second)
			}
			if len(s.journal.entries) > 12 {
				t.Errorf("effect %d: %d entries in the journal", n, len(s.journal.entries))
			}
			was := down
			down, s.world.at = false, map[int]func(){}
			s.carryOut(c)
			if got := fmt.Sprint(f.installs()); got != "map[acme/host-000:1 acme/host-001:1]" {
				t.Fatalf("effect %d: begun %s", n, got)
			}
			if !was {
				return
			}
		}
	})
}

// TestR64LostAnswers loses the answer of each push in turn: what landed is found, and
// nothing is done twice.
func TestR64LostAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := makeKeys(t)
		for n := 3; ; n++ {
			s := k.begin(t)
			f := newFarm()
			s.world.lies[n] = fmt.Errorf("%w: the connection was reset", git.ErrRemote)
			s.carryOut(s.rollout(s.shape(2, 2), f))
			if got := fmt.Sprint(f.installs()); got != "map[acme/host-000:1 acme/host-001:1]" {
				t.Fatalf("push at effect %d: begun %s", n, got)
			}
			if s.world.effects < n {
				return
			}
		}
	})
}

// TestASlowBeginning: a machine on which seconds pass between a decision and the flush of
// its records begins a client's log all the same.
func TestASlowBeginning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := makeKeys(t).begin(t)
		c := s.rollout(s.shape(2, 2), newFarm())
		now := c.Clock.Now
		c.Clock.Now = func() time.Time {
			s.clock.pass(5 * time.Second)
			return now()
		}
		_, err := c.Once(context.Background())
		s.ok(err)
		if got := s.kinds("acme"); !strings.HasPrefix(got, "root run.begun") {
			t.Error(got)
		}
	})
}

// TestGracefulStop: told to stop, nothing new begins, what runs is asked to stop
// before its point of no return, recorded, and the lease given back.
func TestGracefulStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := makeKeys(t).begin(t)
		f := newFarm()
		f.hold = make(chan struct{})
		c := s.rollout(s.shape(2, 2), f)
		_, err := c.Once(context.Background())
		s.ok(err)
		s.clock.pass(30 * time.Second)
		c.rolling.sleep = nil
		began := time.Now()
		c.Clock.Monotonic = func() time.Duration { return s.clock.mono + time.Since(began) }
		ctx, cancel := context.WithCancel(context.Background())
		f.onStart = cancel
		s.ok(c.Run(ctx, time.Hour, func(*Report, error) {}))
		if got := fmt.Sprint(f.installs()); got != "map[acme/host-000:1]" {
			t.Errorf("begun: %s", got)
		}
		if got := s.kinds("acme"); !strings.HasSuffix(got, "claim result") {
			t.Error(got)
		}
		if l := readLease(must(s.world.clone().Files(s.world.refs[heads+leaseBranch]))); !l.Released {
			t.Error("the lease was not released")
		}
		s.ok(s.verify())
	})
}

// TestR57HostKeyIsRecorded: a host with another key than the pinned one is a record.
func TestR57HostKeyIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := makeKeys(t).begin(t)
		f := newFarm()
		f.refuse = &dispatch.Answer{State: dispatch.Refused, Why: dispatch.HostKey, HostKey: "SHA256:another", Text: "another key"}
		c := s.rollout(s.shape(1, 1), f)
		for range 4 {
			_, err := c.Once(context.Background())
			s.ok(err)
			s.clock.pass(30 * time.Second)
		}
		if got := s.kinds("acme"); !strings.Contains(got, string(resultlog.HostKey)) {
			t.Error(got)
		}
		s.ok(s.verify())
	})
}

// TestTheStopIsTold: why a process stopped is in the first record of the next one, also
// where its journal was out of order (R62).
func TestTheStopIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := makeKeys(t).begin(t)
		s.state = t.TempDir()
		c := s.rollout(s.shape(1, 1), newFarm())
		c.Journal = full{fmt.Errorf("%w: I/O error", wal.ErrSync)}
		if _, err := c.Once(context.Background()); !errors.Is(err, wal.ErrSync) {
			t.Fatal(err)
		}
		s.ok(c.stopped(wal.ErrSync))
		s.propose("x", april)
		s.approve("x", "dana", "erin")
		s.tick()
		for _, b := range s.logs() {
			for _, r := range b.Records {
				if r.Kind == resultlog.Lease && strings.Contains(r.Why, "the last run stopped at 2026-03-12T09:00:30Z: fsync failed") {
					return
				}
			}
		}
		t.Error("nobody is told")
	})
}

// TestTheClockIsBehind: nothing is judged and nothing starts, but what hosts did is
// recorded.
func TestTheClockIsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := makeKeys(t).begin(t)
		c, f := s.atWork(s.shape(2, 2))
		s.clock.set(-10 * time.Second)
		close(f.hold)
		for range 20 {
			_, err := c.Tick(context.Background())
			if !errors.Is(err, ErrClock) || !Later(err) {
				t.Fatalf("%v, wanted that the clock is behind", err)
			}
			synctest.Wait()
		}
		if got := s.kinds("acme"); strings.Count(got, "claim") != 1 || strings.Count(got, "result") != 1 {
			t.Error(got)
		}
		s.ok(s.verify())
	})
}
