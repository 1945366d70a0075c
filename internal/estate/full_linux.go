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
	"time"
)

//go:embed full/hosts.sh full/repo.sh
var scripts embed.FS

// Full is an estate of full Debian hosts, each with a root folder, disk, network,
// process space and sshd of its own, at two sites behind a bridge each. It exists only
// in the namespaces that full/inside.sh makes, and ends with them.
type Full struct {
	Dir   string      // keys, repository, known_hosts
	Hosts []*FullHost // those that NewFull made
	hosts string      // the script
	disk  string
	stop  context.CancelFunc

	mu   sync.Mutex
	last int
	all  map[string]*FullHost // by name
}

// Inside reports whether this process lives where full hosts can.
func Inside() bool { return os.Getenv("ESTATE_INSIDE") == "yes" && os.Getenv("ESTATE_BASE") != "" }

// repositoryAddress is where all hosts find the packages, by way of their site's bridge.
const repositoryAddress = "10.99.0.1:8080"

// NewFull makes n hosts, half of them at each site, a key that opens them (key), their
// host keys (known_hosts) and the package repository. Hosts have acme-agent 1.0, and
// disks of disk bytes in the way of mount ("96m").
func NewFull(dir string, n int, disk string) (*Full, error) {
	if !Inside() {
		return nil, errors.New("no estate here: run it by internal/e2e.sh")
	}
	ctx, stop := context.WithCancel(context.Background())
	e := &Full{Dir: dir, hosts: filepath.Join(dir, "hosts.sh"), disk: disk, stop: stop, all: map[string]*FullHost{}}
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
	if err := run(e.hosts, "seed", os.Getenv("ESTATE_BASE"), filepath.Join(dir, "key.pub"), filepath.Join(repo, "acme.gpg"), "http://"+repositoryAddress); err != nil {
		return nil, err
	}
	go e.restarts(ctx)
	e.Hosts, err = e.Add(ctx, n)
	return e, err
}

// sideBySide is how many hosts are made at once.
const sideBySide = 8

// Add makes n more hosts, half of them at each site, and waits until all of them answer.
func (e *Full) Add(ctx context.Context, n int) ([]*FullHost, error) {
	hosts, errs := make([]*FullHost, n), make([]error, n)
	turns := make(chan struct{}, sideBySide)
	var all sync.WaitGroup
	for i := range hosts {
		hosts[i] = e.next(1 + i*2/n)
		all.Go(func() {
			turns <- struct{}{}
			errs[i] = e.create(hosts[i])
			<-turns
			if errs[i] == nil {
				errs[i] = hosts[i].Answers(ctx, time.Minute)
			}
		})
	}
	all.Wait()
	return hosts, errors.Join(errs...)
}

// next is a host that is not made yet.
func (e *Full) next(site int) *FullHost {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.last++
	h := &FullHost{
		N: e.last, Site: site, estate: e, Address: fmt.Sprintf("10.99.%d.%d", site, 9+e.last), Root: fmt.Sprintf("/mnt/hosts/h%d/root", e.last),
	}
	e.all[h.Name()] = h
	return h
}

// create makes a host, writes its key down and boots it.
func (e *Full) create(h *FullHost) error {
	err := run("env", "SIZE="+e.disk, e.hosts, "create", os.Getenv("ESTATE_BASE"), strconv.Itoa(h.N), strconv.Itoa(h.Site))
	if err != nil {
		return err
	}
	public, err := os.ReadFile(filepath.Join(h.Root, "etc/ssh/ssh_host_ed25519_key.pub"))
	if err == nil {
		err = e.know(h.Address + " " + string(public))
	}
	if err != nil {
		return err
	}
	return h.Up()
}

// know adds a line to known_hosts.
func (e *Full) know(line string) error {
	f, err := os.OpenFile(filepath.Join(e.Dir, "known_hosts"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(line)
	return errors.Join(err, f.Close())
}

// Remove ends a host and takes its disk and network away.
func (e *Full) Remove(h *FullHost) error {
	h.Down()
	e.mu.Lock()
	delete(e.all, h.Name())
	e.mu.Unlock()
	return run(e.hosts, "remove", strconv.Itoa(h.N))
}

// serve answers for the repository.
func serve(ctx context.Context, repo string) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", repositoryAddress)
	if err != nil {
		return err
	}
	s := &http.Server{Handler: http.FileServer(http.Dir(repo)), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.Serve(l) }()
	context.AfterFunc(ctx, func() { _ = s.Close() })
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
		name, _ := strings.CutPrefix(lines.Text(), "reboot ")
		e.mu.Lock()
		h := e.all[name]
		e.mu.Unlock()
		if h != nil {
			go func() {
				h.Down()
				_ = h.Up()
			}()
		}
	}
}

// Site takes a site's network away or gives it back.
func (e *Full) Site(site int, up bool) error {
	return run("ip", "link", "set", fmt.Sprintf("site%d", site), map[bool]string{true: "up", false: "down"}[up])
}

// Close ends all hosts.
func (e *Full) Close() {
	e.stop()
	e.mu.Lock()
	defer e.mu.Unlock()
	var all sync.WaitGroup
	for _, h := range e.all {
		all.Go(h.Down)
	}
	all.Wait()
}

func run(name string, args ...string) error {
	b, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %s: %w: %s", filepath.Base(name), strings.Join(args, " "), err, strings.TrimSpace(string(b)))
	}
	return nil
}
