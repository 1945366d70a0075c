// Package statement is what a person says and signs: approve, reject, withdraw
// a change, a word to a plan, a client contact's consent. A statement is one line
// of canonical JSON with an SSH signature over exactly those bytes (namespace
// "patchops"), so that ssh-keygen -Y verify can check it (authority.md 2).
//
// It knows neither Git nor who may say what: that is internal/approval.
package statement

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/signature"
)

// Type is the constant first field: what was signed for another format or
// version never passes for a statement.
const Type = "patchops/statement/v1"

// Acts are what a statement may say.
const (
	Approve  = "approve"
	Reject   = "reject"
	Withdraw = "withdraw"
	Consent  = "consent" // a client contact's word, taken down by the signer
	Hold     = "hold"
	Abort    = "abort"
	Recall   = "recall"
	Revoke   = "revoke" // a key
	Done     = "done"   // a contact was told by hand; a task was carried out by hand
	Fail     = "fail"   // a task failed
	Report   = "report" // facts of assets, as somebody else measured them
)

// Largest bounds the bytes of a statement: it stands, with its signature, in a
// record of the log, and a person has read what it accepts.
const Largest = 16 << 10

// Statement is one thing that somebody says. Instants are RFC 3339 in UTC with
// seconds; digests are "sha256:<hex>"; commits are full ids.
type Statement struct {
	Type string `json:"type"`
	// Repository is the id of Config.repositoryId and the root of trust.
	Repository string `json:"repository"`
	// Target is the branch that the change is for, such as "main".
	Target string `json:"target"`
	Act    string `json:"act"`
	// Subject is "change:<branch>" or "change:#41", "main", "gate:CLIENT/PLAN/WAVE",
	// "resume:CLIENT/PLAN" or "resume:CLIENT/PLAN/WAVE", "override:CLIENT/PLAN", "plan:CLIENT/PLAN" or
	// "plan:CLIENT/PLAN/WAVE" (hold, abort, recall), "key:<fingerprint>" (revoke),
	// "notice:CLIENT/PLAN/WINDOW/INSTANT" (done), "task:CLIENT/PLAN/ASSET/DIGEST" (done,
	// fail), "facts:CLIENT" (report).
	Subject string `json:"subject"`
	// Person is who claims to speak, a Person's name; what counts is the key.
	Person string `json:"person"`
	// Head, Base and Effect are what was looked at: the proposed commit, its only
	// merge base with the target, and the digest of E(Base, Head). They are empty
	// where the subject has no change.
	Head   string `json:"head,omitempty"`
	Base   string `json:"base,omitempty"`
	Effect string `json:"effect,omitempty"`
	// Accepts are the fingerprints of the findings that were shown, sorted.
	Accepts []string `json:"accepts,omitempty"`
	Reason  string   `json:"reason,omitempty"`
	// Contact, By and Text are of a consent or a notice: which contact, how (phone,
	// email, portal), and their words; Text also of a task: what was done.
	Contact string `json:"contact,omitempty"`
	By      string `json:"by,omitempty"`
	Text    string `json:"text,omitempty"`
	// Facts are those of a report, sorted.
	Facts []Fact `json:"facts,omitempty"`
	AsOf  string `json:"asOf"`
	// Expires is when it stops to count, if earlier than the rule says; of a revocation
	// the instant since which the key was in wrong hands, if that is known.
	Expires string `json:"expires,omitempty"`
	// Serial is the place in the person's chain, from 1; Prev is the Digest of what
	// stands before it there, "" for the first.
	Serial int64  `json:"serial"`
	Prev   string `json:"prev,omitempty"`
}

// Signed is a statement as it was signed: its bytes are never made again.
type Signed struct {
	Statement string `json:"statement"` // the canonical JSON, without a line feed
	Signature string `json:"signature"` // armoured SSHSIG
}

// ErrStatement says that bytes are no statement.
var ErrStatement = errors.New("no valid statement")

// Digest identifies a signed statement: of its canonical JSON.
func (s Signed) Digest() string {
	b, err := canonical.Marshal(s)
	if err != nil {
		panic(err) // two strings always encode
	}
	return canonical.Digest(b)
}

// Encode is the bytes to sign; an error says what is wrong with the statement.
func Encode(s Statement) ([]byte, error) {
	s.Type = Type
	if err := s.Check(); err != nil {
		return nil, err
	}
	b, err := canonical.Marshal(s)
	if err == nil && len(b) > Largest {
		err = bad("%d bytes with %d findings, wanted at most %d: make the change smaller, mend its findings or waive them", len(b), len(s.Accepts), Largest)
	}
	return b, err
}

// Open checks the signature and reads the statement. The key says who signed;
// whether that is the Person of the statement is for the caller to judge.
func (s Signed) Open() (Statement, signature.Key, error) {
	if len(s.Statement) > Largest {
		return Statement{}, signature.Key{}, bad("%d bytes, wanted at most %d", len(s.Statement), Largest)
	}
	key, err := signature.Verify([]byte(s.Statement), s.Signature, signature.Statements)
	if err != nil {
		return Statement{}, signature.Key{}, bad("%w", err)
	}
	out, err := Read([]byte(s.Statement))
	if err != nil {
		return Statement{}, signature.Key{}, err
	}
	return out, key, nil
}

// Read reads a statement without asking who signed it.
func Read(b []byte) (Statement, error) {
	if len(b) > Largest {
		return Statement{}, bad("%d bytes, wanted at most %d", len(b), Largest)
	}
	var out Statement
	if err := canonical.Unmarshal(b, &out); err != nil {
		return Statement{}, bad("%w", err)
	}
	if err := out.Check(); err != nil {
		return Statement{}, err
	}
	return out, nil
}

// Parse reads a signed statement as a file holds it: canonical JSON and one line
// feed, which may be absent. It checks no signature.
func Parse(b []byte) (Signed, error) {
	if len(b) > 4*Largest {
		return Signed{}, bad("%d bytes, wanted at most %d", len(b), 4*Largest)
	}
	var s Signed
	if err := canonical.Unmarshal(bytes.TrimSuffix(b, []byte("\n")), &s); err != nil {
		return Signed{}, bad("%w", err)
	}
	return s, nil
}

// Encode is the file of a signed statement.
func (s Signed) Encode() []byte {
	b, err := canonical.Marshal(s)
	if err != nil {
		panic(err) // two strings always encode
	}
	return append(b, '\n')
}

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrStatement, fmt.Errorf(format, args...))
}
