package runner

import (
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
)

// Think puts something else in the place of internal/progress: tests of the runner's own
// rules do not depend on what is decided.
func (r *Runner) Think(
	apply func(*progress.State, []progress.Logged, progress.Blobs) error,
	next func(*progress.State, *progress.Documents, progress.Now) progress.Decisions,
	outcome func(*progress.State, *dispatch.Task, dispatch.Answer, int64) []progress.Logged,
) {
	r.think.apply, r.think.next = apply, next
	r.think.outcome = func(a reply, s *progress.State, _ *progress.Documents, now int64) []progress.Logged {
		return outcome(s, a.task, a.Answer, now)
	}
	r.think.replan = func(*progress.State, *progress.Documents, int64, string) ([]progress.Replanned, error) {
		return nil, nil
	}
}

// Replan puts something else in the place of progress.Replan.
func (r *Runner) Replan(f func(*progress.State, *progress.Documents, int64, string) ([]progress.Replanned, error)) {
	r.think.replan = f
}
