package signer

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"

	"github.com/patchops/patchops/internal/signature"
)

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// home is a person's home folder with keys in .ssh.
type home struct {
	t   *testing.T
	dir string
}

func newHome(t *testing.T) home {
	h := home{t, t.TempDir()}
	check(t, os.Mkdir(filepath.Join(h.dir, ".ssh"), 0o700))
	return h
}

// key makes a key pair and returns the private file and the fingerprint.
func (h home) key(name, passphrase string) (file, fingerprint string) {
	h.t.Helper()
	_, private, err := ed25519.GenerateKey(nil)
	check(h.t, err)
	return h.save(name, passphrase, private)
}

func (h home) save(name, passphrase string, private any) (file, fingerprint string) {
	h.t.Helper()
	block, err := ssh.MarshalPrivateKey(private, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	check(h.t, err)
	s, err := ssh.NewSignerFromKey(private)
	check(h.t, err)
	file = filepath.Join(h.dir, ".ssh", name)
	check(h.t, os.WriteFile(file, pem.EncodeToMemory(block), 0o600))
	check(h.t, os.WriteFile(file+".pub", []byte(signature.KeyOf(s).String()+" me@here\n"), 0o644))
	return file, signature.KeyOf(s).Fingerprint()
}

var message = []byte("message")

// signs wants that the signer found is the key's, and that it signs.
func signs(t *testing.T, s Signer, err error, fingerprint string) {
	t.Helper()
	check(t, err)
	armored, err := s.Sign(t.Context(), message, signature.Statements)
	check(t, err)
	key, err := signature.Verify(message, armored, signature.Statements)
	check(t, err)
	if key.Fingerprint() != fingerprint || s.Key().Fingerprint() != fingerprint {
		t.Errorf("signed by %s, wanted %s", key.Fingerprint(), fingerprint)
	}
}

// refused wants an error that says all of the words.
func refused(t *testing.T, err error, words ...string) {
	t.Helper()
	if !errors.Is(err, ErrNoKey) {
		t.Fatalf("%v, wanted ErrNoKey", err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%q does not say %q", err, w)
		}
	}
}

func TestFiles(t *testing.T) {
	h := newHome(t)
	file, mine := h.key("work", "")
	for name, o := range map[string]Options{
		"private":          {File: file},
		"public beside":    {File: file + ".pub"},
		"of Git":           {GitKey: file, Home: h.dir},
		"of Git, public":   {GitKey: file + ".pub", Home: h.dir},
		"of Git, at home":  {GitKey: "~/.ssh/work", Home: h.dir},
		"the only one":     {Home: h.dir},
		"Git's is a GPG's": {Home: h.dir, GitKey: "0123ABCD"},
		"no agent there":   {File: file, Agent: filepath.Join(h.dir, "nothing")},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := Find(t.Context(), o, []string{"SHA256:other", mine})
			signs(t, s, err, mine)
		})
	}
}

// TestFileIsTaken: --key says which, also where it is nobody's: the command says so.
func TestFileIsTaken(t *testing.T) {
	h := newHome(t)
	h.key("id_ed25519", "")
	file, mine := h.key("other", "")
	s, err := Find(t.Context(), Options{File: file, Home: h.dir}, []string{"SHA256:x"})
	signs(t, s, err, mine)
}

func TestChoice(t *testing.T) {
	h := newHome(t)
	_, first := h.key("id_ed25519", "")
	_, second := h.key("work", "")
	s, err := Find(t.Context(), Options{Home: h.dir}, []string{second})
	signs(t, s, err, second)
	s, err = Find(t.Context(), Options{Home: h.dir}, nil)
	signs(t, s, err, first) // "work" is none of the names that ssh looks for
	_, err = Find(t.Context(), Options{Home: h.dir}, []string{first, second})
	refused(t, err, first, second, "--key FILE")
	_, err = Find(t.Context(), Options{Home: h.dir}, []string{})
	refused(t, err, first, second, "SSH_AUTH_SOCK is not set", "none of the 0 wanted", "ssh-add")
	_, err = Find(t.Context(), Options{}, nil)
	refused(t, err, "looked at")
}

func TestBadFiles(t *testing.T) {
	h := newHome(t)
	file, _ := h.key("open", "")
	check(t, os.Chmod(file, 0o640))
	encrypted, _ := h.key("encrypted", "open sesame")
	alone, _ := h.key("alone", "")
	check(t, os.Remove(alone))
	swapped, _ := h.key("swapped", "")
	b, err := os.ReadFile(alone + ".pub")
	check(t, err)
	check(t, os.WriteFile(swapped+".pub", b, 0o600))
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	check(t, err)
	weak, _ := h.save("weak", "", small)
	huge := filepath.Join(h.dir, "huge")
	check(t, os.WriteFile(huge, bytes.Repeat([]byte("x"), 1<<20), 0o600))
	garbage := filepath.Join(h.dir, "garbage")
	check(t, os.WriteFile(garbage, []byte("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"), 0o600))
	for file, want := range map[string]string{
		file: "chmod 600", encrypted: "ssh-add", alone + ".pub": "its private half is not beside it", swapped + ".pub": "beside it is",
		weak: "RSA key of 1024 bits", huge: "64 KiB", garbage: "garbage", h.dir: "no regular file", filepath.Join(h.dir, "none"): "no such file",
	} {
		_, err := Find(t.Context(), Options{File: file}, nil)
		refused(t, err, want)
	}
}

