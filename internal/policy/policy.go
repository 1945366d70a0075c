// Package policy holds the Rego rules: it compiles them against the shapes of
// what they read, and judges an input by them.
//
// A rule that reads a field which no document has, calls a function that could
// reach outside, or builds a message that a missing value would swallow is a
// finding before it ever runs. An error inside a rule is a finding too: nothing
// that goes wrong here passes silently.
//
// The package does not know where rules and documents come from, what an
// instant or a selector means (Functions), or what a finding leads to.
package policy

import (
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// Module is one Rego file. File is a slash path that ends in
// <category>/<rule>/<name>.rego. Builtin modules are our own: they must name
// the controls they serve, and nobody may extend them.
type Module struct {
	File    string
	Source  []byte
	Builtin bool
}

// Functions are the meanings that rules may ask for and this package does not
// know. An error makes the rule an evaluation error, never a pass.
type Functions struct {
	// Seconds is the length of an ISO 8601 duration.
	Seconds func(duration string) (int64, error)
	// Instant is a time in nanoseconds since 1970. Text is a date, a local time
	// or RFC 3339; zone is an IANA name, "" for UTC; bound is "from" or "until":
	// a bare date is the start of its day or the end of it.
	Instant func(text, zone, bound string) (int64, error)
	// Matches says whether a selector takes an asset (a value of data.assets).
	Matches func(selector, asset *document.Value) bool
}

// GateDocument is the gate whose input is one document of a kind.
const GateDocument = "document"

// Rule is what a rule's metadata says of it.
type Rule struct {
	ID          string // "plan/waves-increase": its folder
	Title       string
	Description string
	Severity    finding.Severity
	Gate        string // document, rollout, change, start, close
	Kind        string // the kind that a rule of the document gate judges, else ""
	Controls    []string
	Parameters  []Parameter // sorted by name
	Builtin     bool
	Position    finding.Position // of its package clause
}

// input is the name that the rule's query is found by.
func (r *Rule) input() string {
	if r.Gate == GateDocument {
		return r.Kind
	}
	return r.Gate
}
