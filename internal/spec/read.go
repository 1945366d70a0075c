package spec

import (
	"strconv"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/window"
)

// Amount is a count, or a percentage where Percent.
type Amount struct {
	Set, Percent bool
	N            int64
}

// ReadAmount reads a count or "20%"; nil was not written.
func ReadAmount(v *document.Value) Amount {
	if v == nil {
		return Amount{}
	}
	if v.Kind == document.Int {
		return Amount{Set: true, N: v.Int}
	}
	n, err := strconv.ParseInt(strings.TrimSuffix(v.Text(), "%"), 10, 64)
	return Amount{Set: err == nil, Percent: err == nil, N: n}
}

// Whole is an integer, or what holds where none is written.
func Whole(v *document.Value, otherwise int64) int64 { return whole(v, otherwise) }

func whole(v *document.Value, otherwise int64) int64 {
	if v == nil || v.Kind != document.Int {
		return otherwise
	}
	return v.Int
}

// Seconds is the length of a duration, rounded up; 0 where none is written.
func Seconds(v *document.Value) int64 { return seconds(v) }

func seconds(v *document.Value) int64 {
	d, err := window.ParseDurationOrZero(v.Text())
	if err != nil {
		return 0
	}
	return int64((d + time.Second - 1) / time.Second)
}

// second is the first whole second at or after a date or instant, in seconds
// since 1970-01-01T00:00:00Z; 0 where none can be read. A bare date is read in a
// zone, "" for UTC. Instants are compared at whole seconds, so rounding up keeps
// both "not before" and "before".
func second(v *document.Value, zone string, bound window.Bound) int64 {
	if v.Text() == "" {
		return 0
	}
	t, err := window.Instant(v.Text(), zone, string(bound))
	if err != nil {
		return 0
	}
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}

// Level orders severities: 1 none, 2 low, 3 medium, 4 high, 5 critical; 0 for
// anything else.
func Level(severity string) int {
	switch severity {
	case "none":
		return 1
	case "low":
		return 2
	case "medium":
		return 3
	case "high":
		return 4
	case "critical":
		return 5
	}
	return 0
}

// Texts are the strings of a list.
func Texts(v *document.Value) []string { return texts(v) }

// SelectorOf reads a selector; nil was not written, which selects everything.
func SelectorOf(v *document.Value) *Selector { return selectorOf(v) }

// Takes reports whether a selector that may be missing takes what has these
// facets.
func (s *Selector) Takes(f Facets) bool { return s == nil || s.Matches(f) }

// Ends is when what is written as an upper bound is over, in seconds since
// 1970-01-01T00:00:00Z; 0 where none can be read.
func Ends(v *document.Value, zone string) int64 { return second(v, zone, window.Until) }

// Begins is when what is written as a lower bound begins, in seconds since
// 1970-01-01T00:00:00Z; 0 where none can be read.
func Begins(v *document.Value, zone string) int64 { return second(v, zone, window.From) }

// Fails is the first term of a selector that does not hold, and whether there is
// one.
func (s Selector) Fails(f Facets) (Term, bool) {
	for _, t := range s.Terms {
		if !t.holds(f.Values(t.Key)) {
			return t, true
		}
	}
	return Term{}, false
}
