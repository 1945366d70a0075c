package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/term"

	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/sandbox"
)

// scriptNow is the clock of every script.
var scriptNow = time.Date(2026, 3, 12, 9, 0, 30, 0, time.UTC)

// TestMain lets the test binary be its own limited child, and the patchops
// command of scripts.
func TestMain(m *testing.M) {
	sandbox.Main(pipeline.Jobs())
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // memory is cheaper than time here
	}
	testscript.Main(m, map[string]func(){"patchops": command})
}

// clockOf is the clock that goes on for a command: CLOCK, and for what waits for hosts and
// remotes in any case one; "" it stands still.
func clockOf(args []string) string {
	if at := os.Getenv("CLOCK"); at != "" || len(args) == 0 || args[0] != "run" && args[0] != "merge" {
		return at
	}
	return scriptNow.Format(time.RFC3339)
}

// sinceFirst is how long ago a command of this script first had this CLOCK: it goes on
// from one command to the next.
func sinceFirst(clock string) time.Duration {
	file := filepath.Join(os.TempDir(), "clock-"+clock)
	if f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err == nil {
		_ = f.Close()
		return 0
	}
	info, err := os.Stat(file)
	if err != nil {
		panic(err)
	}
	return time.Since(info.ModTime())
}

func command() {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	env := Env{
		Args: os.Args[1:], Dir: dir, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv: os.Getenv, Now: func() time.Time { return scriptNow },
		Version: Version{Version: "v0.0.0-test", Commit: "0123456789ab"},
		Secret:  secret(),
	}
	if len(env.Args) > 0 && env.Args[0] == "demo" { // it runs itself as somebody, at an instant that it names
		env.Now = time.Now
		if !slices.Contains(env.Args, "--clock") {
			env = elsewhen(env, scriptNow)
		}
	} else if at := clockOf(env.Args); at != "" {
		t, err := time.Parse(time.RFC3339, at)
		if err != nil {
			panic(err)
		}
		env.Now = time.Now
		env = elsewhen(env, t.Add(sinceFirst(at)))
		if file := os.Getenv(jumpVariable); file != "" {
			env = jumping(env, file)
		}
	}
	os.Exit(Main(context.Background(), env))
}

// secret is cmd/patchops's: a script attaches a terminal by ttyin.
func secret() func(string) ([]byte, error) {
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		return nil
	}
	return func(prompt string) ([]byte, error) {
		fmt.Fprint(os.Stderr, prompt)
		return term.ReadPassword(in)
	}
}

// TestScripts runs testdata/script/*.txtar: each is one promise of the command
// line. `status N command...` wants that exit status (`!` only wants not 0).
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Setup: func(env *testscript.Env) error {
			lib, err := filepath.Abs("testdata/lib")
			if err != nil {
				return err
			}
			env.Setenv("LIB", lib)
			env.Setenv("XDG_CACHE_HOME", env.WorkDir+"/.cache-home")
			env.Setenv("HOME", env.WorkDir+"/.home")
			env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
			env.Setenv("GIT_CONFIG_GLOBAL", filepath.Join(lib, "gitconfig"))
			env.Setenv("GIT_AUTHOR_NAME", "Ada")
			env.Setenv("GIT_AUTHOR_EMAIL", "ada@example.com")
			env.Setenv("GIT_COMMITTER_NAME", "Ada")
			env.Setenv("GIT_COMMITTER_EMAIL", "ada@example.com")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status, "forge": forgeCommand, "hosts": hostsCommand, "installed": installedCommand},
	})
}

func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command [args...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, wanted %d", got, want)
	}
}
