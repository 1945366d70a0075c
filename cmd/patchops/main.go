// Command patchops is a GitOps policy-as-code engine for patch management.
package main

import (
	"context"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/patchops/patchops/internal/cli"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/sandbox"
)

// Set by the linker in releases.
var version, commit = "devel", "unknown"

func main() {
	sandbox.Main(pipeline.Jobs()) // does not return in a limited child
	debug.SetGCPercent(400)       // a short run trades memory for time, up to a limit; see docs/benchmarks.md
	debug.SetMemoryLimit(420 << 20)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go endAfter(ctx)
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	status := cli.Main(ctx, cli.Env{
		Args: os.Args[1:], Dir: dir, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv: os.Getenv, Now: time.Now, Color: term.IsTerminal(int(os.Stdout.Fd())),
		Version: cli.Version{Version: version, Commit: commit},
	})
	stop()
	os.Exit(status)
}

// endAfter ends the process soon after a signal. A judgement under way cannot be
// interrupted from inside; what listens to ctx ends by itself before.
func endAfter(ctx context.Context) {
	<-ctx.Done()
	time.Sleep(time.Second)
	os.Exit(1)
}
