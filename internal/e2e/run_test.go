//go:build linux

package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/estate"
)

// office is a repository with a plan for hosts, and everything that patchops run needs.
type office struct {
	dir, config string
	env         []string
}

func newOffice(t *testing.T, version, waves string, profile func(*estate.FullHost) string, hosts []*estate.FullHost) *office {
	t.Helper()
	o := &office{dir: t.TempDir()}
	home := filepath.Join(o.dir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	o.env = append(os.Environ(), "HOME="+home, "GIT_CONFIG_NOSYSTEM=1", "PATCHOPS_BIN="+binary(t), "XDG_CONFIG_HOME=", "XDG_STATE_HOME=", "XDG_CACHE_HOME=")
	script, err := filepath.Abs("testdata/office.sh")
	if err != nil {
		t.Fatal(err)
	}
	args := []string{script, version, waves}
	for _, h := range hosts {
		args = append(args, h.Name()+"="+h.Address+"="+profile(h))
	}
	cmd := exec.Command("sh", args...)
	cmd.Dir, cmd.Env = o.dir, o.env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b, err := os.ReadFile(filepath.Join(home, "config"))
	if err != nil {
		t.Fatal(err)
	}
	o.config = strings.TrimSpace(string(b))
	secrets := "secrets:\n- {client: acme, name: ssh/deploy, address: 10.99.0.0/16, source: 'file:" + filepath.Join(full.Dir, "key") + "'}\n"
	known, err := os.ReadFile(filepath.Join(full.Dir, "known_hosts"))
	if err == nil {
		err = os.WriteFile(filepath.Join(o.config, "known_hosts"), known, 0o600)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(o.config, "secrets.yaml"), []byte(secrets), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func binary(t *testing.T) string {
	t.Helper()
	bin := os.Getenv("PATCHOPS_BIN")
	if bin == "" {
		t.Skip("PATCHOPS_BIN is not set: run it by internal/e2e.sh")
	}
	return bin
}

func (o *office) command(args ...string) *exec.Cmd {
	bin := ""
	for _, e := range o.env {
		if v, ok := strings.CutPrefix(e, "PATCHOPS_BIN="); ok {
			bin = v
		}
	}
	cmd := exec.Command(bin, args...)
	cmd.Dir, cmd.Env = filepath.Join(o.dir, "plans"), o.env
	return cmd
}

// said is what a command prints, and its exit status.
func (o *office) said(args ...string) (string, int) {
	cmd := o.command(args...)
	b, _ := cmd.CombinedOutput()
	return string(b), cmd.ProcessState.ExitCode()
}

// line is one line of run --format json.
type line struct{ Event, Plan, Wave, Asset, State, Text string }

// run runs the controller until it says that the run has ended, or the time is over.
// each is called with every event; while it returns true the controller is killed with
// -9 and started anew.
func (o *office) run(t *testing.T, patience time.Duration, each func(line) (killed bool)) line {
	t.Helper()
	over := time.Now().Add(patience)
	for time.Now().Before(over) {
		cmd := o.command("run", "--interval", "1s", "--format", "json")
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		late := time.AfterFunc(time.Until(over), func() { _ = cmd.Process.Kill() })
		var last line
		killed := false
		for lines := bufio.NewScanner(out); lines.Scan(); {
			var l line
			if json.Unmarshal(lines.Bytes(), &l) != nil {
				continue
			}
			if os.Getenv("E2E_VERBOSE") != "" && l.Event != "tick" {
				t.Logf("%s %+v", time.Now().Format("05.000"), l)
			}
			if l.Event == "run" && l.State != "begun" && l.State != "" {
				last = l
				_ = cmd.Process.Signal(os.Interrupt)
			}
			if each != nil && !killed && last.Event == "" && each(l) {
				killed = true
				_ = cmd.Process.Kill()
			}
		}
		err = cmd.Wait()
		late.Stop()
		if !killed {
			if last.Event == "" {
				t.Fatalf("the controller ended by itself: %v: %s", err, said.String())
			}
			return last
		}
	}
	t.Fatal("the rollout did not end in time")
	return line{}
}

// installs counts how often apt on the host installed a version.
func installs(t *testing.T, h *estate.FullHost, version string) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(h.Root, "var/log/dpkg.log"))
	if err != nil {
		return 0
	}
	return strings.Count(string(b), " status installed acme-agent:all "+version+"\n")
}

// untilMinute waits for the second half of a minute: starts are whole minutes.
func untilMinute() {
	if s := time.Now().Second(); s < 50 {
		time.Sleep(time.Duration(50-s) * time.Second)
	}
}

// TestRunOnTenHosts: a plan with a canary of two, half of ten hosts by ssh (some by
// sudo) and half by ansible, carried out by patchops run, which is killed with -9 at
// every phase. What the hosts' own dpkg says: the version, configured, once.
func TestRunOnTenHosts(t *testing.T) {
	need(t)
	t.Parallel()
	hosts := full.Hosts[:10]
	profiles := []string{"by-ssh", "by-ansible", "by-sudo"}
	o := newOffice(t, "1.1", "[{name: canary, count: 1, soak: PT0S, maxFailures: 0}, {name: rest, percent: 100, maxFailures: 5}]",
		func(h *estate.FullHost) string { return profiles[(h.N+1)%3] }, hosts)
	for _, h := range hosts {
		fresh(t, h)
	}
	untilMinute()
	kills := map[string]bool{}
	last := o.run(t, 4*time.Minute, func(l line) bool {
		// A claim that was not dispatched is looked at again when its time is over: while the
		// canary does so, the next wave's start comes nearer.
		at := map[string]bool{"claim canary": true, "step rest": true}[l.Event+" "+l.Wave]
		if at && !kills[l.Event] {
			kills[l.Event] = true
			return true
		}
		return false
	})
	t.Logf("killed at %v; the run: %+v", kills, last)
	if last.State != "done" {
		t.Errorf("the run ended as %s: %s", last.State, last.Text)
	}
	for _, h := range hosts {
		if got := state(t, h, "acme-agent"); got != "1.1 ii" {
			t.Errorf("%s has %s, wanted 1.1 ii", h.Name(), got)
		}
		if n := installs(t, h, "1.1"); n != 1 {
			t.Errorf("%s: dpkg configured it %d times, wanted once", h.Name(), n)
		}
	}
	if out, status := o.said("log", "verify"); status != 0 {
		t.Errorf("log verify: %d: %s", status, out)
	}
}

// fresh gives a host the old version, and forgets how it came.
func fresh(t *testing.T, h *estate.FullHost) {
	t.Helper()
	out, err := h.Do("sh", "-c", "apt-get -q update && apt-get -q -y --allow-downgrades install acme-agent=1.0 && rm -f /var/log/dpkg.log")
	if err != nil {
		t.Fatalf("%s: %v: %s", h.Name(), err, out)
	}
}
