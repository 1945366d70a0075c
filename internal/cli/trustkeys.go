package cli

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/trust"
)

// addedKeys holds the records by which old log keys endorse new ones, until the
// controller has written them into every log: so a new key is followed by whoever has
// an older root of trust.
func addedKeys(e *authorityEnv) string { return filepath.Join(e.folder, "log.key.added") }

// endorse has the present log key sign the next one. Without the present one, which may
// be lost, nobody can; one that is revoked endorses nobody.
func endorse(e *authorityEnv, root trust.Root, verifier string) error {
	b, err := readOwn(filepath.Join(e.folder, "log.key"), 0o077)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	old, err := note.NewSigner(strings.TrimSpace(string(b)))
	if err != nil {
		return err
	}
	if present, err := trust.VerifierOf(string(b)); err == nil {
		if _, revoked := root.Good("", present); revoked {
			return nil
		}
	}
	record, err := resultlog.AddKey(e.id, verifier, old)
	if err != nil {
		return err
	}
	all, err := endorsements(e)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(r resultlog.Record) bool { return r.Key == verifier })
	text, err := canonical.Marshal(append(all, record))
	if err != nil {
		return err
	}
	return writeOwn(addedKeys(e), append(text, '\n'), 0o600)
}

// endorsements are the key.add records that this machine made.
func endorsements(e *authorityEnv) ([]resultlog.Record, error) {
	b, err := readOwn(addedKeys(e), 0o077)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []resultlog.Record
	err = canonical.Unmarshal([]byte(strings.TrimSuffix(string(b), "\n")), &out)
	return out, err
}

// logKeyArg is the log key of the root that an argument names, by itself or by the eight
// hex digits in it; "" none.
func logKeyArg(root *trust.Root, text string) string {
	for _, key := range root.LogKeys {
		if parts := strings.SplitN(key, "+", 3); key == text || len(parts) == 3 && parts[1] == text {
			return key
		}
	}
	return ""
}

// looksLikeLogKey reports whether a text has the form of a verifier key, or of the eight
// hex digits in one.
func looksLikeLogKey(text string) bool {
	_, err := note.NewVerifier(text)
	_, hex := strconv.ParseUint(text, 16, 32)
	return err == nil || hex == nil && len(text) == 8
}
