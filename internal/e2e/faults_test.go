//go:build linux

package e2e

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/estate"
)

// one is a host of a test's own.
func one(t *testing.T) *estate.FullHost {
	t.Helper()
	return hosts(t, 1)[0]
}

func fails(t *testing.T, a dispatch.Answer, at string) {
	t.Helper()
	if a.State != dispatch.Finished || a.Outcome.Result != dispatch.Failed || a.Outcome.Step != at {
		t.Fatalf("%+v %+v, wanted it failed at %s", a, a.Outcome, at)
	}
}

// TestBrokenVersion: a version whose configuration fails is found half-configured, and
// the one before comes back, configured.
func TestBrokenVersion(t *testing.T) {
	h := one(t)
	s := overSSH(t)
	a := s.Start(t.Context(), task(h, dispatch.Install, "1.2"), nil)
	fails(t, a, "install")
	want("1.2 iF").on(t, h)
	if !slices.ContainsFunc(a.Outcome.Facts, func(f dispatch.Fact) bool { return f.Subject == "acme-agent" && f.Value == "1.2" && f.State == "iF" }) {
		t.Errorf("facts %+v, wanted the state iF", a.Outcome.Facts)
	}
	if !strings.Contains(a.Outcome.Output.Text, "cannot migrate its database") {
		t.Errorf("output %q, wanted what the package said", a.Outcome.Output.Text)
	}
	back := task(h, dispatch.Rollback, "1.2")
	back.Undo = a.Outcome.Before
	succeeded(t, []dispatch.Answer{s.Start(t.Context(), back, nil)})
	want("1.0 ii").on(t, h)
}

// TestPowerCutInAnInstallation: the host is killed while dpkg configures. Afterwards the
// journal says interrupted, the task is not begun again, and a rollback repairs dpkg.
func TestPowerCutInAnInstallation(t *testing.T) {
	h := one(t)
	s := overSSH(t)
	install := task(h, dispatch.Install, "1.3")
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	answer := make(chan dispatch.Answer)
	go func() { answer <- s.Start(ctx, install, nil) }()
	configuring(t, h, "1.3")
	h.Down()
	if got := state(t, h, "acme-agent"); got == "1.0 ii" || got == "1.3 ii" {
		t.Errorf("%s: the power was cut at the wrong time", got)
	}
	boots(t, h)
	if a := <-answer; a.State != dispatch.Interrupted || a.At != "install" {
		t.Fatalf("%+v, wanted it interrupted at install", a)
	}
	if a := s.Start(t.Context(), install, nil); a.State != dispatch.Refused || a.Why != dispatch.KnownKey {
		t.Errorf("%+v, wanted it refused a second time", a)
	}
	back := task(h, dispatch.Rollback, "1.3")
	back.Undo = []dispatch.Package{{Name: "acme-agent", Version: "1.0"}}
	slow(t, h, "0")
	succeeded(t, []dispatch.Answer{s.Start(t.Context(), back, nil)})
	want("1.0 ii").on(t, h)
}

// TestNetworkBreaksInAnInstallation: the host goes on alone, and is followed to its end
// when it can be reached again.
func TestNetworkBreaksInAnInstallation(t *testing.T) {
	h := one(t)
	slow(t, h, "300")
	s := overSSH(t)
	answer := make(chan dispatch.Answer)
	go func() { answer <- s.Start(t.Context(), task(h, dispatch.Install, "1.3"), nil) }()
	configuring(t, h, "1.3")
	if err := h.Cable(false); err != nil {
		t.Fatal(err)
	}
	time.Sleep(3 * time.Second) // its connection counts as lost
	letGo(t, h)
	until(t, "the end of an installation that nobody sees", func() bool { return state(t, h, "acme-agent") == "1.3 ii" })
	if err := h.Cable(true); err != nil {
		t.Fatal(err)
	}
	succeeded(t, []dispatch.Answer{<-answer})
	if n := installs(h, "1.3"); n != 1 {
		t.Errorf("configured %d times", n)
	}
}

