//go:build !unix

package git

import (
	"context"
	"os/exec"
)

// command is git, bounded in time and output only.
func command(ctx context.Context, git string, args []string) *exec.Cmd {
	return exec.CommandContext(ctx, git, args...)
}
