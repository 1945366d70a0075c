package resultlog

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

// MaxLine is the length of the longest line without its line feed: what an entry
// of C2SP tlog-tiles can hold.
const MaxLine = 1<<16 - 1

// Version is what V says.
const Version = 1

// ErrRecord says that a line is no record, or a record no line.
var ErrRecord = errors.New("no valid record")

// Line is the record as it is written and hashed: canonical JSON without a line
// feed.
func (r Record) Line() ([]byte, error) {
	line := recordShape.append(make([]byte, 0, 512), reflect.ValueOf(&r).Elem())
	if len(line) > MaxLine {
		return nil, fmt.Errorf("%w: %s of %d bytes, wanted at most %d", ErrRecord, r.Kind, len(line), MaxLine)
	}
	return line, r.form()
}

// Parse reads a line that Line made. Anything else is an error.
func Parse(line []byte) (Record, error) {
	var r Record
	if err := r.parse(string(line)); err != nil {
		return Record{}, err
	}
	return r, nil
}

// parse reads into an empty record, whose texts share the line's memory.
func (r *Record) parse(line string) error {
	if len(line) > MaxLine {
		return fmt.Errorf("%w: of %d bytes, wanted at most %d", ErrRecord, len(line), MaxLine)
	}
	d := decoder{text: line}
	if err := d.value(recordShape, reflect.ValueOf(r).Elem()); err != nil {
		return fmt.Errorf("%w: %w", ErrRecord, err)
	}
	if d.at != len(d.text) {
		return fmt.Errorf("%w: %w", ErrRecord, d.fail("something follows the record"))
	}
	return r.form()
}

// Leaf is the record's hash in the tree: SHA-256 of a zero byte and the line.
func Leaf(line []byte) tlog.Hash { return tlog.RecordHash(line) }

// form is what holds for a record by itself.
func (r *Record) form() error {
	switch {
	case r.V != Version:
		return fmt.Errorf("%w: version %d, wanted %d", ErrRecord, r.V, Version)
	case r.Seq < 0 || r.Fence < 0:
		return fmt.Errorf("%w: sequence number %d and fence %d, wanted none below 0", ErrRecord, r.Seq, r.Fence)
	case !kindForm(string(r.Kind)):
		return fmt.Errorf("%w: kind %q", ErrRecord, r.Kind)
	}
	_, err := r.time()
	return err
}

func kindForm(kind string) bool {
	for _, c := range []byte(kind) {
		if (c < 'a' || c > 'z') && c != '.' {
			return false
		}
	}
	return kind != "" && len(kind) <= 32
}

func (r *Record) time() (time.Time, error) {
	t, err := time.Parse(time.RFC3339, r.T)
	if err != nil || len(r.T) != len("2006-01-02T15:04:05Z") || r.T[len(r.T)-1] != 'Z' {
		return t, fmt.Errorf("%w: time %q, wanted one such as 2026-03-12T09:00:00Z", ErrRecord, r.T)
	}
	return t, nil
}