// TestFullDisk: what does not fit fails before anything is installed.
func TestFullDisk(t *testing.T) {
	h := one(t)
	s := overSSH(t)
	fill(t, h, 100<<20) // 3.0 takes 80 MB to download and 80 MB to unpack
	a := s.Start(t.Context(), task(h, dispatch.Install, "3.0"), nil)
	if a.State != dispatch.Finished || a.Outcome.Result != dispatch.Failed {
		t.Fatalf("%+v %+v", a, a.Outcome)
	}
	back := task(h, dispatch.Rollback, "3.0")
	back.Undo = a.Outcome.Before
	if a.Outcome.Step == "install" {
		succeeded(t, []dispatch.Answer{s.Start(t.Context(), back, nil)})
	}
	want("1.0 ii").on(t, h)
	fill(t, h, 20<<20)
	fails(t, s.Start(t.Context(), task(h, dispatch.Install, "1.1"), nil), "precheck")
	want("1.0 ii").on(t, h)
	fill(t, h, 0) // not even an intent fits
	if a := s.Start(t.Context(), task(h, dispatch.Install, "1.1"), nil); a.State != dispatch.Refused || a.Why != dispatch.Journal {
		t.Errorf("%+v, wanted no effect without an intent", a)
	}
	want("1.0 ii").on(t, h)
}

// fill leaves so many bytes free on the host's disk.
func fill(t *testing.T, h *estate.FullHost, free int64) {
	t.Helper()
	name := filepath.Join(h.Root, "fill")
	_ = os.Remove(name)
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	chunk := make([]byte, 64<<10)
	for room(t, h) > free {
		if _, err := f.Write(chunk); err != nil {
			break
		}
	}
}

// TestChangedHostKey: a host that was set up anew is refused, and not touched.
func TestChangedHostKey(t *testing.T) {
	h := one(t)
	if out, err := h.Do("sh", "-c", "rm /etc/ssh/ssh_host_ed25519_key* && ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key"); err != nil {
		t.Fatal(out, err)
	}
	h.Down()
	boots(t, h)
	s, x := overSSH(t), byAnsible(t, patchPlay)
	a := s.Start(t.Context(), task(h, dispatch.Install, "1.1"), nil)
	if a.State != dispatch.Refused || a.Why != dispatch.HostKey || !strings.HasPrefix(a.HostKey, "SHA256:") {
		t.Errorf("%+v, wanted HOST_KEY and the key", a)
	}
	if a := x.Start(t.Context(), ansibleTask(h, dispatch.Install, "1.1"), nil); a.State == dispatch.Finished {
		t.Errorf("by ansible: %+v", a)
	}
	want("1.0 ii").on(t, h)
}

// TestReboot: an update that wants one, the reboot, and the host is back with another
// boot id; then it is verified.
func TestReboot(t *testing.T) {
	h := one(t)
	s := overSSH(t)
	a := s.Start(t.Context(), task(h, dispatch.Install, "2.0"), nil)
	succeeded(t, []dispatch.Answer{a})
	if !a.Outcome.Reboot {
		t.Errorf("%+v, wanted a reboot to come", a.Outcome)
	}
	b := s.Start(t.Context(), task(h, dispatch.Reboot, "2.0"), nil)
	succeeded(t, []dispatch.Answer{b})
	if t.Failed() {
		out, _ := h.Do("sh", "-c", "cat /proc/sys/kernel/random/boot_id; cd /var/lib/patchops; ls -la; cat *.reboot *.log")
		b, _ := os.ReadFile("/mnt/boot/" + h.Name())
		t.Fatal(out, string(b))
	}
	if b.Outcome.BootID == a.Outcome.BootID || b.Outcome.BootID == "" {
		t.Errorf("boot ids %q and %q", a.Outcome.BootID, b.Outcome.BootID)
	}
	v := s.Start(t.Context(), task(h, dispatch.Verify, "2.0"), nil)
	succeeded(t, []dispatch.Answer{v})
	if v.Outcome.Reboot {
		t.Errorf("%+v, wanted no reboot to come any more", v.Outcome)
	}
}

// TestSiteWithoutNetwork: hosts that cannot be reached are unreachable, soon, and back
// when their network is.
func TestSiteWithoutNetwork(t *testing.T) {
	two := hosts(t, 2)
	for _, h := range two {
		if err := h.Cable(false); err != nil {
			t.Fatal(err)
		}
	}
	s := overSSH(t)
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	for _, h := range two {
		if a := s.Probe(ctx, task(h, dispatch.Install, "1.1")); a.State != dispatch.Unreachable {
			t.Errorf("%s: %+v", h.Name(), a)
		}
		if err := h.Cable(true); err != nil {
			t.Fatal(err)
		}
	}
	for _, h := range two {
		answering(t, h)
		if a := s.Probe(t.Context(), task(h, dispatch.Install, "1.1")); a.State != dispatch.Absent {
			t.Errorf("%s is back: %+v", h.Name(), a)
		}
	}
}
