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

	applied int
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
}

// Stop is somebody's word that stops a run.
type Stop struct {
	Kind   resultlog.Kind
	Wave   string // "" all
	Person string
	Reason string
	At     int64
}

// Locked is a schedule in the log.
type Locked struct {
	Digest     string // of the blob
	AsOf       int64
	Placements map[string]Place // by asset
	Unplaced   map[string]rollout.Code
	Notices    []rollout.Notice
}

// Place is where an asset's session is.
type Place struct {
	Wave, Window           string
	Occurrence, Start, End int64
	Due                    int64
	Patches                []string
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
	Begun    int64
	Ended    int64
	Gates    map[string]string // by name: pass, fail, inconclusive
	Words    []Word            // of people, on its gates
	Resumed  int64             // the newest resume, and how many failures it forgave
	Forgiven int64
	// Counts, kept by the fold.
	Done, InFlight, Failures int64
}

// Word is what somebody said of a gate.
type Word struct {
	Person, Contact, Verdict string
	At                       int64
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
}

// Claim is a claim without a result.
type Claim struct {
	Key, Asset, Wave string
	Segment          dispatch.Segment
	Attempt          int64
	Fence            int64
	At, NotAfter     int64
	Worst            int64
	Probed           bool // an unknown record is there
}

// NoticeKey names a notice of a run.
func NoticeKey(contact string, window string, occurrence int64) string {
	return contact + "\x00" + window + "\x00" + instant(occurrence)
}

// Begin is a state before any record.
func Begin() *State {
	return &State{Runs: map[string]*Run{}, Facts: map[string]map[string]resultlog.Fact{}, Live: map[string]string{}, Down: map[string]bool{}}
}
