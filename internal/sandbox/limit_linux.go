package sandbox

import (
	"fmt"
	"os/exec"
	"syscall"
	"time"
)

// limit makes the kernel hold this process to its memory and CPU time. It must
// run in the child: before exec, RLIMIT_DATA would hold the loader too.
func limit(l Limits) error {
	// Threads of the collector count too, hence twice the wall's time and some.
	cpu := uint64(2*l.Run/time.Second) + 2
	limits := map[int]uint64{syscall.RLIMIT_CPU: cpu, syscall.RLIMIT_CORE: 0}
	if raceDetector {
		watch(l.Memory) // its shadow memory is no part of the job's
	} else {
		limits[syscall.RLIMIT_DATA] = uint64(l.Memory)
	}
	for resource, n := range limits {
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			return fmt.Errorf("limit %d to %d: %w", resource, n, err)
		}
	}
	return nil
}

// bind makes the child die with the thread that started it; the caller keeps
// that thread until it has waited for the child.
func bind(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// self names the running program even after its file was replaced.
func self() (string, error) { return "/proc/self/exe", nil }
