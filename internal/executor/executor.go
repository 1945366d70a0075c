// Package executor reaches hosts: local folders, ssh, ansible and people. Each kind
// carries a task to the wrapper on the host, or to what stands for it, and brings
// the answer back; none decides anything. One conformance suite holds all of them
// (executortest).
package executor

import (
	"context"

	"github.com/patchops/patchops/internal/dispatch"
)

// Executor is one way to reach hosts. Its methods block until they have an answer or the
// context ends (Unreachable then), and may be called concurrently. What a host
// prints is data: bounded, redacted, escaped before it is in an answer.
type Executor interface {
	// Start begins a task and follows it to its end. At is called as steps begin. The
	// task goes on on the host if the context ends.
	Start(ctx context.Context, t dispatch.Task, at func(step string)) dispatch.Answer
	// Probe asks what became of a task that somebody started.
	Probe(ctx context.Context, t dispatch.Task) dispatch.Answer
	// Stop asks a task to stop before its point of no return, and returns at once: what
	// comes of it is Start's or Probe's answer.
	Stop(ctx context.Context, t dispatch.Task) dispatch.Answer
	// Close lets go of connections. Tasks go on.
	Close() error
}
