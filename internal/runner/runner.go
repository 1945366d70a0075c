// Package runner carries rollouts out, one effect at a time: look, fold, decide
// (progress.Next), write the intent, claim, dispatch, record (authority.md 5, 6).
// It is a step machine without goroutine, clock, disk or network: all of that is
// behind interfaces, so that the same code runs on a real estate and, seeded, in a
// simulation that fails on purpose.
package runner

import (
	"context"
	"errors"
	"fmt"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// Errors that pass: Step gives them to its caller with a good report, and is called
// again at its Wake. All others are for good: the process ends.
var (
	ErrLost   = errors.New("the lease went to another controller")  // nothing more may be begun
	ErrRemote = errors.New("the log does not answer")               // it may have been written; look again
	ErrFull   = errors.New("nothing more can be written down here") // R60: no new effect
	ErrRace   = errors.New("somebody else was faster")              // look again, then once more
	// ErrPending is Tell's answer while it is still at it: it is asked again.
	ErrPending = errors.New("not done yet")
)

// RefusedError is a flush that one client's records keep from being made: they cannot
// follow its log. Nothing was written. That client stands still then, and no other.
type RefusedError struct {
	Client string
	Err    error
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the log of %s does not take what is to follow: %v", e.Client, e.Err)
}

func (e *RefusedError) Unwrap() error { return e.Err }

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
	// Look brings what is new since the last look and the last acknowledged flush: each
	// record once, those of an acknowledged flush never. With again it asks the remote
	// and brings everything (Reset). It takes or keeps the lease.
	Look(ctx context.Context, again bool) (Look, error)
	// Flush appends in one atomic push, right after what was looked at, and renews the
	// lease; ErrRace if there is anything else by now. It sets Seq of the records, and
	// T where the newest record of a log is later.
	Flush(ctx context.Context, all []Append) error
	// Fence is the lease's; 0 without one, and then nothing is asked of any host. The
	// first flush may take the lease and return ErrRace: look under the new fence first.
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
	// Notify tells a contact; the channel that took it. It returns soon, with ErrPending
	// while it is under way.
	Notify(ctx context.Context, client, plan string, n rollout.Notice) (channel string, err error)
	// Measure runs a gate's probe once for a wave: pass, fail or inconclusive, and why;
	// "" while it is under way.
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
	Most       int // segments in flight at once; 0 no limit
	// Quiet makes no events.
	Quiet bool
}

// Event is something that happened, for those who watch.
type Event struct {
	// At is the record's time, or now. Plan is its name without the client.
	At                        int64
	Kind                      string // claim, step, result, wave, pause, notice, wait, ...
	Client, Plan, Wave, Asset string
	Segment                   string // of results
	State                     string
	Text                      string
}

// Report is what a step saw and did.
type Report struct {
	Events []Event
	Waits  []progress.Wait
	// Wake is when to step again without an answer; 0 only when something comes in.
	Wake int64
	// InFlight is how many tasks are at hosts, without those of technicians. Idle says that
	// nothing is to be done or waited for but time and people; hosts that did not answer
	// several probes are time.
	InFlight int
	Idle     bool
	// Stop is why nothing new starts; "" it may.
	Stop string
}

// Runner is for one goroutine.
type Runner struct {
	Options
	State *progress.State
	Docs  *progress.Documents

	think brain
	stop  string // Drain's
	look  Look   // the newest; New is folded
	fence int64  // of the newest look
	gone  bool   // the lease is with another
	// stale says that State may not be what the log says: look again, and fold anew.
	stale bool
	// unclear says that a flush just now may be in the log or not.
	unclear bool

	clock   watch
	docs    reading
	hands   map[string]*hand
	inHand  map[string]bool // hands for whom nobody needs to ask
	absent  map[string]bool // Now.Absent
	doubt   map[string]bool // claims that may be in the log and were never dispatched
	stops   map[string]int64
	lately  map[string]attempt // of each segment of each host
	answers []reply            // not folded yet
	unsure  []reply            // folded, and not acknowledged
	out     outbox
	told    map[string]sent
	busy    map[string]bool // clients about whom something was decided in this round
	telling map[string]int  // notices of each client in this step
	tells   map[string]*patience
	gates   map[string]*measured
	broken  map[string]string // clients whose records cannot be folded or appended, and why
	mended  int64             // when they are tried again
	only    string            // the one client whose turn it is; "" all
	apart   int               // steps in which clients take turns
	trouble patience          // with the ledger
	failure error             // the trouble

	// replanned is the Cause of the newest Replans that was carried out.
	replanned string
	unplanned string // why there is none; "" there is

	retry   waker // when something that Next asks for is tried again
	pending bool  // somebody is still being told
	balked  bool  // something was claimed in this step and not dispatched: once is enough
	more    bool  // something is left for the next step
	version int64 // grows with whatever Next depends on
	asked   decided
	waited  map[string]string // what waits were shown
	early   bool              // what is folded is not acknowledged yet
	news    []Event           // of what is not
	report  Report
}

// New makes a runner that knows nothing yet.
func New(o Options) *Runner {
	return &Runner{
		Options: o, State: progress.Begin(), think: thinks, stale: true,
		hands: map[string]*hand{}, inHand: map[string]bool{}, absent: map[string]bool{}, doubt: map[string]bool{},
		stops: map[string]int64{}, told: map[string]sent{}, tells: map[string]*patience{}, gates: map[string]*measured{},
		lately: map[string]attempt{}, broken: map[string]string{}, busy: map[string]bool{},
	}
}

// Drain says that nothing new may start from now on, and why: what runs is taken in
// to its end or its safe point. With "" it may again.
func (r *Runner) Drain(why string) {
	r.stop = why
	r.trouble.next = 0 // what is to be written is tried at once
	r.version++
}
