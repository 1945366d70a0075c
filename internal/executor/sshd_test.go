package executor_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
	"github.com/patchops/patchops/internal/executor/executortest"
	"github.com/patchops/patchops/internal/secret"
)

// server is a real sshd on this machine, with keys of its own.
type server struct {
	dir, user string
	port      int
	said      *bytes.Buffer
}

// freePort is below those that systems give to whoever asks for any.
func freePort(t *testing.T) int {
	t.Helper()
	for range 100 {
		port := 10_000 + rand.IntN(20_000)
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no free port found in a hundred")
	return 0
}

// serve starts an sshd; options are such as "MaxSessions=1".
func serve(t *testing.T, options ...string) *server {
	t.Helper()
	sshd, err := exec.LookPath("/usr/sbin/sshd")
	if err != nil {
		t.Skip("no sshd here: apt-get install openssh-server")
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	s := &server{dir: t.TempDir(), user: me.Username, said: &bytes.Buffer{}}
	for _, name := range []string{"key", "host"} {
		do(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", s.file(name))
	}
	s.port = freePort(t)
	args := []string{"-D", "-e", "-f", "/dev/null", "-h", s.file("host"), "-o", fmt.Sprintf("ListenAddress=127.0.0.1:%d", s.port)}
	for _, o := range append(options, "AuthorizedKeysFile="+s.file("key.pub"), "StrictModes=no", "UsePAM=no", "PidFile=none", "PermitRootLogin=yes", "MaxStartups=100",
		"SetEnv=HOME=/nonexistent") { // no start-up files of the account that tests run as
		args = append(args, "-o", o)
	}
	cmd := exec.Command(sshd, args...)
	cmd.Stderr = s.said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	s.pin(t, s.file("host.pub"))
	s.secrets(t, "acme", "ssh/deploy", "127.0.0.1", "file:"+s.file("key"))
	until(t, "an sshd that answers", func() bool {
		c, err := net.Dial("tcp", s.address())
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	})
	return s
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// until waits, on a busy machine too.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for over := time.Now().Add(2 * time.Minute); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(over) {
			t.Fatalf("%s: not seen within 2 minutes", what)
		}
	}
}

func do(t *testing.T, name string, args ...string) {
	t.Helper()
	if b, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", name, err, b)
	}
}

func (s *server) file(name string) string { return filepath.Join(s.dir, name) }
func (s *server) address() string         { return fmt.Sprintf("127.0.0.1:%d", s.port) }

// pin makes a public key the one that is known for the server.
func (s *server) pin(t *testing.T, public string) {
	t.Helper()
	b, err := os.ReadFile(public)
	if err == nil {
		err = os.WriteFile(s.file("known_hosts"), fmt.Appendf(nil, "[127.0.0.1]:%d %s", s.port, b), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (s *server) secrets(t *testing.T, client, name, address, source string) {
	t.Helper()
	text := fmt.Sprintf("secrets:\n- client: %q\n  name: %q\n  address: %q\n  source: %q\n", client, name, address, source)
	if err := os.WriteFile(s.file("secrets.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (s *server) options(t *testing.T, root string) executor.SSHOptions {
	t.Helper()
	book, err := secret.Read(s.file("secrets.yaml"), secret.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return executor.SSHOptions{Secrets: book, KnownHosts: s.file("known_hosts"), Now: time.Now, Root: root, Keepalive: time.Second}
}

func (s *server) open(t *testing.T, o executor.SSHOptions) *executor.SSH {
	t.Helper()
	e := executor.NewSSH(o).WithoutSudo()
	t.Cleanup(func() { _ = e.Close() })
	return e
}

func (s *server) target() dispatch.Target {
	return dispatch.Target{Client: "acme", Asset: "h1", Type: "ssh", Address: "127.0.0.1", Port: s.port, User: s.user, Secret: "ssh/deploy", Journal: true}
}

// root is a folder that stands for the host's /.
func root(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "root")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// unwritable puts a file where the journal's folder should be.
func unwritable(root string) func(t *testing.T) {
	return func(t *testing.T) {
		t.Helper()
		err := errors.Join(os.RemoveAll(filepath.Join(root, "var/lib/patchops")), os.MkdirAll(filepath.Join(root, "var/lib"), 0o755),
			os.WriteFile(filepath.Join(root, "var/lib/patchops"), nil, 0o600))
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestSSHConforms(t *testing.T) {
	s := serve(t)
	executortest.Run(t, func(t *testing.T) *executortest.Host {
		dir := root(t)
		o := s.options(t, dir)
		late := o
		late.Now = func() time.Time { return time.Now().Add(-time.Minute) }
		return &executortest.Host{
			Exec: s.open(t, o), Skewed: s.open(t, late), Target: s.target(), Root: dir,
			Now: func() int64 { return time.Now().Unix() }, Broken: unwritable(dir),
		}
	})
}
