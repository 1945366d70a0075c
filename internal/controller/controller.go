// Package controller is the loop: look, judge, record, merge. What may happen is
// decided elsewhere (authority, review); here it is carried out, one effect at a
// time, so that a crash between any two of them is recovered from the log
// (authority.md 3, 5).
//
// A tick is a row of steps. Each step looks at the remote as it is, says the one
// thing to do next, and does it; nothing that a step knows is carried to the next
// but the lease. So whoever looks after a crash does the same thing next.
package controller

import (
	"context"
	"errors"
	"io/fs"
	"time"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/git"
)

// Forge is where changes are proposed, discussed and merged. Every list is
// whole or an error.
type Forge interface {
	// Open lists the open changes for the target.
	Open(ctx context.Context) ([]change.Change, error)
	// Read reads one again; an unknown name is ErrNoChange.
	Read(ctx context.Context, name string) (change.Change, error)
	// Reviews are all reviews, oldest first.
	Reviews(ctx context.Context, name string) ([]change.Review, error)
	// Pushers are the accounts that opened it or pushed to its branch; known is
	// false where the forge cannot say.
	Pushers(ctx context.Context, of change.Change) (accounts []int64, known bool, err error)
	// Required are the checks that the forge requires before a merge, ours left out.
	Required(ctx context.Context, c change.Change) ([]change.Required, error)
	// Show sets checks and the comment.
	Show(ctx context.Context, name string, p change.Presentation) error
	// Merge merges at exactly the head given; ErrMoved if it moved, ErrLater if
	// the forge is not ready. Forges that only hold branches have ErrPush: the
	// controller pushes.
	Merge(ctx context.Context, c change.Change, r change.MergeRequest) (change.Merged, error)
	// Refspecs are what to fetch beside all branches to have every head.
	Refspecs() []string
}

// Errors of a forge that the controller tells apart.
var (
	ErrNoChange = change.ErrNoChange
	ErrMoved    = change.ErrMoved
	ErrLater    = change.ErrLater
	ErrDenied   = change.ErrDenied
	ErrRemote   = change.ErrRemote
	ErrPush     = errors.New("merged by a push")
)

// ErrHeld says that another controller leads: stand by.
var ErrHeld = errors.New("another controller holds the lease")

// ErrLost says that the lease went to another controller in the middle: this one
// does nothing more.
var ErrLost = errors.New("the lease went to another controller")

// ErrClock says that this machine's clock is behind what is recorded.
var ErrClock = errors.New("the clock is behind the log")

// Store is the repository and its remote as the loop uses them: git, or a fake
// that fails on purpose. Reads see what was fetched last and what was written.
type Store interface {
	Fetch(ctx context.Context, refspecs ...string) error
	Branches(ctx context.Context, prefix string) (map[string]string, error)
	Push(ctx context.Context, updates []git.Update) error
	WriteTree(ctx context.Context, base string, files []git.File) (string, error)
	Commit(ctx context.Context, spec git.CommitSpec) (string, error)
	Info(id string) (git.Commit, error)
	FirstParents(stop, tip string) ([]git.Commit, error)
	IsAncestor(a, b string) (bool, error)
	// Files are all files of a commit.
	Files(commit string) (fs.FS, error)
	Close() error
}

// Journal is the write-ahead log: what is meant to be done, durable before it is.
type Journal interface {
	Append(entry []byte) error
	// Cut forgets all entries: the remote has them, or they are derived anew.
	Cut() error
	// Stop is Append for the last entry, which has room also on a full disk.
	Stop(entry []byte) error
}

// identity is who makes the commits of logs, lease and merges.
var identity = git.Person{Name: "patchops controller", Email: "controller@patchops.invalid"}

// Branches that are the controller's own.
const (
	leaseBranch = "patchops/lease"
	chainPrefix = "patchops/approvals/"
	ownPrefix   = "patchops/"
	heads       = "refs/heads/"
)

// Clock is the time of day, and the time that passed on this machine since any
// fixed moment.
type Clock struct {
	Now       func() time.Time
	Monotonic func() time.Duration
}
