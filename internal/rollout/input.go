// Package rollout computes what should happen: which session is when, in which
// wave, and why not earlier or not at all. It is a function of plain data: no
// document, clock, network, randomness or floating point (semantics.md, Rollout).
// It does not read documents (internal/planning does), say whether anybody agreed
// (internal/approval) or carry anything out.
package rollout

import (
	"time"

	"github.com/patchops/patchops/internal/window"
)

// Input is all that a schedule depends on. Instants are seconds since
// 1970-01-01T00:00:00Z and durations seconds, unless a field says otherwise.
// Indices refer to the slices of the same Client.
type Input struct {
	AsOf    int64 // the instant of planning
	Horizon int64 // starts lie before AsOf+Horizon
	// Granted assumes the approvals that a change still needs, for "if merged now".
	Granted bool
	Clients []Client // sorted by name
	Shifts  []Shift  // sorted by ID; what clients share
}

// Client is one client with everything that its sessions depend on.
type Client struct {
	Name       string
	Zone       *time.Location
	Business   *window.Week // business days and hours, holidays as Closed; never nil
	Assets     []Asset      // all of them, sorted by name
	Groups     []Group      // sorted by name
	Relays     []Relay      // sorted by name
	Windows    []Window     // allow windows that any agreement names, sorted by name
	Denies     []Deny       // sorted by ID
	Supports   []Support    // sorted by application
	Agreements []Agreement  // disjoint, sorted by From
	Plans      []Plan       // sorted by name
	Progress   Progress
}

// Asset is one machine.
type Asset struct {
	Name     string
	Windows  []int  // Client.Windows that select it and that its own windowRefs allow
	All      bool   // every one of its windows must be open, not any
	Denies   []int  // Client.Denies that bind it
	Supports []int  // Client.Supports that its applications need; all must answer
	Group    int    // Client.Groups; -1: none
	RunsOn   int    // Client.Assets; -1: none
	Relay    int    // Client.Relays; -1: none
	Tier     int    // -1: none
	Shift    []int  // Input.Shifts that attend it by hand; empty: nobody needs to
	Stratum  string // os, osVersion, role and profile, joined; canaries are spread over strata
}

// Group is an HAGroup.
type Group struct {
	Name, ID     string // "HAGroup/acme/web"
	Members      []int
	Max          int // units that may be down at once
	StandbyFirst bool
	Primary      int   // -1: none
	Soak         int64 // how long a unit is held after a session's end
}

// Relay hands patches on over one line.
type Relay struct {
	Name, ID string
	Mbps     int64 // 10^6 bits per second
	Lead     int64 // how long before an opening it may begin
	Streams  int   // assets that it serves at once; 0: no limit. Starts ask for it, schedules for the line
	// Host is the asset that it runs on, Parent the relay that it loads from itself, by name; ""
	// nobody says. Starts ask whether they are in order.
	Host, Parent string
}

// Window is an allow window of a client, in that client's zone and with its
// agreement's moves.
type Window struct {
	Name, ID string // "MaintenanceWindow/_/nightly"
	Def      *window.Window
	Capacity int // sessions at once; 0: no limit
}

// Deny is a freeze, a blackout or a deny window. It is either Fixed or Def.
type Deny struct {
	ID    string // "Freeze/_/q1", "ClientAgreement/acme/2026" for a blackout
	Path  string // of the field that ends it, "spec.until"; of blackouts "spec.blackouts[0].until"
	Fixed window.Span
	Def   *window.Window
	// PassAbove lets work pass whose every patch is more severe: 0 none lets
	// nothing pass, else a Severity.
	PassAbove Severity
	// Rule is the approval rule that may lift it for one plan; "" when none may.
	Rule string
}

// Severity orders patches: 1 none, 2 low, 3 medium, 4 high, 5 critical; 0 unsaid.
type Severity int

// Support is when the vendors of one application answer.
type Support struct {
	Application string
	ID          string         // the first VendorSupport by name
	Weeks       []*window.Week // open when any of them is
}

// Shift is when technicians of a group work.
type Shift struct {
	Group, ID string
	Week      *window.Week
	Capacity  int
}

// Agreement is what was agreed, while it is in force.
type Agreement struct {
	Name, ID          string
	From, Until       int64 // [From, Until); without an end: the year 2100
	Windows           []int // Client.Windows that it opens
	EmergencyWindows  []int // that it opens to emergencies only
	Lead              Lead
	Leads             map[int]Lead // longer leads by asset
	BusinessDays      bool
	EmergencyAllowed  bool
	EmergencyLead     Lead
	MaxUnavailable    Amount // of all the client's assets, sessions at once
	CostCap           int64  // minor units a calendar month; -1: none
	Rates             Rates
	Contacts          []Contact // told of standard and normal work, by order
	EmergencyContacts []Contact
	Channels          []string
	Waived            map[int]map[int64]bool // by window: occurrence starts that need no new notice
}

