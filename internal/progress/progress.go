// Package progress is how far a rollout is and what comes next: the records of the
// log folded to the state of every host, wave and rollout, and Next, which says
// what may be done now, what is waited for and why (semantics.md, Execution).
//
// It is pure: records, documents and an instant in, decisions out. It computes no
// placement (rollout does), sends nothing and writes nothing (runner does).
// Instants are Unix seconds, durations seconds.
package progress

import (
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// HostState is where a host is in its session.
type HostState string

// The states of a host (semantics.md, Execution).
const (
	Planned        HostState = "Planned"
	Notified       HostState = "Notified"
	Ready          HostState = "Ready" // its start has come, and nothing but its turn is missing
	Claimed        HostState = "Claimed"
	PreCheck       HostState = "PreCheck"
	Snapshotted    HostState = "Snapshotted"
	Staged         HostState = "Staged"
	Installing     HostState = "Installing"
	RebootRequired HostState = "RebootRequired"
	Rebooting      HostState = "Rebooting"
	PostCheck      HostState = "PostCheck"
	Soaking        HostState = "Soaking"
	Succeeded      HostState = "Succeeded"
	Skipped        HostState = "Skipped"
	Deferred       HostState = "Deferred"
	Cancelled      HostState = "Cancelled"
	Failed         HostState = "Failed"
	RolledBack     HostState = "RolledBack"
	RollbackFailed HostState = "RollbackFailed"
	Unknown        HostState = "Unknown"
	Superseded     HostState = "Superseded"
	Excepted       HostState = "Excepted"
)

// WaveState is where a wave is.
type WaveState string

// The states of a wave.
const (
	WavePlanned      WaveState = "Planned"
	AwaitingApproval WaveState = "AwaitingApproval"
	Scheduled        WaveState = "Scheduled"
	WaveOpen         WaveState = "Open"
	WaveRunning      WaveState = "Running"
	WaveSoaking      WaveState = "Soaking"
	WaveGate         WaveState = "Gate"
	Promoted         WaveState = "Promoted"
	Paused           WaveState = "Paused" // WaveProgress.Pause says why
	WaveAborted      WaveState = "Aborted"
	WaveClosed       WaveState = "Closed"
)

// Why a wave is paused.
const (
	PauseFreeze       = "freeze"
	PauseThreshold    = "threshold"
	PauseInconclusive = "inconclusive"
	PauseManual       = "manual"
	PauseTriage       = "triage" // a systemic cause
)

// Logged is a record and the client in whose log it is.
type Logged struct {
	Client string
	Record resultlog.Record
}

// Blobs reads a blob of a client's log by its digest: locked schedules.
type Blobs func(client, digest string) ([]byte, error)

// State is everything that the logs say of rollouts. It is for one goroutine.
type State struct {
	Runs  map[string]*Run                      // by "CLIENT/PLAN": the newest
	Facts map[string]map[string]resultlog.Fact // by "CLIENT/ASSET", then name and subject
	// Live is what executors said since and no record holds: the step that a claimed
	// host is at. It decides nothing but what is shown and what can still be stopped.
	Live map[string]string // by key: name of a step
	// Down are hosts that failed, are unknown or unreachable, by "CLIENT/ASSET".
	Down map[string]bool
	// Stops are the words that stop plans, by "CLIENT/PLAN", whether a run has begun or
	// not, and Tasks what technicians said, by key.
	Stops map[string][]Stop
	Tasks map[string]Said

	// FactsAt is when a host was last heard of, by "CLIENT/ASSET".
	FactsAt map[string]int64

	past  map[string]*Run  // runs before the newest with claims that nobody knows of, by ID
	ended map[string]int64 // by "CLIENT/ASSET": when its newest session ended
	// decoded are schedules that were read, by "CLIENT/DIGEST".
	decoded map[string]*Locked
}

// Said is a technician's word on a task.
type Said struct {
	Person, Outcome, Text string
	At                    int64
}

// Run is one rollout of one plan at one client.
type Run struct {
	ID           string // of the rollout
	Client, Plan string
	Commit       string // the authorised tip that it began under
	Digest       string // Plan.Digest
	Began, Ended int64
	Outcome      string // done, partial, failed, aborted; "" while it goes on
	Schedule     *Locked
	Waves        []WaveProgress    // as in the plan
	Hosts        map[string]*Host  // by asset
	Hold         *Stop             // hold, abort or recall
	Claims       map[string]*Claim // open ones, by key
	Notices      map[string]int64  // contact and occurrence (NoticeKey) -> when sent
	Breached     map[string]bool
	Resumed      int64 // the newest resume
	Reviewed     bool  // that its review fell due was recorded

	sessions map[string]*Host // under way, by asset
	judged   judged
	results  int   // how many were folded
	back     int64 // when a host was stopped last, since the schedule
}

// Stop is somebody's word that stops a run.
type Stop struct {
	Kind   resultlog.Kind
	Wave   string // "" all
	Person string
	Reason string
	At     int64 // recorded
	Signed int64 // by the clock of who said it, but not after it was recorded; 0 not known
}

// Locked is a schedule in the log.
type Locked struct {
	Digest     string // of the blob
	AsOf       int64
	Engine     string
	Tzdata     string
	Cause      string           // what made it necessary: nobody computes it again for that
	Waves      []string         // names, in the order of the plan
	Placements map[string]Place // by asset
	Unplaced   map[string]rollout.Code
	Stray      map[string]string // the waves of the unplaced ones
	// Forced are the codes that moved places, or took them.
	Forced  map[rollout.Code]bool
	Notices []rollout.Notice
}

// Place is where an asset's session is.
type Place struct {
	Wave, Window           string
	Occurrence, Start, End int64
	Due                    int64
	Patches                []string
	// Moved is why it is not earlier, where something moved it: it goes earlier again when
	// that is over. "" nothing did.
	Moved rollout.Code
}

// WaveProgress is one wave of a run.
type WaveProgress struct {
	Name     string
	State    WaveState
	Pause    string // why it is paused
	PauseWhy string
	Since    int64    // of its state
	Assets   []string // frozen when it began
	Budget   int64
	Pauses   []Pause // all that pause it; State, Pause and PauseWhy show the first
	Begun    int64
	Ended    int64
	Gates    map[string]string // by name: pass, fail, inconclusive
	Measured map[string]Measured
	Words    []Word // of people, on its gates
	Resumed  int64  // the newest resume, and how many failures it forgave
	Forgiven int64
	WentOn   int64 // when it last went on by itself
	// Counts, kept by the fold. InFlight are those whose sessions have begun and not
	// ended, and those that are tried again.
	Done, InFlight, Failures int64

	hosts   []*Host // by start, then asset
	doomed  int64   // of InFlight: hosts that failed in part, whose sessions go on
	started int64   // the newest start
	settled int64   // Done when it was resumed: what the ramp starts from
	ends    []int64 // of sessions, in the order of the log
	before  WaveState
}

// Pause is one reason why a wave is paused.
type Pause struct {
	Code  string // PauseFreeze, ...
	Cause string // of PauseTriage: who shares it, "relay lyon"; "" everybody
	Why   string
	At    int64
	// Crossed is why somebody's resume did not lift it, in words; "" nobody tried.
	Crossed string
}

// Measured is how a probe of a gate went so far.
type Measured struct {
	At      int64 // the newest
	Fails   int   // in a row
	Unclear int   // in a row
	// Before are measurements before the wave began, After those since, and how many of
	// each passed. Worse says that too few have since.
	Before, BeforePassed int64
	After, AfterPassed   int64
	Worse                bool
}

// Word is what somebody said of a gate.
type Word struct {
	Person, Contact, Verdict string
	At                       int64
	Expires                  int64 // when it runs out; 0 never
}

// Host is one asset in a run.
type Host struct {
	Asset   string
	Wave    string
	State   HostState
	Since   int64
	Attempt int64
	Segment dispatch.Segment // last claimed
	Key     string           // open claim
	Class   string           // what triage found of its last failure
	Code    rollout.Code     // why it is not going on: NOTICE_LEAD, FREEZE, MISSED_WINDOW, ...
	Why     string
	Retry   int64 // not before; 0 at once
	Reboot  bool  // one is needed
	Overrun bool
	Partial bool              // some patches went in and some did not
	Outcome *dispatch.Outcome // of the last result
	First   string            // outcome of the first attempt
	Fell    dispatch.Segment  // in which it failed last
	Undone  *dispatch.Outcome // of its rollback
	Tries   int64             // results that were failures
	Again   bool              // it failed and is tried again from Retry on
	Place   *Place            // where it is to be; nil nowhere yet

	member  bool               // of its wave, which has begun
	resumed bool               // somebody said that it goes on
	seen    bool               // it was heard of since it was deferred
	delays  int                // refusals in a row
	last    string             // key of the newest result
	grant   string             // that its newest installation was claimed under
	was     []dispatch.Package // installed before the session
	// The claim of its session's reboot: what follows is in the window that this began in,
	// which may be a later one than its installation's.
	rebooted *Claim
	// What the oracle said of it in this tick.
	answer   rollout.Answer
	answered int64
	answerer *Documents
	// Until when it is known, by which documents, that it has not missed its window.
	fine  int64
	asked *Documents
}

// Claim is a claim without a result.
type Claim struct {
	Key, Asset, Wave string
	Segment          dispatch.Segment
	Attempt          int64
	Fence            int64
	At, NotAfter     int64
	Worst            int64
	End              int64 // of the opening that it began in; 0 unknown
	Window           string
	Occurrence       int64
	Probed           bool // an unknown record is there
	Why              string
	Forgiven         bool // a person said that its wave goes on without knowing
}

// NoticeKey names a notice of a run.
func NoticeKey(contact string, window string, occurrence int64) string {
	return contact + "\x00" + window + "\x00" + instant(occurrence)
}

// Begin is a state before any record.
func Begin() *State {
	return &State{
		Runs: map[string]*Run{}, Facts: map[string]map[string]resultlog.Fact{}, Live: map[string]string{}, Down: map[string]bool{},
		Stops: map[string][]Stop{}, Tasks: map[string]Said{}, FactsAt: map[string]int64{}, past: map[string]*Run{}, ended: map[string]int64{},
		decoded: map[string]*Locked{},
	}
}
