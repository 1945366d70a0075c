// Package shape holds a kind as a tree: what a value of that kind may be.
//
// One tree per kind is compiled from the CUE schemas (package schema). It judges
// values with every finding at once, and every other form is printed from it:
// JSON Schema for editors, the type schema for OPA, the field tables of the
// docs. The package knows no CUE, no Rego and no file.
package shape

import (
	"regexp"

	"github.com/patchops/patchops/internal/finding"
)

// Node says what one value may be: a union with at most one alternative per
// kind of value; a nil alternative is not allowed. Nodes form a graph, not a
// tree, where a definition refers to itself.
type Node struct {
	Name string           // the definition it comes from ("#Duration"); "" when anonymous
	Doc  string           // its doc comment, one paragraph
	Pos  finding.Position // where the schema says so (File is "schemas/<file>.cue")

	Any    bool // `_`: everything but an Odd scalar
	Null   bool
	Bool   *BoolType
	Int    *IntType
	String *StringType
	List   *ListType
	Map    *MapType

	// Check judges the strings that pass String; nil when there is nothing to
	// say beyond it.
	Check Check
	// Alternatives are the parts of a union as it is written, so that a part
	// keeps its definition's name (#PatchRef | #InlinePatch); no two of them
	// allow the same kind of value. The fields above are their sum. Empty for
	// everything that is no union of several kinds.
	Alternatives []*Node
}

// BoolType allows both booleans, or only Const.
type BoolType struct{ Const *bool }

// IntType allows the integers within its inclusive bounds, and only those of
// Enum when it has any.
type IntType struct {
	Min, Max *int64
	Enum     []int64
}

// StringType allows the strings of Enum when it has any, else those that every
// pattern matches. A literal in CUE ("PatchPlan") is an Enum of one.
type StringType struct {
	Enum     []string
	Patterns []*regexp.Regexp
	Words    string // the patterns in people's words: the comment of what writes them; may be ""
}

// ListType allows lists of elements.
type ListType struct{ Element *Node }

// MapType allows maps: Fields and the fields of exactly one branch of each
// choice; beyond them, only keys that a pattern of Keys matches (all of them
// where the pattern is nil), with its node. A key that several patterns match
// must satisfy each; no pattern matches the name of a field. A struct without
// Keys is closed.
type MapType struct {
	Fields  []Field
	Choices []Choice
	Keys    []KeyPattern
}

// Field is one named field of a map.
type Field struct {
	Name     string
	Required bool
	Node     *Node
	Doc      string
	Pos      finding.Position
}

// Choice is an exactly-one-of. Where it has a Tag, every branch requires that
// field with an enumeration, two branches' enumerations are equal or disjoint,
// and its value says which branches are in question; all are where there is no
// Tag. Of those in question, every branch has a required field that no other
// of them names, unless it is the only one. A field that several branches name
// has one type, but for the Tag; none is named elsewhere in its map.
type Choice struct {
	Branches [][]Field
	Tag      *Field // its node is the sum of the branches' enumerations
}

// KeyPattern gives the node of the keys that Pattern matches; nil matches all.
type KeyPattern struct {
	Pattern *regexp.Regexp
	Words   string // the pattern in people's words; may be ""
	Node    *Node
}

// Set is all kinds that the engine knows, and the definitions beside them.
type Set struct {
	Kinds       map[string]*Node // "PatchPlan" -> its tree
	Gates       map[string]*Node // "rollout" "change" "start" "close": input contracts that are no document
	Definitions map[string]*Node // "#Duration" -> its tree
}

// Check is what a pattern cannot say of a string (a real date, a known zone, a
// rule of RFC 5545): it is hung on a definition's name. It returns what is
// wrong, in the words of a finding's message, and a hint or "".
type Check func(text string) (problem, hint string)
