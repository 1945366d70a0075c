// Package sandbox runs work on untrusted bytes (CUE documents, own schemas, own
// Rego) in a child of ourselves under limits: memory, time, output, an empty
// environment, and death with its parent. Neither CUE nor OPA can be stopped
// from inside; a process can (R25).
//
// It knows no CUE and no Rego: the work is a Job by name, bytes in and bytes
// out. It is no jail against a process that means harm: it holds runaway
// evaluation, and assumes that the job does no I/O.
//
// On Linux the kernel limits memory (RLIMIT_DATA; RLIMIT_AS cannot hold a Go
// process) and CPU time. Elsewhere the child watches its own heap, which one
// single huge allocation can outrun.
package sandbox

import (
	"errors"
	"time"
)

// A Job prepares work from bytes that all items share and returns what answers
// one item. Its setup is under the same limits as an item; its error is the
// outcome of every item. Both run in the child, one at a time.
type Job = func(shared []byte) (func(item []byte) []byte, error)

// Outcome is what became of one item: its output, or one of the errors below
// (wrapped with the detail), or the context's error.
type Outcome struct {
	Output []byte
	Err    error
}

// Why an item has no output.
var (
	ErrMemory       = errors.New("evaluation limit: memory")
	ErrTime         = errors.New("evaluation limit: time")
	ErrOutput       = errors.New("evaluation limit: output")
	ErrCrash        = errors.New("evaluation crashed")
	ErrNotEvaluated = errors.New("not evaluated")
	ErrSetup        = errors.New("evaluation could not be prepared")
)

// Limits of a run. A zero field takes its default.
type Limits struct {
	Memory int64         // bytes a child may hold; default 512 MiB
	Stack  int           // bytes of one goroutine's stack; default 64 MiB
	Item   time.Duration // of work on one item, and on a setup; default 2 s
	Run    time.Duration // of work of all children of a run; default 4 s
	Output int           // bytes of one item's output; default 4 MiB
	Total  int           // bytes of output of a run; default 32 MiB
}

func (l Limits) orDefaults() Limits {
	or(&l.Memory, 512<<20)
	or(&l.Stack, 64<<20)
	or(&l.Item, 2*time.Second)
	or(&l.Run, 4*time.Second)
	or(&l.Output, 4<<20)
	or(&l.Total, 32<<20)
	return l
}

func or[T int | int64 | time.Duration](field *T, value T) {
	if *field <= 0 {
		*field = value
	}
}

// start is how long a child may take until it begins to work: loading a program
// on a busy machine is no fault of an item.
const start = 30 * time.Second
