//go:build linux

// Runbench times a whole rollout: patchops run, a process of its own, with a plan, a log
// on a remote that git daemon serves, and many lite hosts, roots with a dpkg of their own
// each of which gets a new version of a package. It prints hosts a minute, processor time
// and memory, and asks every host afterwards, and log verify.
package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"time"

	"github.com/patchops/patchops/internal/estate"
)

type settings struct {
	patchops string
	work     string
	hosts    int
	failures int
	patience time.Duration
}

func main() {
	var s settings
	flag.StringVar(&s.patchops, "patchops", "", "program")
	flag.StringVar(&s.work, "work", "", "empty folder")
	flag.IntVar(&s.hosts, "hosts", 1000, "how many")
	flag.IntVar(&s.failures, "failures", 63, "that the wave bears: one more than that is in flight")
	flag.DurationVar(&s.patience, "patience", 30*time.Minute, "how long the rollout may take")
	flag.Parse()
	if err := estate.HaveDpkg(); err != nil {
		fmt.Println("run: cannot run here: lite hosts need", err)
		return
	}
	if err := s.bench(); err != nil {
		fmt.Fprintln(os.Stderr, "runbench:", err)
		os.Exit(1)
	}
}

func (s settings) bench() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.patience)
	defer cancel()
	if err := s.estate(ctx); err != nil {
		return err
	}
	remote, stop, err := s.daemon(ctx)
	if err != nil {
		return err
	}
	defer stop()
	if err := s.office(ctx, remote); err != nil {
		return err
	}
	m, err := s.rollout(ctx)
	if err != nil {
		return err
	}
	if err := s.check(ctx); err != nil {
		return err
	}
	return m.print(s)
}

// estate makes the hosts, with the old version.
func (s settings) estate(ctx context.Context) error {
	old := estate.Good("acme-agent", "1.0")
	r, err := estate.NewRepository(ctx, filepath.Join(s.work, "packages"), old, estate.Good("acme-agent", "1.1"))
	if err != nil {
		return err
	}
	names := make([]string, s.hosts)
	for i := range names {
		names[i] = fmt.Sprintf("acme/host-%d", i)
	}
	return estate.Lite(ctx, filepath.Join(s.work, "hosts"), names, r, old)
}

// daemon serves the remote on loopback.
func (s settings) daemon(ctx context.Context) (remote string, stop func(), err error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	port := free.Addr().(*net.TCPAddr).Port
	if err := free.Close(); err != nil {
		return "", nil, err
	}
	cmd := exec.CommandContext(ctx, "git", "daemon", "--export-all", "--enable=receive-pack", "--reuseaddr", "--listen=127.0.0.1",
		fmt.Sprintf("--port=%d", port), "--base-path="+s.work, s.work)
	cmd.Env = s.env()
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) } // git runs the daemon as a child
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	for range 100 {
		if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			_ = conn.Close()
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	return fmt.Sprintf("git://127.0.0.1:%d/remote.git", port), func() {
		_ = cmd.Cancel()
		_ = cmd.Wait()
	}, nil
}

//go:embed office.sh
var officeScript string

func (s settings) office(ctx context.Context, remote string) error {
	if err := os.MkdirAll(filepath.Join(s.work, "home/.ssh"), 0o700); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", estate.Office+officeScript, "office.sh", s.patchops, fmt.Sprint(s.hosts), remote, fmt.Sprint(s.failures))
	cmd.Dir, cmd.Env = s.work, s.env()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the repository: %w: %s", err, out)
	}
	return nil
}

func (s settings) env() []string {
	home := filepath.Join(s.work, "home")
	return append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home+"/.config", "XDG_STATE_HOME="+home+"/.local/state", "XDG_CACHE_HOME="+home+"/.cache",
		"TMPDIR="+s.work, "GIT_CONFIG_NOSYSTEM=1", "TZ=UTC", "LC_ALL=C",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.com", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.com")
}

// measured is what a rollout took. From the first claim on: before, the controller waits
// for the minute at which the plan's window opens.
type measured struct {
	took     time.Duration
	self     time.Duration // of the processors, the controller's own process
	below    time.Duration // its children: git, and all that runs on hosts
	rss, all int64         // bytes: the controller's own, and of the largest of it and its children
	claims   int
}

