package resultlog

import (
	"errors"
	"fmt"
	"strings"
)

// ErrIntegrity says that a log is not what was written: exit status 4.
var ErrIntegrity = errors.New("the log does not hold")

// Fault is the first thing that does not hold, and where. Line is 1-based; what
// is about no record has Segment "" or Line 0, and then Seq -1.
type Fault struct {
	Branch  string // "CLIENT/YEAR", or as the caller names it
	Segment string
	Line    int
	Seq     int64
	Commit  string
	Why     string
	// Checkpoints are two signed ones that contradict each other: the evidence.
	Checkpoints []string
}

func (f *Fault) Error() string {
	var where []string
	for _, part := range []string{f.Branch, f.Segment} {
		if part != "" {
			where = append(where, part)
		}
	}
	text := strings.Join(where, ": ")
	if f.Line > 0 {
		text += fmt.Sprintf(":%d: record %d", f.Line, f.Seq)
	}
	if f.Commit != "" {
		text += " (commit " + f.Commit + ")"
	}
	return strings.TrimPrefix(text+": "+f.Why, ": ")
}

// Unwrap makes every Fault an ErrIntegrity.
func (f *Fault) Unwrap() error { return ErrIntegrity }

func fault(n Name, format string, args ...any) *Fault {
	return (&Fault{Seq: -1, Why: fmt.Sprintf(format, args...)}).of(n)
}

func (f *Fault) of(n Name) *Fault {
	f.Branch = n.Client + "/" + n.period()
	return f
}

// Place is where a record stands.
type Place struct {
	Segment string
	Line    int // 1-based
	Seq     int64
}

func (f *Fault) at(p Place) *Fault {
	f.Segment, f.Line, f.Seq = p.Segment, p.Line, p.Seq
	return f
}