func TestPassphrase(t *testing.T) {
	h := newHome(t)
	file, mine := h.key("id_ed25519", "open sesame")
	ask := func(answer string, err error) func(string) ([]byte, error) {
		return func(string) ([]byte, error) { return []byte(answer), err }
	}
	s, err := Find(t.Context(), Options{Home: h.dir, Passphrase: ask("open sesame", nil)}, nil)
	signs(t, s, err, mine)
	_, err = Find(t.Context(), Options{File: file, Passphrase: ask("wrong", nil)}, nil)
	refused(t, err, file)
	_, err = Find(t.Context(), Options{File: file, Passphrase: ask("", errors.New("interrupted"))}, nil)
	refused(t, err, "interrupted")
}

// TestRealAgent: keys that ssh-agent holds, also those whose files are encrypted.
func TestRealAgent(t *testing.T) {
	for _, tool := range []string{"ssh-agent", "ssh-add"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("no " + tool)
		}
	}
	h := newHome(t)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	check(t, err)
	file, ed := h.key("id_ed25519", "")
	rsaFile, rsaPrint := h.save("id_rsa", "", key)
	socket := filepath.Join(t.TempDir(), "s")
	process := exec.Command("ssh-agent", "-D", "-a", socket)
	check(t, process.Start())
	t.Cleanup(func() { _ = process.Process.Kill(); _ = process.Wait() })
	for over := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(socket); err == nil {
			break
		} else if time.Now().After(over) {
			t.Fatalf("ssh-agent listens nowhere: %v", err)
		}
	}
	add := exec.Command("ssh-add", "-q", file, rsaFile)
	add.Env = append(os.Environ(), "SSH_AUTH_SOCK="+socket)
	if out, err := add.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	check(t, os.Remove(file))
	check(t, os.Remove(rsaFile))
	for fingerprint, o := range map[string]Options{ed: {File: file + ".pub", Agent: socket}, rsaPrint: {Agent: socket}} {
		s, err := Find(t.Context(), o, []string{rsaPrint})
		signs(t, s, err, fingerprint)
		if s.Where() != "ssh-agent" {
			t.Errorf("signed by %s", s.Where())
		}
	}
	line, err := os.ReadFile(file + ".pub")
	check(t, err)
	s, err := Find(t.Context(), Options{Agent: socket, GitKey: "key::" + string(line)}, nil)
	signs(t, s, err, ed)
}

// serve runs an agent of ours on a socket.
func serve(t *testing.T, a agent.Agent) string {
	t.Helper()
	dir := t.TempDir()
	socket := filepath.Join(dir, "s")
	l, err := net.Listen("unix", socket)
	check(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _ = agent.ServeAgent(a, conn); _ = conn.Close() }()
		}
	}()
	return socket
}

// TestSecurityKey: a sk- key in the agent signs when it is touched.
func TestSecurityKey(t *testing.T) {
	touched, ignored := newToken(t, 1), newToken(t, 0)
	socket := serve(t, &tokens{list: []*token{touched, ignored}})
	want := ssh.FingerprintSHA256(touched.public)
	s, err := Find(t.Context(), Options{Agent: socket}, []string{want})
	signs(t, s, err, want)
	s, err = Find(t.Context(), Options{Agent: socket}, []string{ssh.FingerprintSHA256(ignored.public)})
	check(t, err)
	if _, err := s.Sign(t.Context(), message, signature.Statements); err == nil || !strings.Contains(err.Error(), "does not hold") {
		t.Errorf("%v, wanted that nobody touched it", err)
	}
}

// TestAgentThatLies: what an agent signs is checked.
func TestAgentThatLies(t *testing.T) {
	mine, other := newToken(t, 1), newToken(t, 1)
	socket := serve(t, &tokens{list: []*token{mine}, signAs: other})
	s, err := Find(t.Context(), Options{Agent: socket}, nil)
	check(t, err)
	if _, err := s.Sign(t.Context(), message, signature.Statements); err == nil {
		t.Error("a signature by another key is taken")
	}
}

// TestAgentThatHangs: one that never answers is left.
func TestAgentThatHangs(t *testing.T) {
	dir := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	check(t, err)
	t.Cleanup(func() { _ = l.Close() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = Find(ctx, Options{Agent: filepath.Join(dir, "s")}, nil)
	refused(t, err, "ssh-agent at")
}

// TestKeygen: a security key's file is signed with by ssh-keygen, which is given
// only what it needs.
func TestKeygen(t *testing.T) {
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("no ssh-keygen here")
	}
	h := newHome(t)
	file, mine := h.key("id_ed25519", "")
	b, err := os.ReadFile(file + ".pub")
	check(t, err)
	key, err := signature.ParseKey(string(b))
	check(t, err)
	s := checked{keygenSigner{key, file, keygen, Options{}}}
	signs(t, s, nil, mine)
	check(t, os.Remove(file))
	if _, err := s.Sign(t.Context(), message, signature.Statements); err == nil || !strings.Contains(err.Error(), "ssh-keygen") {
		t.Errorf("%v", err)
	}
	got := passed([]string{"PATH=/bin", "AWS_SECRET_ACCESS_KEY=x", "PATCHOPS_X=1", "HOME=/h"})
	if strings.Join(got, " ") != "PATH=/bin HOME=/h" {
		t.Errorf("%q", got)
	}
}
