package executor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

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
	// silent before its connection counts as lost.
	Handshake, Keepalive time.Duration
	Sink                 Sink
	Root                 string // the folder that stands for / on hosts; "" is /
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
}

// Bounds of what is waited for.
const (
	handshakeTime = 15 * time.Second
	keepaliveTime = 10 * time.Second
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
	return &SSH{o: o, pins: &pins{file: o.KnownHosts, accept: o.AcceptNew}, links: map[place]*link{}}
}

// Close lets go of all connections.
func (s *SSH) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.links {
		l.turn <- struct{}{}
		if l.client != nil {
			_ = l.client.Close()
		}
		<-l.turn
	}
	return nil
}

// Start begins a task and follows it to its end. A connection that is lost is made
// again, and the task followed from where it is; it is never begun twice.
func (s *SSH) Start(ctx context.Context, t dispatch.Task, at func(string)) dispatch.Answer {
	ctx, cancel := context.WithTimeout(ctx, patience(t))
	defer cancel()
	a, err := s.ask(ctx, VerbBegin, t, at)
	var hostKey string
	for n := 0; lost(err); n++ {
		hostKey = first(hostKey, a.HostKey)
		if wait(ctx, pause(n)) != nil {
			break
		}
		if a, err = s.ask(ctx, VerbFollow, t, at); err == nil && a.State == dispatch.Absent {
			a = unreachable(t.Key, errors.New("the connection was lost before the host began"))
		}
	}
	return s.answer(a, err, "start", t, hostKey)
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
	return s.answer(a, err, asked, t, "")
}

