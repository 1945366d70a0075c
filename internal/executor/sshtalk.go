package executor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/patchops/patchops/internal/dispatch"
)

// lostError is a connection that ended under a question. unsent says that the question
// had not been put yet.
type lostError struct {
	err    error
	unsent bool
}

func (l *lostError) Error() string { return "connection lost: " + l.err.Error() }
func (l *lostError) Unwrap() error { return l.err }

func lost(err error) bool {
	_, is := errors.AsType[*lostError](err)
	return is
}

func isUnsent(err error) bool {
	l, is := errors.AsType[*lostError](err)
	return is && l.unsent
}

// ask puts one question to the wrapper on the host. Its error is a refusal, a lost
// connection, or a host that could not be reached before anything was said to it.
func (s *SSH) ask(ctx context.Context, verb string, t dispatch.Task, at func(string)) (dispatch.Answer, error) {
	way, err := hops(t.Target)
	if err == nil && t.Client != t.Target.Client {
		err = fmt.Errorf("host of client %q in a task of %q", t.Target.Client, t.Client)
	}
	if err != nil {
		return dispatch.Answer{}, &refusal{code: dispatch.Malformed, err: err}
	}
	c, accepted, err := s.connect(ctx, placeOf(t.Target), way, true)
	if err != nil {
		if _, refused := errors.AsType[*refusal](err); verb == VerbFollow && !refused {
			err = &lostError{err: err} // not back yet
		}
		return dispatch.Answer{}, err
	}
	if verb == VerbProbe || verb == VerbStop {
		bound, cancel := context.WithTimeout(ctx, s.o.Question)
		defer cancel()
		ctx = bound
	}
	defer c.done(true)
	a, err := s.talk(ctx, c, verb, t, at)
	if errors.Is(err, context.DeadlineExceeded) {
		c.giveUp() // it kept us waiting once, and need not again
	}
	a.HostKey = first(a.HostKey, accepted)
	return a, err
}

// talk runs the wrapper in a channel of its own and reads what it says; a host that
// does not have it gets it first.
func (s *SSH) talk(ctx context.Context, on *connection, verb string, t dispatch.Task, at func(string)) (dispatch.Answer, error) {
	a, err := s.channel(ctx, on, verb, t, at)
	if exit, is := errors.AsType[*ssh.ExitError](err); is && exit.ExitStatus() == Missing {
		if err := s.install(ctx, on, t.Target); err != nil {
			return a, err
		}
		a, err = s.channel(ctx, on, verb, t, at)
	}
	if exit, is := errors.AsType[*ssh.ExitError](err); is {
		err = &refusal{code: dispatch.Malformed, err: fmt.Errorf("no wrapper runs on %s: exit %d", t.Target.Address, exit.ExitStatus())}
	}
	return a, err
}

// channel asks the wrapper. A whole answer counts at once, however the channel goes on.
func (s *SSH) channel(ctx context.Context, on *connection, verb string, t dispatch.Task, at func(string)) (dispatch.Answer, error) {
	t.Now = s.o.Now().Unix() // connecting took time that is not the host's clock's fault
	request, err := Request(t)
	if err != nil {
		return dispatch.Answer{}, &refusal{code: dispatch.Malformed, err: err}
	}
	c, err := s.run(ctx, on, s.command(runsWrapper, t.Target.User, verb), request)
	if err != nil {
		return dispatch.Answer{}, err
	}
	defer c.close()
	a, printed, err := ReadAnswer(c.out, t, verb, at)
	if err == nil {
		return Keep(onTheWay(a, t.Now, s.o.Now().Unix()), printed, s.o.Sink, s.seen.of(t.Client)), nil
	}
	if ctx.Err() != nil {
		return a, ctx.Err()
	}
	return a, c.silent(ctx, s.o.Question, err, t.Target)
}

// install puts the wrapper onto the host.
func (s *SSH) install(ctx context.Context, on *connection, t dispatch.Target) error {
	ctx, cancel := context.WithTimeout(ctx, s.o.Question)
	defer cancel()
	c, err := s.run(ctx, on, s.command(putsWrapper, t.User, "-"), []byte(Wrapper))
	if err != nil {
		return err
	}
	defer c.close()
	_, _ = io.Copy(io.Discard, io.LimitReader(c.out, maxAnswer))
	select {
	case err = <-c.ended:
	case <-ctx.Done():
		return &lostError{err: ctx.Err(), unsent: true}
	}
	if _, is := errors.AsType[*ssh.ExitError](err); is {
		return &refusal{code: dispatch.Journal, err: fmt.Errorf("the wrapper cannot be put on %s: no space, read-only, or not root: %s", t.Address, c.said)}
	} else if err != nil {
		return &lostError{err: err, unsent: true}
	}
	return nil
}

// running is one command on a host.
type running struct {
	session *ssh.Session
	out     *io.PipeReader
	said    *tail      // on standard error
	ended   chan error // how, once
	stop    func() bool
}

// run begins a command on the host, within the time that a question has. When the
// context ends its output does too; what runs there goes on, and keeps its side of the
// channel open for as long as it likes.
func (s *SSH) run(ctx context.Context, on *connection, command string, in []byte) (*running, error) {
	out, into := io.Pipe()
	c := &running{out: out, said: &tail{room: 4 << 10}, ended: make(chan error, 1)}
	begun, left := make(chan error, 1), make(chan struct{})
	go func() {
		session, err := on.session(ctx)
		if err == nil {
			session.Stdin, session.Stdout, session.Stderr = &unasked{bytes.NewReader(in), left}, into, c.said
			err = session.Start(command)
			c.session = session
		}
		begun <- err
		if err == nil {
			err = session.Wait()
		}
		_ = into.Close()
		c.ended <- err
	}()
	late := time.NewTimer(s.o.Question)
	defer late.Stop()
	var err error
	select {
	case err = <-begun:
	case <-late.C:
		err = errors.New("the host takes no command")
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		close(left)
		on.giveUp() // others keep it, as long as it is one
		_ = into.CloseWithError(err)
		return nil, &lostError{err: err, unsent: true}
	}
	c.stop = context.AfterFunc(ctx, func() { _ = into.CloseWithError(ctx.Err()) })
	return c, nil
}

// unasked is what a command reads. Nothing of it, once nobody waits for the command any more:
// others may keep the connection, and a host that takes the command late is not asked then.
type unasked struct {
	in   io.Reader
	left <-chan struct{}
}

func (u *unasked) Read(p []byte) (int, error) {
	select {
	case <-u.left:
		return 0, io.ErrClosedPipe
	default:
		return u.in.Read(p)
	}
}

// close lets go of the channel, whatever still comes over it.
func (c *running) close() {
	c.stop()
	_ = c.out.CloseWithError(io.ErrClosedPipe)
	go func() { _ = c.session.Close() }()
}

// silent says why a wrapper gave no whole answer. Only a command that ended by itself
// before the wrapper's first word is a refusal: then nothing was begun.
func (c *running) silent(ctx context.Context, patience time.Duration, answer error, t dispatch.Target) error {
	_ = c.out.CloseWithError(io.ErrClosedPipe) // a flood is not waited out
	late := time.NewTimer(patience)
	defer late.Stop()
	var ended error
	select {
	case ended = <-c.ended:
	case <-late.C:
		ended = errors.New("no answer, and no end")
	case <-ctx.Done():
		ended = ctx.Err()
	}
	exit, is := errors.AsType[*ssh.ExitError](ended)
	switch {
	case errors.Is(answer, errTorn):
		return &lostError{err: answer} // it may have begun, and may be followed
	case ended == nil:
		return fmt.Errorf("what ran on %s did not say what became of it: %s", t.Address, c.said)
	case !is || exit.Signal() != "":
		return &lostError{err: ended}
	case exit.ExitStatus() == Missing:
		return ended
	case t.User != "root" && exit.ExitStatus() == 1:
		return &refusal{code: dispatch.Credential, err: fmt.Errorf("%s may not become root on %s by sudo -n: %s", t.User, t.Address, c.said)}
	}
	return &refusal{code: dispatch.Malformed, err: fmt.Errorf("no wrapper runs on %s: exit %d: %s", t.Address, exit.ExitStatus(), c.said)}
}
