package signer

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// token is a security key in software; bit 0 of its flags says that somebody
// touched it.
type token struct {
	private ed25519.PrivateKey
	flags   byte
	public  ssh.PublicKey
}

func newToken(t *testing.T, flags byte) *token {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	check(t, err)
	k := &token{private: private, flags: flags}
	k.public, err = ssh.ParsePublicKey(ssh.Marshal(struct {
		Type        string
		Key         []byte
		Application string
	}{ssh.KeyAlgoSKED25519, public, "ssh:"}))
	check(t, err)
	return k
}

func (k *token) sign(data []byte) *ssh.Signature {
	application, message := sha256.Sum256([]byte("ssh:")), sha256.Sum256(data)
	tail := binary.BigEndian.AppendUint32([]byte{k.flags}, 9)
	signed := append(append(application[:], tail...), message[:]...)
	return &ssh.Signature{Format: ssh.KeyAlgoSKED25519, Blob: ed25519.Sign(k.private, signed), Rest: tail}
}

// tokens is an agent that holds security keys only; with signAs, another one signs.
type tokens struct {
	agent.Agent
	list   []*token
	signAs *token
}

func (a *tokens) List() ([]*agent.Key, error) {
	var out []*agent.Key
	for _, k := range a.list {
		out = append(out, &agent.Key{Format: k.public.Type(), Blob: k.public.Marshal()})
	}
	return out, nil
}

func (a *tokens) Sign(key ssh.PublicKey, data []byte) (*ssh.Signature, error) {
	for _, k := range a.list {
		if string(k.public.Marshal()) == string(key.Marshal()) {
			if a.signAs != nil {
				k = a.signAs
			}
			return k.sign(data), nil
		}
	}
	return nil, errors.New("no such key")
}
