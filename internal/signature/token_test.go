package signature

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"testing"

	"golang.org/x/crypto/ssh"
)

// token is a security key in software: what a sk-ssh-ed25519 key on a USB stick
// does. Flags are what it reports; bit 0 says that somebody touched it.
type token struct {
	private     ed25519.PrivateKey
	application string
	flags       byte
	public      ssh.PublicKey
}

func newToken(t *testing.T, flags byte) *token {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	k := &token{private: private, application: "ssh:", flags: flags}
	k.public, err = ssh.ParsePublicKey(ssh.Marshal(struct {
		Type        string
		Key         []byte
		Application string
	}{ssh.KeyAlgoSKED25519, public, k.application}))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *token) PublicKey() ssh.PublicKey { return k.public }

func (k *token) Sign(_ io.Reader, data []byte) (*ssh.Signature, error) {
	application, message := sha256.Sum256([]byte(k.application)), sha256.Sum256(data)
	const counter = 7
	signed := append(application[:], k.flags)
	signed = binary.BigEndian.AppendUint32(signed, counter)
	signed = append(signed, message[:]...)
	rest := binary.BigEndian.AppendUint32([]byte{k.flags}, counter)
	return &ssh.Signature{Format: ssh.KeyAlgoSKED25519, Blob: ed25519.Sign(k.private, signed), Rest: rest}, nil
}
