package executor

import (
	"context"
	"errors"
	"fmt"
	"net"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/patchops/patchops/internal/secret"
)

// Secrets knows the credential of a client's host by its logical name and address.
// Every error is a refusal.
type Secrets interface {
	For(client, name, address string) (secret.Secret, error)
}

// signer opens a credential. done lets go of the agent; the signer is of no use then.
func signer(ctx context.Context, s secret.Secret) (key ssh.Signer, done func(), err error) {
	if s.Key != nil {
		key, err = ssh.ParsePrivateKey(s.Key)
		if _, locked := errors.AsType[*ssh.PassphraseMissingError](err); locked {
			err = errors.New("the key has a passphrase: let an agent hold it")
		} else if err != nil {
			err = errors.New("it is no private key") // and what it is instead is not shown
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", s, err)
		}
		return key, func() {}, nil
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", s.Agent)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: ssh-agent: %w", s, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	done = func() { stop(); _ = conn.Close() }
	held, err := agent.NewClient(conn).Signers()
	for _, h := range held {
		if ssh.FingerprintSHA256(h.PublicKey()) == s.Fingerprint {
			return h, done, nil
		}
	}
	done()
	if err == nil {
		err = fmt.Errorf("the agent does not hold %s", s.Fingerprint)
	}
	return nil, nil, fmt.Errorf("%s: %w", s, err)
}