// Lead is how long before a start the client is told, as written ("P3D"); in
// business days where the agreement says so and it has whole days.
type Lead struct {
	Seconds int64
	Path    string // of the field, "spec.notice.lead"
}

// Amount is a count or a percentage.
type Amount struct {
	Set     bool
	Percent bool
	N       int64
}

// Rates are what work costs, in minor units of Currency.
type Rates struct {
	Currency    string
	Basis       string         // attended, perAsset or included
	Regular     []window.Hours // nil: all hours are regular
	PerHour     int64
	AfterHours  int64 // defaults taken
	Holiday     int64 // defaults taken
	MinimumMins int64
}

// Contact is who is told.
type Contact struct{ Name, Phone string }

// Plan is an open plan at one client.
type Plan struct {
	Name, ID   string // "PatchPlan/acme/openssl" or "PatchPlan/_/openssl" for a template
	Change     string // standard, normal or emergency
	Ring       int    // of a template with rings, from 0; -1: it has no rings
	RingName   string // "" for clients in no ring, which come last
	RingSoak   int64  // of its ring
	NotBefore  int64  // 0: none
	MinimumAge int64
	Deadline   int64 // nothing starts at or after it
	Waves      []Wave
	Overrides  []string // IDs of the freezes whose override was approved for it
	Work       []Work   // one per target with work, by asset
	Most       Severity // of the most severe of its patches, installed or not
	Excluded   []Excluded
	Reboot     string
}

// Wave is one wave as declared: exactly one of Percent, Count and Chosen holds.
type Wave struct {
	Name          string
	Percent       int
	Count         int
	Selector      bool
	Chosen        []int // assets that its selector matches, sorted
	MaxConcurrent Amount
	Stagger       int64
	Soak          int64
	Advance       int // percent; 100 when not written
}

// Work is what one plan has to do on one asset: one session.
type Work struct {
	Asset     int
	Patches   []string // names, or package=version, sorted; shared, never changed
	Risk      int
	Due       int64    // 0: none
	Released  int64    // the latest release of its patches
	Least     Severity // of the least severe of its patches
	Bytes     int64    // to download
	Minutes   int64    // length of the session, reserve included; at least 1
	Reboots   bool
	ByHand    bool  // a technician attends it
	DependsOn []int // assets that go before it in the same plan, of those with work
	Blocks    []Block
}

// Block is something that keeps a session from being planned at all.
type Block struct {
	Code Code
	By   string // the document behind it
	Path string // of the field; "" when none
	Text string // what would lift it: "record a passed review of Patch/_/x"
}

// Excluded is a target without work.
type Excluded struct {
	Asset string
	Code  Code
	By    string
}

// Progress is what the log says of runs under way; the zero value is a fresh
// start.
type Progress struct {
	Pins     []Pin
	Running  []Running
	Notified []Notified
	Down     []int // assets that are down and not in a session
	// Begun are waves that have begun, beside those that pins show: what is new joins
	// none of them.
	Begun []Begun
}

// Begun is a wave that has begun.
type Begun struct{ Plan, Wave string }

// Pin is an asset whose wave was decided before.
type Pin struct {
	Plan  string
	Asset int
	Wave  string
	Done  bool  // its session has ended, well or not
	End   int64 // when, if Done
}

// Begun waves of a plan are those with a pin that is Done, running or notified, and
// those in Progress.Begun.

// Running is a session under way.
type Running struct {
	Plan       string
	Asset      int
	Start, End int64 // actual start, planned end
}

// Notified is a placement that is locked, and that the client was told of.
type Notified struct {
	Plan       string
	Asset      int
	Window     int
	Occurrence int64
	Start, End int64
	// At is when the client was told of the occurrence: nothing starts in it before the lead
	// from then on is over, the place itself aside. 0 is so long ago that it is.
	At int64
	// Quiet says that the client was not told yet, and the place is only locked: the
	// session stays there like others, but its notice is still to be sent in time.
	Quiet bool
	// Loose says that something moved it there: it may go earlier again, after a new notice
	// in full.
	Loose bool
}

// of says whether the client was told of an occurrence of a window. It may be nil.
func (n *Notified) of(w int, occurrence int64) bool {
	return n != nil && !n.Quiet && n.Window == w && n.Occurrence == occurrence
}

// told says whether the client was told at all. It may be nil.
func (n *Notified) told() bool { return n != nil && !n.Quiet }
