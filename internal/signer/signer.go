// Package signer finds a person's SSH key and signs with it: a key file, one that
// ssh-agent holds, or a hardware-backed sk- key. It is an edge: files, sockets,
// and ssh-keygen for what only it can do.
//
// It decides nothing about whose key it is. A secret is never in an argument or
// an environment variable: a passphrase is asked for, or the agent has it.
package signer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/signature"
)

// ErrNoKey says that there is no key to sign with; the text says what was looked
// at.
var ErrNoKey = errors.New("no key to sign with")

// Signer signs messages with one key.
type Signer interface {
	Key() signature.Key
	// Where says where its private half is: a file, or the agent.
	Where() string
	Sign(ctx context.Context, message []byte, namespace string) (armored string, err error)
}

// Options say where to look.
type Options struct {
	File   string // --key: a private key, or a public one whose private half the agent or a token holds
	Agent  string // SSH_AUTH_SOCK
	Home   string // for ~/.ssh
	GitKey string // user.signingkey of the repository's Git, "" unknown
	// Passphrase asks for one; nil: encrypted key files are refused with a hint.
	Passphrase func(file string) ([]byte, error)
	Stderr     io.Writer // where ssh-keygen asks for a touch; nil: nowhere
}

// Find finds the key to sign with: File, whoever's it is; else GitKey, else the
// only key that the agent or ~/.ssh holds, of those that are wanted. Wanted are
// fingerprints; nil: any.
func Find(ctx context.Context, o Options, wanted []string) (Signer, error) {
	f := &finder{o: o, held: map[string]signature.Key{}}
	f.askAgent(ctx)
	if o.File != "" {
		s, err := f.file(o.File)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoKey, err)
		}
		return checked{s}, nil
	}
	if s := f.gitKey(wanted); s != nil {
		return checked{s}, nil
	}
	found := f.others(wanted)
	if len(found) == 1 {
		s, err := found[0].open()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoKey, err)
		}
		return checked{s}, nil
	}
	return nil, f.none(found, wanted)
}

// candidate is a key that could sign.
type candidate struct {
	key   signature.Key
	where string
	open  func() (Signer, error)
}

// finder looks and remembers where.
type finder struct {
	o      Options
	held   map[string]signature.Key // by the agent, by fingerprint
	order  []string                 // of held
	looked []string
}

func (f *finder) look(format string, args ...any) {
	f.looked = append(f.looked, fmt.Sprintf(format, args...))
}

func wants(wanted []string, k signature.Key) bool {
	return wanted == nil || slices.Contains(wanted, k.Fingerprint())
}

// gitKey is the key that Git signs commits with, if it is one of the wanted.
func (f *finder) gitKey(wanted []string) Signer {
	name := f.o.GitKey
	if name == "" {
		return nil
	}
	s, err := f.named(name)
	switch {
	case err != nil:
		f.look("user.signingkey of Git, %q: %v", name, err)
		return nil
	case !wants(wanted, s.Key()):
		f.look("user.signingkey of Git: %s", s.Key().Fingerprint())
		return nil
	}
	return s
}

// named is a key as Git names one: a file, or the public key itself.
func (f *finder) named(name string) (Signer, error) {
	line, literal := strings.CutPrefix(name, "key::")
	if literal || strings.HasPrefix(name, "ssh-") {
		return f.public(line, "")
	}
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		name = filepath.Join(f.o.Home, rest)
	}
	if !filepath.IsAbs(name) {
		return nil, errors.New("no absolute path of an SSH key")
	}
	return f.file(name)
}

// others are the wanted keys of the agent and of ~/.ssh, each once.
func (f *finder) others(wanted []string) []candidate {
	var out []candidate
	known := map[string]bool{}
	for _, fingerprint := range f.order {
		key := f.held[fingerprint]
		if wants(wanted, key) && !known[fingerprint] {
			known[fingerprint] = true
			out = append(out, candidate{key, "the agent", func() (Signer, error) { return agentSigner{key, f.o.Agent}, nil }})
		}
	}
	if f.o.Home == "" {
		return out
	}
	dir := filepath.Join(f.o.Home, ".ssh")
	files, err := filepath.Glob(filepath.Join(dir, "*.pub"))
	if err != nil || len(files) == 0 {
		f.look("%s: no public key there", dir)
		return out
	}
	for _, file := range files[:min(len(files), 100)] {
		if wanted == nil && !strings.HasPrefix(filepath.Base(file), "id_") {
			continue
		}
		key, err := publicFile(file)
		if err != nil || !wants(wanted, key) || known[key.Fingerprint()] {
			f.look("%s: %s", file, orProblem(key, err))
			continue
		}
		known[key.Fingerprint()] = true
		out = append(out, candidate{key, file, func() (Signer, error) { return f.file(file) }})
	}
	return out
}

func orProblem(key signature.Key, err error) string {
	if err != nil {
		return err.Error()
	}
	return key.Fingerprint()
}

// none says what was looked at and what to do.
func (f *finder) none(found []candidate, wanted []string) error {
	if len(found) > 1 {
		var list []string
		for _, c := range found {
			list = append(list, fmt.Sprintf("  %s (%s)", c.key.Fingerprint(), c.where))
		}
		return fmt.Errorf("%w: %d keys could be meant\n%s\nsay which with --key FILE", ErrNoKey, len(found), strings.Join(list, "\n"))
	}
	what := ""
	if wanted != nil {
		what = fmt.Sprintf(": none of the %d wanted keys is here", len(wanted))
	}
	return fmt.Errorf("%w%s; looked at\n  %s\ngive --key FILE, or load the key with ssh-add", ErrNoKey, what, strings.Join(f.looked, "\n  "))
}

func publicFile(file string) (signature.Key, error) {
	b, err := small(file)
	if err != nil {
		return signature.Key{}, err
	}
	return signature.ParseKey(string(b))
}

// small reads a file that could be a key.
func small(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > 64<<10 {
		return nil, fmt.Errorf("%s: no regular file of at most 64 KiB", file)
	}
	return os.ReadFile(file)
}

// checked verifies what it signed: what another program or device gave counts only
// if it is a signature by this key.
type checked struct{ Signer }

func (c checked) Sign(ctx context.Context, message []byte, namespace string) (string, error) {
	armored, err := c.Signer.Sign(ctx, message, namespace)
	if err != nil {
		return "", fmt.Errorf("sign with %s (%s): %w", c.Key().Fingerprint(), c.Where(), err)
	}
	key, err := signature.Verify(message, armored, namespace)
	if err != nil {
		return "", fmt.Errorf("sign with %s (%s): what came back does not hold: %w", c.Key().Fingerprint(), c.Where(), err)
	}
	if key.Fingerprint() != c.Key().Fingerprint() {
		return "", fmt.Errorf("sign with %s (%s): the signature is by %s", c.Key().Fingerprint(), c.Where(), key.Fingerprint())
	}
	return armored, nil
}
