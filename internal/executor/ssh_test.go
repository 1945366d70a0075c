package executor_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
)

var keys atomic.Int64

// sshTask is a task of scripts.
func sshTask(target dispatch.Target, scripts ...string) dispatch.Task {
	now := time.Now().Unix()
	t := dispatch.Task{
		Key: "sha256:" + hex.EncodeToString([]byte(time.Now().Format("150405.000000000"))) + hex.EncodeToString([]byte{byte(keys.Add(1))}), Fence: 1,
		Now: now, NotAfter: now + 300, Client: "acme", Asset: target.Asset, Segment: dispatch.Install, Target: target,
	}
	for _, s := range scripts {
		t.Steps = append(t.Steps, dispatch.Step{Name: "install", Timeout: 120, Run: []string{"/bin/sh", "-c", s}})
	}
	return t
}

// dialer counts connections and can cut them.
type dialer struct {
	mu    sync.Mutex
	conns []*dialed
}

// dialed knows whether our side closed it.
type dialed struct {
	net.Conn
	closed atomic.Bool
}

func (d *dialed) Close() error {
	d.closed.Store(true)
	return d.Conn.Close()
}

func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, network, address)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		return nil, err
	}
	d.conns = append(d.conns, &dialed{Conn: c})
	return d.conns[len(d.conns)-1], nil
}

func (d *dialer) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.conns {
		_ = c.Close()
	}
}

func finished(t *testing.T, a dispatch.Answer) {
	t.Helper()
	if a.State != dispatch.Finished || a.Outcome.Result != dispatch.Succeeded {
		t.Fatalf("%+v %+v", a, a.Outcome)
	}
}

func refusedAs(t *testing.T, a dispatch.Answer, why string) {
	t.Helper()
	if a.State != dispatch.Refused || a.Why != why {
		t.Errorf("%s %s %q, wanted refused %s", a.State, a.Why, a.Text, why)
	}
}

// TestSSHFollowsOverLostConnections: a task whose connection breaks again and again is
// followed to its end, and done once.
func TestSSHFollowsOverLostConnections(t *testing.T) {
	s, dir, d := serve(t), root(t), &dialer{}
	o := s.options(t, dir)
	o.Dial = d.dial
	e := s.open(t, o)
	cuts := 0
	a := e.Start(t.Context(), sshTask(s.target(), "echo one >>effects; sleep 1", "echo two >>effects"), func(string) {
		if cuts++; cuts <= 2 {
			d.cut()
		}
	})
	finished(t, a)
	if b, err := os.ReadFile(filepath.Join(dir, "effects")); err != nil || string(b) != "one\ntwo\n" {
		t.Errorf("%q %v", b, err)
	}
	if len(d.conns) < 2 {
		t.Errorf("%d connections, wanted a new one after a cut", len(d.conns))
	}
}

// TestSSHUsesOneConnection: everything that is asked of a host goes over one.
func TestSSHUsesOneConnection(t *testing.T) {
	s, d := serve(t), &dialer{}
	o := s.options(t, root(t))
	o.Dial, o.Keepalive = d.dial, time.Hour
	e := s.open(t, o)
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() { e.Probe(t.Context(), sshTask(s.target())) })
	}
	all.Wait()
	finished(t, e.Start(t.Context(), sshTask(s.target(), "true"), nil))
	if len(d.conns) != 1 {
		t.Errorf("%d connections, wanted one", len(d.conns))
	}
}

// TestSSHLeavesOthersAlone: a host that takes no further session over a connection gets
// another one, and what goes over the first is not disturbed.
func TestSSHLeavesOthersAlone(t *testing.T) {
	s, dir, d := serve(t, "MaxSessions=1"), root(t), &dialer{}
	o := s.options(t, dir)
	o.Dial, o.Keepalive = d.dial, time.Hour
	e := s.open(t, o)
	finished(t, e.Start(t.Context(), sshTask(s.target(), "true"), nil))
	begun := make(chan string, 9)
	ended := make(chan dispatch.Answer, 1)
	go func() {
		ended <- e.Start(t.Context(), sshTask(s.target(), "touch begun; until [ -e probed ]; do sleep 0.05; done"), func(step string) { begun <- step })
	}()
	<-begun
	its := d.conns[len(d.conns)-1] // the task's: nothing else is asked
	if a := e.Probe(t.Context(), sshTask(s.target())); a.State != dispatch.Absent {
		t.Errorf("%+v, wanted absent", a)
	}
	if its.closed.Load() {
		t.Error("the task's connection was closed because of the probe")
	}
	if err := os.WriteFile(filepath.Join(dir, "probed"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	finished(t, <-ended)
	if len(d.conns) < 2 { // more where sshd is slow to let a session go that has ended
		t.Errorf("%d connections, wanted one for each", len(d.conns))
	}
}

// TestSSHGoesThroughAJumpHost: to a host that only the jump host is asked for.
func TestSSHGoesThroughAJumpHost(t *testing.T) {
	jump, s, d := serve(t), serve(t), &dialer{}
	known, err := os.ReadFile(jump.file("known_hosts"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(s.file("known_hosts"), os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = f.Write(known)
	_ = f.Close()
	public, err := os.ReadFile(s.file("key.pub"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(jump.file("key.pub"), public, 0o600); err != nil {
		t.Fatal(err)
	}
	o := s.options(t, root(t))
	o.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if address != jump.address() {
			t.Errorf("%s was reached without the jump host", address)
		}
		return d.dial(ctx, network, address)
	}
	target := s.target()
	target.Jump = s.user + "@" + jump.address()
	finished(t, s.open(t, o).Start(t.Context(), sshTask(target, "true"), nil))
	// The jump host's key is pinned like any other.
	jump.pin(t, s.file("host.pub"))
	b, _ := os.ReadFile(jump.file("known_hosts"))
	b2, _ := os.ReadFile(s.file("known_hosts"))
	if err := os.WriteFile(s.file("known_hosts"), append(bytes.SplitAfterN(b2, []byte("\n"), 2)[0], b...), 0o600); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, s.open(t, o).Start(t.Context(), sshTask(target, "true"), nil), dispatch.HostKey)
}

// TestX2HostKeys: an unknown or changed host key is refused and named; a new one is
// accepted only where that was asked for, once, and a changed one never.
func TestX2HostKeys(t *testing.T) {
	s, dir := serve(t), root(t)
	task := func() dispatch.Task { return sshTask(s.target(), "true") }
	finished(t, s.open(t, s.options(t, dir)).Start(t.Context(), task(), nil))

	if err := os.Remove(s.file("known_hosts")); err != nil {
		t.Fatal(err)
	}
	a := s.open(t, s.options(t, dir)).Start(t.Context(), task(), nil)
	refusedAs(t, a, dispatch.HostKey)
	if !strings.HasPrefix(a.HostKey, "SHA256:") {
		t.Errorf("fingerprint %q", a.HostKey)
	}

	o := s.options(t, dir)
	o.AcceptNew = true
	e := s.open(t, o)
	first := e.Start(t.Context(), task(), nil)
	finished(t, first)
	if first.HostKey != a.HostKey {
		t.Errorf("accepted %q, wanted %q named", first.HostKey, a.HostKey)
	}
	again := s.open(t, s.options(t, dir)).Start(t.Context(), task(), nil)
	finished(t, again)
	if again.HostKey != "" {
		t.Errorf("%q, wanted no news of a pinned key", again.HostKey)
	}

	do(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", s.file("other"))
	s.pin(t, s.file("other.pub"))
	refusedAs(t, s.open(t, o).Start(t.Context(), task(), nil), dispatch.HostKey)
	if a := s.open(t, o).Probe(t.Context(), task()); a.State != dispatch.Unreachable || a.Why != dispatch.HostKey {
		t.Errorf("%+v, wanted nothing known of it", a)
	}
	if os.Getuid() == 0 { // root's own file may be anybody's to read, but of nobody else
		if err := os.Chown(s.file("known_hosts"), 12345, 12345); err != nil {
			t.Fatal(err)
		}
		a := s.open(t, o).Start(t.Context(), task(), nil)
		if refusedAs(t, a, dispatch.HostKey); !strings.Contains(a.Text, "somebody else") {
			t.Errorf("%q, wanted whose the file is", a.Text)
		}
		_ = os.Chown(s.file("known_hosts"), 0, 0)
	}
	if err := os.Chmod(s.file("known_hosts"), 0o666); err != nil {
		t.Fatal(err)
	}
	refusedAs(t, s.open(t, o).Start(t.Context(), task(), nil), dispatch.HostKey)
}

// TestR47InjectionOverSSH: what a document says of a host is never an option, a second
// host or a command. Nothing is dialled.
func TestR47InjectionOverSSH(t *testing.T) {
	s := serve(t)
	o := s.options(t, root(t))
	o.Dial = func(context.Context, string, string) (net.Conn, error) {
		t.Error("something was dialled")
		return nil, net.ErrClosed
	}
	e := s.open(t, o)
	bad := func(change func(*dispatch.Target)) {
		t.Helper()
		target := s.target()
		change(&target)
		refusedAs(t, e.Start(t.Context(), sshTask(target, "true"), nil), dispatch.Malformed)
	}
	for _, a := range []string{
		"", "-oProxyCommand=id", "--", "h;id", "$(id)", "`id`", "h h", "h\nh", "h\x00", "h/..", "user@h", "h:22", "[::1]", "fe80::1%eth0", "0.0.0.0", "ff02::1",
		"h|id", "h&", ".h", "h..h", "-h", "h-", "\u202eh", "h\u00e9", strings.Repeat("a", 254), "{{ h }}", "%h",
	} {
		bad(func(t *dispatch.Target) { t.Address = a })
		bad(func(t *dispatch.Target) { t.Jump = "root@" + a + ";" })
	}
	for _, u := range []string{"", "-l", "root;id", "root id", "$USER", "a@b", "ro\not", "{{ u }}", strings.Repeat("u", 65)} {
		bad(func(t *dispatch.Target) { t.User = u })
		bad(func(t *dispatch.Target) { t.Jump = u + "@;" })
	}
	for _, p := range []int{-1, 65536} {
		bad(func(t *dispatch.Target) { t.Port = p })
	}
	for _, j := range []string{"-J", "h:0", "h:x", "h:99999", "a@b@c", "h,h2"} {
		bad(func(t *dispatch.Target) { t.Jump = j })
	}
	bad(func(t *dispatch.Target) { t.Client = "globex" })
}

// TestR48CredentialsOverSSH: client A's run does not get B's key, and an edited address
// does not get the old one. Nothing is dialled.
func TestR48CredentialsOverSSH(t *testing.T) {
	s := serve(t)
	o := s.options(t, root(t))
	o.Dial = func(context.Context, string, string) (net.Conn, error) {
		t.Error("something was dialled")
		return nil, net.ErrClosed
	}
	for name, change := range map[string]func(*dispatch.Task){
		"another client's":  func(t *dispatch.Task) { t.Client, t.Target.Client = "globex", "globex" },
		"an edited address": func(t *dispatch.Task) { t.Target.Address = "127.0.0.2" },
		"another name":      func(t *dispatch.Task) { t.Target.Secret = "ssh/admin" },
		"no name":           func(t *dispatch.Task) { t.Target.Secret = "" },
	} {
		task := sshTask(s.target(), "true")
		change(&task)
		a := s.open(t, o).Start(t.Context(), task, nil)
		if a.Why != dispatch.Credential || a.State != dispatch.Refused {
			t.Errorf("%s: %+v, wanted CREDENTIAL", name, a)
		}
	}
	// A key that the host does not know is its refusal.
	o = s.options(t, root(t))
	do(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", s.file("stranger"))
	s.secrets(t, "acme", "ssh/deploy", "127.0.0.1", "file:"+s.file("stranger"))
	refusedAs(t, s.open(t, s.options(t, root(t))).Start(t.Context(), sshTask(s.target(), "true"), nil), dispatch.Credential)
}

// TestR53CanaryOverSSH: a host that prints the key that opens it, in whatever form,
// gets it neither into an answer nor into a file of ours.
func TestR53CanaryOverSSH(t *testing.T) {
	s, dir := serve(t), root(t)
	o := s.options(t, dir)
	o.Sink = executor.Sink{Folder: t.TempDir(), Salt: []byte("0123456789abcdef")}
	secret, err := os.ReadFile(s.file("key"))
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.StdEncoding.EncodeToString(secret)
	if err := os.WriteFile(filepath.Join(dir, "b64"), []byte(b64), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "hex"), []byte(hex.EncodeToString(secret)), 0o600); err != nil {
		t.Fatal(err)
	}
	a := s.open(t, o).Start(t.Context(), sshTask(s.target(), "cat '"+s.file("key")+"' b64 hex; cat '"+s.file("key")+"' >&2; false"), nil)
	if a.State != dispatch.Finished || a.Outcome.Output.Bytes == 0 {
		t.Fatalf("%+v %+v", a, a.Outcome)
	}
	everything := a.Text + a.Outcome.Why + a.Outcome.Output.Text
	files, _ := filepath.Glob(o.Sink.Folder + "/*")
	for _, f := range files {
		b, _ := os.ReadFile(f)
		everything += string(b)
	}
	line := strings.Split(string(secret), "\n")[2]
	for _, canary := range []string{string(secret), line, line[:40], b64, b64[100:140], hex.EncodeToString(secret)[100:160]} {
		if strings.Contains(everything, canary) {
			t.Errorf("%.20q... got out:\n%s", canary, everything)
		}
	}
	if len(files) != 1 || !strings.Contains(everything, "[redacted]") {
		t.Errorf("%d files, %q", len(files), everything)
	}
	// A secret that is no key is not quoted back either.
	if err := os.WriteFile(s.file("key"), []byte("hunter2-canary"), 0o600); err != nil {
		t.Fatal(err)
	}
	bad := s.open(t, s.options(t, dir)).Start(t.Context(), sshTask(s.target(), "true"), nil)
	refusedAs(t, bad, dispatch.Credential)
	if strings.Contains(bad.Text, "hunter2") {
		t.Errorf("%q", bad.Text)
	}
}

// TestSSHIsNotKeptWaiting: by a host that takes connections and says nothing, or is
// not there.
func TestSSHIsNotKeptWaiting(t *testing.T) {
	s := serve(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	o := s.options(t, root(t))
	o.Handshake = 200 * time.Millisecond
	target := s.target()
	target.Port = l.Addr().(*net.TCPAddr).Port
	begun := time.Now()
	if a := s.open(t, o).Start(t.Context(), sshTask(target, "true"), nil); a.State != dispatch.Unreachable {
		t.Errorf("%+v", a)
	}
	if took := time.Since(begun); took > time.Minute {
		t.Errorf("after %s", took)
	}
	_ = l.Close()
	if a := s.open(t, o).Start(t.Context(), sshTask(target, "true"), nil); a.State != dispatch.Unreachable {
		t.Errorf("%+v", a)
	}
}
