// Package dispatch is what is asked of a host, and what it answers: the segments
// of a session, their steps as argv, and the outcome that the wrapper on the host
// keeps in its journal (authority.md 5.7 and 6). It decides nothing and reaches
// nothing; executors carry it, progress makes it, simulations lie about it.
package dispatch

// Segment is a part of a session with one intent in the host's journal.
type Segment string

// The segments of a session. Install holds everything from precheck to install.
const (
	Install  Segment = "install"
	Reboot   Segment = "reboot"
	Verify   Segment = "verify" // postcheck, restore, cleanup
	Rollback Segment = "rollback"
)

// Names of steps, in the order in which they run.
const (
	Precheck  = "precheck"
	Drain     = "drain"
	Snapshot  = "snapshot"
	Stage     = "stage"
	Installs  = "install"
	Reboots   = "reboot"
	Postcheck = "postcheck"
	Restore   = "restore"
	Cleanup   = "cleanup"
	RollsBack = "rollback"
)

// Step is one command on the host.
type Step struct {
	Name string
	// Builtin names a step that the wrapper knows, such as "apt/install"; Run are
	// its arguments then. Else Run is an argv, and no shell reads it.
	Builtin string
	Run     []string
	Timeout int64 // seconds
	Success []int // exit statuses that mean success; empty: 0
	Reboot  []int // that mean success with a reboot to come
	// Point is the point of no return: a stop that comes before it keeps it and all
	// that follows from running; afterwards the segment goes to its end.
	Point bool
	// Optional lets the segment go on when the step fails or runs out of time; its outcome
	// says so. A snapshot that is only tried is one.
	Optional bool
	// Undoes names a step before the point of no return that this one takes back: it runs
	// only where that one began and the segment ended before that point.
	Undoes string
	// Env are declared parameters, from profile and retries.
	Env map[string]string
}

// Target is how a host is reached.
type Target struct {
	Client, Asset string
	Type          string // local, ssh, ansible, manual
	Address       string // host name or IP address
	User          string
	Port          int
	Jump          string
	Secret        string   // logical name; "" none
	Package       string   // apt, dnf, yum, zypper or ""
	Playbook      string   // of ansible: path in the tree of the authorised tip
	Vars          string   // of ansible: JSON
	Instructions  []string // of manual
	Journal       bool     // the wrapper's journal keeps a repetition away; else steps converge
}

// Package is a package at an exact version.
type Package struct{ Name, Version, Scheme string }

// Task is one dispatch of one segment. The same key is never begun twice.
type Task struct {
	Key      string // H(repository, run, asset, grant, attempt, segment)
	Fence    int64  // of the lease; a host refuses one lower than the highest it saw
	NotAfter int64  // Unix seconds by the host's clock; later it refuses to begin
	Now      int64  // Unix seconds when it was dispatched: what the host's clock is compared with
	StopBy   int64  // Unix seconds: the point of no return is not passed later; 0: no such time
	Run      string // id of the rollout
	Client   string
	Plan     string
	Wave     string
	Asset    string
	Segment  Segment
	Attempt  int64
	Target   Target
	Steps    []Step
	Packages []Package // what is to be installed, exactly
	Undo     []Package // what was there before: of a rollback
}

// State is where a task stands on its host.
type State string

// The answers to a dispatch, a probe or a stop.
const (
	Absent      State = "absent"      // the host never heard of the key
	Running     State = "running"     // it is at it
	Finished    State = "finished"    // Outcome says how
	Interrupted State = "interrupted" // its journal has an intent, nothing runs, and no outcome
	Refused     State = "refused"     // nothing was begun; Why says why
	Unreachable State = "unreachable" // nobody knows
)

// Refusals: why nothing was begun.
const (
	TooLate    = "NOT_AFTER"   // its clock is past NotAfter
	LowerFence = "FENCE"       // it saw a higher fence
	KnownKey   = "KEY"         // the key is finished already
	Locked     = "LOCKED"      // another task holds the host
	ClockSkew  = "CLOCK_SKEW"  // its clock is over 10 s off
	Credential = "CREDENTIAL"  // no secret, or one that is not for this host
	HostKey    = "HOST_KEY"    // its host key is another than the pinned one
	NoLocal    = "NOT_ALLOWED" // local, without --allow-local
	Journal    = "JOURNAL"     // its journal cannot be written: no space, read-only, no right
	Malformed  = "MALFORMED"   // the task cannot be carried out as it is
)

// Results of a segment.
const (
	Succeeded = "succeeded"
	Failed    = "failed"
	Stopped   = "stopped" // before the point of no return; nothing was installed
)

// Output is what is kept of a host's output: Text is redacted, escaped and at
// most 4 KiB; the whole stays in the controller's state folder.
type Output struct {
	SHA256 string `json:"sha256,omitempty"` // salted
	Bytes  int64  `json:"bytes,omitempty"`
	Cut    bool   `json:"cut,omitempty"`
	Text   string `json:"text,omitempty"`
}

// Fact is something that a host said of itself.
type Fact struct {
	Name    string `json:"name"`              // "package", "reboot-required", "disk-free", "boot-id", ...
	Subject string `json:"subject,omitempty"` // the package
	Value   string `json:"value,omitempty"`   // the version
	State   string `json:"state,omitempty"`   // dpkg's "ii", "iF", ...
}

// StepOutcome is how one step went.
type StepOutcome struct {
	Name   string
	Exit   int64 // -1: killed after its timeout
	Millis int64
}

// Outcome is what the host's journal says of a finished task.
type Outcome struct {
	Result  string
	Step    string // the step that failed or was stopped before; "" none
	Exit    int64
	Why     string // in words
	Began   int64  // Unix seconds, by the host's clock
	Ended   int64
	Reboot  bool   // a reboot is needed
	BootID  string // at the end
	Steps   []StepOutcome
	Facts   []Fact
	Before  []Package // what was installed before, of Task.Packages; absent packages have version ""
	Output  Output
	Overrun bool // it ended after StopBy
}

// Answer is what is known of a task after asking.
type Answer struct {
	Key      string
	Asked    string // start, probe or stop
	State    State
	Why      string // refusal
	Text     string // in words, for people; escaped
	At       string // the step that runs
	Highest  int64  // the highest fence that the host saw; 0 unknown
	HostKey  string // fingerprint seen, where it is another than the pinned one
	Outcome  *Outcome
	HostTime int64 // Unix seconds by the host's clock; 0 unknown
}
