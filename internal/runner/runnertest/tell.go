package runnertest

import (
	"context"
	"fmt"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/runner"
)

// Tell is everybody who is told, and every gate.
type Tell struct {
	// Fail says that a contact cannot be reached; nil all can.
	Fail func(client, contact string) error
	// Gate says what a gate's probe finds; nil passes all.
	Gate func(client, plan, wave string, g progress.Gate) (outcome, why string)
	Hook func(point string)

	Told     []string // "client/plan contact window occurrence", in order
	Measured int
	Assets   []string // that the last gate was measured for
}

var _ runner.Tell = (*Tell)(nil)

// Notify tells a contact.
func (t *Tell) Notify(_ context.Context, client, plan string, n rollout.Notice) (string, error) {
	if t.Hook != nil {
		t.Hook("before notify")
		defer t.Hook("after notify")
	}
	if t.Fail != nil {
		if err := t.Fail(client, n.Contact); err != nil {
			return "", err
		}
	}
	t.Told = append(t.Told, fmt.Sprintf("%s/%s %s %s %d", client, plan, n.Contact, n.Window, n.Occurrence))
	return "file", nil
}

// Measure runs a gate's probe.
func (t *Tell) Measure(_ context.Context, client, plan, wave string, g progress.Gate, assets []string) (string, string) {
	if t.Hook != nil {
		t.Hook("measure")
	}
	t.Measured++
	t.Assets = assets
	if t.Gate != nil {
		return t.Gate(client, plan, wave, g)
	}
	return "pass", ""
}
