package report

import (
	"io"

	"github.com/patchops/patchops/internal/finding"
)

// TestFormats are those of the tests of rules.
func TestFormats() []string { return []string{"text", "json"} }

// Tests are what the tests of rules say.
type Tests struct {
	Commit         *string // nil: the work tree, or built-in rules alone
	Passed, Failed int
	Results        []Test
	Findings       []finding.Finding // what keeps rules from being tested
	Coverage       []Covered         // nil: not asked for
}

// Test is one test of a rule.
type Test struct {
	Rule    string `json:"rule"`
	Name    string `json:"name"`
	File    string `json:"file"`
	Line    int    `json:"line"`
	Passed  bool   `json:"passed"`
	Message string `json:"message"` // why it failed
}

// Covered is how many lines of a file count, and those that no test reaches.
type Covered struct {
	File   string `json:"file"`
	Lines  int    `json:"lines"`
	Missed []int  `json:"missed"`
}

// JSON writes them for programs.
func (t Tests) JSON(w io.Writer) error {
	return encode(w, struct {
		Commit   *string       `json:"commit"`
		Passed   int           `json:"passed"`
		Failed   int           `json:"failed"`
		Tests    []Test        `json:"tests"`
		Findings []jsonFinding `json:"findings"`
		Coverage []Covered     `json:"coverage"`
	}{
		t.Commit, t.Passed, t.Failed,
		each(t.Results, func(r Test) Test {
			return Test{legible(r.Rule), legible(r.Name), legible(r.File), r.Line, r.Passed, legible(r.Message)}
		}),
		each(t.Findings, toJSON),
		each(t.Coverage, func(c Covered) Covered {
			return Covered{legible(c.File), c.Lines, each(c.Missed, func(n int) int { return n })}
		}),
	})
}