func (s *SSH) answer(a dispatch.Answer, err error, asked string, t dispatch.Task, hostKey string) dispatch.Answer {
	no, isRefusal := errors.AsType[*refusal](err)
	switch {
	case isRefusal && asked == "start":
		a = dispatch.Answer{State: dispatch.Refused, Why: no.code, Text: Escape(no.Error()), HostKey: no.hostKey}
	case isRefusal:
		a = unreachable(t.Key, err)
		a.Why, a.HostKey = no.code, no.hostKey
	case err != nil:
		a = unreachable(t.Key, err)
	}
	a.Key, a.Asked, a.HostKey = t.Key, asked, first(a.HostKey, hostKey)
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

// lostError is a connection that ended under a question.
type lostError struct{ err error }

func (l *lostError) Error() string { return "connection lost: " + l.err.Error() }
func (l *lostError) Unwrap() error { return l.err }

func lost(err error) bool {
	_, is := errors.AsType[*lostError](err)
	return is
}

// ask puts one question to the wrapper on the host. Its error is a refusal, a lost
// connection, or a host that could not be reached before anything was said to it.
func (s *SSH) ask(ctx context.Context, verb string, t dispatch.Task, at func(string)) (dispatch.Answer, error) {
	way, err := hops(t.Target)
	if err != nil || t.Client != t.Target.Client {
		return dispatch.Answer{}, &refusal{code: dispatch.Malformed, err: first2(err, fmt.Errorf("host of client %q in a task of %q", t.Target.Client, t.Client))}
	}
	client, accepted, err := s.connect(ctx, placeOf(t.Target), way)
	if err != nil {
		if verb == VerbFollow && !isRefusal(err) {
			err = &lostError{err} // not back yet
		}
		return dispatch.Answer{}, err
	}
	a, err := s.talk(ctx, client, verb, t, at)
	a.HostKey = first(a.HostKey, accepted)
	return a, err
}

func isRefusal(err error) bool { _, is := errors.AsType[*refusal](err); return is }

func first2(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// talk runs the wrapper in a channel of its own and reads what it says; a host that
// does not have it gets it first.
func (s *SSH) talk(ctx context.Context, client *ssh.Client, verb string, t dispatch.Task, at func(string)) (dispatch.Answer, error) {
	a, err := s.channel(ctx, client, verb, t, at)
	if exit, is := errors.AsType[*ssh.ExitError](err); is && exit.ExitStatus() == Missing {
		err = s.install(ctx, client, t.Target)
		if _, is := errors.AsType[*ssh.ExitError](err); is {
			return a, &refusal{code: dispatch.Journal, err: fmt.Errorf("the wrapper cannot be put on %s: no space, read-only, or not root", t.Target.Address)}
		} else if err == nil {
			a, err = s.channel(ctx, client, verb, t, at)
		}
	}
	exit, is := errors.AsType[*ssh.ExitError](err)
	if is {
		err = &refusal{code: dispatch.Malformed, err: fmt.Errorf("no wrapper runs on %s: exit %d", t.Target.Address, exit.ExitStatus())}
	}
	return a, err
}

func (s *SSH) channel(ctx context.Context, client *ssh.Client, verb string, t dispatch.Task, at func(string)) (a dispatch.Answer, err error) {
	t.Now = s.o.Now().Unix() // connecting took time that is not the host's clock's fault
	request, err := Request(t)
	if err != nil {
		return a, &refusal{code: dispatch.Malformed, err: err}
	}
	said, printed := false, Printed{}
	err = s.run(ctx, client, s.command(runsWrapper, t.Target.User, verb), t.Target, request, func(out io.Reader) error {
		a, printed, err = ReadAnswer(out, t, verb, at)
		said = err == nil
		return err
	})
	if said {
		err = nil // however the channel closed: it is all there
	}
	return Keep(a, printed, s.o.Sink, s.seen.of(t.Client)), err
}

func (s *SSH) install(ctx context.Context, client *ssh.Client, t dispatch.Target) error {
	return s.run(ctx, client, s.command(putsWrapper, t.User, "-"), t, []byte(Wrapper), func(out io.Reader) error {
		_, err := io.Copy(io.Discard, out)
		return err
	})
}

// run runs one command on the host. Its error is that of the command, a refusal, or a
// lost connection. When the context ends nothing is waited for: what runs on the host
// goes on, and keeps its side of the channel open for as long as it likes.
func (s *SSH) run(ctx context.Context, client *ssh.Client, command string, t dispatch.Target, in []byte, read func(io.Reader) error) error {
	session, err := client.NewSession()
	if err != nil {
		_ = client.Close()
		return &lostError{err}
	}
	out, into := io.Pipe()
	said := &tail{room: 4 << 10}
	session.Stdin, session.Stdout, session.Stderr = bytes.NewReader(in), into, said
	stop := context.AfterFunc(ctx, func() { _ = into.CloseWithError(ctx.Err()); _ = session.Close() })
	defer stop()
	if err := session.Start(command); err != nil {
		return &lostError{err}
	}
	ended := make(chan error, 1)
	go func() {
		err := session.Wait()
		_ = into.Close()
		_ = session.Close()
		ended <- err
	}()
	readErr := read(out)
	go func() { _, _ = io.Copy(io.Discard, out) }()
	select {
	case err = <-ended:
	case <-ctx.Done():
		return ctx.Err()
	}
	switch {
	case readErr == nil:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return silent(err, said.String(), t)
}

// silent says why a command gave no answer: it ended by itself, or the connection did.
func silent(ended error, said string, t dispatch.Target) error {
	exit, is := errors.AsType[*ssh.ExitError](ended)
	switch {
	case ended == nil:
		return &refusal{code: dispatch.Malformed, err: fmt.Errorf("the wrapper on %s ended without an answer: %s", t.Address, said)}
	case !is || exit.Signal() != "":
		return &lostError{ended}
	case exit.ExitStatus() == Missing:
		return ended
	case t.User != "root" && exit.ExitStatus() == 1:
		return &refusal{code: dispatch.Credential, err: fmt.Errorf("%s may not become root on %s by sudo -n: %s", t.User, t.Address, said)}
	}
	return &refusal{code: dispatch.Malformed, err: fmt.Errorf("no wrapper runs on %s: exit %d: %s", t.Address, exit.ExitStatus(), said)}
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
