//go:build unix && !linux

package git

import "os/exec"

// bind: this system does not tell a child of its parent's death.
func bind(*exec.Cmd) {}
