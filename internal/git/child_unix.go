//go:build unix

package git

import (
	"context"
	"fmt"
	"os/exec"
	"syscall"
)

// confined is git under limits of its files and memory, which its children
// inherit. A shell sets them on itself and becomes git: set from outside, they
// would come after git has started its first child. Lower limits stay as they
// are.
var confined = fmt.Sprintf(`{ ulimit -c 0; ulimit -f %d; ulimit -d %d; } 2>/dev/null; exec "$0" "$@"`, largestFile/512, largestHeap/1024)

// command is git at the head of a process group that ends with ctx.
func command(ctx context.Context, git string, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/bin/sh", append([]string{"-c", confined, git}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// By SIGTERM git removes its lock files; WaitDelay kills what remains.
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	bind(cmd)
	return cmd
}
