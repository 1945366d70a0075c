package estate

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// FullHost is one host of a Full.
type FullHost struct {
	N       int
	Site    int
	Address string
	Root    string // its root folder, readable from outside also while it is down
	estate  *Full

	mu      sync.Mutex
	process *exec.Cmd
	ended   chan struct{}
}

// Name is what the host calls itself.
func (h *FullHost) Name() string { return "h" + strconv.Itoa(h.N) }

// Answers waits until the host's sshd greets: a connection that is taken is not enough,
// while the host boots nobody may come to serve it.
func (h *FullHost) Answers(ctx context.Context, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err := h.greets(ctx)
		if err == nil {
			return nil
		}
		again := time.NewTimer(20 * time.Millisecond)
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer within %s: %w", h.Name(), patience, err)
		}
	}
}

// greets reads the first line of the host's sshd.
func (h *FullHost) greets(ctx context.Context) error {
	c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", h.Address+":22")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	defer func() { _ = c.Close() }()
	line, err := bufio.NewReader(c).ReadString('\n')
	if err == nil && !strings.HasPrefix(line, "SSH-2.0-") {
		err = fmt.Errorf("it greets with %q", line)
	}
	return err
}

// Up boots the host, with a new boot id. It answers a moment later.
func (h *FullHost) Up() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.process != nil {
		return nil
	}
	log, err := os.OpenFile(fmt.Sprintf("/mnt/boot/%s.log", h.Name()), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(h.estate.hosts, "up", strconv.Itoa(h.N))
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	h.process, h.ended = cmd, make(chan struct{})
	go func(ended chan struct{}) { _ = cmd.Wait(); close(ended) }(h.ended)
	return nil
}

// Down cuts the host's power: what it had in memory is gone.
func (h *FullHost) Down() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.process != nil {
		_ = h.process.Process.Kill()
		<-h.ended
		h.process = nil
		h.gone()
	}
}

// gone waits until the last of the host's processes is.
func (h *FullHost) gone() {
	for range 3000 {
		b, err := exec.Command("ip", "netns", "pids", h.Name()).Output()
		if err != nil || len(b) == 0 {
			return
		}
		<-time.NewTimer(10 * time.Millisecond).C
	}
}

// Do runs a command in the host's root folder, also while it is down.
func (h *FullHost) Do(argv ...string) (string, error) {
	b, err := exec.Command("chroot", append([]string{h.Root}, argv...)...).CombinedOutput()
	return strings.TrimSpace(string(b)), err
}

// Serves runs a command beside the host's sshd, on its network, until the host goes down.
func (h *FullHost) Serves(argv ...string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	cmd := exec.Command("ip", append([]string{"netns", "exec", h.Name()}, argv...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := h.ended
	over := make(chan struct{})
	go func() { _ = cmd.Wait(); close(over) }()
	go func() {
		select {
		case <-ended:
			_ = cmd.Process.Kill()
		case <-over:
		}
	}()
	return nil
}

// Cable takes the host's network away or gives it back.
func (h *FullHost) Cable(in bool) error {
	return run("ip", "link", "set", fmt.Sprintf("v%d", h.N), map[bool]string{true: "up", false: "down"}[in])
}
