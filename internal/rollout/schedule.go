package rollout

// Schedule is the computed rollout of every open plan.
type Schedule struct {
	AsOf      int64
	Digest    string // "sha256:<hex>" of the plans; the same input gives the same
	Objective Objective
	Plans     []PlanSchedule // sorted by client, then plan
}

// Objective is what the schedule was chosen by, in order; less is better.
type Objective struct {
	MissedRisk        int64 // sum of max(1, risk) over sessions unplaced or ending after due
	LowerBound        int64 // no schedule has a MissedRisk below it
	ExposureRiskHours int64 // sum of risk x whole hours from AsOf to the end, or to the horizon
	Moved             int64 // notified placements that moved
	Cost              int64 // minor units, over all currencies
	Reboots           int64
}

// PlanSchedule is the rollout of one plan at one client.
type PlanSchedule struct {
	Client, Plan, ID string
	Waves            []WaveSchedule
	Placements       []Placement // by start, then asset
	Unplaced         []Unplaced  // by asset
	Excluded         []Excluded  // by asset
	Cost             Cost
	Notices          []Notice // by occurrence, window, contact order
	MergeBy          int64    // the last instant at which a merge keeps this schedule; 0: none
	Breaches         []Breach // by asset
	Remarks          []Remark
}

// WaveSchedule is one wave. Instants are 0 where there is none.
type WaveSchedule struct {
	Name                                string
	Assets, Placed, Stragglers          int
	GateOpens, PlannedStart, PlannedEnd int64
}

// Placement is one session with its place. Start and End are whole minutes; the
// recovery reserve is in it.
type Placement struct {
	Asset, Wave, Window string
	Occurrence          int64 // start of the window's occurrence
	Start, End          int64
	Patches             []string
	Risk                int
	Due                 int64
	Notified            bool
	Moved               Code // "" unless it moved since it was notified
	Binding             Code // what keeps it from starting a minute earlier; "" nothing
	Rejected            []Rejection
}

// Rejection is occurrences in a row of one window that did not do for one reason.
type Rejection struct {
	Window string
	Start  int64 // of the first
	Code   Code
	By     string
	Count  int
}

// NoWave is the By of a WAVE_GATE where no wave of the plan takes the asset.
const NoWave = "no wave"

// Unplaced is one session without a place. Wave is "" where By is NoWave.
type Unplaced struct {
	Asset, Wave    string
	Code           Code
	By             string
	Needs, Has     int64 // seconds, for WINDOW_TOO_SHORT
	Due            int64
	Risk           int
	Patches        []string
	Tried          []Rejection
	Counterfactual *Counterfactual
	SameAs         string // the asset whose counterfactual serves this one too
}

// Counterfactual is the smallest change to one document that places a session.
// Document is "" when it takes more than one change.
type Counterfactual struct {
	Document, Path string
	From, To       string
	Text           string // "extend window nightly by PT15M"
	Window         string // where the session would lie
	Start          int64
	Verified       bool // the change was re-run and places it; one unit less does not
}

// Cost is what the occurrences used cost; seconds are as charged.
type Cost struct {
	Currency                     string
	Amount                       int64
	Regular, AfterHours, Holiday int64
}

// Notice is somebody who must still be told of one occurrence. Assets are the
// sessions in it that the client does not know of yet; SendBy is never before AsOf.
type Notice struct {
	Contact    string
	Channels   []string
	Phone      string
	Window     string
	Occurrence int64
	Assets     int
	SendBy     int64
}

// Breach is a session that ends after its due date, or has no place.
type Breach struct {
	Asset     string
	Due       int64
	PlacedEnd int64 // 0: no place
}

// Remark is something about a plan that its readers should know:
// plan/canary-short, plan/wave-thin.
type Remark struct {
	ID   string
	Wave string
	Text string
}
