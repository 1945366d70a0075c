// Package resultlog is what happened: records as lines of canonical JSON, in
// segments, under a Merkle tree (RFC 6962) with signed checkpoints, one tree for
// each client and year. It encodes, appends, verifies and proves; it reads an
// fs.FS and returns files to write, and knows neither Git nor disk nor clock.
//
// The format, with worked bytes: docs/formats/resultlog.md.
package resultlog

import (
	"time"

	"github.com/patchops/patchops/internal/statement"
)

// Kind says what a record is about (authority.md 3, resultlog.md).
type Kind string

// The kinds of the merging half; execution adds its own.
const (
	Approval   Kind = "approval"   // an approval was seen
	Rejection  Kind = "rejection"  // a rejection was seen
	Withdrawal Kind = "withdrawal" // a withdrawal or dismissal was seen
	Consent    Kind = "consent"    // a contact's word was seen
	Override   Kind = "override"   // break-glass, by two signers
	Hold       Kind = "hold"
	Abort      Kind = "abort"
	Recall     Kind = "recall"
	Resume     Kind = "resume"
	Decision   Kind = "decision" // a change may land
	Merge      Kind = "merge"    // it did: the authorised tip moves; or it was abandoned
	Denial     Kind = "denial"   // it may not
	Blocked    Kind = "blocked"  // main holds what nobody authorised
	Expiry     Kind = "expiry"
	Gap        Kind = "gap" // something was lost or foreign here
	Lease      Kind = "lease"
	RootKind   Kind = "root" // the root of trust, and its successors
	KeyAdd     Kind = "key.add"
	KeyRevoke  Kind = "key.revoke"
	Start      Kind = "log.start" // record 0: names the last checkpoint of the year before
)

// The kinds of execution (authority.md 3, steps 6 to 13).
const (
	RunBegun   Kind = "run.begun"
	Schedule   Kind = "schedule" // a schedule is locked, or moved with codes
	Notice     Kind = "notice"   // a contact was told, or a call was made
	Gate       Kind = "gate"     // of a wave: pass, fail or inconclusive
	WaveBegun  Kind = "wave.begun"
	WavePaused Kind = "wave.paused"
	WaveGoesOn Kind = "wave.resumed" // by itself: its cause lifted
	WaveEnded  Kind = "wave.ended"
	RunEnded   Kind = "run.ended" // done, partial, failed or aborted
	Claim      Kind = "claim"
	Result     Kind = "result"
	Unknown    Kind = "unknown"  // what became of a claim nobody can say yet
	Deferred   Kind = "deferred" // an asset is not done now, with a code
	Facts      Kind = "facts"
	TaskKind   Kind = "task"   // a technician's claim or word
	Breach     Kind = "breach" // of a due date; once
	HostKey    Kind = "hostkey"
	Restored   Kind = "restored" // a host came back from a snapshot
)

