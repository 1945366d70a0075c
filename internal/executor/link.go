package executor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/patchops/patchops/internal/dispatch"
)

// refusal is why a host was not spoken to at all.
type refusal struct {
	code    string
	hostKey string
	err     error
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

// place is where a connection goes and with what: connections are shared by all that
// have the same.
type place struct {
	client, user, address, jump, secret string
	port                                int
}

func placeOf(t dispatch.Target) place {
	return place{client: t.Client, user: t.User, address: t.Address, port: t.Port, jump: t.Jump, secret: t.Secret}
}

// link is the connection to a place that new questions go over; turn is held while it is
// made.
type link struct {
	turn chan struct{}
	open *connection
	most int // sessions of the next connection
	// accepted is the fingerprint that was pinned when the link was made; it is
	// told once.
	accepted string
}

func (s *SSH) linkTo(p place) *link {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.links[p]
	if l == nil {
		l = &link{turn: make(chan struct{}, 1), most: mostSessions}
		s.links[p] = l
	}
	return l
}

// connect is a connection to a place for one more user, made if there is none that takes
// it. Whoever gets it says when he is done.
func (s *SSH) connect(ctx context.Context, p place, way []hop, session bool) (*connection, string, error) {
	l := s.linkTo(p)
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	if l.open != nil && l.open.use(session) {
		return l.open, l.told(), nil
	}
	var through *connection
	if len(way) > 1 {
		first := place{client: p.client, user: way[0].user, address: way[0].host, port: way[0].port, secret: p.secret}
		var err error
		if through, l.accepted, err = s.connect(ctx, first, way[:1], false); err != nil {
			return nil, "", fmt.Errorf("jump host %s: %w", way[0].host, err)
		}
	}
	client, err := s.dial(ctx, p, way[len(way)-1], through, &l.accepted)
	if err != nil {
		if through != nil {
			through.done(false)
		}
		return nil, "", err
	}
	if l.open != nil {
		l.most = l.open.next()
		l.open.giveUp()
	}
	l.open = &connection{client: client, most: l.most}
	l.open.use(session)
	s.keep(l.open)
	go s.attend(l, l.open, through)
	return l.open, l.told(), nil
}

// keep remembers what Close closes, or closes what comes after it.
func (s *SSH) keep(c *connection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open == nil {
		_ = c.client.Close()
		return
	}
	s.open[c] = true
}

func (l *link) told() string {
	a := l.accepted
	l.accepted = ""
	return a
}

// dial logs in at one hop.
func (s *SSH) dial(ctx context.Context, p place, h hop, through *connection, accepted *string) (*ssh.Client, error) {
	found, err := s.o.Secrets.For(p.client, p.secret, h.host)
	if err != nil {
		return nil, &refusal{code: dispatch.Credential, err: err}
	}
	s.seen.add(p.client, found.Key)
	ctx, cancel := context.WithTimeout(ctx, s.o.Handshake)
	defer cancel()
	key, done, err := signer(ctx, found)
	if err != nil {
		return nil, &refusal{code: dispatch.Credential, err: err}
	}
	defer done()
	kinds, err := s.pins.wanted(h.address())
	if err != nil {
		return nil, &refusal{code: dispatch.HostKey, err: err}
	}
	conn, err := s.reach(ctx, h, through)
	if err != nil {
		return nil, err
	}
	client, err := handshake(ctx, conn, h, &ssh.ClientConfig{
		User: h.user, Auth: []ssh.AuthMethod{ssh.PublicKeys(key)}, HostKeyAlgorithms: kinds,
		HostKeyCallback: s.pins.verify(h.address(), func(f string) { *accepted = f }),
	})
	return client, refused(err, h)
}

func (s *SSH) reach(ctx context.Context, h hop, through *connection) (net.Conn, error) {
	if through != nil {
		return through.client.DialContext(ctx, "tcp", h.address())
	}
	return s.o.Dial(ctx, "tcp", h.address())
}

// handshake bounds by ctx what the library bounds not at all.
func handshake(ctx context.Context, conn net.Conn, h hop, c *ssh.ClientConfig) (*ssh.Client, error) {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	inner, chans, requests, err := ssh.NewClientConn(conn, h.address(), c)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		_ = conn.Close()
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%s: no end of the handshake: %w", h.host, ctx.Err())
		}
		return nil, err
	}
	return ssh.NewClient(inner, chans, requests), nil
}

// refused tells what the host has decided from what the network does.
func refused(err error, h hop) error {
	if pin, ok := errors.AsType[*pinError](err); ok {
		return &refusal{code: dispatch.HostKey, hostKey: pin.seen, err: pin}
	}
	if none, ok := errors.AsType[*ssh.AlgorithmNegotiationError](err); ok && none.What == "host key" {
		return &refusal{code: dispatch.HostKey, err: fmt.Errorf("%s shows no host key of the pinned kind", h.host)}
	}
	if err != nil && strings.Contains(err.Error(), "unable to authenticate") { // the library has no type for it
		return &refusal{code: dispatch.Credential, err: fmt.Errorf("%s does not let %s in with this key", h.host, h.user)}
	}
	return err
}

// attend asks a connection from time to time whether it still is one, and forgets it
// when it is not: no call hangs on a host that is gone.
func (s *SSH) attend(l *link, c, through *connection) {
	gone := make(chan struct{})
	go func() { _ = c.client.Wait(); close(gone) }()
	tick := time.NewTimer(s.o.Keepalive)
	defer tick.Stop()
	for alive := true; alive; {
		select {
		case <-gone:
			alive = false
		case <-tick.C:
			alive = answers(c.client, gone, s.o.Keepalive)
			tick.Reset(s.o.Keepalive)
		}
	}
	_ = c.client.Close()
	c.giveUp()
	if through != nil {
		through.done(false)
	}
	l.turn <- struct{}{}
	if l.open == c {
		l.open, l.most = nil, c.next()
	}
	<-l.turn
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, c)
}

func answers(client *ssh.Client, gone <-chan struct{}, patience time.Duration) bool {
	said := make(chan error, 1)
	go func() {
		_, _, err := client.SendRequest("keepalive@openssh.com", true, nil)
		said <- err
	}()
	late := time.NewTimer(patience)
	defer late.Stop()
	select {
	case err := <-said:
		return err == nil
	case <-gone:
		return false
	case <-late.C:
		return false
	}
}
