package change

import "errors"

// Errors of a forge that callers tell apart; wrapped, so compare with errors.Is.
var (
	// ErrNoChange: the forge has no such change, or none for this target.
	ErrNoChange = errors.New("no such change")
	// ErrMoved: head, base, draft state or head repository is not what was judged.
	ErrMoved = errors.New("the change moved")
	// ErrLater: the forge is not ready to merge; nothing was done.
	ErrLater = errors.New("the forge says later")
	// ErrDenied: the forge refuses for good: rights, protection, conflicts.
	ErrDenied = errors.New("the forge refuses")
	// ErrRemote: the forge is down, slow, at its rate limit, or what it says does
	// not add up; the same request may succeed later.
	ErrRemote = errors.New("the forge does not answer")
)
