package trust

import (
	"crypto/rand"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

// TestLogKey: the verifier key of a secret is the one that was drawn with it, and
// verifies what the secret signs.
func TestLogKey(t *testing.T) {
	secret, verifier, err := NewLogKey(rand.Reader, "0123456789abcdef")
	check(t, err)
	again, err := VerifierOf(secret + "\n")
	if err != nil || again != verifier {
		t.Fatalf("%q, %v, wanted %q", again, err, verifier)
	}
	signer, err := note.NewSigner(secret)
	check(t, err)
	signed, err := note.Sign(&note.Note{Text: "hello\n"}, signer)
	check(t, err)
	r := first(t, 1, 0)
	r.LogKeys = append(r.LogKeys, verifier)
	check(t, r.Check())
	keys, err := r.Verifiers()
	check(t, err)
	if _, err := note.Open(signed, keys); err != nil {
		t.Error(err)
	}
}

// TestR53: what is no log key is never shown.
func TestR53(t *testing.T) {
	for _, text := range []string{"", "CANARY", "PRIVATE+KEY+CANARY", "PRIVATE+KEY+a+00000000+CANARY", "PRIVATE+KEY+a+00000000+AUNBTkFSWQ==", "a+b+c+d+CANARY"} {
		if _, err := VerifierOf(text); err == nil || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
