package cli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestDemoSaysWhatItLeavesOut: without ssh-keygen nobody can sign, so the demo ends
// before that, says why, and does not fail.
func TestDemoSaysWhatItLeavesOut(t *testing.T) {
	git, err := exec.LookPath("git")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	if err := os.Symlink(git, filepath.Join(folder, "git")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder)
	var out bytes.Buffer
	d := demo{app: &app{env: Env{Stdout: &out}}, dir: t.TempDir()}
	if err := d.life(t.Context(), 11); err != nil {
		t.Fatal(err)
	}
	want := "11. Left out, for ssh-keygen is not installed: signed approvals, the merge that they allow, and its log.\n\n"
	if out.String() != want {
		t.Errorf("said %q, wanted %q", out.String(), want)
	}
}
