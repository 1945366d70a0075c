package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// job is one run of the git command.
type job struct {
	args   []string
	dir    string // where it runs
	gitDir string
	stdin  []byte
	remote bool     // it talks to a remote, with the user's own configuration
	slow   bool     // it may take as long as one that talks to a remote
	env    []string // beyond the allow-list
}

// Bounds of one child. A file is also a pack, which may hold a history.
const (
	localTime   = time.Minute
	remoteTime  = 5 * time.Minute
	dyingTime   = 2 * time.Second
	largestOut  = 64 << 20
	largestErr  = 64 << 10
	largestFile = 2 << 30
	largestHeap = 512 << 20
)

// passed are the variables of the user that reach a child which talks to a
// remote: where its configuration, keys, agents and proxies are (R54).
var passed = strings.Fields("PATH HOME USER LOGNAME TMPDIR LANG XDG_CONFIG_HOME XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS DISPLAY WAYLAND_DISPLAY " +
	"SSH_AUTH_SOCK SSH_ASKPASS GIT_ASKPASS GIT_SSH GIT_SSH_COMMAND GIT_SSH_VARIANT GIT_CONFIG_GLOBAL GIT_CONFIG_SYSTEM GIT_CONFIG_NOSYSTEM " +
	"HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy " +
	"KRB5CCNAME SSL_CERT_FILE SSL_CERT_DIR GIT_SSL_CAINFO GIT_SSL_CAPATH GNUPGHOME")

// failure is a child that ended badly: what it printed, without secrets.
type failure struct {
	command string // the subcommand
	said    string // what of it is fit to show
	raw     string // standard error as it is: to be sorted, never to be shown
	out     string // standard output, likewise
	late    bool   // it was ended for taking too long
}

func (f *failure) Error() string {
	switch {
	case f.late:
		return fmt.Sprintf("git %s: no end within the time allowed", f.command)
	case f.said == "":
		return fmt.Sprintf("git %s: no reason given", f.command)
	}
	return fmt.Sprintf("git %s: %s", f.command, f.said)
}

// run runs one git to its end. It never asks a person anything, and dies with
// this process; when ctx ends, so does its whole process group.
func run(ctx context.Context, j job) ([]byte, error) {
	limit := localTime
	if j.remote || j.slow {
		limit = remoteTime
	}
	timed, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	path, err := exec.LookPath("git")
	if err != nil {
		return nil, fmt.Errorf("git: %w", err)
	}
	cmd := command(timed, path, j.args)
	cmd.Dir, cmd.Env, cmd.WaitDelay = j.dir, j.environment(), dyingTime
	if j.stdin != nil {
		cmd.Stdin = bytes.NewReader(j.stdin)
	}
	out, said := &bounded{room: largestOut}, &bounded{room: largestErr}
	cmd.Stdout, cmd.Stderr = out, said
	err = start(cmd)
	verb := j.args[0]
	switch {
	case ctx.Err() != nil && err != nil:
		return nil, fmt.Errorf("git %s: %w", verb, ctx.Err())
	case timed.Err() != nil && err != nil:
		return nil, &failure{command: verb, late: true}
	case err == nil && out.over:
		return nil, fmt.Errorf("git %s: %w: more than %d bytes of output", verb, ErrTooLarge, largestOut)
	case err == nil:
		return out.bytes, nil
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return nil, fmt.Errorf("git %s: %w", verb, err)
	}
	f := &failure{command: verb, said: clean(string(said.bytes)), raw: string(said.bytes), out: string(out.bytes)}
	if f.said == "" {
		f.said = exit.Error()
	}
	return nil, f
}

// start runs cmd on a thread of its own: the child dies with the thread that
// started it.
func start(cmd *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return err
	}
	err := cmd.Wait()
	if errors.Is(err, exec.ErrWaitDelay) {
		return nil // git ended well; something it started keeps standard error open
	}
	return err
}

func (j job) environment() []string {
	env := []string{
		"LC_ALL=C", "GIT_TERMINAL_PROMPT=0", "GIT_NO_REPLACE_OBJECTS=1", "GIT_GRAFT_FILE=/dev/null", "GIT_ADVICE=0",
		"GIT_OPTIONAL_LOCKS=0", "GIT_PROTOCOL_FROM_USER=0", "GIT_ATTR_NOSYSTEM=1", "GIT_EDITOR=false", "SSH_ASKPASS_REQUIRE=force",
	}
	if j.gitDir != "" {
		env = append(env, "GIT_DIR="+j.gitDir)
	}
	if !j.remote {
		return append(env, "PATH="+os.Getenv("PATH"), "HOME=/nonexistent", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null")
	}
	for _, name := range passed {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	for _, name := range []string{"SSH_ASKPASS", "GIT_ASKPASS"} {
		if os.Getenv(name) == "" {
			env = append(env, name+"=false")
		}
	}
	return append(env, j.env...)
}

// bounded keeps the first bytes written to it.
type bounded struct {
	room  int
	bytes []byte
	over  bool
}

func (b *bounded) Write(p []byte) (int, error) {
	n := min(len(p), b.room-len(b.bytes))
	b.bytes = append(b.bytes, p[:n]...)
	b.over = b.over || n < len(p)
	return len(p), nil
}
