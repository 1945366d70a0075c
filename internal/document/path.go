package document

import (
	"slices"
	"strconv"
	"strings"
)

// Segment is one step of a data path: a map key, or a list index when Key is "".
type Segment struct {
	Key   string
	Index int
}

// Path is a data path from a document's root.
type Path []Segment

// String is the form people read: spec.waves[1].labels["a.b/c"].
func (p Path) String() string {
	var b strings.Builder
	for _, s := range p {
		switch {
		case s.Key == "":
			b.WriteString("[" + strconv.Itoa(s.Index) + "]")
		case plainKey(s.Key):
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(s.Key)
		default:
			b.WriteString("[" + strconv.Quote(s.Key) + "]")
		}
	}
	return b.String()
}

func plainKey(s string) bool {
	for _, r := range s {
		if r != '_' && r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') {
			return false
		}
	}
	return true
}

// With returns a new path with one more segment; p is not changed.
func (p Path) With(s Segment) Path {
	return append(slices.Clip(p), s)
}

// Find follows a path as far as it exists. It returns the place a finding about
// that path points to (of the deepest value that exists: a missing field is
// shown at its parent) and the value itself, nil when it does not exist.
func (v *Value) Find(p Path) (*Value, Pos) {
	for _, s := range p {
		next := v.step(s)
		if next == nil {
			return nil, v.Pos
		}
		v = next
	}
	return v, v.Pos
}

func (v *Value) step(s Segment) *Value {
	if s.Key != "" {
		return v.Get(s.Key)
	}
	if v.Kind != List || s.Index < 0 || s.Index >= len(v.Items) {
		return nil
	}
	return &v.Items[s.Index]
}
