package signature

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/pem"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

var message = []byte(`{"act":"approve"}`)

// signers has one key of each type that counts.
func signers(t *testing.T) map[string]ssh.Signer {
	t.Helper()
	_, ed, err := ed25519.GenerateKey(nil)
	check(t, err)
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(t, err)
	p521, err := ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	check(t, err)
	r, err := rsa.GenerateKey(rand.Reader, 3072)
	check(t, err)
	out := map[string]ssh.Signer{"sk": newToken(t, 1)}
	for name, key := range map[string]crypto.Signer{"ed25519": ed, "ecdsa-256": p256, "ecdsa-521": p521, "rsa": r} {
		out[name], err = ssh.NewSignerFromSigner(key)
		check(t, err)
	}
	return out
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestKeygenVerifiesOurs: what we sign, ssh-keygen -Y verify takes.
func TestKeygenVerifiesOurs(t *testing.T) {
	keygen := tool(t)
	for name, s := range signers(t) {
		t.Run(name, func(t *testing.T) {
			armored, err := Sign(s, message, Statements)
			check(t, err)
			key, err := Verify(message, armored, Statements)
			if err != nil || key.Fingerprint() != KeyOf(s).Fingerprint() {
				t.Fatalf("key %s, %v", key.Fingerprint(), err)
			}
			dir := t.TempDir()
			write(t, dir, "sig", armored)
			write(t, dir, "allowed", "ada "+KeyOf(s).String()+"\n")
			cmd := exec.Command(keygen, "-Y", "verify", "-f", filepath.Join(dir, "allowed"), "-I", "ada", "-n", Statements, "-s", filepath.Join(dir, "sig"))
			cmd.Stdin = bytes.NewReader(message)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		})
	}
}

// TestWeVerifyKeygens: what ssh-keygen -Y sign makes, we take, in its namespace
// and of its bytes only.
func TestWeVerifyKeygens(t *testing.T) {
	keygen := tool(t)
	for _, kind := range [][]string{{"ed25519"}, {"ecdsa", "-b", "384"}, {"rsa", "-b", "3072"}} {
		t.Run(kind[0], func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "key")
			run(t, exec.Command(keygen, append([]string{"-q", "-N", "", "-f", file, "-t"}, kind...)...))
			write(t, dir, "message", string(message))
			run(t, exec.Command(keygen, "-q", "-Y", "sign", "-f", file, "-n", Roots, filepath.Join(dir, "message")))
			armored := read(t, filepath.Join(dir, "message.sig"))
			want, err := ParseKey(read(t, file+".pub"))
			check(t, err)
			key, err := Verify(message, armored, Roots)
			if err != nil || key.Fingerprint() != want.Fingerprint() {
				t.Fatalf("%v", err)
			}
			for _, err := range []error{
				second(Verify(message, armored, Statements)),
				second(Verify(append(bytes.Clone(message), '\n'), armored, Roots)),
				second(Verify(nil, armored, Roots)),
			} {
				if !errors.Is(err, ErrInvalid) {
					t.Errorf("%v, wanted invalid", err)
				}
			}
		})
	}
}

func second(_ Key, err error) error { return err }

// TestR9: anything that is not exactly one well-formed signature by an allowed
// algorithm, in the namespace, is invalid.
func TestR9(t *testing.T) {
	all := signers(t)
	good, err := Sign(all["ed25519"], message, Statements)
	check(t, err)
	sk, err := Sign(newToken(t, 0), message, Statements)
	check(t, err)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	check(t, err)
	weak, err := ssh.NewSignerFromSigner(small)
	check(t, err)
	for name, armored := range map[string]string{
		"empty":                  "",
		"no armour":              "hello",
		"two signatures":         good + good,
		"text before":            "x" + good,
		"text behind":            good + "x",
		"a broken one before":    begin + "\nAAAA\n!\n" + good,
		"a header":               strings.Replace(good, begin, begin+"\nA: b\n", 1),
		"another armour":         strings.ReplaceAll(good, "SSH SIGNATURE", "PGP SIGNATURE"),
		"empty armour":           begin + "\n" + end + "\n",
		"too long":               good + strings.Repeat("\n", largest),
		"bytes behind":           rearm(t, good, func(b []byte) []byte { return append(b, 0) }),
		"cut":                    rearm(t, good, func(b []byte) []byte { return b[:len(b)-1] }),
		"another version":        rearm(t, good, func(b []byte) []byte { b[9] = 2; return b }),
		"another magic":          rearm(t, good, func(b []byte) []byte { b[0] = 'X'; return b }),
		"a flipped bit":          rearm(t, good, func(b []byte) []byte { b[len(b)-1] ^= 1; return b }),
		"reserved bytes":         reserved(t, good),
		"bytes in the signature": remade(t, good, func(s *sshsig.Signature) { s.Signature.Rest = []byte{1} }),
		"hash md5":               remade(t, good, func(s *sshsig.Signature) { s.HashAlgorithm = "md5" }),
		"another hash":           remade(t, good, func(s *sshsig.Signature) { s.HashAlgorithm = sshsig.HashSHA256 }),
		"another algorithm":      remade(t, good, func(s *sshsig.Signature) { s.Signature.Format = "ssh-dss" }),
		"no algorithm":           remade(t, good, func(s *sshsig.Signature) { s.Signature.Format = "" }),
		"another key":            remade(t, good, func(s *sshsig.Signature) { s.PublicKey = all["sk"].PublicKey() }),
		"empty namespace":        remade(t, good, func(s *sshsig.Signature) { s.Namespace = "" }),
		"rsa with SHA-1":         sha1RSA(t),
		"rsa of 1024 bits":       signed(t, weak),
		"a certificate":          certified(t),
		"security key untouched": sk,
	} {
		if key, err := Verify(message, armored, Statements); !errors.Is(err, ErrInvalid) || !key.IsZero() {
			t.Errorf("%s: %v, key %q; wanted invalid", name, err, key)
		}
	}
	if _, err := Verify(message, remade(t, good, func(s *sshsig.Signature) { s.Namespace = "" }), ""); !errors.Is(err, ErrInvalid) {
		t.Errorf("empty namespace wanted: %v", err)
	}
	// ssh-keygen's lines are of another length: spaces count for nothing.
	if _, err := Verify(message, " \n"+strings.ReplaceAll(good, "\n", "\r\n"), Statements); err != nil {
		t.Errorf("with carriage returns: %v", err)
	}
}

