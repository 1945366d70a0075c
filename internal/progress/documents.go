package progress

import (
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/rollout"
)

// Documents is what holds now: what the documents of the authorised tip say, with
// facts and exceptions applied (internal/jobs makes it). It is made anew when the
// tip or the facts change, not at every step.
type Documents struct {
	Commit string // the authorised tip
	// Until is when time alone makes the documents say something else (an exception
	// ends, a client's agreement begins): they are read again then. 0 never.
	Until int64
	// Input are plans, windows, freezes, agreements and HA groups as for a schedule;
	// its AsOf and Progress are for whoever computes.
	Input *rollout.Input
	Plans map[string]*Plan // open plans with work or a run, by "CLIENT/PLAN"
	// Engine, Tzdata and Policy say what judged: they go into run.begun and schedule.
	Engine, Tzdata, Policy string
	// Follow says that the documents depend on how far runs are: they are read again after
	// what the log says of them.
	Follow bool
	// Finish are the freezes that let a session that has begun go on to its end
	// (onRunning: finish), by ID; the others pause it at its next safe point.
	Finish map[string]bool

	oracle *rollout.Oracle // of Input; made when it is first asked
	ticks  int64           // how often Next asked
}

// Plan is what the documents say of carrying out one plan at one client.
type Plan struct {
	Client, Name string
	ID           string // "PatchPlan/acme/x", "PatchPlan/_/x" of a template
	Digest       string // of all its grants at the client: a run is of one digest
	Change       string // standard, normal, emergency
	Deadline     int64  // nothing starts at or after it
	Reboot       string // never, ifRequired, always
	Misfire      string // defer, nextWindow, onReconnect: the more careful of plan and agreement
	OnSupersede  string // finish, switch, abort
	RollbackAuto bool
	RollbackOn   []string // install, postcheck, gate
	Snapshot     string   // required, bestEffort, none
	Waves        []Wave
	Jobs         map[string]*Job // by asset: work that there is now
	// Gone are assets that a run may know and that have no work now: EXCEPTION,
	// SUPERSEDED, WITHDRAWN, NOT_SELECTED, ALREADY_COMPLIANT, ...
	Gone map[string]rollout.Code
	// Closed is why nothing of the plan starts at all: CLIENT_NOT_ACTIVE, blocked
	// main, a failed start-gate policy, ...; "" nothing.
	Closed    rollout.Code
	ClosedWhy string
	// Gate is what rules of the start gate say of waves and assets that may start; nil
	// where there are no such rules.
	Gate *StartGate
	// Close is what rules of the close gate say of its rollout's end; nil where there are none.
	Close *CloseGate
	// Notice says that contacts must have been told before a start, and by which
	// channels; Lead is in the schedule.
	Notice   bool
	Channels []string
	Review   int64 // seconds after its end that the review of an emergency is due; 0 none
	// Superseded says what supersedes the plan's patches meanwhile; "" nothing does.
	// OnSupersede says what becomes of hosts that have not begun.
	Superseded string
	// Lifted are the freezes that an override lifts for the plan now, by ID, sorted.
	Lifted []string
	// Ring is the client's place in the order of a template's rings, from 0; -1 none.
	// MaxFailedClients is how many of a ring may fail before the next is held.
	Ring             int
	RingSoak         int64
	MaxFailedClients int64
}

// Wave is one wave as carried out.
type Wave struct {
	Name          string
	Soak          int64
	Advance       int // percent
	MaxConcurrent rollout.Amount
	Stagger       int64
	MaxFailures   rollout.Amount
	OfRollout     bool // denominator: rollout
	Gates         []Gate
}

// Gate is what must hold before the next wave opens.
type Gate struct {
	Name  string // "approval-0", "probe-1": its type and place
	Probe bool
	Group string   // of an approval
	Roles []string // of an approval: roles of contacts
	// Contacts are those with one of Roles, by name.
	Contacts []string
	People   []string // who may say so: members of the group, or takers of the contacts' word
	Count    int
	Within   int64
	Run      []string // of a probe
	URL      string
	Status   int
	On       string // host, dependents
	Every    int64
	Fail     int // failures in a row
	Before   int64
	Worse    int // percent that it may be worse than before
}

// Job is what is to be done on one asset.
type Job struct {
	Asset   string
	Index   int    // in Input.Clients[].Assets
	Grant   string // digest
	Covered bool   // a change that covers the grant was approved
	Target  dispatch.Target
	// Steps of each segment; Reboot is empty where the plan never reboots.
	Steps map[dispatch.Segment][]dispatch.Step
	// Worst is how long each segment takes at most, in seconds; with what must still
	// fit into the window after it.
	Worst map[dispatch.Segment]int64
	// Reboots says that a reboot is planned. Where it is not, and one turns out to be needed,
	// its worst case is not part of what was planned: it asks for its own time.
	Reboots  bool
	Packages []dispatch.Package
	Patches  []string // names, as the schedule has them
	Retry    map[string]Retry
	Relay    string // name; "" none
	Site     string
	Group    string // HA group; "" none
	Owner    string
	Profile  string
	Selector string // what it shares with others that were selected alike: os, role, profile
}

// Retry is how one failed host is tried again, by triage class.
type Retry struct {
	Attempts int64 // in all, the first included
	Delay    int64
	Timeout  int64 // of the step that failed; 0 as before
	Env      map[string]string
}
