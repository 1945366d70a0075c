package executor

import (
	"os/exec"
	"runtime"
	"syscall"
)

// group puts a child into a process group of its own, which kill ends as a whole, and
// lets it die with us.
func group(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// pinned runs f on a thread of its own: children die with the thread that started them.
func pinned(f func() error) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return f()
}
