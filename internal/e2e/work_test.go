//go:build linux

package e2e

import (
	"crypto/rand"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/estate"
	"github.com/patchops/patchops/internal/executor"
	"github.com/patchops/patchops/internal/secret"
)

// book maps the estate's key to its hosts.
func book(t *testing.T) *secret.Book {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secrets.yaml")
	text := "secrets:\n- client: acme\n  name: ssh/deploy\n  address: 10.99.0.0/16\n  source: file:" + filepath.Join(full.Dir, "key") + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := secret.Read(file, secret.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func overSSH(t *testing.T) *executor.SSH {
	t.Helper()
	s := executor.NewSSH(executor.SSHOptions{Secrets: book(t), KnownHosts: filepath.Join(full.Dir, "known_hosts"), Now: time.Now, Keepalive: 2 * time.Second})
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func key() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return "sha256:" + hex.EncodeToString(b)
}

// fence is the lowest that there is: controllers of other tests come after.
const fence = 1

// task is a segment of an update of acme-agent.
func task(h *estate.FullHost, segment dispatch.Segment, version string) dispatch.Task {
	now := time.Now().Unix()
	user := "root"
	if h.N%2 == 0 {
		user = "deploy" // becomes root by sudo
	}
	t := dispatch.Task{
		Key: key(), Fence: fence, Now: now, NotAfter: now + 300, Client: "acme", Plan: "agent", Asset: h.Name(), Segment: segment, Attempt: 1,
		Target:   dispatch.Target{Client: "acme", Asset: h.Name(), Type: "ssh", Address: h.Address, User: user, Secret: "ssh/deploy", Package: "apt", Journal: true},
		Packages: []dispatch.Package{{Name: "acme-agent", Version: version, Scheme: "deb"}},
	}
	switch segment {
	case dispatch.Install:
		t.Steps = []dispatch.Step{step("precheck"), step("snapshot"), step("stage"), step("install")}
		t.Steps[3].Point = true
	case dispatch.Reboot:
		t.Steps = []dispatch.Step{step("reboot")}
	case dispatch.Verify:
		t.Steps = []dispatch.Step{step("postcheck"), step("cleanup")}
	case dispatch.Rollback:
		t.Steps = []dispatch.Step{step("rollback")}
	}
	return t
}

func step(name string) dispatch.Step {
	return dispatch.Step{Name: name, Builtin: "apt/" + name, Timeout: 600}
}

// state is what dpkg on the host says of a package: version and state.
func state(t *testing.T, h *estate.FullHost, name string) string {
	t.Helper()
	out, err := h.Do("dpkg-query", "-W", "-f", "${Version} ${db:Status-Abbrev}", name)
	if err != nil {
		return "none"
	}
	return strings.TrimSpace(out)
}

// answering waits until the host takes connections.
func answering(t *testing.T, h *estate.FullHost) {
	t.Helper()
	if err := h.Answers(t.Context(), patience); err != nil {
		t.Fatal(err)
	}
}
