package simulation

import (
	"context"
	"errors"
	"fmt"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/runner"
)

// errDied ends a process: a failed fsync, a log that was rewound.
var errDied = errors.New("the process ends")

// crash is what a killed process panics with.
type crash struct{}

// process is a controller: a state folder, and the process that has it open.
type process struct {
	w       *World
	name    string
	disk    disk
	skew    int64 // of its wall clock
	booted  int64 // its monotonic clock's zero
	cut     bool  // from the remote
	up      bool
	life    int // how often it began
	stalled int // how many calls stand still
	inside  bool
	due     int64
	run     *runner.Runner
	ledger  *ledger
	exec    *exec
	hinted  bool
	report  runner.Report
}

func (w *World) newProcess(name string) *process {
	p := &process{w: w, name: name, booted: w.now - 1000}
	w.procs = append(w.procs, p)
	return p
}

// begin starts the process anew: it knows what its disk holds.
func (p *process) begin() {
	p.up = true
	p.life++
	p.ledger = newLedger(p)
	p.exec = &exec{p: p, life: p.life, steps: map[string]string{}, started: map[string]bool{}}
	p.run = runner.New(runner.Options{
		Ledger: p.ledger, Exec: p.exec, Tell: (*tell)(p), Documents: (*library)(p), Clock: (*clock)(p),
		Repository: repository, Most: p.w.most, Quiet: true,
	})
	p.run.State = p.w.docs.reader.Beside()
	p.w.notef("%s begins", p.name)
	p.wake(p.w.now)
}

// die ends the process; somebody starts it again.
func (p *process) die() {
	if !p.up {
		return
	}
	p.w.notef("%s dies", p.name)
	p.up, p.due = false, 0
	p.exec.drop()
	p.disk.crash(p.w)
	p.w.in(p.w.restartAfter(), func() {
		if !p.up {
			p.begin()
		}
	})
}

// wake has it step at an instant, unless it does earlier.
func (p *process) wake(t int64) {
	t = max(t, p.w.now)
	if !p.up || p.due != 0 && p.due <= t {
		return
	}
	p.due = t
	life := p.life
	p.w.at(t, func() {
		if p.up && p.life == life && p.due == t {
			p.due = 0
			p.step()
		}
	})
}

// step is one turn of the controller's loop.
func (p *process) step() {
	if p.inside {
		p.wake(p.w.now + 5)
		return
	}
	p.inside = true
	p.w.steps++
	report, err, died := p.turn()
	p.inside = false
	if died {
		p.die()
		return
	}
	p.report = report
	if err != nil {
		p.w.notef("%s: %v", p.name, err)
	}
	switch {
	case err == nil:
		p.sleep(report)
	case errors.Is(err, runner.ErrLost):
		p.wake(p.ledger.freeAt())
	case errors.Is(err, runner.ErrRace), errors.Is(err, runner.ErrRemote), errors.Is(err, runner.ErrFull):
		p.wake(min(max(report.Wake-p.skew, p.w.now+2), p.w.now+minute))
	default:
		if !errors.Is(err, errDied) && !p.w.expected(err) {
			p.w.breach("P6", "%s ends with: %v", p.name, err)
		}
		p.die()
	}
}

// turn is one Step, and whether it was killed in it.
func (p *process) turn() (report runner.Report, err error, died bool) {
	defer func() {
		if r := recover(); r != nil {
			if _, killed := r.(crash); !killed {
				p.w.breach("P9", "panic: %v", r)
				if p.w.tracing {
					panic(r)
				}
			}
			died = true
		}
	}()
	report, err = p.run.Step(context.Background())
	if err == nil {
		err = p.rest(report)
	}
	return report, err, false
}

// rest gives the lease back when there is nothing to hold it for.
func (p *process) rest(r runner.Report) error {
	soon := r.Wake != 0 && r.Wake <= p.wall()+4*minute
	if r.InFlight > 0 || soon || len(p.exec.tasks) > 0 || p.w.open() || !p.ledger.held {
		return nil
	}
	return p.ledger.release()
}

// sleep says when the process looks again.
func (p *process) sleep(r runner.Report) {
	next := p.w.now + 6*hour
	if r.InFlight > 0 || len(p.exec.tasks) > 0 {
		next = p.w.now + 10*minute
	}
	if r.Wake != 0 {
		next = min(next, max(r.Wake-p.skew, p.w.now+1))
	}
	if p.ledger.held {
		p.renewal()
	}
	p.wake(next)
}

// renewal keeps the lease while the process waits.
func (p *process) renewal() {
	if p.ledger.renewing {
		return
	}
	p.ledger.renewing = true
	life := p.life
	p.w.in(40, func() {
		if !p.up || p.life != life {
			return
		}
		p.ledger.renewing = false
		if p.ledger.held {
			if !p.inside && p.stalled == 0 {
				p.ledger.renew()
			}
			p.renewal()
		}
	})
}

func (p *process) wall() int64 { return p.w.now + p.skew }

// boundary is an instant between two actions, at which the process may be killed
// or stopped for a while.
func (w *World) boundary(p *process, name string) {
	w.points++
	if len(w.crashAt) > 0 && w.points >= w.crashAt[0] {
		w.crashAt = w.crashAt[1:]
		w.notef("%s is killed at point %d, %s", p.name, w.points, name)
		panic(crash{})
	}
	if w.chance(w.Faults.Crash) {
		w.notef("%s is killed at %s", p.name, name)
		panic(crash{})
	}
	if p.stalled == 0 && w.chance(w.Faults.Stall) {
		w.stall(p, w.between(1, 400))
	}
}

// call counts a call of the outside world, and says how it fails, if it does.
func (w *World) call(p *process, name string) error {
	w.calls++
	if w.calls != w.failAt {
		return nil
	}
	w.notef("%s: call %d, %s, fails: %v", p.name, w.calls, name, w.how)
	return w.how
}

// expected says whether a process may end with an error.
func (w *World) expected(err error) bool { return w.how != nil && errors.Is(err, w.how) }

// clock is a process's.
type clock process

func (c *clock) Now() int64       { return (*process)(c).wall() }
func (c *clock) Monotonic() int64 { return (c.w.now - c.booted) * 1000 }

// library reads documents for a process.
type library process

// At gives the documents of a commit.
func (l *library) At(_ context.Context, commit string, s *progress.State, _ int64) (*progress.Documents, error) {
	p := (*process)(l)
	p.w.boundary(p, "documents")
	if err := p.w.call(p, "documents"); err != nil {
		return nil, fmt.Errorf("documents: %w", err)
	}
	return p.w.documents(commit, s), nil
}
