// Package finding holds the only verdict type of patchops: a statement about
// the user's documents, with a place, a rule and a way to mend it.
//
// A finding is never an error about patchops itself (those are Go errors, exit
// status 1) and never a wrong command line (exit status 2). The package does
// not decide which findings exist, how they are shown, or what they lead to.
package finding

// Severity says how much a finding matters. The zero value is not a severity.
type Severity string

// The severities, from the worst down. Only Error changes an exit status.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// Position is a place in a file of the repository. Line and Column are 1-based;
// columns count Unicode code points. Zero means unknown: a Column never stands
// without a Line. File is a slash path from the repository root.
type Position struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// Identity names a document: kind, client ("" for a global one) and name.
type Identity struct {
	Kind   string `json:"kind"`
	Client string `json:"client,omitempty"`
	Name   string `json:"name"`
}

// IsZero reports whether nothing of the identity is known.
func (i Identity) IsZero() bool { return i == Identity{} }

// String is "Kind/client/name", with "_" for the client of a global document.
func (i Identity) String() string {
	client := i.Client
	if client == "" {
		client = "_"
	}
	return i.Kind + "/" + client + "/" + i.Name
}

// Related is a second place that explains a finding: the schema's constraint,
// the first of two duplicates, the document referred to.
type Related struct {
	Position
	Message string `json:"message"`
}

// Finding is one statement about the user's documents.
//
// Message is lower case without a full stop, shows user text by %q and says the
// value found and the value wanted. Hint is an imperative, or empty when unsure.
// Path is the data path inside the document ("spec.waves[1].percent"), empty
// when the finding concerns no value. WaivedBy names the RiskAcceptance
// ("RiskAcceptance/acme/name") that waives it; a waived finding is shown but
// does not count.
type Finding struct {
	ID       string
	Severity Severity
	Message  string
	Hint     string
	Position
	Document Identity
	Path     string
	Related  []Related
	WaivedBy string
}
