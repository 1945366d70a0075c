package gittest

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Daemon serves a bare repository by git daemon on loopback, with pushes, until
// the test ends; where this git has no daemon the test is skipped.
func Daemon(t testing.TB) *Remote {
	t.Helper()
	if _, err := os.Stat(filepath.Join(Git(t, "", nil, "--exec-path"), "git-daemon")); err != nil {
		t.Skip("this git has no daemon")
	}
	r := Bare(t)
	port := freePort(t)
	serve(t, port, exec.Command("git", "daemon", "--listen=127.0.0.1", "--port="+port, "--export-all", "--enable=receive-pack",
		"--reuseaddr", "--base-path="+filepath.Dir(r.Dir), filepath.Dir(r.Dir)))
	r.URL = "git://127.0.0.1:" + port + "/" + filepath.Base(r.Dir)
	return r
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// serve starts a server and waits until it listens.
func serve(t testing.TB, port string, cmd *exec.Cmd) {
	t.Helper()
	cmd.Env = Environment()
	group(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		end(cmd)
		_ = cmd.Wait()
	})
	for range 4800 { // two minutes, on a busy machine
		c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", port))
		if err == nil {
			_ = c.Close()
			return
		}
		pause := time.NewTimer(25 * time.Millisecond)
		<-pause.C
	}
	t.Fatal(fmt.Errorf("%s does not listen on port %s", cmd.Path, port))
}
