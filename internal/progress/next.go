package progress

import (
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// Act is what a decision asks for.
type Act string

// The acts. Record asks for nothing but its record; the others for a deed after,
// or before, it.
const (
	Records  Act = "record"  // append Records
	Replans  Act = "replan"  // compute the schedule anew (Replan) and append what it says
	Notifies Act = "notify"  // tell a contact, then append Records
	Starts   Act = "start"   // append the claim, and when that is acknowledged dispatch Task
	Probes   Act = "probe"   // ask the host what became of an open claim
	Stops    Act = "stop"    // ask the host to stop before its point of no return
	Measures Act = "measure" // run a gate's probe, and append the gate record
)

// Decision is one thing to do.
type Decision struct {
	Act          Act
	Client, Plan string
	Wave, Asset  string
	Records      []resultlog.Record // for the client's log; T, Seq and Fence are for whoever appends
	Task         *dispatch.Task     // of Starts, Probes and Stops; Fence, Now and NotAfter are set by the runner
	Notice       *rollout.Notice
	Gate         *Gate
	Assets       []string // of Measures: those of the wave, be it that it has not begun
	Why          string   // in words, for people
	// Cause of Replans: what makes it necessary. Now.Replanned is the newest that was
	// carried out, whatever came of it.
	Cause string
}

// Wait is something that is not done now, and why.
type Wait struct {
	Client, Plan, Wave, Asset string // Asset "" is the wave, Wave "" the plan
	Code                      rollout.Code
	Why                       string
	Until                     int64 // when it is asked again; 0 not by time
}

// Decisions are what is to be done now.
type Decisions struct {
	Do    []Decision // in order
	Waits []Wait
	// Wake is when time alone may change the answer; 0 never.
	Wake int64
}

// Now is the instant and what else the runner knows that no record holds.
type Now struct {
	At int64
	// Started says that the executors of this process have these keys in hand.
	InHand map[string]bool
	// Absent are open claims that were never begun: their host said so past their
	// notAfter, or this process knows that it never dispatched them. They may be
	// started again: the same attempt and key, with a claim record anew.
	Absent map[string]bool
	// Stop says that no new segment may start (SIGTERM, a lost lease, a clock that
	// cannot be trusted, a log that cannot be written), and why; "" it may.
	Stop string
	// Blocked are clients for whom nothing new starts because of what main holds;
	// "_org" is all.
	Blocked []string
	// Most is how many segments may be in flight in all; 0 no limit.
	Most int
	// Repository is its id: part of every run's id and every key.
	Repository string
	// Replanned is the Cause of the newest Replans that was carried out.
	Replanned string
}

func instant(t int64) string { return resultlog.Instant(time.Unix(t, 0)) }
