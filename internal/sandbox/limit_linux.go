package sandbox

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
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

// cpuOf is how long a process has used a processor, with all its threads. The kernel
// counts in hundredths of a second here, whatever its own clock does.
func cpuOf(pid int) (time.Duration, bool) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, rest, found := bytes.Cut(b, []byte(") ")) // behind the program's name
	fields := bytes.Fields(rest)
	if err != nil || !found || len(fields) < 13 {
		return 0, false
	}
	user, err := strconv.ParseInt(string(fields[11]), 10, 64)
	system, err2 := strconv.ParseInt(string(fields[12]), 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond, err == nil && err2 == nil
}
