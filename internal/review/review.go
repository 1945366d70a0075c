// Package review judges a change whole, in one order for status, merge, run and
// the forge: what it would allow (proposed, and landing on the authorised tip by
// path), what the landing tree's documents, rollouts and rules say, who approved
// that, and whether it can merge now and if not, why.
//
// It is pure: commits, acts and the instant come as values.
package review

import (
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/pipeline"
)

// State is one tree: a commit's, or a joined one that is in no commit.
type State struct {
	Commit  string // "" for a joined one
	Tree    *pipeline.Tree
	Files   []effect.File
	Entries []change.Entry
	Read    func(path string) ([]byte, error) // the bytes of any regular file
}

// Source gives states of the repository, each below the prefix that documents
// lie under.
type Source interface {
	Commit(id string) (State, error)
	Joined(entries []change.Entry) (State, error)
	// MergeBase is the only merge base; a problem for people is (,"why",nil).
	MergeBase(a, b string) (base, problem string, err error)
	// Brought is the commit on the line to a tip by which another came to be in its history,
	// and the one on that line before it, "" for none.
	Brought(tip, id string) (by, before string, err error)
	// LastChange is the commit on the line to a tip that made a path what it is there.
	LastChange(tip, path string) (commit string, err error)
}

// Input is all that a review depends on.
type Input struct {
	Engine     *pipeline.Engine
	Child      pipeline.Child
	Source     Source
	Repository string // id
	Target     string // the branch that changes are for; "": as the change says
	Change     change.Change
	Authorised string // A: rules, people and policies come from here
	// Landed, when given, is a commit whose tree is what landed already, by another
	// hand: it is judged in place of the joined tree.
	Landed       string
	Acts         []approval.Act
	Contributors change.Contributors
	Revoked      map[string]int64  // fingerprints of keys that sign nothing any more
	Required     []change.Required // by the forge
	Now          time.Time
	Problems     []string // what could not be read: each denies
	Held         []string // why nothing merges now whatever the verdict: main blocked, a hold
	// Kept is what earlier checks found; only where nothing is decided by it.
	Kept pipeline.Kept
}

// Review is the outcome.
type Review struct {
	Change     change.Change
	Authorised string
	Base       string // M
	Proposed   *effect.Effect
	Landing    *effect.Effect
	Moved      *effect.Effect // on the target since M
	Conflicts  []change.Conflict
	Tree       *pipeline.Tree // that would land
	Entries    []change.Entry // of it
	Files      []effect.File  // the same with their sums
	Size       change.Size
	Problem    string            // why there is no one base
	Unread     bool              // a document was not evaluated: nothing is known of effects, and may be the next time
	Outcome    *pipeline.Outcome // of the landing tree against A: what the difference can affect
	Accepts    []string          // fingerprints of its findings, as approvers accept them
	Verdict    approval.Verdict
	Mergeable  bool
	Why        []string // why not, the first worst
	Due        bool     // merge.when holds now
	Clients    []string // touched, sorted; "_org" first where it is
	// Kept is what the checks found, to be kept; nil where rules of another tree than
	// the one that would land judged.
	Kept pipeline.Kept
}
