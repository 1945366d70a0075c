package gittest

import (
	"fmt"
	"math/rand/v2"
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

// freePort is a port that nobody listens on, and below those that systems give to whoever
// asks for any: nobody gets it before our server does.
func freePort(t testing.TB) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(10_000 + rand.IntN(20_000))
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no free port found in a hundred")
	return ""
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
