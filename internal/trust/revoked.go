package trust

import (
	"encoding/base64"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Revoked is a log key that was in wrong hands, and what counts of all that it signed.
// As the root says it, the threshold of the owners does, in an order that cannot be
// turned back: nobody replays it, and every later root says it too.
type Revoked struct {
	Key string `json:"key"` // verifier key, one of LogKeys
	// Good are the logs of which what it signed counts, sorted by name. Of any other log
	// nothing does.
	Good   []Good `json:"good"`
	Reason string `json:"reason"`
}

// Good is the beginning of a log that was written by right.
type Good struct {
	Log  string `json:"log"`  // "CLIENT/YEAR"
	Size int64  `json:"size"` // records; 0 none
	// Hash is the root of the tree of so many records, base64; "" of none.
	Hash string `json:"hash,omitempty"`
}

var (
	logForm  = regexp.MustCompile(`^[^/\s]+/[0-9]{4}(-[1-9][0-9]*)?$`)
	hashForm = regexp.MustCompile(`^[A-Za-z0-9+/]{43}=$`)
)

// Limits of what is revoked: a root is one record of a log, of at most 64 KiB.
const (
	maxGood   = 200
	maxReason = 200
)

// checkRevoked says what is wrong with the revoked log keys.
func (r Root) checkRevoked() error {
	all := 0
	for i, k := range r.Revoked {
		switch {
		case !slices.Contains(r.LogKeys, k.Key):
			return bad("revoked log key %q is none of logKeys: what it signed before could not be verified", k.Key)
		case i > 0 && r.Revoked[i-1].Key >= k.Key:
			return bad("the revoked log keys are not sorted, each once")
		case strings.TrimSpace(k.Reason) == "" || len(k.Reason) > maxReason || strings.ContainsFunc(k.Reason, func(c rune) bool { return c < ' ' }):
			return bad("reason %q of a revoked log key, wanted one line of at most %d bytes", k.Reason, maxReason)
		}
		for n, g := range k.Good {
			if err := g.check(); err != nil {
				return err
			}
			if n > 0 && k.Good[n-1].Log >= g.Log {
				return bad("the logs of a revoked log key are not sorted, each once")
			}
		}
		all += len(k.Good)
	}
	switch {
	case all > maxGood:
		return bad("%d logs of revoked log keys, wanted at most %d", all, maxGood)
	case len(r.Revoked) > 0 && len(r.Revoked) == len(r.LogKeys):
		return bad("all %d log keys are revoked: none would sign from now on", len(r.LogKeys))
	}
	return nil
}

func (g Good) check() error {
	hash, err := base64.StdEncoding.Strict().DecodeString(g.Hash)
	switch {
	case !logForm.MatchString(g.Log):
		return bad("log %q of a revoked log key, wanted CLIENT/YEAR", g.Log)
	case g.Size < 0 || (g.Size == 0) != (g.Hash == ""):
		return bad("%d records of %s with hash %q, wanted both or neither", g.Size, g.Log, g.Hash)
	case g.Size > 0 && (!hashForm.MatchString(g.Hash) || err != nil || len(hash) != 32):
		return bad("hash %q of %s, wanted that of a tree in base64", g.Hash, g.Log)
	}
	return nil
}

// Keeps says which word on a log key the next root takes back, if any: one may come to
// say that fewer records are good, never that more are.
func (r Root) Keeps(next Root) error {
	for _, old := range r.Revoked {
		now := next.revoked(old.Key)
		if now == nil {
			return bad("version %d takes back that log key %s is revoked", next.Version, old.Key)
		}
		for _, g := range now.Good {
			before := old.of(g.Log)
			if g.Size > before.Size || g.Size == before.Size && g.Hash != before.Hash {
				return bad("version %d says that %d records of %s by the revoked log key %s are good, and version %d that %d are", next.Version, g.Size, g.Log, old.Key, r.Version, before.Size)
			}
		}
	}
	return nil
}

// revoked is what is said of a log key; nil nothing.
func (r Root) revoked(key string) *Revoked {
	for i := range r.Revoked {
		if r.Revoked[i].Key == key {
			return &r.Revoked[i]
		}
	}
	return nil
}

// of is what counts of a log: nothing, where it is not named.
func (k Revoked) of(log string) Good {
	for _, g := range k.Good {
		if g.Log == log {
			return g
		}
	}
	return Good{Log: log}
}

// Good is what counts of a log ("CLIENT/YEAR") that a key signed, if it is revoked.
func (r Root) Good(log, key string) (Good, bool) {
	if k := r.revoked(key); k != nil {
		return k.of(log), true
	}
	return Good{}, false
}

// LogKeys verifies what the log keys of a root signed, and knows those that are revoked.
type LogKeys struct {
	note.Verifiers
	root Root
}

// Good is what counts of a log that the key of a signature signed, if it is revoked.
func (k *LogKeys) Good(log string, s note.Signature) (Good, bool) {
	for _, gone := range k.root.Revoked {
		if v, err := note.NewVerifier(gone.Key); err == nil && v.Name() == s.Name && v.KeyHash() == s.Hash {
			return gone.of(log), true
		}
	}
	return Good{}, false
}

// Beginnings are what a log must begin with: all that the owners named of it.
func (k *LogKeys) Beginnings(log string) []Good {
	var out []Good
	for _, gone := range k.root.Revoked {
		if g := gone.of(log); g.Size > 0 {
			out = append(out, g)
		}
	}
	return out
}
