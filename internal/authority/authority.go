// Package authority folds the records of all logs to what holds now: the
// authorised tip, the open decision, what was seen and spent, what is blocked
// (authority.md 3). It is pure, and what it says follows from the records alone.
//
// Two orders matter. Merges and decisions are ordered by what they name: a chain
// from the genesis, each link from the authorised tip it was judged on to the
// commit it made. All else is ordered by position: by time, fence, branch and
// number of the record, where a record's time is never less than that of one
// before it in its branch. One act recorded in the branches of several clients is
// one act.
package authority

import (
	"strings"
	"time"

	"github.com/patchops/patchops/internal/resultlog"
)

// Branch is one log with its records, verified.
type Branch struct {
	Log     *resultlog.Log
	Records []resultlog.Record
}

// State is what holds.
type State struct {
	Tip      string   // A, the authorised tip
	Tips     []string // genesis and every authorised tip since, oldest first
	Since    []int64  // when each of Tips was authorised; 0 the genesis
	Open     *Decision
	Seen     map[string]Seen    // by evidence
	Acts     []Act              // what people did, by position
	Chains   map[string]string  // newest recorded tip of each person's chain
	Spent    map[string]string  // evidence -> commit whose merge used it
	Landed   map[string]string  // change and head (Key) -> commit
	GivenUp  map[string]GivenUp // change and head (Key) whose decisions were abandoned
	Blocked  *Blocked
	Revoked  map[string]int64    // key fingerprint -> position
	Denied   map[string]string   // change and person (Key) -> digest of the last denial
	Refused  map[string]bool     // evidence of all denials
	Expired  map[string]bool     // evidence whose expiry is recorded
	Clients  map[string][]string // evidence -> clients in whose logs it is
	Holds    map[string]Hold     // by "CLIENT/PLAN" or "CLIENT/PLAN/WAVE"
	Distrust map[string]Hold     // by client: an approval that a merge used there was not its person's, or was taken back since
	Resumed  map[string]int64    // position of the newest resume, by "CLIENT/PLAN"
	// Uncovered are "CLIENT/PLAN/ASSET" that landed without anybody's approval; with
	// "CLIENT/*" there are more than a record could name, and Covered those that were
	// approved since.
	Uncovered, Covered map[string]bool
	Override           map[string]Override // by "CLIENT/PLAN": the newest
	Root               string              // the newest signed root that the org's log holds; "" none
	Fence              int64               // highest
	Leased             int64               // fence of the newest lease record
	Position           int64               // of the next act that is recorded
	Newest             time.Time           // of all records

	knew map[string]time.Time // until when whoever resumed a plan last knew what happened
}

// Key joins a change and a head, or a change and a person.
func Key(change, other string) string { return change + "\x00" + other }

// Decision is an open decision: it authorises nothing.
type Decision struct {
	ID, Change, Head, Base, Tree, Manifest, Commit, Effect string
	At                                                     time.Time
	Approvals                                              []string
	Clients                                                []string // in whose logs it is, sorted
	Fence                                                  int64
}

// Seen is when and as what an act was first recorded.
type Seen struct {
	At       time.Time
	Position int64
	Kind     resultlog.Kind
	Change   string
	Person   string
	Accepts  []string
	Effect   string
}

// Act is one recorded act of a person: an approval, rejection, withdrawal,
// consent, hold and the like.
type Act struct {
	Position int64
	Record   resultlog.Record // as first recorded
}

// GivenUp is how often a change was decided on and abandoned at one head, and when
// last.
type GivenUp struct {
	Times int
	At    time.Time
	Why   string
}

// Wait is when it may be decided on again: at once after the first time, then
// after 2, 4, 8 minutes and so on, up to 6 hours.
func (g GivenUp) Wait() time.Time {
	if g.Times < 2 {
		return g.At
	}
	return g.At.Add(min(time.Minute<<min(g.Times-1, 10), 6*time.Hour))
}

// Blocked is a main that holds what nobody authorised.
type Blocked struct {
	From, Commit string
	Clients      []string // "_org": all
	Why          string
}

// Hold is a plan that somebody stopped.
type Hold struct {
	Kind     resultlog.Kind // Hold, Abort or Recall
	Person   string
	Reason   string
	Position int64
	At       time.Time
}

// Distrusted is the approval that was nobody's word, or is not any more, and on which a
// plan rests, nil if there is none, or somebody resumed the plan since.
func (s *State) Distrusted(plan string) *Hold {
	client, _, _ := strings.Cut(plan, "/")
	for _, of := range []string{client, resultlog.Org} {
		if h, ok := s.Distrust[of]; ok && (s.Resumed[plan] < h.Position || s.knew[plan].Before(h.At)) {
			return &h
		}
	}
	return nil
}

// Override is a break-glass that was recorded.
type Override struct {
	Client, Plan string
	At, Expires  time.Time
	Signers      []string
	Evidence     []string // of the signers' statements
	Ratified     bool
}
