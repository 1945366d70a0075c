// Command patchops is a GitOps policy-as-code engine for patch management.
package main

import (
	"context"
	"os"
	"runtime/debug"
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
	// A short run trades memory for time, up to a limit (docs/benchmarks.md).
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(cli.MemoryLimit(0))
	dir, err := os.Getwd()
	if err != nil {
		dir = "."
	}
	// A signal ends the process at once: files are only ever replaced whole, and
	// a limited child dies with its parent.
	os.Exit(cli.Main(context.Background(), cli.Env{
		Args: os.Args[1:], Dir: dir, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv: os.Getenv, Now: time.Now, Color: term.IsTerminal(int(os.Stdout.Fd())),
		Version: cli.Version{Version: version, Commit: commit},
		Secret:  secret(),
		Size:    size,
		Limit:   func(bytes int64) { debug.SetMemoryLimit(bytes) },
	}))
}