// event is one line of run --format json.
type event struct {
	Event, State string
}

func (s settings) rollout(ctx context.Context) (measured, error) {
	var m measured
	cmd := exec.CommandContext(ctx, s.patchops, "run", "--interval", "30s", "--allow-local", filepath.Join(s.work, "hosts"), "--format", "json")
	cmd.Dir, cmd.Env = filepath.Join(s.work, "plans"), s.env()
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return m, err
	}
	if err := cmd.Start(); err != nil {
		return m, err
	}
	outcome := m.follow(cmd.Process.Pid, out)
	err = errors.Join(cmd.Process.Signal(syscall.SIGTERM), cmd.Wait())
	if used, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		m.all = used.Maxrss * 1024
	}
	if err != nil || outcome != "done" {
		return m, fmt.Errorf("the rollout ended as %q: %w: %s", outcome, err, said.Bytes())
	}
	return m, nil
}

// follow reads events until the rollout ends, and how it did.
func (m *measured) follow(pid int, out io.Reader) (outcome string) {
	var began time.Time
	var self, below time.Duration
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e event
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		switch {
		case e.Event == "claim":
			if m.claims++; m.claims == 1 {
				began = time.Now()
				self, below = processors(pid)
			}
		case e.Event == "run" && e.State != "begun" && m.claims > 0:
			m.took = time.Since(began)
			m.self, m.below = processors(pid)
			m.self, m.below = m.self-self, m.below-below
			m.rss = resident(pid)
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return e.State
		}
	}
	return ""
}

// check asks every host's own dpkg, and verifies the log.
func (s settings) check(ctx context.Context) error {
	for n := range s.hosts {
		root := filepath.Join(s.work, "hosts/acme", fmt.Sprintf("host-%d", n))
		version, state, err := estate.State(ctx, root, "acme-agent")
		times, err2 := estate.Installs(root, "acme-agent", "1.1")
		if err = errors.Join(err, err2); err != nil || version != "1.1" || state != "ii" || times != 1 {
			return fmt.Errorf("host-%d has acme-agent %s %s, set up %d times, wanted 1.1 ii, once: %w", n, version, state, times, err)
		}
	}
	cmd := exec.CommandContext(ctx, s.patchops, "log", "verify")
	cmd.Dir, cmd.Env = filepath.Join(s.work, "plans"), s.env()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("log verify: %w: %s", err, out)
	}
	return nil
}

func (m measured) print(s settings) error {
	records, err := exec.Command("git", "-C", filepath.Join(s.work, "remote.git"), "rev-list", "--count", fmt.Sprintf("patchops/log/acme/%d", time.Now().UTC().Year())).Output()
	if err != nil {
		return err
	}
	n := float64(s.hosts)
	rate, rss := n/m.took.Minutes(), float64(m.rss)/1e6
	fmt.Printf("patchops run, one plan on %d lite hosts, %d segments, log on git daemon, %d CPUs; every host asked afterwards, log verified:\n", s.hosts, m.claims, runtime.NumCPU())
	fmt.Printf("  %-58s %8.1f s\n", "first claim to end of the rollout", m.took.Seconds())
	fmt.Printf("  %-58s %8.0f    wanted 1000: %s\n", "hosts a minute", rate, verdict(rate >= 1000))
	fmt.Printf("  %-58s %8.1f s  %6.1f ms a host\n", "processor time of the controller itself", m.self.Seconds(), m.self.Seconds()*1000/n)
	fmt.Printf("  %-58s %8.1f s  %6.1f ms a host\n", "of its children: the hosts' steps, and git", m.below.Seconds(), m.below.Seconds()*1000/n)
	fmt.Printf("  %-58s %8.0f MB wanted 200: %s\n", "peak memory of the controller (VmHWM)", rss, verdict(rss < 200))
	fmt.Printf("  %-58s %8.0f MB\n", "of the largest of it and its children (ru_maxrss)", float64(m.all)/1e6)
	fmt.Printf("  %-58s %8s\n", "flushes of the client's log", bytes.TrimSpace(records))
	return nil
}

func verdict(met bool) string {
	if met {
		return "met"
	}
	return "missed"
}
