// Package runner carries rollouts out, one effect at a time: look, fold, decide
// (progress.Next), write the intent, claim, dispatch, record (authority.md 5, 6).
// It is a step machine without goroutine, clock, disk or network: all of that is
// behind interfaces, so that the same code runs on a real estate and, seeded, in a
// simulation that fails on purpose.
package runner

import (
	"context"
	"errors"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// Errors of a Ledger that the runner tells apart; all others are for good.
var (
	ErrLost   = errors.New("the lease went to another controller")  // nothing more may be begun
	ErrRemote = errors.New("the log does not answer")               // it may have been written; look again
	ErrFull   = errors.New("nothing more can be written down here") // R60: no new effect
	ErrRace   = errors.New("somebody else was faster")              // look again, then once more
)

// Look is what is new since the last look.
type Look struct {
	// Reset says that New is everything: what was known before does not count.
	Reset bool
	New   []progress.Logged
	Tip   string // the authorised tip
	// Blocked are clients for whom nothing new starts.
	Blocked []string
	// Stop is why nothing may start now: the clock; "" it may.
	Stop string
}

// Append are records for one client's log, and the blobs that they name.
type Append struct {
	Client  string
	Records []resultlog.Record
	Blobs   [][]byte
}

// Ledger is the log under the lease. Flush is durable here before it returns ErrRemote,
// and acknowledged by the remote when it returns nil.
type Ledger interface {
	// Look brings what is new. It takes or keeps the lease.
	Look(ctx context.Context) (Look, error)
	// Flush appends in one atomic push, and renews the lease.
	Flush(ctx context.Context, all []Append) error
	// Fence is the lease's.
	Fence() int64
	// Fresh reports whether we may act without asking: the last acknowledged flush began
	// less than ttl - 30 s ago.
	Fresh() bool
	Blob(client, digest string) ([]byte, error)
}

// Exec reaches hosts. Start, Probe and Stop return at once; what comes of them is in
// Answers, once each, in any order. A started task ends with exactly one answer of
// State Finished, Refused, Unreachable or Interrupted.
type Exec interface {
	Start(t dispatch.Task)
	Probe(t dispatch.Task)
	Stop(t dispatch.Task)
	// Answers are what came in since, and Steps where running tasks are, by key.
	Answers() (answers []dispatch.Answer, steps map[string]string)
}

// Tell sends notices and measures gates.
type Tell interface {
	// Notify tells a contact; the channel that took it. It returns soon.
	Notify(ctx context.Context, client, plan string, n rollout.Notice) (channel string, err error)
	// Measure runs a gate's probe once for a wave: pass, fail or inconclusive, and why.
	Measure(ctx context.Context, client, plan, wave string, g progress.Gate, assets []string) (outcome, why string)
}

// Documents reads those of a commit, with the facts of a state.
type Documents interface {
	At(ctx context.Context, commit string, s *progress.State, now int64) (*progress.Documents, error)
}

// Clock is the time of day and the time since any fixed moment, in seconds and
// milliseconds.
type Clock interface {
	Now() int64
	Monotonic() int64
}

// Options are what a runner works with.
type Options struct {
	Ledger     Ledger
	Exec       Exec
	Tell       Tell
	Documents  Documents
	Clock      Clock
	Repository string
	Most       int // segments in flight at once
}

// Event is something that happened, for those who watch.
type Event struct {
	At                        int64
	Kind                      string // claim, step, result, wave, pause, notice, wait, ...
	Client, Plan, Wave, Asset string
	State                     string
	Text                      string
}

// Report is what a step saw and did.
type Report struct {
	Events []Event
	Waits  []progress.Wait
	// Wake is when to step again without an answer; 0 only when something comes in.
	Wake int64
	// InFlight is how many tasks are at hosts; Idle says that nothing is to be done or
	// waited for but time and people.
	InFlight int
	Idle     bool
}

// Runner is for one goroutine.
type Runner struct {
	Options
	State *progress.State
	Docs  *progress.Documents
	stop  string
}

// New makes a runner that knows nothing yet.
func New(o Options) *Runner { return &Runner{Options: o, State: progress.Begin()} }

// Step looks, takes in what hosts answered, and does everything that can be done now
// without waiting.
func (r *Runner) Step(ctx context.Context) (Report, error) { return Report{}, nil }

// Drain says that nothing new may start from now on, and why: what runs is taken in
// to its end or its safe point.
func (r *Runner) Drain(why string) { r.stop = why }