// TestE21: a key is its bytes, whatever its comment and however it is written.
func TestE21(t *testing.T) {
	line := KeyOf(signers(t)["ed25519"]).String()
	var prints []string
	for _, form := range []string{line, line + " ada@work", "  " + line + " ben\n"} {
		key, err := ParseKey(form)
		check(t, err)
		prints = append(prints, key.Fingerprint())
		if key.String() != line {
			t.Errorf("%q, wanted %q", key, line)
		}
	}
	if prints[0] == "" || prints[0] != prints[1] || prints[1] != prints[2] {
		t.Errorf("%q", prints)
	}
}

func TestKeysThatAreNone(t *testing.T) {
	all := signers(t)
	line := KeyOf(all["ed25519"]).String()
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	check(t, err)
	weak, err := ssh.NewPublicKey(&small.PublicKey)
	check(t, err)
	for _, text := range []string{
		"", "ada", "ssh-ed25519 AAAA", "no-pty " + line, `command="x" ` + line, line + "\n" + line, "\n\n" + line + "\n# x", "# c\n" + line,
		string(ssh.MarshalAuthorizedKey(weak)), string(ssh.MarshalAuthorizedKey(certificate(t).PublicKey())),
	} {
		if key, err := ParseKey(text); err == nil {
			t.Errorf("%q is %s, wanted an error", text, key.Fingerprint())
		}
	}
	if (Key{}).Fingerprint() != "" || (Key{}).String() != "" {
		t.Error("no key has a name")
	}
}

func FuzzVerify(f *testing.F) {
	_, ed, _ := ed25519.GenerateKey(nil)
	s, _ := ssh.NewSignerFromSigner(ed)
	good, _ := Sign(s, message, Statements)
	f.Add(good)
	f.Add(good + good)
	f.Add(begin + "\n" + end)
	mine := KeyOf(s).Fingerprint()
	f.Fuzz(func(t *testing.T, armored string) {
		key, err := Verify(message, armored, Statements)
		if err == nil && key.Fingerprint() == mine && spaceless(armored) != spaceless(good) {
			t.Errorf("another text passes for the signature: %q", armored)
		}
		if err != nil && !errors.Is(err, ErrInvalid) {
			t.Errorf("%v", err)
		}
	})
}

func rearm(t *testing.T, armored string, change func([]byte) []byte) string {
	t.Helper()
	block, _ := pem.Decode([]byte(armored))
	block.Bytes = change(bytes.Clone(block.Bytes))
	return string(pem.EncodeToMemory(block))
}

func remade(t *testing.T, armored string, change func(*sshsig.Signature)) string {
	t.Helper()
	sig, err := sshsig.Unarmor([]byte(armored))
	check(t, err)
	change(sig)
	return string(sshsig.Armor(sig))
}

// reserved puts bytes into the field that says nothing.
func reserved(t *testing.T, armored string) string {
	return rearm(t, armored, func(b []byte) []byte {
		at := bytes.Index(b, []byte("\x00\x00\x00\x08patchops\x00\x00\x00\x00")) + 12
		return append(append(bytes.Clone(b[:at]), 0, 0, 0, 1, 'x'), b[at+4:]...)
	})
}

func signed(t *testing.T, s ssh.Signer) string {
	t.Helper()
	armored, err := Sign(s, message, Statements)
	check(t, err)
	return armored
}

// sha1RSA is a signature that says it is ssh-rsa, with SHA-1.
func sha1RSA(t *testing.T) string {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	check(t, err)
	s, err := ssh.NewSignerFromSigner(key)
	check(t, err)
	sum := sha1.Sum(message)
	blob, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA1, sum[:])
	check(t, err)
	return remade(t, signed(t, s), func(sig *sshsig.Signature) { sig.Signature = &ssh.Signature{Format: ssh.KeyAlgoRSA, Blob: blob} })
}

func certificate(t *testing.T) ssh.Signer {
	t.Helper()
	all := signers(t)
	c := &ssh.Certificate{Key: all["ed25519"].PublicKey(), CertType: ssh.UserCert, ValidBefore: ssh.CertTimeInfinity}
	check(t, c.SignCert(rand.Reader, all["ecdsa-256"]))
	s, err := ssh.NewCertSigner(c, all["ed25519"])
	check(t, err)
	return s
}

func certified(t *testing.T) string { return signed(t, certificate(t)) }

func tool(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("ssh-keygen")
	if err != nil {
		t.Skip("no ssh-keygen here")
	}
	return path
}

func run(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd.Args, err, out)
	}
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	check(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	check(t, err)
	return string(b)
}
