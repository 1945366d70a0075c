package resultlog

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// AddKey is the record that brings in a new log key: a note that the old key
// signed, so that whoever knows the old one can check it wherever it stands. T is
// for the caller to set.
func AddKey(repository, key string, old note.Signer) (Record, error) {
	if _, err := note.NewVerifier(key); err != nil {
		return Record{}, fmt.Errorf("log key %q: %w", key, err)
	}
	signed, err := note.Sign(&note.Note{Text: addKeyText(repository, key)}, old)
	return Record{Kind: KeyAdd, Key: key, Last: string(signed)}, err
}

func addKeyText(repository, key string) string {
	return "patchops/" + repository + " key.add\n" + key + "\n"
}

// endorsed reports whether one of the keys signed a key.add record's note. One that is
// revoked endorses nobody behind its last good record.
func (l *Log) endorsed(r placed, keys note.Verifiers) bool {
	n, err := note.Open([]byte(r.Last), keys)
	return err == nil && n.Text == addKeyText(l.Name.Repository, r.Key) && slices.ContainsFunc(n.Sigs, func(s note.Signature) bool {
		last, gone := l.lastGood(s)
		return !gone || r.Place.Seq < last
	})
}

// RevokeText is what owners sign (namespace patchops-root) to revoke a log key: what
// it signed over more than size records of a log never counts. It stands as the
// statement of one of the record's Statements.
func RevokeText(n Name, key string, size int64) string {
	return fmt.Sprintf("patchops/%s key.revoke\n%s/%s\n%d\n%s\n", n.Repository, n.Client, n.period(), size, key)
}

// keyRecord takes note of a key.add or key.revoke record.
func (l *Log) keyRecord(r *Record) error {
	switch r.Kind {
	case KeyAdd:
		if _, err := note.NewVerifier(r.Key); err != nil {
			return fmt.Errorf("%w: log key %q", ErrRecord, r.Key)
		}
		l.added = append(slices.Clip(l.added), r.Key)
		if !slices.Contains(l.Keys, r.Key) {
			l.Keys = append(slices.Clip(l.Keys), r.Key)
		}
	case KeyRevoke:
		if _, err := note.NewVerifier(r.Key); err != nil {
			return nil // a person's key
		}
		revoked := map[string]int64{}
		maps.Copy(revoked, l.revoked)
		revoked[r.Key] = r.Size
		l.revoked = revoked
	}
	return nil
}

func (l *Log) keysGrown(before *Log) bool { return len(l.Keys) != len(before.Keys) }

func keysText(keys []string) []byte { return []byte(strings.Join(keys, "\n") + "\n") }

func parseKeys(text []byte) []string {
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

// verifiers are the keys that count beside those that the caller trusts: those
// that key.add records brought in. A record becomes part of a log only if its
// endorsement holds.
func (l *Log) verifiers(trusted note.Verifiers) note.Verifiers {
	out := bothKeys{first: trusted}
	if added, err := Verifiers(l.added); err == nil {
		out.second = added
	}
	return out
}

// bothKeys looks in one list and then in another.
type bothKeys struct{ first, second note.Verifiers }

func (b bothKeys) Verifier(name string, hash uint32) (note.Verifier, error) {
	v, err := b.first.Verifier(name, hash)
	var unknown *note.UnknownVerifierError
	if errors.As(err, &unknown) && b.second != nil {
		return b.second.Verifier(name, hash)
	}
	return v, err
}

// placed is a record and where it stands.
type placed struct {
	Place
	Record
}

// endorse finds the added keys that trusted ones endorsed, directly or through
// another. One that nobody did, and that is not trusted by itself, is a fault.
func (l *Log) endorse(adds []placed, trusted note.Verifiers) ([]string, error) {
	var keys []string
	for open := adds; ; {
		added, err := Verifiers(keys)
		if err != nil {
			return nil, err
		}
		known := bothKeys{trusted, added}
		rest := slices.DeleteFunc(slices.Clone(open), func(r placed) bool {
			if !l.endorsed(r, known) && !knows(known, r.Key) {
				return false
			}
			keys = append(keys, r.Key)
			return true
		})
		if len(rest) == 0 {
			return slices.Compact(slices.Sorted(slices.Values(keys))), nil
		}
		if len(rest) == len(open) {
			return nil, fault(l.Name, "log key %q, which no known log key endorsed", rest[0].Key).at(rest[0].Place)
		}
		open = rest
	}
}

func knows(keys note.Verifiers, key string) bool {
	v, err := note.NewVerifier(key)
	if err != nil {
		return false
	}
	_, err = keys.Verifier(v.Name(), v.KeyHash())
	return err == nil
}

// open checks a checkpoint of this log by trusted, added and, for what they signed
// before, revoked keys.
func (l *Log) open(signed []byte, trusted note.Verifiers) (Checkpoint, error) {
	keys := l.verifiers(trusted)
	if gone, err := Verifiers(slices.Sorted(maps.Keys(l.revoked))); err == nil {
		keys = bothKeys{keys, gone}
	}
	n, err := note.Open(signed, keys)
	if _, stranger := errors.AsType[*note.UnverifiedNoteError](err); stranger {
		return Checkpoint{}, fmt.Errorf("%w: no log key of the root of trust signed that of %s", ErrCheckpoint, l.Name.Origin())
	}
	if err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	c, err := parseCheckpoint(n.Text)
	if err != nil {
		return c, err
	}
	good := slices.ContainsFunc(n.Sigs, func(s note.Signature) bool {
		last, gone := l.lastGood(s)
		return !gone || c.Size <= last
	})
	if !good {
		return c, fmt.Errorf("%w: over %d records, by a key that is revoked", ErrCheckpoint, c.Size)
	}
	return c, nil
}

// lastGood is the last good size under the key of a signature, if it is revoked.
func (l *Log) lastGood(s note.Signature) (int64, bool) {
	for key, size := range l.revoked {
		if v, err := note.NewVerifier(key); err == nil && v.Name() == s.Name && v.KeyHash() == s.Hash {
			return size, true
		}
	}
	return 0, false
}
