package resultlog

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/trust"
)

// revokers are verifiers that know which keys the owners of the root of trust revoked,
// and what of each log these signed while they were in right hands (trust.LogKeys).
type revokers interface {
	Good(log string, s note.Signature) (trust.Good, bool)
	Beginnings(log string) []trust.Good
}

// Good implements revokers.
func (b bothKeys) Good(log string, s note.Signature) (trust.Good, bool) {
	for _, keys := range []note.Verifiers{b.first, b.second} {
		if r, ok := keys.(revokers); ok {
			if g, gone := r.Good(log, s); gone {
				return g, true
			}
		}
	}
	return trust.Good{}, false
}

// Beginnings implements revokers.
func (b bothKeys) Beginnings(log string) []trust.Good {
	var out []trust.Good
	for _, keys := range []note.Verifiers{b.first, b.second} {
		if r, ok := keys.(revokers); ok {
			out = append(out, r.Beginnings(log)...)
		}
	}
	return out
}

// Log is the log's name as people write it, and as a root of trust has it.
func (n Name) Log() string { return n.Client + "/" + n.period() }

// goodOf is what counts of a log that the key of a signature signed, if it is revoked.
func goodOf(keys note.Verifiers, n Name, s note.Signature) (trust.Good, bool) {
	if r, ok := keys.(revokers); ok {
		return r.Good(n.Log(), s)
	}
	return trust.Good{}, false
}

// revokedError is a checkpoint by keys that are revoked, over more than what counts of
// what they signed.
type revokedError struct {
	point Checkpoint
	good  trust.Good
}

func (e *revokedError) Error() string {
	return fmt.Sprintf("%v: over %d records, by a log key that the owners revoked: of %s the first %d that it signed count",
		ErrCheckpoint, e.point.Size, e.good.Log, e.good.Size)
}

func (e *revokedError) Unwrap() error { return ErrCheckpoint }

// counts wants one signature of a checkpoint to count: by a key that is not revoked, or
// over no more than what was good.
func counts(n *note.Note, c Checkpoint, keys note.Verifiers) error {
	name, _ := ParseOrigin(c.Origin)
	var last trust.Good
	for _, s := range n.Sigs {
		good, gone := goodOf(keys, name, s)
		if !gone || 0 < c.Size && c.Size <= good.Size {
			return nil
		}
		last = good
	}
	return &revokedError{c, last}
}

// alone wants a checkpoint to count without the log beside it: whoever took a key may have signed
// other beginnings with it, but none that has the hash which the owners named.
func alone(signed []byte, c Checkpoint, keys note.Verifiers) error {
	n, err := note.Open(signed, keys)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	name, _ := ParseOrigin(c.Origin)
	for _, s := range n.Sigs {
		if good, gone := goodOf(keys, name, s); !gone || c.Size == good.Size && c.Root.String() == good.Hash {
			return nil
		}
	}
	return fmt.Errorf("%w: over %d records, by a log key that the owners revoked since: that alone cannot be told from a forgery; make it anew from the log, by patchops log prove", ErrCheckpoint, c.Size)
}

// late reports whether a checkpoint is by revoked keys only, and the log held all that
// is good of theirs before: then whoever took them wrote it, whatever its size is.
func (l *Log) late(signed []byte, trusted note.Verifiers, size int64) bool {
	keys := l.verifiers(trusted)
	n, err := note.Open(signed, keys)
	return err == nil && !slices.ContainsFunc(n.Sigs, func(s note.Signature) bool {
		good, gone := goodOf(keys, l.Name, s)
		return !gone || size < good.Size
	})
}

// begins says why a log does not begin with what the owners of the root of trust named
// when they revoked a key, or "".
func (l *Log) begins(keys note.Verifiers) string {
	r, ok := keys.(revokers)
	if !ok {
		return ""
	}
	for _, good := range r.Beginnings(l.Name.Log()) {
		switch {
		case l.Size < good.Size:
			return fmt.Sprintf("rewound: %d records are there, and the owners of the root of trust named %d as good when they revoked a log key", l.Size, good.Size)
		case l.tree.root(good.Size).String() != good.Hash:
			return fmt.Sprintf("forked: its first %d records are not those that the owners of the root of trust named as good when they revoked a log key", good.Size)
		}
	}
	return ""
}

// SetAside says, of an older checkpoint that was kept, why the log does not need to
// extend it: only because the owners of the root of trust revoked the key that signed
// it, and named a smaller size as good. Otherwise it is "".
func (l *Log) SetAside(old []byte, keys note.Verifiers) string {
	_, err := l.open(old, keys)
	r, ok := errors.AsType[*revokedError](err)
	if !ok || r.point.Origin != l.Name.Origin() {
		return ""
	}
	return fmt.Sprintf("the checkpoint over %d records that was kept does not count any more: the owners of the root of trust revoked the log key that signed it, "+
		"and named the first %d records as good. What stood behind them was set aside", r.point.Size, r.good.Size)
}

// aboutTheLog reports whether a record tells only of what was set aside, and why.
func (r *Record) aboutTheLog() bool {
	_, err := note.NewVerifier(r.Key)
	return r.Kind == Gap || r.Kind == KeyRevoke && err == nil
}

// ended says why a log did not end with the checkpoint that the next one names, or "". Behind
// it there may be what tells that others wrote on it later.
func (l *Log) ended(c Checkpoint) string {
	if c.Origin == l.Name.Origin() && l.spoken <= c.Size && c.Size < l.Size {
		return l.extends(c)
	}
	return l.under(c)
}
