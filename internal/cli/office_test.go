package cli

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/estate"
)

// office is a repository with hosts, and the command as a process of its own.
type office struct {
	t     *testing.T
	dir   string
	env   []string
	clock time.Time
	since time.Time
}

func newOffice(t *testing.T, edit string) *office {
	t.Helper()
	if err := estate.HaveDpkg(); err != nil {
		t.Skip(err)
	}
	o := &office{t: t, dir: t.TempDir()}
	lib, err := filepath.Abs("testdata/lib")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Join(o.dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(must(os.Executable()), filepath.Join(bin, "patchops")); err != nil {
		t.Fatal(err)
	}
	o.env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "TMPDIR="+o.dir, "HOME="+o.dir+"/.home", "XDG_CACHE_HOME="+o.dir+"/.cache",
		"XDG_CONFIG_HOME=", "XDG_STATE_HOME=", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+filepath.Join(lib, "gitconfig"),
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com")
	o.at("2026-03-12T09:00:00Z")
	if err := os.WriteFile(filepath.Join(o.dir, "edit.sh"), []byte(edit), 0o600); err != nil {
		t.Fatal(err)
	}
	o.do(o.dir, "sh", filepath.Join(lib, "office.sh"))
	return o
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// at sets the clock that every process has from now on; it goes on.
func (o *office) at(text string) { o.clock, o.since = must(time.Parse(time.RFC3339, text)), time.Now() }

func (o *office) command(dir, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	if name == "patchops" {
		cmd.Path, cmd.Err = filepath.Join(o.dir, "bin", "patchops"), nil
	}
	cmd.Dir = dir
	cmd.Env = append(slices.Clip(o.env), "CLOCK="+o.clock.Add(time.Since(o.since)).UTC().Format(time.RFC3339))
	return cmd
}

func (o *office) do(dir, name string, args ...string) string {
	o.t.Helper()
	out, err := o.command(dir, name, args...).CombinedOutput()
	if err != nil {
		o.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

// patchops runs the command in the clone.
func (o *office) patchops(args ...string) string {
	o.t.Helper()
	return o.do(filepath.Join(o.dir, "plans"), "patchops", args...)
}

// lite makes hosts with the agent's old version.
func (o *office) lite(names ...string) string {
	o.t.Helper()
	dir := filepath.Join(o.dir, "hosts")
	r, err := estate.NewRepository(context.Background(), dir+"/.packages", labPackages()...)
	if err == nil {
		err = estate.Lite(context.Background(), dir, names, r, labPackages()[0])
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return dir
}

// wantOnce wants each host to say that it has the new version, installed once.
func (o *office) wantOnce(hosts string, names []string) {
	o.t.Helper()
	for _, name := range names {
		root := filepath.Join(hosts, filepath.FromSlash(name))
		version, state, err := estate.State(o.t.Context(), root, "demo-agent")
		times, err2 := estate.Installs(root, "demo-agent", "1.1")
		if err != nil || err2 != nil || version != "1.1" || state != "ii" || times != 1 {
			o.t.Errorf("%s: %s %s, installed %d times: %v %v", name, version, state, times, err, err2)
		}
	}
}

// ended reports whether the rollout is over: the newest flush says so.
func (o *office) ended() bool { return strings.Contains(o.head("acme"), "run.ended") }

// head is the message of the newest flush of a client's log.
func (o *office) head(client string) string {
	return o.do(o.dir, "git", "--git-dir", "remote.git", "log", "-1", "--format=%B", "patchops/log/"+client+"/2026")
}

// controller starts one whose state is in a folder of its own, and says what it printed.
func (o *office) controller(hosts, state string) (*exec.Cmd, func() string) {
	o.t.Helper()
	args := []string{"run", "--interval", "1s", "--allow-local", hosts, "--format", "json"}
	if state != "" {
		args = append(args, "--state", filepath.Join(o.dir, state))
	}
	c := o.command(filepath.Join(o.dir, "plans"), "patchops", args...)
	out := must(os.CreateTemp(o.dir, "said"))
	c.Stdout, c.Stderr = out, out
	if err := c.Start(); err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait(); _ = out.Close() })
	return c, func() string { return string(must(os.ReadFile(out.Name()))) }
}

func (o *office) signal(c *exec.Cmd, s os.Signal) {
	o.t.Helper()
	if err := c.Process.Signal(s); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) until(what string, holds func() bool) {
	o.t.Helper()
	for over := time.Now().Add(3 * time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(over) {
			o.t.Fatalf("%s: not seen within 3 minutes:\n%s", what, o.log())
		}
	}
}

// log is acme's records on the remote, the oldest first.
func (o *office) log() string {
	return o.do(o.dir, "git", "--git-dir", "remote.git", "log", "--reverse", "-p", "--format=", "patchops/log/acme/2026", "--", "seg")
}

// fence is that of the lease.
func (o *office) fence() int {
	o.t.Helper()
	lease := o.do(o.dir, "git", "--git-dir", "remote.git", "show", "patchops/lease:lease")
	m := regexp.MustCompile(`"fence":(\d+)`).FindStringSubmatch(lease)
	if m == nil {
		o.t.Fatalf("lease %q found, one with a fence wanted", lease)
	}
	return must(strconv.Atoi(m[1]))
}

var fenceLine = regexp.MustCompile(`(?m)^fence (\d+)$`)

// fences are those under which the hosts' journals have installations.
func (o *office) fences(hosts string) map[string]string {
	out := map[string]string{}
	for _, file := range must(filepath.Glob(filepath.Join(hosts, "acme/*/var/lib/patchops/*.request"))) {
		b, _ := os.ReadFile(file)
		if m := fenceLine.FindSubmatch(b); m != nil && strings.Contains(string(b), "segment install\n") {
			out[strings.TrimPrefix(file, hosts)] = string(m[1])
		}
	}
	return out
}

func write(t *testing.T, file, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
}
