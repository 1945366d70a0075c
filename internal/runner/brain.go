package runner

import "github.com/patchops/patchops/internal/progress"

// brain is what decides. Tests put their own in its place.
type brain struct {
	apply   func(*progress.State, []progress.Logged, progress.Blobs) error
	next    func(*progress.State, *progress.Documents, progress.Now) progress.Decisions
	outcome func(reply, *progress.State, *progress.Documents, int64) []progress.Logged
	replan  func(*progress.State, *progress.Documents, int64, string) ([]progress.Replanned, error)
}

var thinks = brain{
	apply: (*progress.State).Apply, next: progress.Next, replan: progress.Replan,
	outcome: func(a reply, s *progress.State, d *progress.Documents, now int64) []progress.Logged {
		return progress.Outcome(s, d, a.task, a.Answer, now)
	},
}

// decided is what Next said last, and on what.
type decided struct {
	at, mono int64 // when
	version  int64
	stop     string
	until    int64 // its Wake; 0 never
	waits    []progress.Wait
	valid    bool
	replan   patience
}

// now is what Next is asked with.
func (r *Runner) now() progress.Now {
	return progress.Now{
		At: r.Clock.Now(), InHand: r.inHand, Absent: r.absent, Stop: r.stopped(),
		Blocked: r.blocked(), Most: r.Most, Repository: r.Repository, Replanned: r.replanned,
	}
}

// stopped is why nothing new may start; "" it may.
func (r *Runner) stopped() string {
	switch {
	case r.stop != "":
		return r.stop
	case r.look.Stop != "":
		return r.look.Stop
	case r.clock.why != "":
		return r.clock.why
	}
	if why := r.clock.late; why != "" {
		return why
	}
	return r.docs.why
}

// blocked are the clients for whom nothing new starts.
func (r *Runner) blocked() []string {
	if len(r.broken) == 0 {
		return r.look.Blocked
	}
	out := append([]string{}, r.look.Blocked...)
	return append(out, sorted(r.broken)...)
}
