// Package approval says who must agree to a change and who did: a verdict tree
// with a reason at every node, for each approval that does not count why not, and
// the nearest acts that would unblock (authority.md 2). It is pure; statements
// and reviews come as acts whose signatures were checked.
//
// It reads no repository and computes no effect. What is missing, truncated or
// unreadable denies.
package approval

import (
	"time"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
)

// What an Act says.
const (
	SaysApproved  = "approved"
	SaysRejected  = "rejected"
	SaysWithdrawn = "withdrawn" // also a review that was dismissed
	SaysConsented = "consented" // a client contact's word, taken down by the signer
)

// Act is one thing that somebody did to the change: a statement, or a review.
// Its signature, or its event, was checked: Key or Account says who.
type Act struct {
	Evidence string // digest of the signed statement or raw review
	Key      string // fingerprint; "" for a review
	Account  int64  // of a review
	Claimed  string // the person that a statement names, or the login; for display
	Verdict  string // SaysApproved, SaysRejected, SaysWithdrawn, SaysConsented

	Repository, Target, Change string
	Head, Base, Effect         string // what was looked at; of a review Head only
	Accepts                    []string
	Reason                     string
	Contact                    string // of a consent: "client/name", or a name that only one client has
	By, Text                   string
	AsOf                       time.Time // when they say they looked; of a review, submitted
	Expires                    time.Time // zero: by the rule
	FirstSeen                  time.Time // by the controller; zero: not recorded yet, then Now
	Position                   int64     // order in which acts were recorded; unrecorded ones follow, by Serial
	Serial                     int64
	Spent                      bool   // used by an earlier merge
	Lapsed                     bool   // that it ran out is recorded
	Broken                     string // why the chain it is from does not count; "" it does
	RevokedBefore              bool   // the key was revoked at an earlier log position
}

// Proposal is what was proposed at (Head, Base): E(Base, Head), and what moved
// on the target since, E(Base, A).
type Proposal struct {
	Head, Base string
	Effect     *effect.Effect
	Moved      *effect.Effect
	Problem    string // why it cannot be computed: no or several merge bases, objects missing
}

// Input is all that a verdict depends on.
type Input struct {
	Repository, Target string
	Change             string
	Head               string
	Book               *Book
	Now                time.Time
	Acts               []Act
	Proposals          []Proposal // of every (Head, Base) that an act names, and the present one
	Landing            *effect.Effect
	Entries            []Entry // of Landing, with what rules match on
	Cost               int64   // of the change, minor units; negative: unknown, which counts as the most
	// Findings are the fingerprints of the landing tree's findings, by the rules at A
	// and the asOf of each act (Minute); FindingIDs their ids now.
	Findings     map[string][]string
	FindingIDs   []string
	Contributors change.Contributors
	Revoked      map[string]int64 // fingerprints of keys that sign nothing any more
	Problems     []string         // what is missing, truncated or unreadable: each denies
}

// Minute is the key of Input.Findings for an act's asOf: the minute, RFC 3339.
func Minute(asOf time.Time) string {
	return asOf.UTC().Truncate(time.Minute).Format(time.RFC3339)
}

// State is how a node stands.
type State string

// The states.
const (
	Approved State = "approved"
	Pending  State = "pending"
	Rejected State = "rejected"
	Skipped  State = "skipped"
	Error    State = "error"
)

// Node is one part of the verdict.
type Node struct {
	State    State
	At       finding.Position // of a rule
	Title    string           // "rule standard-changes", "2 of group approvers", "all", "any"
	Reason   string
	Have     int
	Want     int
	By       []string // people counted here
	Covers   []string // entries, of a rule's node
	Children []Node
}

// Ignored is an act that does not count, and why: author, contributor,
// notInGroup, stale, withdrawn, spent, expired, inactive, unsigned, unknown,
// broken, bot, revoked, otherTarget, postdated.
type Ignored struct {
	Person   string // "" or the claimed name where nobody is known to have acted
	Why      string
	Detail   string // one line: the commit, the difference, the instant
	Evidence string
}

// Need is one of the nearest acts: so many of these people, each another one than
// those of the other needs of the same rule.
type Need struct {
	Rules  []string // that it serves
	Count  int
	People []string // Persons, sorted; a contact without a Person is "contact client/name"
	From   string   // "group security"
	Signed bool     // only a statement signed by their own key
}

// Verdict is the outcome.
type Verdict struct {
	State     State
	Tree      Node
	Ignored   []Ignored
	Kept      []string // approvals that count though something moved, and why
	Unblock   []string // the nearest acts
	Needs     []Need   // those of them that are approvals
	Withdraw  []string // whose rejections stand
	Used      []string // evidence of the acts that count, sorted
	Approvers []string // whose they are, sorted: Persons, and "contact client/name"
	Uncovered []effect.Difference
	Warnings  []string
}

// Judge is the verdict. It depends on nothing but its argument, also not on the
// order of what is in it.
func Judge(in Input) Verdict {
	j := &judge{in: in, book: in.Book}
	if problems := j.problems(); len(problems) > 0 {
		v := Verdict{State: Error, Tree: Node{State: Error, Title: "all", Reason: joined(problems)}}
		for _, p := range problems {
			v.Unblock = append(v.Unblock, "mend: "+p)
		}
		return v
	}
	if in.Landing.Empty() {
		return Verdict{State: Approved, Tree: Node{State: Approved, Title: "all", Reason: "the change has no effect: there is nothing to approve"}}
	}
	j.speakers = j.book.speakers()
	j.readEntries()
	j.readProposals()
	j.readActs()
	return j.verdict()
}

// judge is one judgement.
type judge struct {
	in        Input
	book      *Book
	landing   effect.Digest
	proposals map[string][]*proposed // by head
	words     []*word
	people    people
	ignored   []Ignored
	warnings  []string
	speakers  *speakers
	assetIDs  [][]int // of each entry's assets: one number for one asset
	assets    int
}

// problems are what keeps a change from being judged at all.
func (j *judge) problems() []string {
	out := sortedSet(j.in.Problems)
	if j.book == nil {
		out = append(out, "the rules of the authorised tip are missing")
	}
	if j.in.Landing == nil && len(out) == 0 { // else that is why
		out = append(out, "the effect of the change on the authorised tip is not known")
	} else if j.in.Landing != nil && !j.in.Landing.Empty() && len(j.in.Entries) == 0 {
		out = append(out, "the entries of the effect are missing")
	}
	if j.in.Change == "" || j.in.Repository == "" || j.in.Target == "" {
		out = append(out, "the change, its repository or its target has no name")
	}
	return out
}
