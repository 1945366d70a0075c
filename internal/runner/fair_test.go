package runner_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner"
	"github.com/patchops/patchops/internal/runner/runnertest"
)

// R65: a client with many slow hosts that came first, and one with few that came later:
// the places at once are never exceeded, and the second does not wait for the first.
func TestR65ANoisyClientStarvesNobody(t *testing.T) {
	noisy, small := runnertest.Build(runnertest.Shape{Clients: []string{"acme"}, Hosts: 200}), runnertest.Build(runnertest.Shape{Clients: []string{"globex"}, Hosts: 3})
	noisy.Plans["globex/march"] = small.Plans["globex/march"]
	s := &stage{World: runnertest.New(noisy), little: &little{segments: []dispatch.Segment{dispatch.Install}}, t: t}
	for name, h := range s.Hosts.By {
		if name[:4] == "acme" {
			h.Seconds = func(*dispatch.Task, *dispatch.Step) int64 { return 300 }
		}
	}
	n := s.node()
	n.Most = 10
	most := 0
	n.Exec.Hook = func(string) {
		running := 0
		for _, h := range s.Hosts.By {
			running += len(h.Began)
		}
		most = max(most, running-len(s.outcomes()))
	}
	began := s.Seconds()
	s.run(n, 60)
	for i := range 3 {
		h := s.Hosts.Host("globex", fmt.Sprintf("host-%03d", i))
		if len(h.Began) != 1 || h.Began[0].At > began+30 {
			t.Errorf("%s began %v, wanted it soon", h.Name, h.Began)
		}
	}
	if most > 10 {
		t.Errorf("%d at once, wanted at most 10", most)
	}
	if n := len(s.began()); n < 12 {
		t.Errorf("%d began, wanted all places taken", n)
	}
}

// R65: turns are taken by who has the fewest in flight.
func TestR65ClientsTakeTurns(t *testing.T) {
	s := newStage(t, runnertest.Shape{Clients: []string{"acme", "globex", "initech"}, Hosts: 30})
	s.slow(60)
	n := s.node()
	n.Most = 12
	s.step(n)
	by := map[string]int{}
	for name, h := range s.Hosts.By {
		by[name[:4]] += len(h.Began)
	}
	if by["acme"] != 4 || by["glob"] != 4 || by["init"] != 4 {
		t.Errorf("in flight %v, wanted 4 each", by)
	}
}

// R65, P8: a client whose log cannot be followed stands still, and no other does.
func TestR65ABrokenLogStopsOneClientOnly(t *testing.T) {
	s := newStage(t, runnertest.Shape{Clients: []string{"acme", "globex"}, Hosts: 2})
	s.Log.Add("acme", resultlog.Record{Kind: "malformed", Plan: "acme/march", T: "2026-03-02T11:00:00Z"})
	n := s.node()
	n.Quiet = false
	r, _ := s.step(n)
	if len(r.Events) == 0 || r.Events[0].Kind != "error" || r.Events[0].Client != "acme" {
		t.Errorf("events %+v", r.Events)
	}
	s.run(n, 600)
	for name, h := range s.Hosts.By {
		if want := map[bool]int{true: 0, false: 2}[name[:4] == "acme"]; len(h.Began) != want {
			t.Errorf("%s began %d times, wanted %d", name, len(h.Began), want)
		}
	}
}

// contested is a ledger on which somebody is always faster at one client's log, or that
// refuses what is to follow it.
type contested struct {
	*runnertest.Ledger
	client string
	err    error
	tries  *int
}

func (c contested) Flush(ctx context.Context, all []runner.Append) error {
	for i := range all {
		if all[i].Client == c.client {
			*c.tries++
			return c.err
		}
	}
	return c.Ledger.Flush(ctx, all)
}

// R65: one client's log, at which others are always faster or that refuses our records,
// holds up no other client; and its own goes on once that is over.
func TestR65AContestedLogHoldsUpNobodyElse(t *testing.T) {
	for name, err := range map[string]error{
		"raced":   runner.ErrRace,
		"refused": &runner.RefusedError{Client: "acme", Err: errors.New("a result without claim")},
	} {
		s := newStage(t, runnertest.Shape{Clients: []string{"acme", "globex", "initech"}, Hosts: 3})
		n, tries := s.node(), 0
		n.Options.Ledger = contested{n.Ledger, "acme", err, &tries}
		s.run(n, 300)
		for client, want := range map[string]int{"acme": 0, "globex": 2, "initech": 2} {
			for i := range 3 {
				if h := s.Hosts.Host(client, fmt.Sprintf("host-%03d", i)); len(h.Began) != want {
					t.Errorf("%s: %s began %d times, wanted %d", name, h.Name, len(h.Began), want)
				}
			}
		}
		if tries > 400 {
			t.Errorf("%s: tried %d times in 300 s", name, tries)
		}
		n.Options.Ledger = n.Ledger
		s.run(n, 1200)
		s.once(9)
	}
}

// A client whose log cannot be followed any more while its hosts are at work holds up
// neither an end nor a drain; its answers are recorded once it can be.
func TestABrokenClientIsNotWaitedFor(t *testing.T) {
	s := newStage(t, runnertest.Shape{Clients: []string{"acme", "globex"}, Hosts: 2})
	s.segments = s.segments[:1]
	s.slow(10)
	n, tries := s.node(), 0
	s.step(n)
	refused := &runner.RefusedError{Client: "acme", Err: errors.New("a result without claim")}
	n.Options.Ledger = contested{n.Ledger, "acme", refused, &tries}
	if r := s.run(n, 120); !r.Idle || r.InFlight != 0 {
		t.Errorf("idle %v, %d in flight", r.Idle, r.InFlight)
	}
	n.Options.Ledger = n.Ledger
	s.run(n, 1200)
	s.once(4)
	if n.Exec.Probed != 0 {
		t.Errorf("%d probes of what was answered", n.Exec.Probed)
	}
}

// A client that is blocked begins nothing; answers of its hosts are taken in.
func TestABlockedClientBeginsNothing(t *testing.T) {
	s := newStage(t, runnertest.Shape{Clients: []string{"acme", "globex"}, Hosts: 1})
	s.slow(10)
	n := s.node()
	s.step(n)
	s.Log.Blocked = []string{"acme"}
	s.run(n, 600)
	if got := fmt.Sprint(s.outcomes()); got != "[host-000 install succeeded host-000 install succeeded host-000 verify succeeded]" {
		t.Errorf("results %v", got)
	}
}

// Places are freed by what ends, and technicians take none.
func TestManualTasksTakeNoPlace(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 3})
	s.segments = s.segments[:1]
	for _, j := range s.Docs.By["tip-1"].Plans["acme/march"].Jobs {
		if j.Asset != "host-002" {
			j.Target.Type = "manual"
		}
	}
	s.slow(100)
	n := s.node()
	n.Most = 1
	r, _ := s.step(n)
	r, _ = s.step(n)
	if r.InFlight > 1 {
		t.Errorf("%d in flight", r.InFlight)
	}
	s.run(n, 1200)
	s.once(3)
}
