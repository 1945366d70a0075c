//go:build unix

package gittest

import (
	"os/exec"
	"syscall"
)

// group puts a server and what it starts in one process group; end kills it.
func group(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func end(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
