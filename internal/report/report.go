// Package report writes what a check found in the formats people and machines
// read: text, JSON, SARIF 2.1.0, JUnit XML, GitHub workflow commands and TAP 14.
//
// It decides how findings look, never which there are, what they mean or what
// status the process ends with. Equal input gives equal bytes. Messages, hints,
// paths and excerpts are text of strangers: every printer keeps its format valid
// and its reader safe whatever they contain (see Display).
package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
)

// Check is what `patchops check` has to say.
type Check struct {
	Commit    *string // full id of the judged commit; nil for a working tree
	AsOf      string  // RFC 3339, UTC
	Tzdata    string  // version of the time zone data, such as "2026a"
	Documents int     // documents read
	Rules     int     // rules run, built-in and own
	Findings  []finding.Finding
	// Effect, where there is a base, is what the change would allow; text and JSON
	// show it.
	Effect *effect.Effect
	// Schedule, where there is a base, is what the change does to rollouts; shown
	// where Effect is. Zones are its clients'.
	Schedule *ScheduleChange
	Zones    Zones

	Version  string     // of patchops, for SARIF
	Metadata []RuleInfo // what SARIF shows about rules; ids without an entry get a bare one

	// Source returns a file's bytes for excerpts, nil when there are none. A
	// nil Source leaves the excerpts out. Only the text format calls it.
	Source func(file string) []byte
}

// RuleInfo describes a finding id: a Rego rule's metadata, or an engine finding.
type RuleInfo struct {
	ID          string
	Title       string
	Description string
	HelpURI     string // absolute URI of the page, or empty
	Severity    finding.Severity
	Controls    []string // "PCI DSS 4.0.1 6.3.3"
}

// Options say how to print. The zero value has no colour and the format's limit.
type Options struct {
	Color bool // SGR sequences; text only
	Limit int  // findings shown; 0 means 100 in text and 10,000 elsewhere
}

type printer struct {
	limit int
	write func(io.Writer, view) error
}

// view is a Check cut to what is shown, with the true counts beside it.
type view struct {
	Check
	shown  []finding.Finding
	counts finding.Counts
	color  bool
}

func (v view) truncated() bool { return len(v.shown) < len(v.Findings) }

func printers() map[string]printer {
	return map[string]printer{
		"text":   {100, writeText},
		"json":   {10000, writeJSON},
		"sarif":  {10000, writeSARIF},
		"junit":  {10000, writeJUnit},
		"github": {10000, writeGitHub},
		"tap":    {10000, writeTAP},
	}
}

// Formats lists the names Write knows, text first.
func Formats() []string { return []string{"text", "json", "sarif", "junit", "github", "tap"} }

// Write prints a check in a format. Findings are shown in the order of
// finding.Compare whatever order they come in, the worst ones if not all fit;
// c.Findings is left as it is.
// An error is an unknown format or the writer's own.
func Write(w io.Writer, format string, c Check, o Options) error {
	p, ok := printers()[format]
	if !ok {
		return fmt.Errorf("format %q: want one of %v", format, Formats())
	}
	c.Findings = finding.Sort(slices.Clone(c.Findings))
	limit := o.Limit
	if limit <= 0 {
		limit = p.limit
	}
	v := view{Check: c, shown: worst(c.Findings, limit), counts: finding.Count(c.Findings), color: o.Color}
	return p.write(w, v)
}

// worst keeps at most limit findings in their order. When some must go, a waived
// one goes first, then notes, then warnings: a hundred notes hide no error.
func worst(fs []finding.Finding, limit int) []finding.Finding {
	if len(fs) <= limit {
		return fs
	}
	shown := slices.Clone(fs)
	slices.SortStableFunc(shown, func(a, b finding.Finding) int { return cmp.Compare(rank(a), rank(b)) })
	return finding.Sort(shown[:limit])
}

func rank(f finding.Finding) int {
	return slices.Index([]string{"error", "warning", "note", "waived"}, class(f))
}

// class is what a finding counts as: its severity, or "waived".
func class(f finding.Finding) string {
	switch {
	case f.WaivedBy != "":
		return "waived"
	case f.Severity == finding.Error, f.Severity == finding.Warning:
		return string(f.Severity)
	}
	return "note"
}

// tally is the closing line: what was read and how many findings of each kind.
func (v view) tally() string {
	c := v.counts
	if len(v.Findings) == 0 {
		return fmt.Sprintf("%s, %s: no findings", plural(v.Documents, "document"), plural(v.Rules, "rule"))
	}
	return fmt.Sprintf("%s, %s: %s, %s, %s, %d waived",
		plural(v.Documents, "document"), plural(v.Rules, "rule"),
		plural(c.Errors, "error"), plural(c.Warnings, "warning"), plural(c.Notes, "note"), c.Waived)
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// place is "file:line:col", shorter when less is known, and "(repository)" for
// a finding about no file.
func place(p finding.Position) string {
	file := Display(p.File)
	if file == "" {
		file = "(repository)"
	}
	switch {
	case p.Line <= 0:
		return file
	case p.Column <= 0:
		return fmt.Sprintf("%s:%d", file, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", file, p.Line, p.Column)
}
