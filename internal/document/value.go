package document

import "strconv"

// Kind is the kind of a value as the strict profile reads it.
type Kind uint8

// The kinds. Odd is a plain YAML scalar that readers disagree about (yes, no,
// on, True, 010, 0x1f, 1_000, 1.10, 1e3, .inf, ~, an integer beyond 2^53): it
// never satisfies a schema, so it is never silently one thing or another.
//
// Refused is the zero value: a value that the loader reported and did not read
// (an alias, a tagged value, an escape for NUL). Nothing more is to be said
// about it, so it satisfies every schema; its document is Broken.
const (
	Refused Kind = iota
	Null
	Bool
	Int
	String
	List
	Map
	Odd
)

// Pos is a place inside one file: 1-based line, 1-based column in code points.
type Pos struct{ Line, Column int32 }

// Value is one value with the place a finding about it points to: the scalar
// itself, or the key of a block map or list (the first entry where there is no
// key). Values are never changed after loading and are safe to share.
type Value struct {
	Kind  Kind
	Bool  bool
	Int   int64   // within ±2^53
	Str   string  // String: the decoded text; Odd: the text as written
	Keys  []Key   // Map only: in file order, without duplicates
	Items []Value // List: the elements; Map: the values, parallel to Keys
	Pos   Pos
}

// Key is a key of a map and its place.
type Key struct {
	Name string
	Pos  Pos
}

// Get returns the value of a map's key, or nil: also for a value that is no map
// or is nil itself, so that lookups chain.
func (v *Value) Get(name string) *Value {
	if v == nil || v.Kind != Map {
		return nil
	}
	for i := range v.Keys {
		if v.Keys[i].Name == name {
			return &v.Items[i]
		}
	}
	return nil
}

// Text returns the text of a String, and "" for everything else.
func (v *Value) Text() string {
	if v == nil || v.Kind != String {
		return ""
	}
	return v.Str
}

// Elements returns the elements of a List, and nil for everything else.
func (v *Value) Elements() []Value {
	if v == nil || v.Kind != List {
		return nil
	}
	return v.Items
}

// loose returns a scalar's text whatever its kind, and "" for everything else.
func (v *Value) loose() string {
	switch {
	case v == nil:
		return ""
	case v.Kind == Int:
		return strconv.FormatInt(v.Int, 10)
	case v.Kind == String || v.Kind == Odd:
		return v.Str
	}
	return ""
}
