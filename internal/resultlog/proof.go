package resultlog

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Proof shows that a record is in a log, by itself: the record, the way from its
// leaf to the root, and the checkpoint that signs the root. From its fourth line
// on, the text is a C2SP tlog-proof.
type Proof struct {
	Line       []byte // the record's
	Key        string // verifier key of the checkpoint: a help, trusted by nobody
	Index      int64
	Path       tlog.RecordProof
	Checkpoint []byte
}

// ErrProof says that bytes are no proof, or one that does not hold.
var ErrProof = errors.New("the proof does not hold")

const (
	proofHead = "patchops/proof/v1"
	tlogProof = "c2sp.org/tlog-proof@v1"
)

// Prove makes the proof of a record, given its line. The proof names which of the
// keys signed the checkpoint: of the log's own or, as anybody may have emptied its
// list, of the others given.
func (l *Log) Prove(line []byte, seq int64, keys ...string) (Proof, error) {
	path, err := tlog.ProveRecord(l.Size, seq, l.tree)
	if err != nil {
		return Proof{}, fmt.Errorf("record %d of %d: %w", seq, l.Size, err)
	}
	p := Proof{Line: line, Index: seq, Path: path, Checkpoint: l.Checkpoint}
	for _, key := range slices.Concat(keys, l.added, l.Keys) { // the newest that signed
		if v, err := note.NewVerifier(key); err == nil {
			if _, err := note.Open(l.Checkpoint, note.VerifierList(v)); err == nil {
				p.Key = key
			}
		}
	}
	if p.Key == "" {
		return p, fmt.Errorf("%w: no key is known that signed the checkpoint", ErrProof)
	}
	return p, nil
}

// Text is the proof as a file.
func (p Proof) Text() []byte {
	b := fmt.Appendf(nil, "%s\nrecord %s\nkey %s\n%s\nindex %d\n", proofHead, p.Line, p.Key, tlogProof, p.Index)
	for _, h := range p.Path {
		b = fmt.Appendf(b, "%s\n", h)
	}
	return append(append(b, '\n'), p.Checkpoint...)
}

// IsProof reports whether a file begins like a proof.
func IsProof(text []byte) bool { return bytes.HasPrefix(text, []byte(proofHead+"\n")) }

// ParseProof reads what Text wrote, and nothing else.
func ParseProof(text []byte) (Proof, error) {
	head, checkpoint, found := bytes.Cut(text, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !found || len(lines) < 5 || lines[0] != proofHead || lines[3] != tlogProof || len(lines) > 5+63 {
		return Proof{}, fmt.Errorf("%w: not of the form of one", ErrProof)
	}
	p := Proof{
		Line: []byte(strings.TrimPrefix(lines[1], "record ")), Key: strings.TrimPrefix(lines[2], "key "),
		Checkpoint: checkpoint,
	}
	var err error
	if p.Index, err = strconv.ParseInt(strings.TrimPrefix(lines[4], "index "), 10, 64); err != nil {
		return Proof{}, fmt.Errorf("%w: %q, wanted an index", ErrProof, lines[4])
	}
	for _, line := range lines[5:] {
		h, err := base64.StdEncoding.Strict().DecodeString(line)
		if err != nil || len(h) != tlog.HashSize {
			return Proof{}, fmt.Errorf("%w: hash %q", ErrProof, line)
		}
		p.Path = append(p.Path, tlog.Hash(h))
	}
	if !bytes.Equal(p.Text(), text) || !strictlySigned(checkpoint) {
		return Proof{}, fmt.Errorf("%w: not of the form of one", ErrProof)
	}
	return p, nil
}

// strictlySigned reports whether the signatures of a note are the only way to write
// their bytes: package note reads others too, and then a proof had two texts.
func strictlySigned(signed []byte) bool {
	for line := range strings.Lines(string(signed)) {
		mark, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "\u2014 ")
		if !ok {
			continue
		}
		_, sig, _ := strings.Cut(mark, " ")
		if _, err := base64.StdEncoding.Strict().DecodeString(sig); err != nil {
			return false
		}
	}
	return true
}

// Check says which record a proof shows, and of which log, if a key signed the
// checkpoint. Without keys the proof's own key counts: then all that is shown is
// what the holder of that key said.
func (p Proof) Check(keys note.Verifiers) (Record, Checkpoint, error) {
	if keys == nil {
		v, err := note.NewVerifier(p.Key)
		if err != nil {
			return Record{}, Checkpoint{}, fmt.Errorf("%w: key %q", ErrProof, p.Key)
		}
		keys = note.VerifierList(v)
	}
	c, err := OpenCheckpoint(p.Checkpoint, keys)
	if err == nil {
		err = alone(p.Checkpoint, c, keys)
	}
	if err != nil {
		return Record{}, c, fmt.Errorf("%w: %w", ErrProof, err)
	}
	r, err := Parse(p.Line)
	if err != nil {
		return r, c, fmt.Errorf("%w: %w", ErrProof, err)
	}
	if r.Seq != p.Index {
		return r, c, fmt.Errorf("%w: record %d at index %d", ErrProof, r.Seq, p.Index)
	}
	if err := tlog.CheckRecord(p.Path, c.Size, c.Root, p.Index, Leaf(p.Line)); err != nil {
		return r, c, fmt.Errorf("%w: record %d is not under the root that was signed", ErrProof, p.Index)
	}
	return r, c, nil
}
