package signer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/patchops/patchops/internal/signature"
)

// file is the signer of a key file, private or public.
func (f *finder) file(name string) (Signer, error) {
	b, err := small(name)
	if err != nil {
		return nil, err
	}
	if !bytes.Contains(b, []byte("PRIVATE KEY-----")) {
		return f.public(string(b), name)
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s: others can reach this private key: run chmod 600 %s", name, name)
	}
	s, err := ssh.ParsePrivateKey(b)
	missing, encrypted := errors.AsType[*ssh.PassphraseMissingError](err)
	switch {
	case err == nil:
		return own(s, name)
	case encrypted:
		return f.encrypted(name, b, missing.PublicKey)
	}
	// A key of a security key has no private half in its file: only the agent or
	// ssh-keygen can sign with it.
	if key, pubErr := publicFile(name + ".pub"); pubErr == nil && strings.HasPrefix(key.Public().Type(), "sk-") {
		return f.token(key, name)
	}
	return nil, fmt.Errorf("%s: %w", name, err)
}

func own(s ssh.Signer, name string) (Signer, error) {
	key, err := signature.ParseKey(signature.KeyOf(s).String())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return fileSigner{s, key, name}, nil
}

// encrypted takes the agent's copy of an encrypted key, else asks for its
// passphrase.
func (f *finder) encrypted(name string, b []byte, public ssh.PublicKey) (Signer, error) {
	if public != nil {
		fingerprint := ssh.FingerprintSHA256(public)
		if held, ok := f.held[fingerprint]; ok {
			return agentSigner{held, f.o.Agent}, nil
		}
	}
	if f.o.Passphrase == nil {
		return nil, fmt.Errorf("%s is encrypted, and there is no terminal to ask for its passphrase: load it with ssh-add", name)
	}
	secret, err := f.o.Passphrase(name)
	if err != nil {
		return nil, err
	}
	s, err := ssh.ParsePrivateKeyWithPassphrase(b, secret)
	clear(secret)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return own(s, name)
}

// public is the signer of a public key: the agent's, else the private file beside
// it.
func (f *finder) public(line, name string) (Signer, error) {
	key, err := signature.ParseKey(line)
	if err != nil {
		return nil, err
	}
	if _, ok := f.held[key.Fingerprint()]; ok {
		return agentSigner{key, f.o.Agent}, nil
	}
	private, ok := strings.CutSuffix(name, ".pub")
	if _, err := os.Stat(private); !ok || err != nil {
		return nil, fmt.Errorf("%s is a public key, its private half is not beside it, and %s", key.Fingerprint(), f.agentState())
	}
	s, err := f.file(private)
	if err != nil {
		return nil, err
	}
	if s.Key().Fingerprint() != key.Fingerprint() {
		return nil, fmt.Errorf("%s is %s, and %s beside it is %s", name, key.Fingerprint(), private, s.Key().Fingerprint())
	}
	return s, nil
}

// token is the signer of a security key whose handle is in a file.
func (f *finder) token(key signature.Key, name string) (Signer, error) {
	if _, ok := f.held[key.Fingerprint()]; ok {
		return agentSigner{key, f.o.Agent}, nil
	}
	program, err := exec.LookPath("ssh-keygen")
	if err != nil {
		return nil, fmt.Errorf("%s is of a security key, which needs ssh-keygen or ssh-agent: %w", name, err)
	}
	return keygenSigner{key, name, program, f.o}, nil
}

// fileSigner has the private key.
type fileSigner struct {
	ssh  ssh.Signer
	key  signature.Key
	name string
}

func (s fileSigner) Key() signature.Key { return s.key }
func (s fileSigner) Where() string      { return s.name }

func (s fileSigner) Sign(_ context.Context, message []byte, namespace string) (string, error) {
	return signature.Sign(s.ssh, message, namespace)
}

// keygenSigner lets ssh-keygen talk to a security key.
type keygenSigner struct {
	key           signature.Key
	name, program string
	o             Options
}

func (s keygenSigner) Key() signature.Key { return s.key }
func (s keygenSigner) Where() string      { return s.name + ", by ssh-keygen" }

func (s keygenSigner) Sign(ctx context.Context, message []byte, namespace string) (string, error) {
	cmd := exec.CommandContext(ctx, s.program, "-Y", "sign", "-q", "-f", s.name, "-n", namespace)
	cmd.Stdin = bytes.NewReader(message)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if s.o.Stderr != nil {
		cmd.Stderr = s.o.Stderr
	}
	cmd.Env = passed(os.Environ())
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("ssh-keygen: %w %s", err, strings.TrimSpace(said.String()))
	}
	return out.String(), nil
}

// passed are the variables that ssh-keygen gets: to find things, and to ask.
func passed(environ []string) []string {
	names := []string{"PATH", "HOME", "LANG", "TERM", "TMPDIR", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY", "SSH_ASKPASS", "SSH_ASKPASS_REQUIRE", "SSH_AUTH_SOCK", "SSH_SK_PROVIDER"}
	return slices.DeleteFunc(slices.Clone(environ), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return !slices.Contains(names, name)
	})
}
