//go:build !linux

package sandbox

import (
	"os"
	"os/exec"
	"time"
)

// limit watches the heap: no kernel here limits private memory. The parent's
// clock is the only limit of time.
func limit(l Limits) error {
	watch(l.Memory)
	return nil
}

// bind does nothing: a child whose parent died ends when it reads its pipe.
func bind(*exec.Cmd) {}

func self() (string, error) { return os.Executable() }

// cpuOf is not known here: the parent's clock counts.
func cpuOf(int) (time.Duration, bool) { return 0, false }
