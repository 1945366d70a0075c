package progress

import (
	"errors"
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

var errTodo = errors.New("not built yet")

// Apply folds more records, in the order of their log. A record that cannot follow
// what is there is an error and changes nothing.
func (s *State) Apply(records []Logged, blobs Blobs) error { return errTodo }

// Next says what may be done now. It changes nothing and does not depend on the
// order of anything but the records.
func Next(s *State, d *Documents, now Now) Decisions { return Decisions{} }

// Outcome makes the records of a host's answer: result, unknown, deferred, hostkey,
// facts; what triage says of it is in them.
func Outcome(s *State, d *Documents, task *dispatch.Task, a dispatch.Answer, now int64) []Logged {
	return nil
}

// Replanned is a schedule computed anew for one plan at one client, as records and the
// blob that they name.
type Replanned struct {
	Client, Plan string
	Records      []resultlog.Record
	Blob         []byte
}

// Replan computes the schedule of all plans with the progress that there is, and
// says what of it differs from what is locked, with codes. Plans for which nothing
// differs are not in the result.
func Replan(s *State, d *Documents, now int64) ([]Replanned, error) { return nil, errTodo }

// Input is the rollout's input with the progress of all runs in it: pins, running,
// notified, down.
func Input(s *State, d *Documents, now int64) *rollout.Input { return nil }
