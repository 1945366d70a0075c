//go:build linux

package e2e

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/estate"
)

// TestHooksOfOthersRun: debconf, which may ask nothing, is not started before an
// installation; where anybody else has a hook there, all of them run.
func TestHooksOfOthersRun(t *testing.T) {
	h := hosts(t, 1)[0]
	s := overSSH(t)
	file := func(name string) string { return filepath.Join(h.Root, name) }
	write := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(file(name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	ran := func(name string) bool {
		_, err := os.Stat(file(name))
		return err == nil
	}
	write("usr/sbin/dpkg-preconfigure", "#!/bin/sh\n: >/var/debconf-ran\n")
	succeeded(t, each(t, s, []*estate.FullHost{h}, func(h *estate.FullHost) dispatch.Task { return task(h, dispatch.Install, "1.1") }))
	want("1.1 ii").on(t, h)
	if ran("var/debconf-ran") {
		t.Error("debconf was started, to ask nothing")
	}
	write("etc/apt/apt.conf.d/99own", "DPkg::Pre-Install-Pkgs { \"touch /var/hook-ran\"; };\n")
	succeeded(t, each(t, s, []*estate.FullHost{h}, func(h *estate.FullHost) dispatch.Task { return task(h, dispatch.Install, "1.4") }))
	want("1.4 ii").on(t, h)
	if !ran("var/hook-ran") || !ran("var/debconf-ran") {
		t.Errorf("the host's own hook ran: %v, debconf beside it: %v, wanted both", ran("var/hook-ran"), ran("var/debconf-ran"))
	}
}
