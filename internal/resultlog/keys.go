package resultlog

import (
	"errors"
	"fmt"
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
		good, gone := goodOf(keys, l.Name, s)
		return !gone || r.Place.Seq < good.Size
	})
}

// keyRecord takes note of a key.add or key.revoke record. That a log key counts no more
// is not believed because of a record: the root of trust says it.
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
		l.revoked = append(slices.Clip(l.revoked), r.Key)
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

// open checks a checkpoint of this log by trusted and added keys; what revoked ones
// signed counts as far as the root of trust says.
func (l *Log) open(signed []byte, trusted note.Verifiers) (Checkpoint, error) {
	c, err := OpenCheckpoint(signed, l.verifiers(trusted))
	if _, stranger := errors.AsType[*note.UnverifiedNoteError](err); stranger {
		return Checkpoint{}, fmt.Errorf("%w: no log key of the root of trust signed that of %s", ErrCheckpoint, l.Name.Origin())
	}
	return c, err
}
