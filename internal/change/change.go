// Package change is a proposal as the rest of the program sees it, whether a
// branch of plain Git or a pull request: what it is, who stands behind it, how it
// lands by path, and what is shown of it.
//
// It decides nothing about approval and does nothing to a repository.
package change

import "time"

// Change is one proposal.
type Change struct {
	Name   string // the branch, or "#41"
	Branch string // its head's branch
	Head   string // commit
	Target string // the branch it is for
	Title  string
	Open   bool
	Draft  bool
	Fork   bool // the head lies in another repository
	// HeadRepo is the numeric id of the repository that the head lies in; 0 in
	// plain Git, or where that repository is gone.
	HeadRepo int64
	Opened   time.Time
	Author   int64 // account of the opener; 0 in plain Git
	// Merged and MergeCommit are of one that the forge has merged.
	Merged      bool
	MergeCommit string
}

// Review is one review on a forge.
type Review struct {
	ID        int64
	Account   int64
	Login     string // for display
	Commit    string // that was looked at
	State     string // APPROVED, CHANGES_REQUESTED, DISMISSED, COMMENTED
	Submitted time.Time
	// Retargeted says that the change was for another branch when it was submitted,
	// or may have been: it is about another difference.
	Retargeted bool
	Raw        []byte // as the forge gave it; its digest is the evidence
}

// Required is a check that the forge requires before a merge.
type Required struct {
	Name  string
	App   int64  // 0: of any app
	State string // passed, failed, pending, missing
}

// Annotation is a finding at a line of a file.
type Annotation struct {
	Path    string
	Line    int
	Column  int
	Level   string // failure, warning, notice
	Title   string
	Message string
}

// Check is a check run as it is shown.
type Check struct {
	Name        string // "patchops / policy" or "patchops / approval"
	Status      string // queued, in_progress, completed
	Conclusion  string // success, failure, neutral, action_required; "" until completed
	Title       string
	Summary     string // Markdown
	Annotations []Annotation
}

// Presentation is all that is shown of a change at one head.
type Presentation struct {
	Head    string
	Checks  []Check
	Comment string // Markdown; one comment, edited in place
}

// MergeRequest asks the forge to merge.
type MergeRequest struct {
	Head    string // never empty: what was judged
	Method  string // merge, squash, rebase
	Title   string
	Message string
}

// Merged is what the forge says of a merge that it did.
type Merged struct{ Commit string }
