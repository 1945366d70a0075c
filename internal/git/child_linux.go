package git

import (
	"os/exec"
	"syscall"
)

// bind makes the child die with the thread that starts it.
func bind(cmd *exec.Cmd) { cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL }
