package executor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
)

// SSHOptions are what an SSH executor works with. Zero durations have defaults.
type SSHOptions struct {
	Secrets    Secrets
	KnownHosts string // file of pinned host keys
	// AcceptNew pins the key of a host that is not in KnownHosts yet; the answer to the
	// task names it. A key that differs from the pinned one is refused all the same.
	AcceptNew bool
	Now       func() time.Time
	Dial      func(ctx context.Context, network, address string) (net.Conn, error)
	// Handshake bounds connecting and logging in, Keepalive how long a host may be
	// silent before its connection counts as lost, Question a probe, a stop, or the
	// beginning of anything.
	Handshake, Keepalive, Question time.Duration
	Sink                           Sink
	Root                           string // the folder that stands for / on hosts; "" is /
}

// SSH reaches hosts over SSH: one connection per host for everything that is asked of
// it, pinned host keys, keys only. It forwards no agent and no port but that to a host
// behind a jump host, asks nobody anything and follows a task over lost connections.
type SSH struct {
	o    SSHOptions
	pins *pins
	seen learned

	unprivileged bool // of tests

	mu    sync.Mutex
	links map[place]*link
	open  map[*connection]bool // nil: closed
}

// Bounds of what is waited for.
const (
	handshakeTime = 15 * time.Second
	keepaliveTime = 10 * time.Second
	questionTime  = time.Minute
	// spare is added to what the steps of a task may take in all.
	spare = 2 * time.Minute
)

// NewSSH makes an executor that has no connection yet.
func NewSSH(o SSHOptions) *SSH {
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	if o.Handshake == 0 {
		o.Handshake = handshakeTime
	}
	if o.Keepalive == 0 {
		o.Keepalive = keepaliveTime
	}
	if o.Question == 0 {
		o.Question = questionTime
	}
	return &SSH{o: o, pins: &pins{file: o.KnownHosts, accept: o.AcceptNew}, links: map[place]*link{}, open: map[*connection]bool{}}
}

// Close lets go of all connections.
func (s *SSH) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.open {
		_ = c.client.Close()
	}
	s.open = nil
	return nil
}

// Start begins a task and follows it to its end. A connection that is lost is made
// again, and the task followed from where it is; it is never begun twice. Once the
// host has the task, no refusal of whoever answers later says that nothing was begun.
func (s *SSH) Start(ctx context.Context, t dispatch.Task, at func(string)) dispatch.Answer {
	ctx, cancel := context.WithTimeout(ctx, patience(t))
	defer cancel()
	a, err := s.ask(ctx, VerbBegin, t, at)
	if isUnsent(err) && ctx.Err() == nil { // the connection had gone while nothing was asked
		a, err = s.ask(ctx, VerbBegin, t, at)
	}
	if !lost(err) {
		return s.answer(a, err, "start", t)
	}
	hostKey := a.HostKey
	for n := 0; lost(err) && wait(ctx, pause(n)) == nil; n++ {
		a, err = s.ask(ctx, VerbFollow, t, at)
		hostKey = first(hostKey, a.HostKey)
	}
	switch {
	case err == nil && a.State == dispatch.Absent:
		err = errors.New("the connection was lost before the host began")
	case err == nil && a.State == dispatch.Refused:
		err = fmt.Errorf("%s: %s", a.Why, a.Text)
	}
	a = s.answer(a, err, "follow", t)
	a.Asked, a.HostKey = "start", first(a.HostKey, hostKey)
	return a
}

// Probe asks what became of a task.
func (s *SSH) Probe(ctx context.Context, t dispatch.Task) dispatch.Answer {
	return s.once(ctx, VerbProbe, "probe", t)
}

// Stop asks a task to stop before its point of no return.
func (s *SSH) Stop(ctx context.Context, t dispatch.Task) dispatch.Answer {
	return s.once(ctx, VerbStop, "stop", t)
}

// once asks, and once more where a connection turned out to be dead.
func (s *SSH) once(ctx context.Context, verb, asked string, t dispatch.Task) dispatch.Answer {
	a, err := s.ask(ctx, verb, t, nil)
	if lost(err) && ctx.Err() == nil {
		a, err = s.ask(ctx, verb, t, nil)
	}
	return s.answer(a, err, asked, t)
}

func (s *SSH) answer(a dispatch.Answer, err error, asked string, t dispatch.Task) dispatch.Answer {
	no, isRefusal := errors.AsType[*refusal](err)
	switch {
	case isRefusal && asked == "start":
		a = dispatch.Answer{State: dispatch.Refused, Why: no.code, Text: Escape(no.Error()), HostKey: no.hostKey}
	case isRefusal:
		a = unreachable(t.Key, err)
		a.Why, a.HostKey = no.code, no.hostKey
	case err != nil:
		hostKey := a.HostKey
		a = unreachable(t.Key, err)
		a.HostKey = hostKey
	}
	a.Key, a.Asked = t.Key, asked
	a.Text = s.seen.of(t.Client).String(a.Text)
	return a
}

func unreachable(key string, err error) dispatch.Answer {
	return dispatch.Answer{Key: key, State: dispatch.Unreachable, Text: Escape(err.Error())}
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// What a login shell on a host ever reads from us: these words, a verb, and the name
// of the wrapper, all fixed. What comes with a task goes over standard input.
const (
	runsWrapper = `'[ -r "$0" ] || exit 96; exec /bin/sh "$0" "$1" "$2"'`
	putsWrapper = `'umask 077 && mkdir -p "${0%/*}" && t="$0.$$" && cat >"$t" && ` +
		`echo "${0##*/}  $t" | sha256sum -c --status && sync "$t" && mv -f "$t" "$0"'`
)

// command runs a fixed script as root.
func (s *SSH) command(script, user, verb string) string {
	become := ""
	if user != "root" && !s.unprivileged {
		become = "sudo -n "
	}
	return fmt.Sprintf("exec %s/bin/sh -c %s %s %s %s", become, script, quote(s.o.Root+wrapperFolder+"/"+WrapperSum), verb, quote(s.o.Root))
}

// quote makes one word of the shell of any text without NUL.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// patience is how long a task may take in all.
func patience(t dispatch.Task) time.Duration {
	d := spare
	for _, s := range t.Steps {
		d += time.Duration(s.Timeout) * time.Second
	}
	return d
}

// pause is how long to wait before a connection is made again for the n-th time.
func pause(n int) time.Duration {
	return min(100*time.Millisecond<<min(n, 10), 5*time.Second)
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// tail keeps the first bytes written to it.
type tail struct {
	mu   sync.Mutex
	room int
	b    []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p[:min(len(p), t.room-len(t.b))]...)
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return Escape(string(bytes.TrimSpace(t.b)))
}
