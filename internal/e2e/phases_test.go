//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/estate"
)

// A record's push: at the remote before it takes it, or after.
const (
	before = "pre"
	after  = "post"
)

// phase is where a controller is killed with signal 9: by the remote, at the push of a
// record, or when something is seen on a host.
type phase struct {
	name         string
	when, record string
	sees         func(*estate.FullHost) bool
	then         func(*testing.T, *estate.FullHost) // what holds at that moment
}

// killed runs a controller and kills it in a phase. The host is the one that was seen.
func (o *office) killed(t *testing.T, p phase, hosts []*estate.FullHost) *estate.FullHost {
	t.Helper()
	trap, sprung := filepath.Join(o.dir, "remote.git/trap"), filepath.Join(o.dir, "remote.git/sprung")
	_ = os.Remove(sprung)
	if p.record != "" {
		if err := os.WriteFile(trap, []byte(p.when+" "+p.record+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, at := o.start(t), hosts[0]
	until(t, p.name, func() bool {
		for _, h := range hosts {
			if p.sees != nil && p.sees(h) {
				at = h
				c.kill()
				return true
			}
		}
		if !c.over() {
			return false
		}
		if _, err := os.Stat(sprung); err != nil {
			t.Fatalf("%s: the controller ended by itself: %s", p.name, c.err.String())
		}
		return true
	})
	if p.then != nil {
		p.then(t, at)
	}
	if t.Failed() {
		t.Fatalf("killed %s", p.name)
	}
	return at
}

// recorded reports whether the log on the remote has a record like that: keys of records
// are sorted.
func (o *office) recorded(record string) bool {
	cmd := exec.Command("git", "--git-dir", filepath.Join(o.dir, "remote.git"), "log", "-p", "--format=", "--glob=heads/patchops/log/*", "--", "seg")
	out, err := cmd.Output()
	return err == nil && regexp.MustCompile(`(?m)^\+\{.*`+record).Match(out)
}

// TestKilledAtEveryPhase kills real controllers with signal 9 in every phase of a session on
// a host, each time at exactly that point; what the host itself says then and in the end.
// Between two waves, and by Ansible: TestRunOnTenHosts.
func TestKilledAtEveryPhase(t *testing.T) {
	t.Parallel()
	t.Run("update", killedInAnUpdate)
	t.Run("claimed", killedBeforeTheDispatch)
	t.Run("rollback", killedInARollback)
}

// killedInAnUpdate: one host, an update that wants a restart. Every phase of it is there once, whatever
// was killed when.
func killedInAnUpdate(t *testing.T) {
	one := hosts(t, 1)
	slow(t, one[0], "300")
	o := newOffice(t, rollout{version: "2.0", waves: oneWave}, one)
	results := func(segment string) string { return `"kind":"result".*"segment":"` + segment + `"` }
	for _, p := range []phase{
		{name: "before its claim", when: before, record: `"kind":"claim".*"segment":"install"`, then: func(t *testing.T, h *estate.FullHost) {
			untouched(t, h)
			unheard(t, o, `"kind":"claim"`)
		}},
		{name: "while it installs", sees: func(h *estate.FullHost) bool { return configures(h, "2.0") }, then: func(t *testing.T, h *estate.FullHost) {
			carrying(t, h, "install")
			unheard(t, o, results("install"))
			letGo(t, h)
		}},
		{name: "installed, not recorded", when: before, record: results("install"), then: func(t *testing.T, h *estate.FullHost) {
			carried(t, h, "2.0", "install")
			unheard(t, o, results("install"))
		}},
		{name: "before the reboot is claimed", when: before, record: `"kind":"claim".*"segment":"reboot"`, then: func(t *testing.T, h *estate.FullHost) {
			carried(t, h, "2.0", "install")
			if n := restarted(t, h); n != 0 {
				t.Errorf("restarted %d times before anybody claimed it", n)
			}
		}},
		{name: "when the reboot is asked for", sees: func(h *estate.FullHost) bool { return began(h, "reboot") }},
		{name: "rebooted, not recorded", when: before, record: results("reboot"), then: func(t *testing.T, h *estate.FullHost) {
			carried(t, h, "2.0", "install", "reboot")
			if n := restarted(t, h); n != 1 {
				t.Errorf("restarted %d times, wanted once", n)
			}
			unheard(t, o, results("reboot"))
		}},
		{name: "while it is verified", sees: func(h *estate.FullHost) bool { return began(h, "verify") }},
		{name: "verified, not recorded", when: before, record: results("verify"), then: func(t *testing.T, h *estate.FullHost) {
			carried(t, h, "2.0", "install", "reboot", "verify")
			unheard(t, o, results("verify"))
		}},
		{name: "before its end is recorded", when: before, record: `"kind":"run.ended"`, then: func(t *testing.T, _ *estate.FullHost) {
			unheard(t, o, `"kind":"run.ended"`)
		}},
	} {
		o.killed(t, p, one)
		t.Logf("killed %s", p.name)
	}
	if last := o.start(t).finish(t); last.State != "done" {
		t.Errorf("the run ended as %s: %s", last.State, last.Text)
	}
	carried(t, one[0], "2.0", "install", "reboot", "verify")
	if n := restarted(t, one[0]); n != 1 {
		t.Errorf("restarted %d times, wanted once", n)
	}
	o.said(t, 0, "log", "verify")
}

// killedBeforeTheDispatch: the claim is on the remote, and nobody was told. The host has nothing of
// it; when it can no longer begin, it is begun anew, once.
func killedBeforeTheDispatch(t *testing.T) {
	one := hosts(t, 1)
	o := newOffice(t, rollout{version: "1.1", waves: oneWave}, one)
	o.killed(t, phase{
		name: "claimed, not dispatched", when: after, record: `"kind":"claim".*"segment":"install"`, then: func(t *testing.T, h *estate.FullHost) {
			untouched(t, h)
			if !o.recorded(`"kind":"claim"`) {
				t.Error("no claim found on the remote, one wanted")
			}
		},
	}, one)
	if last := o.start(t).finish(t); last.State != "done" {
		t.Errorf("the run ended as %s: %s", last.State, last.Text)
	}
	carried(t, one[0], "1.1", "install", "verify")
	o.said(t, 0, "log", "verify")
}

// killedInARollback: one host on which the version breaks.
func killedInARollback(t *testing.T) {
	one := hosts(t, 1)
	o := newOffice(t, rollout{version: "1.2", waves: oneWave}, one)
	for _, p := range []phase{
		{name: "failed, not recorded", when: before, record: `"kind":"result".*"segment":"install"`, then: func(t *testing.T, h *estate.FullHost) {
			want("1.2 iF").on(t, h)
			slow(t, h, "300")
		}},
		{name: "while it is rolled back", sees: func(h *estate.FullHost) bool { return configures(h, "1.0") }, then: func(t *testing.T, h *estate.FullHost) {
			carrying(t, h, "install", "rollback")
			letGo(t, h)
		}},
		{name: "rolled back, not recorded", when: before, record: `"kind":"result".*"segment":"rollback"`, then: func(t *testing.T, h *estate.FullHost) {
			carried(t, h, "1.0", "install", "rollback")
		}},
	} {
		o.killed(t, p, one)
		t.Logf("killed %s", p.name)
	}
	c := o.start(t)
	until(t, "the rollback's record", func() bool { return o.recorded(`"kind":"result".*"segment":"rollback"`) })
	c.stop()
	carried(t, one[0], "1.0", "install", "rollback")
	if said := o.said(t, 3, "status", "acme/agent"); !strings.Contains(said, "paused (threshold)") {
		t.Errorf("%s\nfound, a wave that waits for a person wanted", said)
	}
	o.said(t, 0, "log", "verify")
}

// unheard: the remote has no such record.
func unheard(t *testing.T, o *office, record string) {
	t.Helper()
	if o.recorded(record) {
		t.Errorf("%s found on the remote", record)
	}
}
