//go:build linux

package e2e

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/estate"
)

// TestBrokenRelay: six hosts load their packages from a relay, which goes away while the
// first host of a wave installs. Those that fail then do so without a trace, the others
// behind the relay are not begun, with that as the reason, and hosts elsewhere go on.
// When the relay is back and a person says so, those that were held follow. What the
// hosts say.
func TestBrokenRelay(t *testing.T) {
	all := hosts(t, 9)
	relay, elsewhere, behind := all[0], all[1:3], all[3:]
	serves(t, relay)
	source := strings.ReplaceAll(host(relay, "etc/apt/sources.list"), "10.99.0.1", relay.Address)
	for _, h := range all[1:] {
		slow(t, h, "300")
		if slices.Contains(behind, h) {
			redirect(t, h, source)
		}
	}
	o := newOffice(t, rollout{
		version: "1.3", waves: "[{name: all, percent: 100, maxFailures: 6}]",
		more: func(h *estate.FullHost) string {
			switch {
			case h == relay:
				return "os: ubuntu" // not of the plan
			case slices.Contains(behind, h):
				return "relay: lyon"
			}
			return "role: other"
		},
	}, all)
	c := o.start(t)
	until(t, "the first installation", func() bool {
		return slices.ContainsFunc(all, func(h *estate.FullHost) bool { return configures(h, "1.3") })
	})
	relay.Down()
	for _, h := range all {
		letGo(t, h)
	}
	pause := c.says(t, "the pause", func(l line) bool { return l.Event == "pause" })
	if pause.State != "triage" || !strings.Contains(pause.Text, "relay lyon") {
		t.Errorf("%+v found, a pause because of the relay wanted", pause)
	}
	for _, h := range elsewhere {
		until(t, "the end of "+h.Name(), func() bool { return o.recorded(`"asset":"` + h.Name() + `".*"kind":"result".*"segment":"verify"`) })
		carried(t, h, "1.3", "install", "verify")
	}
	time.Sleep(3 * time.Second) // several ticks in which one of the others could begin
	var held []*estate.FullHost
	failed := 0
	for _, h := range behind {
		switch {
		case !began(h, "install"):
			held = append(held, h)
		case state(t, h, "acme-agent") == "1.0 ii":
			failed++
		}
	}
	if len(held) == 0 || failed < 3 {
		t.Fatalf("%d hosts behind the relay failed and %d were not begun, wanted 3 at least, and some", failed, len(held))
	}
	if said := o.said(t, 3, "status", "acme/agent"); !strings.Contains(said, "relay lyon") {
		t.Errorf("%s\nfound, the relay as a reason wanted", said)
	}
	boots(t, relay)
	serves(t, relay)
	o.said(t, 0, "approve", "resume:acme/agent/all", "--reason", "the relay is back", "--key", "../dana.key")
	if last := c.finish(t); last.State != "partial" {
		t.Errorf("the run ended as %s: %s", last.State, last.Text)
	}
	for _, h := range held {
		carried(t, h, "1.3", "install", "verify")
	}
	o.said(t, 0, "log", "verify")
}

// serves has the relay pass the repository on, until it goes down.
func serves(t *testing.T, relay *estate.FullHost) {
	t.Helper()
	if err := relay.Serves("python3", "-m", "http.server", "8080", "--bind", relay.Address, "--directory", filepath.Join(full.Dir, "repo")); err != nil {
		t.Fatal(err)
	}
	until(t, "the relay's service", func() bool {
		c, err := net.Dial("tcp", relay.Address+":8080")
		if err != nil {
			return false
		}
		return c.Close() == nil
	})
}

// redirect lets a host load its packages from elsewhere.
func redirect(t *testing.T, h *estate.FullHost, source string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(h.Root, "etc/apt/sources.list"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := h.Do("apt-get", "-q", "update"); err != nil {
		t.Fatal(out, err)
	}
}
