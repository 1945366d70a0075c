package gittest

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
)

// SSH serves a bare repository by sshd on loopback, with a key of its own, until
// the test ends. It sets GIT_SSH_COMMAND for the test, so the test cannot run in
// parallel. Where no sshd is installed the test is skipped.
func SSH(t *testing.T) *Remote {
	t.Helper()
	daemon := sshd()
	if daemon == "" {
		t.Skip("no sshd is installed")
	}
	who, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	r := Bare(t)
	dir := t.TempDir()
	for _, name := range []string{"host", "client"} {
		if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(dir, name)).CombinedOutput(); err != nil {
			t.Fatalf("ssh-keygen: %v\n%s", err, out)
		}
	}
	port := freePort(t)
	host := read(t, filepath.Join(dir, "host.pub"))
	write(t, filepath.Join(dir, "known"), fmt.Sprintf("[127.0.0.1]:%s %s", port, host))
	write(t, filepath.Join(dir, "authorized"), read(t, filepath.Join(dir, "client.pub")))
	write(t, filepath.Join(dir, "sshd_config"), strings.Join([]string{
		"ListenAddress 127.0.0.1:" + port, "HostKey " + filepath.Join(dir, "host"), "AuthorizedKeysFile " + filepath.Join(dir, "authorized"),
		"StrictModes no", "PasswordAuthentication no", "UsePAM no", "PidFile none",
	}, "\n")+"\n")
	if out, err := exec.Command(daemon, "-t", "-f", filepath.Join(dir, "sshd_config")).CombinedOutput(); err != nil {
		t.Skipf("sshd cannot run here: %s", strings.TrimSpace(string(out)))
	}
	serve(t, port, exec.Command(daemon, "-D", "-e", "-f", filepath.Join(dir, "sshd_config")))
	t.Setenv("GIT_SSH_COMMAND", fmt.Sprintf("ssh -F none -i %s -o UserKnownHostsFile=%s -o StrictHostKeyChecking=yes",
		filepath.Join(dir, "client"), filepath.Join(dir, "known")))
	r.URL = fmt.Sprintf("ssh://%s@127.0.0.1:%s%s", who.Username, port, r.Dir)
	return r
}

func sshd() string {
	for _, name := range []string{"/usr/sbin/sshd", "/usr/bin/sshd", "/usr/local/sbin/sshd"} {
		if _, err := os.Stat(name); err == nil {
			return name
		}
	}
	return ""
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
