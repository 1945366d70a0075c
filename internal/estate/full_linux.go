package estate

import (
	"bufio"
	"context"
	"embed"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

//go:embed full/hosts.sh full/repo.sh
var scripts embed.FS

// Full is an estate of full Debian hosts, each with a root folder, disk, network,
// process space and sshd of its own, at two sites behind a bridge each. It exists only
// in the namespaces that full/inside.sh makes, and ends with them.
type Full struct {
	Dir   string // keys, repository, known_hosts
	Hosts []*FullHost
	hosts string // the script
	stop  context.CancelFunc
}

// FullHost is one host.
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

// Inside reports whether this process lives where full hosts can.
func Inside() bool { return os.Getenv("ESTATE_INSIDE") == "yes" && os.Getenv("ESTATE_BASE") != "" }

// NewFull makes n hosts, half of them at each site, a key that opens them (key), their
// host keys (known_hosts) and the package repository, which both sites' bridges serve
// at port 8080. Disks hold disk bytes in the way of mount ("96m").
func NewFull(dir string, n int, disk string) (*Full, error) {
	if !Inside() {
		return nil, errors.New("no estate here: run it by internal/e2e.sh")
	}
	ctx, stop := context.WithCancel(context.Background())
	e := &Full{Dir: dir, hosts: filepath.Join(dir, "hosts.sh"), stop: stop}
	for _, name := range []string{"hosts.sh", "repo.sh"} {
		b, err := scripts.ReadFile("full/" + name)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o700); err != nil {
			return nil, err
		}
	}
	repo := filepath.Join(dir, "repo")
	err := errors.Join(
		run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, "key")),
		run(filepath.Join(dir, "repo.sh"), repo),
		run(e.hosts, "networks"))
	if err != nil {
		return nil, err
	}
	if err := serve(ctx, repo); err != nil {
		return nil, err
	}
	go e.restarts(ctx)
	if err := e.create(n, disk, filepath.Join(repo, "acme.gpg")); err != nil {
		return nil, err
	}
	for _, h := range e.Hosts {
		if err := h.Answers(ctx, 10*time.Second); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// Answers waits until the host takes connections.
func (h *FullHost) Answers(ctx context.Context, patience time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		c, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", h.Address+":22")
		if err == nil {
			return c.Close()
		}
		again := time.NewTimer(20 * time.Millisecond)
		select {
		case <-again.C:
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer within %s: %w", h.Name(), patience, err)
		}
	}
}

func (e *Full) create(n int, disk, key string) error {
	var known strings.Builder
	for i := 1; i <= n; i++ {
		site := 1 + (i-1)*2/n
		h := &FullHost{N: i, Site: site, estate: e, Address: fmt.Sprintf("10.99.%d.%d", site, 9+i), Root: fmt.Sprintf("/mnt/hosts/h%d/root", i)}
		if err := run("env", "SIZE="+disk, e.hosts, "create", os.Getenv("ESTATE_BASE"), filepath.Join(e.Dir, "key.pub"), strconv.Itoa(i), strconv.Itoa(site), key); err != nil {
			return err
		}
		public, err := os.ReadFile(filepath.Join(h.Root, "etc/ssh/ssh_host_ed25519_key.pub"))
		if err != nil {
			return err
		}
		fmt.Fprintf(&known, "%s %s", h.Address, public)
		e.Hosts = append(e.Hosts, h)
		if err := h.Up(); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(e.Dir, "known_hosts"), []byte(known.String()), 0o600)
}

// serve answers for the repository at both bridges.
func serve(ctx context.Context, repo string) error {
	for _, site := range []string{"10.99.1.1:8080", "10.99.2.1:8080"} {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", site)
		if err != nil {
			return err
		}
		s := &http.Server{Handler: http.FileServer(http.Dir(repo)), ReadHeaderTimeout: 10 * time.Second}
		go func() { _ = s.Serve(l) }()
		context.AfterFunc(ctx, func() { _ = s.Close() })
	}
	return nil
}

// restarts hears from hosts that want to be restarted, and does it.
func (e *Full) restarts(ctx context.Context) {
	f, err := os.OpenFile("/mnt/estate", os.O_RDWR, 0)
	if err != nil {
		return
	}
	context.AfterFunc(ctx, func() { _ = f.Close() })
	for lines := bufio.NewScanner(f); lines.Scan(); {
		name, ok := strings.CutPrefix(lines.Text(), "reboot h")
		n, err := strconv.Atoi(name)
		if ok && err == nil && n >= 1 && n <= len(e.Hosts) {
			h := e.Hosts[n-1]
			h.Down()
			_ = h.Up()
		}
	}
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
	for range 200 {
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

// Site takes a site's network away or gives it back.
func (e *Full) Site(site int, up bool) error {
	return run("ip", "link", "set", fmt.Sprintf("site%d", site), map[bool]string{true: "up", false: "down"}[up])
}

// Cable takes one host's network away or gives it back.
func (h *FullHost) Cable(in bool) error {
	return run("ip", "link", "set", fmt.Sprintf("v%d", h.N), map[bool]string{true: "up", false: "down"}[in])
}

// Close ends all hosts.
func (e *Full) Close() {
	e.stop()
	for _, h := range e.Hosts {
		h.Down()
	}
}

func run(name string, args ...string) error {
	b, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", filepath.Base(name), strings.Join(args, " "), err, strings.TrimSpace(string(b)))
	}
	return nil
}
