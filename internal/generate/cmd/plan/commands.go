package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/patchops/patchops/internal/generate"
)

// commands times whole processes: plan in a fresh clone, without a cache, and the
// windows of all clients over a year.
func commands(program string, scale int) error {
	fmt.Println("\n| command | wall | CPU | peak memory | wanted | |")
	fmt.Println("|---|---:|---:|---:|---:|---|")
	for _, e := range []estate{{"even clients", 500, scale, 0}, {"one large client", 500, scale, scale / 5}} {
		if err := clone(e, func(folder string) error {
			return timed("plan, "+e.name, 15*time.Second, program, "plan", "--format", "json", "--repo", folder, "--as-of", generate.AsOf)
		}); err != nil {
			return err
		}
	}
	return clone(estate{"few assets", 500, 20_000, 0}, func(folder string) error {
		return timed("windows of 500 clients for a year", 500*time.Millisecond, program, "windows", "--format", "json", "--repo", folder,
			"--as-of", generate.AsOf, "--from", "2026-03-12", "--to", "2027-03-11")
	})
}

// clone writes an estate into a folder of its own and removes it afterwards.
func clone(e estate, use func(folder string) error) error {
	folder, err := os.MkdirTemp("", "patchops-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // of the system's temporary folder
	for name, content := range generate.Estate(e.clients, e.assets, e.largest, 1) {
		target := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(target, content, 0o644); err != nil {
			return err
		}
	}
	return use(folder)
}

func timed(name string, wanted time.Duration, program string, args ...string) error {
	cache, err := os.MkdirTemp("", "patchops-cache-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(cache) }() // of the system's temporary folder
	cmd := exec.Command(program, args...)
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+cache)
	begin := time.Now()
	if out, err := cmd.Output(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out[:min(len(out), 2000)])
	}
	wall := time.Since(begin)
	used := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	verdict := "met"
	if wall > wanted {
		verdict = "missed"
	}
	fmt.Printf("| %s | %s | %s | %d MB | %s | %s |\n", name, ms(wall), ms(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime()),
		used.Maxrss*1024/1_000_000, strconv.FormatFloat(wanted.Seconds(), 'f', -1, 64)+" s", verdict)
	return nil
}