// Record is one thing that happened. What a kind does not use stays empty and
// is not written. Digests are "sha256:<hex>", commits full ids.
type Record struct {
	V    int64  `json:"v"` // 1
	Seq  int64  `json:"seq"`
	T    string `json:"t"` // RFC 3339 in UTC, whole seconds
	Kind Kind   `json:"kind"`

	Fence int64  `json:"fence,omitempty"` // of the lease under which it was written
	Actor *Actor `json:"actor,omitempty"`

	// Of a change.
	Change   string   `json:"change,omitempty"` // "<branch>" or "#41"
	Head     string   `json:"head,omitempty"`
	Base     string   `json:"base,omitempty"`   // the merge base of an approval; the authorised tip of a decision
	Effect   string   `json:"effect,omitempty"` // digest
	Sub      string   `json:"sub,omitempty"`    // digest of this branch's sub-effect
	Subs     []string `json:"subs,omitempty"`   // digests of all sub-effects, sorted
	Accepts  []string `json:"accepts,omitempty"`
	AsOf     string   `json:"asOf,omitempty"`
	Evidence string   `json:"evidence,omitempty"` // digest of the signed statement or the raw review
	Tip      string   `json:"tip,omitempty"`      // of the person's chain when it was seen
	Review   *Review  `json:"review,omitempty"`

	// Statement is the signed word that gives the record its authority.
	Statement *statement.Signed `json:"statement,omitempty"`
	// Statements are those of records that need several (override, key.revoke).
	Statements []statement.Signed `json:"statements,omitempty"`

	// Of a decision, a merge, a denial.
	Decision    string   `json:"decision,omitempty"` // id
	Tree        string   `json:"tree,omitempty"`
	Manifest    string   `json:"manifest,omitempty"`
	Commit      string   `json:"commit,omitempty"`
	Approvals   []string `json:"approvals,omitempty"`   // evidence used, sorted
	Verdict     string   `json:"verdict,omitempty"`     // approved, pending, rejected, error
	VerdictTree string   `json:"verdictTree,omitempty"` // the verdict tree as text
	Engine      string   `json:"engine,omitempty"`
	Tzdata      string   `json:"tzdata,omitempty"`
	Policy      string   `json:"policy,omitempty"` // digest of the built-in policies
	Via         string   `json:"via,omitempty"`    // controller, recovered, adopted, abandoned
	Why         string   `json:"why,omitempty"`
	Clients     int64    `json:"clients,omitempty"`   // how many are affected
	Uncovered   []string `json:"uncovered,omitempty"` // "PLAN/ASSET" of this client that nobody approved
	Covered     []string `json:"covered,omitempty"`   // that nobody had approved before, and were approved now
	Plan        string   `json:"plan,omitempty"`
	Reason      string   `json:"reason,omitempty"`
	Expires     string   `json:"expires,omitempty"`

	// Of execution. Plan is "CLIENT/PLAN" there; Schedule names a blob of this branch.
	Run        string   `json:"run,omitempty"`        // id of the rollout: one for all clients of a plan
	Wave       string   `json:"wave,omitempty"`       // its name
	Asset      string   `json:"asset,omitempty"`      // its name
	Segment    string   `json:"segment,omitempty"`    // install, reboot, verify, rollback
	Attempt    int64    `json:"attempt,omitempty"`    // from 1
	Grant      string   `json:"grant,omitempty"`      // digest of what is allowed to be done there
	Occurrence string   `json:"occurrence,omitempty"` // start of the window's occurrence
	Window     string   `json:"window,omitempty"`
	Begin      string   `json:"begin,omitempty"`    // when it begins or began
	End        string   `json:"end,omitempty"`      // when it is planned to end, or ended
	Worst      int64    `json:"worst,omitempty"`    // seconds that the segment takes at most
	NotAfter   string   `json:"notAfter,omitempty"` // the host begins it no later
	Outcome    string   `json:"outcome,omitempty"`
	Step       string   `json:"step,omitempty"` // that failed
	Exit       int64    `json:"exit,omitempty"`
	MS         int64    `json:"ms,omitempty"`
	Class      string   `json:"class,omitempty"` // what triage found
	Code       string   `json:"code,omitempty"`  // of deferred, wave.paused, schedule
	Out        *Output  `json:"out,omitempty"`
	Assets     []string `json:"assets,omitempty"` // membership of a wave
	Budget     int64    `json:"budget,omitempty"` // failures that a wave bears
	Schedule   string   `json:"schedule,omitempty"`
	Moves      []Move   `json:"moves,omitempty"`
	Gate       string   `json:"gate,omitempty"` // which gate of the wave
	Contact    string   `json:"contact,omitempty"`
	Channel    string   `json:"channel,omitempty"`
	Facts      []Fact   `json:"facts,omitempty"`
	HostKey    string   `json:"hostKey,omitempty"` // fingerprint
	Overrun    bool     `json:"overrun,omitempty"` // it ended after its window
	Reboot     bool     `json:"reboot,omitempty"`  // a reboot is needed

	// Of log, lease, root and keys.
	Root   string `json:"root,omitempty"` // the signed root, canonical JSON
	Key    string `json:"key,omitempty"`  // a verifier key; in execution the idempotency key
	Size   int64  `json:"size,omitempty"` // the last good size under a revoked key
	Last   string `json:"last,omitempty"` // a checkpoint
	Holder string `json:"holder,omitempty"`
	Cold   bool   `json:"cold,omitempty"` // the controller started without its state
}

// Output is what is kept of a host's output: a salted hash of the whole, and an
// excerpt of at most 4 KiB, redacted and escaped.
type Output struct {
	SHA256 string `json:"sha256,omitempty"`
	Bytes  int64  `json:"bytes,omitempty"`
	Cut    bool   `json:"cut,omitempty"`
	Text   string `json:"text,omitempty"`
}

// Move is a placement that moved, and why.
type Move struct {
	Asset string `json:"asset"`
	Code  string `json:"code"`
	From  string `json:"from,omitempty"` // start; "" it had none
	To    string `json:"to,omitempty"`   // start; "" it has none
}

// Fact is something that a host said of itself, or that was imported.
type Fact struct {
	Name    string `json:"name"`
	Subject string `json:"subject,omitempty"`
	Value   string `json:"value,omitempty"`
	State   string `json:"state,omitempty"`
}

// Actor is who did it: a person with a key or account, or the controller.
type Actor struct {
	Kind    string `json:"kind"` // person, account, controller
	ID      string `json:"id"`   // the Person's name, the controller's
	Key     string `json:"key,omitempty"`
	Account int64  `json:"account,omitempty"`
}

// Review is what of a forge's review counts; Evidence is the digest of all of it.
type Review struct {
	ID        int64  `json:"id"`
	Account   int64  `json:"account"`
	Commit    string `json:"commit"`
	State     string `json:"state"`
	Submitted string `json:"submitted"`
}

// Instant is t as records write it.
func Instant(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }
