package signer

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"golang.org/x/crypto/ssh/agent"

	"github.com/patchops/patchops/internal/signature"
)

// askAgent lists what the agent holds. An agent that does not answer holds
// nothing, and the error says so if no key is found.
func (f *finder) askAgent(ctx context.Context) {
	if f.o.Agent == "" {
		f.look("ssh-agent: SSH_AUTH_SOCK is not set")
		return
	}
	err := withAgent(ctx, f.o.Agent, listing, func(client agent.ExtendedAgent) error {
		signers, err := client.Signers()
		for _, s := range signers {
			key, keyErr := signature.ParseKey(signature.KeyOf(s).String())
			if keyErr != nil {
				f.look("ssh-agent: %v", keyErr)
				continue
			}
			f.held[key.Fingerprint()] = key
			f.order = append(f.order, key.Fingerprint())
			f.look("ssh-agent: %s", key.Fingerprint())
		}
		return err
	})
	switch {
	case err != nil:
		f.look("ssh-agent at %s: %v", f.o.Agent, err)
	case len(f.order) == 0:
		f.look("ssh-agent: it holds no key")
	}
}

func (f *finder) agentState() string {
	if f.o.Agent == "" {
		return "no ssh-agent runs (SSH_AUTH_SOCK is not set)"
	}
	return fmt.Sprintf("the agent holds %d other keys", len(f.order))
}

// How long the agent may take to answer: to list, and to have somebody touch a key
// or type a PIN.
const (
	listing  = 10 * time.Second
	touching = 2 * time.Minute
)

// withAgent talks to the agent over a connection of its own.
func withAgent(ctx context.Context, socket string, patience time.Duration, talk func(agent.ExtendedAgent) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	return talk(agent.NewClient(conn))
}

// agentSigner lets the agent sign.
type agentSigner struct {
	key    signature.Key
	socket string
}

func (s agentSigner) Key() signature.Key { return s.key }
func (s agentSigner) Where() string      { return "ssh-agent" }

func (s agentSigner) Sign(ctx context.Context, message []byte, namespace string) (armored string, err error) {
	err = withAgent(ctx, s.socket, touching, func(client agent.ExtendedAgent) error {
		signers, err := client.Signers()
		if err != nil {
			return err
		}
		for _, held := range signers {
			if signature.KeyOf(held).Fingerprint() == s.key.Fingerprint() {
				armored, err = signature.Sign(held, message, namespace)
				return err
			}
		}
		return errors.New("the agent does not hold the key any more")
	})
	return armored, err
}
