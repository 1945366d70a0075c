package rollout

// Code says why an asset has no work, why a session has no place, or why it is
// not earlier (semantics.md). What precedes is met first.
type Code string

// Why a target has no work.
const (
	NotSelected      Code = "NOT_SELECTED"
	NotApplicable    Code = "NOT_APPLICABLE"
	AlreadyCompliant Code = "ALREADY_COMPLIANT"
	Superseded       Code = "SUPERSEDED"
	Withdrawn        Code = "WITHDRAWN"
	Exception        Code = "EXCEPTION"
)

// Why a session is not planned at all.
const (
	ClientNotActive    Code = "CLIENT_NOT_ACTIVE"
	EmergencyNotAgreed Code = "EMERGENCY_NOT_AGREED"
	NotApproved        Code = "NOT_APPROVED"
	VendorReview       Code = "VENDOR_REVIEW"
	TestEvidence       Code = "TEST_EVIDENCE"
	AckMissing         Code = "ACK_MISSING"
	ContactInvalid     Code = "CONTACT_INVALID"
	SnapshotImpossible Code = "SNAPSHOT_IMPOSSIBLE"
	ManualOnly         Code = "MANUAL_ONLY"
	EOLNoPatch         Code = "EOL_NO_PATCH"
	Held               Code = "HELD"
	DepUnplaced        Code = "DEP_UNPLACED"
	DepCycle           Code = "DEP_CYCLE"
	NoWindow           Code = "NO_WINDOW"
	Horizon            Code = "HORIZON"
)

// The constraints, in the order in which they are asked.
const (
	WindowTooShort      Code = "WINDOW_TOO_SHORT"
	AgreementNotInForce Code = "AGREEMENT_NOT_IN_FORCE"
	VendorSupport       Code = "VENDOR_SUPPORT"
	Freeze              Code = "FREEZE"
	NotBefore           Code = "NOT_BEFORE"
	MinAge              Code = "MIN_AGE"
	NoticeLead          Code = "NOTICE_LEAD"
	Deadline            Code = "DEADLINE"
	WaveGate            Code = "WAVE_GATE"
	DepOrder            Code = "DEP_ORDER"
	HAPeerDown          Code = "HA_PEER_DOWN"
	HAConflict          Code = "HA_CONFLICT"
	Exclusive           Code = "EXCLUSIVE"
	Capacity            Code = "CAPACITY"
	RelayCapacity       Code = "RELAY_CAPACITY"
	Technician          Code = "TECHNICIAN"
	CostCap             Code = "COST_CAP"
)

// Why a session does not start that has a place.
const (
	RelayUnhealthy Code = "RELAY_UNHEALTHY" // of starts: what is behind it cannot load now
)

// Why a session that the client was told of has moved, beside the constraints.
const (
	WindowChanged Code = "WINDOW_CHANGED" // the occurrence is not there any more, or its window's start is another
	MissedWindow  Code = "MISSED_WINDOW"  // the start has passed
)
