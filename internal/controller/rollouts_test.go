package controller

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner/runnertest"
)

// farm is hosts that do what they are told at once, and remember it.
type farm struct {
	mu      sync.Mutex
	done    map[string]*dispatch.Outcome // by key
	started []dispatch.Task
	fence   int64
	fail    map[string]bool // assets whose installation fails
	hold    chan struct{}   // when not nil, a start waits for it
	stopped map[string]bool
	refuse  *dispatch.Answer
	onStart func()
}

func newFarm() *farm {
	return &farm{done: map[string]*dispatch.Outcome{}, fail: map[string]bool{}, stopped: map[string]bool{}}
}

func (f *farm) Start(ctx context.Context, t dispatch.Task, at func(string)) dispatch.Answer {
	f.mu.Lock()
	f.started = append(f.started, t)
	f.fence = max(f.fence, t.Fence)
	hold, refuse := f.hold, f.refuse
	f.mu.Unlock()
	if refuse != nil {
		return *refuse
	}
	at(t.Steps[0].Name)
	if f.onStart != nil {
		f.onStart()
	}
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return dispatch.Answer{State: dispatch.Unreachable}
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	o := &dispatch.Outcome{Result: dispatch.Succeeded}
	switch {
	case f.stopped[t.Key]:
		o.Result = dispatch.Stopped
	case f.fail[t.Asset] && t.Segment == dispatch.Install:
		*o = dispatch.Outcome{Result: dispatch.Failed, Step: dispatch.Installs, Exit: 100, Why: "E: broken"}
	}
	f.done[t.Key] = o
	return dispatch.Answer{State: dispatch.Finished, Outcome: o}
}

func (f *farm) Probe(_ context.Context, t dispatch.Task) dispatch.Answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	if o := f.done[t.Key]; o != nil {
		return dispatch.Answer{State: dispatch.Finished, Outcome: o}
	}
	return dispatch.Answer{State: dispatch.Absent}
}

func (f *farm) Stop(_ context.Context, t dispatch.Task) dispatch.Answer {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopped[t.Key] = true
	if f.hold != nil {
		close(f.hold)
		f.hold = nil
	}
	return dispatch.Answer{State: dispatch.Running}
}

func (f *farm) Close() error { return nil }

// installs counts what was begun, by asset.
func (f *farm) installs() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := map[string]int{}
	for _, t := range f.started {
		if t.Segment == dispatch.Install {
			out[t.Client+"/"+t.Asset]++
		}
	}
	return out
}

// shape is a plan whose window is open when everything begins.
func (s *stage) shape(hosts int, waves ...int) *progress.Documents {
	d := runnertest.Build(runnertest.Shape{
		Tip: s.root.Genesis.Commit, AsOf: s.clock.now.Unix() - 30, Hosts: hosts, Waves: waves, Window: 9 * 3600, Length: 4 * 3600,
	})
	for _, p := range d.Plans {
		p.Digest = canonical.Digest([]byte(p.Digest))
		for _, j := range p.Jobs {
			j.Grant = canonical.Digest([]byte(j.Grant))
		}
	}
	return d
}

// rollout is a controller that carries out documents on a farm. Its clock goes on when
// nothing in the test's bubble (synctest) has anything left to do.
func (s *stage) rollout(d *progress.Documents, f executor.Executor) *Controller {
	c := s.start()
	docs := runnertest.NewDocs(d)
	c.Rollouts = &Rollouts{Executors: map[string]executor.Executor{"local": f}, Documents: docs, Tell: &runnertest.Tell{}, Patience: time.Second}
	c.rolling = c.newRolling(*c.Rollouts)
	c.rolling.sleep = func(d time.Duration) bool {
		select {
		case <-c.rolling.pool.wake:
			return true
		case <-time.After(time.Millisecond):
			s.clock.pass(d)
			return false
		}
	}
	c.rolling.runner.Exec = claimed{c.rolling.pool, s}
	s.t.Cleanup(func() { _ = c.rolling.close() })
	return c
}

