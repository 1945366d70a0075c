// Package signature checks and makes SSH signatures (the SSHSIG format, as of
// ssh-keygen -Y), over raw bytes and within one namespace.
//
// It knows no people and no trust: it says which key signed, and the caller
// whose that is. Anything that is not exactly one well-formed signature by an
// allowed algorithm is an error (R9).
package signature

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"

	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// The namespaces: what was signed for one purpose never counts for another.
const (
	Statements = "patchops"      // what people say
	Roots      = "patchops-root" // the root of trust
	Commits    = "git"           // commits, as git signs them
)

// ErrInvalid says that a signature does not hold.
var ErrInvalid = errors.New("invalid signature")

// Key is an OpenSSH public key. Two keys are the same if their Fingerprints are.
type Key struct{ public ssh.PublicKey }

// ParseKey reads a public key as in authorized_keys: type, base64, and a comment
// that counts for nothing. Options and a second line are errors.
func ParseKey(line string) (Key, error) {
	public, _, options, rest, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil || len(options) > 0 || len(bytes.TrimSpace(rest)) > 0 || strings.ContainsAny(strings.TrimSpace(line), "\r\n") {
		return Key{}, fmt.Errorf("public key %q, wanted one such as \"ssh-ed25519 AAAA...\"", line)
	}
	if err := usable(public); err != nil {
		return Key{}, fmt.Errorf("public key %q is %w", line, err)
	}
	return Key{public}, nil
}

// KeyOf is the key of a signer.
func KeyOf(s ssh.Signer) Key { return Key{s.PublicKey()} }

// IsZero reports whether there is no key.
func (k Key) IsZero() bool { return k.public == nil }

// Fingerprint is "SHA256:" and the base64 of the SHA-256 of the key's bytes, as
// ssh-keygen -l prints it; "" without a key.
func (k Key) Fingerprint() string {
	if k.public == nil {
		return ""
	}
	return ssh.FingerprintSHA256(k.public)
}

// String is the key in the form of authorized_keys, without a comment.
func (k Key) String() string {
	if k.public == nil {
		return ""
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k.public)))
}

// Public is the key itself.
func (k Key) Public() ssh.PublicKey { return k.public }

// allowed are the algorithms of signatures that count, by what the signature
// says: no SHA-1, no DSA.
var allowed = map[string]bool{
	ssh.KeyAlgoED25519: true, ssh.KeyAlgoSKED25519: true, ssh.KeyAlgoSKECDSA256: true,
	ssh.KeyAlgoECDSA256: true, ssh.KeyAlgoECDSA384: true, ssh.KeyAlgoECDSA521: true,
	ssh.KeyAlgoRSASHA256: true, ssh.KeyAlgoRSASHA512: true,
}

// largest bounds an armoured signature; RSA of 16,384 bits takes a third of it.
const largest = 16 << 10

// The sizes of RSA keys that count, in bits.
const (
	shortestRSA = 2048
	longestRSA  = 16384
)

// usable says why a public key counts for nothing; nil if it counts.
func usable(public ssh.PublicKey) error {
	if _, certificate := public.(*ssh.Certificate); certificate {
		return errors.New("a certificate, wanted a plain key")
	}
	switch public.Type() {
	case ssh.KeyAlgoED25519, ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521:
		return nil
	case ssh.KeyAlgoRSA:
		if k, ok := public.(ssh.CryptoPublicKey); ok {
			if k, ok := k.CryptoPublicKey().(*rsa.PublicKey); ok {
				if bits := k.N.BitLen(); bits < shortestRSA || bits > longestRSA {
					return fmt.Errorf("an RSA key of %d bits, wanted %d to %d", bits, shortestRSA, longestRSA)
				}
				return nil
			}
		}
	}
	return fmt.Errorf("a key of type %q, wanted ed25519, ecdsa, rsa or one of a security key", public.Type())
}

// Verify checks an armoured signature of message in a namespace and returns the
// key that made it. Whoever uses the result must compare that key with those
// that it trusts: anybody can sign. Of a security key it wants that somebody
// touched it.
func Verify(message []byte, armored, namespace string) (key Key, err error) {
	defer func() {
		if r := recover(); r != nil {
			key, err = Key{}, fmt.Errorf("%w: malformed", ErrInvalid)
		}
	}()
	sig, err := unarmor(armored)
	if err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if namespace == "" || sig.Namespace != namespace {
		return Key{}, fmt.Errorf("%w: for namespace %q, wanted %q", ErrInvalid, sig.Namespace, namespace)
	}
	if err := sshsig.Verify(bytes.NewReader(message), sig, sig.PublicKey, sig.HashAlgorithm, namespace); err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	return Key{sig.PublicKey}, nil
}

// unarmor reads exactly one signature: nothing before or behind it, and its bytes
// are the only ones that say the same.
func unarmor(armored string) (*sshsig.Signature, error) {
	if len(armored) > largest {
		return nil, fmt.Errorf("of %d bytes, wanted at most %d", len(armored), largest)
	}
	block, _ := pem.Decode([]byte(armored))
	if block == nil || spaceless(armored) != spaceless(begin)+base64.StdEncoding.EncodeToString(block.Bytes)+spaceless(end) {
		return nil, errors.New("wanted exactly one armoured SSH signature")
	}
	sig, err := sshsig.ParseSignature(block.Bytes)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(sig.Marshal(), block.Bytes) {
		return nil, errors.New("not encoded as OpenSSH does")
	}
	if !allowed[sig.Signature.Format] {
		return nil, fmt.Errorf("algorithm %q is not allowed", sig.Signature.Format)
	}
	if len(sig.Signature.Rest) > 0 && !strings.HasPrefix(sig.Signature.Format, "sk-") {
		return nil, errors.New("bytes follow the signature")
	}
	if err := usable(sig.PublicKey); err != nil {
		return nil, fmt.Errorf("by %w", err)
	}
	return sig, nil
}

const (
	begin = "-----BEGIN SSH SIGNATURE-----"
	end   = "-----END SSH SIGNATURE-----"
)

func spaceless(s string) string { return strings.Join(strings.Fields(s), "") }

// Sign makes the armoured signature of message in a namespace.
func Sign(s ssh.Signer, message []byte, namespace string) (string, error) {
	sig, err := sshsig.Sign(bytes.NewReader(message), s, sshsig.HashSHA512, namespace)
	if err != nil {
		return "", err
	}
	return string(sshsig.Armor(sig)), nil
}

// MarshalPrivate is a private key as OpenSSH writes its file, unencrypted, and the
// line of its public half.
func MarshalPrivate(private crypto.PrivateKey, comment string) (*pem.Block, string, error) {
	block, err := ssh.MarshalPrivateKey(private, comment)
	if err != nil {
		return nil, "", err
	}
	s, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return nil, "", err
	}
	return block, KeyOf(s).String(), nil
}
