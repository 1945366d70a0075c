//go:build linux

package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/estate"
)

// What follows is read from the hosts themselves, or done to them.

// want is what dpkg on a host is to say.
type want string

func (w want) on(t *testing.T, h *estate.FullHost) {
	t.Helper()
	if got := state(t, h, "acme-agent"); got != string(w) {
		t.Errorf("%s has acme-agent %q, wanted %q", h.Name(), got, w)
	}
}

// patience bounds every wait for a host or a controller, on a loaded machine, too.
const patience = 10 * time.Minute

// until waits for something that can be seen.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for over := time.Now().Add(patience); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(over) {
			t.Fatalf("%s: not seen within %s", what, patience)
		}
	}
}

// room is what is free on a host's disk.
func room(t *testing.T, h *estate.FullHost) int64 {
	t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(h.Root, &s); err != nil {
		t.Fatal(err)
	}
	return int64(s.Bavail) * s.Bsize
}

// boots brings a host up and waits until it takes connections.
func boots(t *testing.T, h *estate.FullHost) {
	t.Helper()
	if err := h.Up(); err != nil {
		t.Fatal(err)
	}
	answering(t, h)
}

// configuring waits until the package's own script runs.
func configuring(t *testing.T, h *estate.FullHost, version string) {
	t.Helper()
	until(t, "the configuration", func() bool { return configures(h, version) })
}

// configures reports whether the script of a version of acme-agent runs, by dpkg's log: a
// look that costs less than dpkg-query.
func configures(h *estate.FullHost, version string) bool {
	return strings.HasSuffix(host(h, "var/log/dpkg.log"), " status half-configured acme-agent:all "+version+"\n")
}

// host is a file of a host; "" if it is not there.
func host(h *estate.FullHost, name string) string {
	b, _ := os.ReadFile(filepath.Join(h.Root, name))
	return string(b)
}

// slow has acme-agent take so many seconds to be configured.
func slow(t *testing.T, h *estate.FullHost, seconds string) {
	t.Helper()
	_ = os.Remove(filepath.Join(h.Root, "etc/acme-agent.go"))
	if err := os.WriteFile(filepath.Join(h.Root, "etc/acme-agent.slow"), []byte(seconds), 0o644); err != nil {
		t.Fatal(err)
	}
}

// letGo ends such a wait.
func letGo(t *testing.T, h *estate.FullHost) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(h.Root, "etc/acme-agent.go"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
}

// installs counts how often dpkg on the host configured a version.
func installs(h *estate.FullHost, version string) int {
	return strings.Count(host(h, "var/log/dpkg.log"), " status installed acme-agent:all "+version+"\n")
}

// restarted counts how often a host booted, but for the first time.
func restarted(t *testing.T, h *estate.FullHost) int {
	t.Helper()
	b, err := os.ReadFile("/mnt/boot/" + h.Name() + ".log")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(b), "Server listening on 0.0.0.0 ") - 1
}

// tasks are the segments that a host's journal has an intent of, sorted.
func tasks(h *estate.FullHost) []string {
	files, _ := filepath.Glob(filepath.Join(h.Root, "var/lib/patchops/*.request"))
	var out []string
	for _, f := range files {
		b, _ := os.ReadFile(f)
		for line := range strings.Lines(string(b)) {
			if segment, is := strings.CutPrefix(strings.TrimSpace(line), "segment "); is {
				out = append(out, segment)
			}
		}
	}
	slices.Sort(out)
	return out
}

// began reports whether a host's journal has an intent of a segment.
func began(h *estate.FullHost, segment string) bool { return slices.Contains(tasks(h), segment) }

// untouched: nothing was asked of the host.
func untouched(t *testing.T, h *estate.FullHost) {
	t.Helper()
	if got := tasks(h); len(got) > 0 {
		t.Errorf("%s has begun %v, wanted nothing", h.Name(), got)
	}
	want("1.0 ii").on(t, h)
}

// carrying: the host has begun these segments, and is at the configuration.
func carrying(t *testing.T, h *estate.FullHost, segments ...string) {
	t.Helper()
	if got := tasks(h); !slices.Equal(got, segments) {
		t.Errorf("%s has begun %v, wanted %v", h.Name(), got, segments)
	}
	if got := state(t, h, "acme-agent"); !strings.Contains(got, "iF") {
		t.Errorf("%s has acme-agent %q, wanted it half-configured", h.Name(), got)
	}
}

// carried: the host did each segment once, and dpkg configured the version once.
func carried(t *testing.T, h *estate.FullHost, version string, segments ...string) {
	t.Helper()
	if got := tasks(h); !slices.Equal(got, segments) {
		t.Errorf("%s has begun %v, wanted %v", h.Name(), got, segments)
	}
	if n := installs(h, version); n != 1 {
		t.Errorf("%s: dpkg configured %s %d times, wanted once", h.Name(), version, n)
	}
	want(version+" ii").on(t, h)
}
