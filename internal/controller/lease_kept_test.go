package controller

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestTheLeaseIsKept: while a host is at work it is ours and renewed every 40 s; with
// nothing to do for long nobody pushes anything (authority.md 5.5).
func TestTheLeaseIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := makeKeys(t).begin(t)
		f := newFarm()
		f.hold = make(chan struct{})
		c := s.rollout(s.shape(1, 1), f)
		tick := func() int {
			t.Helper()
			s.world.trace = nil
			_, err := c.Tick(context.Background())
			s.ok(err)
			return strings.Count(strings.Join(s.world.trace, "\n"), "after push")
		}
		tick()
		s.clock.pass(30 * time.Second)
		if tick() == 0 || c.lease == nil {
			t.Fatal("the lease is not ours while a host is at work")
		}
		synctest.Wait()
		if c.rolling.pool.inHand() == 0 {
			t.Fatal("no host is at work")
		}
		pushes := 0
		for range 12 {
			s.clock.pass(10 * time.Second)
			pushes += tick()
			if !c.rolling.ledger.Fresh() {
				t.Fatal("not fresh")
			}
		}
		if pushes < 2 || pushes > 4 {
			t.Errorf("renewed %d times in 2 min", pushes)
		}
		close(f.hold)
		s.carryOut(c)
		for range 5 {
			s.clock.pass(time.Minute)
			if n := tick(); n != 0 || c.lease != nil {
				t.Errorf("%d pushes with nothing to do", n)
			}
		}
	})
}

// TestALostLease: whoever lost it begins nothing, and does not write.
func TestALostLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := makeKeys(t).begin(t)
		c, f := s.atWork(s.shape(2, 2))
		fence := c.lease.fence
		l := Lease{Fence: fence + 1, Holder: "thief", Process: "x", TTL: 120}
		s.world.refs[heads+leaseBranch] = s.world.put(s.world.refs[heads+leaseBranch], "lease", map[string]string{leaseFile: string(l.encode())})
		close(f.hold)
		before := s.kinds("acme")
		for range 5 {
			if _, err := c.Tick(context.Background()); err == nil || !Later(err) {
				t.Fatalf("%v, wanted that the lease is another's", err)
			}
			s.clock.pass(5 * time.Second)
		}
		if got := s.kinds("acme"); got != before || len(f.installs()) > 1 {
			t.Errorf("it went on: %s, begun %v", got, f.installs())
		}
		if c.rolling.ledger.Fresh() || c.rolling.ledger.Fence() != 0 {
			t.Error("it still counts as ours")
		}
	})
}
