//go:build linux

package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/estate"
)

// office is a repository with a plan for hosts, and everything that patchops run needs.
type office struct {
	dir, config, bin string
	env              []string
}

// rollout is what an office's plan does.
type rollout struct {
	version, waves string
	profile        func(*estate.FullHost) string // "" by-ssh
	more           func(*estate.FullHost) string // fields of an asset, such as "dependsOn: [h1]"
}

// oneWave is all hosts at once, as many as the failure budget bears.
const oneWave = "[{name: all, percent: 100, maxFailures: 0}]"

func newOffice(t *testing.T, r rollout, hosts []*estate.FullHost) *office {
	t.Helper()
	o := &office{dir: t.TempDir(), bin: os.Getenv("PATCHOPS_BIN")}
	if o.bin == "" {
		t.Skip("PATCHOPS_BIN is not set: run it by internal/e2e.sh")
	}
	home := filepath.Join(o.dir, "home")
	if err := os.Mkdir(home, 0o700); err != nil {
		t.Fatal(err)
	}
	o.env = append(os.Environ(), "HOME="+home, "GIT_CONFIG_NOSYSTEM=1", "XDG_CONFIG_HOME=", "XDG_STATE_HOME=", "XDG_CACHE_HOME=",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com")
	args := []string{r.version, r.waves}
	for _, h := range hosts {
		fields := "profile: by-ssh"
		if r.profile != nil {
			fields = "profile: " + r.profile(h)
		}
		if r.more != nil {
			fields += ", " + r.more(h)
		}
		args = append(args, fmt.Sprintf("{name: %s, address: %s, %s}", h.Name(), h.Address, fields))
	}
	o.script(t, o.dir, "", "office.sh", args...)
	b, err := os.ReadFile(filepath.Join(home, "config"))
	if err != nil {
		t.Fatal(err)
	}
	o.config = strings.TrimSpace(string(b))
	secrets := "secrets:\n- {client: acme, name: ssh/deploy, address: 10.99.0.0/16, source: 'file:" + filepath.Join(full.Dir, "key") + "'}\n"
	known, err := os.ReadFile(filepath.Join(full.Dir, "known_hosts"))
	err = errors.Join(err, os.WriteFile(filepath.Join(o.config, "known_hosts"), known, 0o600),
		os.WriteFile(filepath.Join(o.config, "secrets.yaml"), []byte(secrets), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// script runs one of testdata.
func (o *office) script(t *testing.T, dir, in, name string, args ...string) {
	t.Helper()
	file, err := filepath.Abs("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", append([]string{file}, args...)...)
	cmd.Dir, cmd.Env, cmd.Stdin = dir, o.env, strings.NewReader(in)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, out)
	}
}

// merge proposes freezes, "" none, in a clone of its own, and people agree. The controller
// merges it when it has looked.
func (o *office) merge(t *testing.T, branch, freezes string, people ...string) {
	t.Helper()
	o.script(t, o.plans(), freezes, "merge.sh", append([]string{branch}, people...)...)
}

// plans is the clone that people and controllers work in.
func (o *office) plans() string { return filepath.Join(o.dir, "plans") }

func (o *office) command(args ...string) *exec.Cmd {
	cmd := exec.Command(o.bin, args...)
	cmd.Dir, cmd.Env = o.plans(), o.env
	return cmd
}

// said is what a command prints that ends with a status.
func (o *office) said(t *testing.T, status int, args ...string) string {
	t.Helper()
	cmd := o.command(args...)
	b, _ := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); got != status {
		t.Errorf("%v: status %d, wanted %d: %s", args, got, status, b)
	}
	return string(b)
}

// line is one line of run --format json.
type line struct{ Event, Plan, Wave, Asset, State, Text string }

// controller is a process of patchops run.
type controller struct {
	cmd   *exec.Cmd
	ended chan struct{}
	err   bytes.Buffer

	mu    sync.Mutex
	lines []line
}

// start starts a controller; the repository's hooks know its process.
func (o *office) start(t *testing.T) *controller {
	t.Helper()
	c := &controller{cmd: o.command("run", "--interval", "1s", "--format", "json"), ended: make(chan struct{})}
	c.cmd.Stderr = &c.err
	out, err := c.cmd.StdoutPipe()
	if err == nil {
		err = c.cmd.Start()
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(o.dir, "remote.git/controller"), fmt.Appendln(nil, c.cmd.Process.Pid), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	go c.listen(t, bufio.NewScanner(out))
	t.Cleanup(c.kill)
	return c
}

func (c *controller) listen(t *testing.T, lines *bufio.Scanner) {
	defer close(c.ended)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var l line
		if json.Unmarshal(lines.Bytes(), &l) != nil {
			continue
		}
		c.mu.Lock()
		c.lines = append(c.lines, l)
		c.mu.Unlock()
		if os.Getenv("E2E_VERBOSE") != "" && l.Event != "tick" {
			fmt.Fprintf(os.Stderr, "%s %s %+v\n", t.Name(), time.Now().Format("04:05.000"), l)
		}
	}
	_ = c.cmd.Wait()
}

// kill ends the controller with signal 9.
func (c *controller) kill() {
	_ = c.cmd.Process.Kill()
	<-c.ended
}

// event is the first line that holds.
func (c *controller) event(holds func(line) bool) (line, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, l := range c.lines {
		if holds(l) {
			return l, true
		}
	}
	return line{}, false
}

// says waits for an event.
func (c *controller) says(t *testing.T, what string, holds func(line) bool) line {
	t.Helper()
	for over := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		ended := c.over()
		l, seen := c.event(holds)
		switch {
		case seen:
			return l
		case ended || time.Now().After(over):
			t.Fatalf("%s: not seen; the controller has ended: %t; it said last:\n%s%s", what, ended, c.last(), c.err.String())
		}
	}
}

// last are the newest events, as they are.
func (c *controller) last() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out strings.Builder
	for _, l := range c.lines[max(0, len(c.lines)-40):] {
		if l.Event != "tick" {
			fmt.Fprintf(&out, "%+v\n", l)
		}
	}
	return out.String()
}

func (c *controller) over() bool {
	select {
	case <-c.ended:
		return true
	default:
		return false
	}
}

// finish waits for the end of the run, and of the controller.
func (c *controller) finish(t *testing.T) line {
	t.Helper()
	last := c.says(t, "the end of the run", func(l line) bool { return l.Event == "run" && l.State != "begun" && l.State != "" })
	c.stop()
	return last
}

// stop asks the controller to end, which waits for what is at hosts.
func (c *controller) stop() {
	_ = c.cmd.Process.Signal(os.Interrupt)
	<-c.ended
}