// atWork is a controller that has told its first host to begin; the hosts are at it until
// hold is closed.
func (s *stage) atWork(d *progress.Documents) (*Controller, *farm) {
	s.t.Helper()
	f := newFarm()
	f.hold = make(chan struct{})
	c := s.rollout(d, f)
	_, err := c.Tick(context.Background())
	s.ok(err)
	s.clock.pass(30 * time.Second)
	_, err = c.Tick(context.Background())
	s.ok(err)
	return c, f
}

// claimed is a pool that wants every task claimed in the remote's logs before.
type claimed struct {
	*pool
	s *stage
}

func (c claimed) Start(t dispatch.Task) {
	if !strings.Contains(c.s.logged(), t.Key) {
		c.s.t.Errorf("%s of %s is dispatched, and no log claims it", t.Segment, t.Asset)
	}
	c.pool.Start(t)
}

// TestARolloutIsCarriedOut: claims before deeds, results after, all of it verified, and
// the lease given back.
func TestARolloutIsCarriedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := makeKeys(t).begin(t)
		f := newFarm()
		c := s.rollout(s.shape(3, 1, 3), f)
		s.carryOut(c)
		if got := fmt.Sprint(f.installs()); got != "map[acme/host-000:1 acme/host-001:1 acme/host-002:1]" {
			t.Errorf("begun: %s", got)
		}
		const one = "claim result claim result "
		if got := s.kinds("acme"); !strings.HasPrefix(got, "root run.begun schedule wave.begun "+one+"wave.ended wave.begun "+one) || !strings.HasSuffix(got, "wave.ended run.ended") {
			t.Error(got)
		}
		if l := readLease(must(s.world.clone().Files(s.world.refs[heads+leaseBranch]))); !l.Released {
			t.Error("the lease was not released")
		}
		if left := len(s.journal.entries); left != 0 {
			t.Errorf("%d entries in the journal", left)
		}
	})
}

// carryOut lets time pass until the rollout of acme/march has ended, and verifies.
func (s *stage) carryOut(c *Controller) {
	s.t.Helper()
	for range 400 {
		_, err := c.Once(context.Background())
		if err != nil && !Later(err) {
			s.t.Fatal(err)
		}
		if strings.HasSuffix(s.kinds("acme"), "run.ended") {
			s.ok(s.verify())
			return
		}
		s.clock.pass(20 * time.Second)
	}
	s.t.Fatalf("it does not end: %s", s.kinds("acme"))
}

// TestR43CrashAnywhere ends the process before each of its effects on journal and
// remote, once: whoever starts next brings the rollout to the end that it has without
// a crash, each host is installed once, and no host was told anything that the remote
// did not know before (R43, R44, R61).
func TestR43CrashAnywhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := makeKeys(t)
		for n := 0; ; n++ {
			s := k.begin(t)
			f := newFarm()
			docs := s.shape(2, 1, 2)
			s.world.crashAt = n
			crashed := s.crashes(func() { s.carryOut(s.rollout(docs, f)) })
			s.world.crashAt = -1
			s.journal.world.effects = 0
			s.carryOut(s.rollout(docs, f))
			if got := fmt.Sprint(f.installs()); got != "map[acme/host-000:1 acme/host-001:1]" {
				t.Fatalf("ended before effect %d, %s: begun %s", n, s.world.trace[len(s.world.trace)-1], got)
			}
			if !crashed {
				t.Logf("%d points", n)
				return
			}
		}
	})
}

// logged is all that the logs hold.
func (s *stage) logged() string {
	var b strings.Builder
	for _, l := range s.logs() {
		for _, r := range l.Records {
			if r.Kind == resultlog.Claim {
				b.WriteString(r.Key)
			}
		}
	}
	return b.String()
}

// crashes reports whether a process ended in the middle.
func (s *stage) crashes(do func()) (crashed bool) {
	defer func() {
		if p := recover(); p != nil {
			if _, ok := p.(crash); !ok {
				panic(p)
			}
			crashed = true
		}
	}()
	do()
	return false
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
