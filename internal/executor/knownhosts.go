package executor

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/patchops/patchops/internal/secret"
)

// pins are the host keys that are known, in a file like OpenSSH's. The file is read
// again when it changes. A key that is not in it is refused, and added only where
// the operator said so, once per host: a key that differs never is.
type pins struct {
	file   string
	accept bool

	mu      sync.Mutex
	check   ssh.HostKeyCallback
	changed time.Time
	size    int64
}

// pinError is a host that showed a key which is not the pinned one.
type pinError struct {
	host, seen string
	known      bool // another one is pinned
}

func (e *pinError) Error() string {
	if e.known {
		return fmt.Sprintf("%s shows host key %s, wanted the pinned one: if it was set up anew, replace its line in known_hosts", e.host, e.seen)
	}
	return fmt.Sprintf("%s shows host key %s, and none is pinned: add it to known_hosts, or run with --accept-new-host-keys", e.host, e.seen)
}

// load reads the file if it is another than last time.
func (p *pins) load() error {
	info, err := os.Stat(p.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		p.check, p.changed, p.size = nil, time.Time{}, 0
		return nil
	case err != nil:
		return err
	case info.Mode().Perm()&0o022 != 0:
		return fmt.Errorf("%s: mode %04o, wanted 0600: others can change it: run chmod 600 %s", p.file, info.Mode().Perm(), p.file)
	case !secret.Owned(info):
		return fmt.Errorf("%s: belongs to somebody else, wanted the account that runs patchops", p.file)
	case p.check != nil && info.ModTime().Equal(p.changed) && info.Size() == p.size:
		return nil
	}
	check, err := knownhosts.New(p.file)
	if err != nil {
		return err
	}
	p.check, p.changed, p.size = check, info.ModTime(), info.Size()
	return nil
}

// wanted are the algorithms of the keys that are pinned for an address, so that a
// server with several keys shows the one that we know. Empty: none is pinned.
func (p *pins) wanted(address string) ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.load(); err != nil {
		return nil, err
	}
	if p.check == nil {
		return nil, nil
	}
	var out []string
	if known, ok := errors.AsType[*knownhosts.KeyError](p.check(address, nowhere, noKey{})); ok {
		for _, k := range known.Want {
			for _, a := range algorithms(k.Key.Type()) {
				if !slices.Contains(out, a) {
					out = append(out, a)
				}
			}
		}
	}
	return out, nil
}

func algorithms(keyType string) []string {
	if keyType == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return []string{keyType}
}

// verify is asked with the key that a host shows. accepted is called when it was new
// and is pinned from now on.
func (p *pins) verify(address string, accepted func(fingerprint string)) ssh.HostKeyCallback {
	return func(_ string, _ net.Addr, key ssh.PublicKey) error {
		p.mu.Lock()
		defer p.mu.Unlock()
		if err := p.load(); err != nil {
			return err
		}
		seen := &pinError{host: address, seen: ssh.FingerprintSHA256(key)}
		if p.check != nil {
			err := p.check(address, nowhere, key)
			if err == nil {
				return nil
			}
			known, differs := errors.AsType[*knownhosts.KeyError](err)
			if seen.known = !differs || len(known.Want) > 0; seen.known {
				return seen
			}
		}
		if !p.accept {
			return seen
		}
		if err := p.add(address, key); err != nil {
			return err
		}
		accepted(seen.seen)
		return nil
	}
}

// add pins a key, durably, before the first word is said to its host.
func (p *pins) add(address string, key ssh.PublicKey) error {
	f, err := os.OpenFile(p.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	line := knownhosts.Line([]string{knownhosts.Normalize(address)}, key) + "\n"
	_, err = f.WriteString(line)
	err = errors.Join(err, f.Sync(), f.Close())
	p.check = nil
	if err != nil {
		return fmt.Errorf("%s: %w", p.file, err)
	}
	return nil
}

// lines are the pins of an address, as a known_hosts file has them.
func (p *pins) lines(address string) ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.load(); err != nil || p.check == nil {
		return nil, err
	}
	var out []string
	if known, ok := errors.AsType[*knownhosts.KeyError](p.check(address, nowhere, noKey{})); ok {
		for _, k := range known.Want {
			out = append(out, knownhosts.Line([]string{knownhosts.Normalize(address)}, k.Key))
		}
	}
	return out, nil
}

// nowhere stands for the address of a connection: pins go by the name that a
// document gives.
var nowhere net.Addr = &net.TCPAddr{IP: net.IPv4zero}

// noKey is a key that no host has.
type noKey struct{}

func (noKey) Type() string                        { return "none" }
func (noKey) Marshal() []byte                     { return []byte(strings.Repeat("\x00", 8)) }
func (noKey) Verify([]byte, *ssh.Signature) error { return errors.New("no key") }
