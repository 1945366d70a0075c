package trust

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// KeyName is the name of the log keys of a repository.
func KeyName(repository string) string { return "patchops/" + repository }

// NewLogKey draws a log key: the secret for log.key, and the verifier key that
// the root lists.
func NewLogKey(random io.Reader, repository string) (secret, verifier string, err error) {
	return note.GenerateKey(random, KeyName(repository))
}

// VerifierOf is the verifier key of a secret log key.
func VerifierOf(secret string) (string, error) {
	secret = strings.TrimSpace(secret)
	wrong := errors.New("no log key, wanted one such as \"PRIVATE+KEY+patchops/...\"") // the text never says what was read
	if _, err := note.NewSigner(secret); err != nil {
		return "", wrong
	}
	parts := strings.SplitN(secret, "+", 5)
	if len(parts) != 5 {
		return "", wrong
	}
	data, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(data) != 1+ed25519.SeedSize {
		return "", wrong
	}
	public, ok := ed25519.NewKeyFromSeed(data[1:]).Public().(ed25519.PublicKey)
	if !ok {
		return "", wrong
	}
	verifier, err := note.NewEd25519VerifierKey(parts[2], public)
	if err != nil {
		return "", fmt.Errorf("log key: %w", err)
	}
	return verifier, nil
}
