package finding

import (
	"cmp"
	"slices"

	"github.com/patchops/patchops/internal/canonical"
)

// Fingerprint identifies a finding over edits that only move it: SHA-256 of the
// canonical JSON of {client, id, kind, message, name, path, severity}, without
// line and column, written "sha256:<hex>" (authority.md 2).
func (f Finding) Fingerprint() string {
	b := []byte(`{"client":`)
	for _, field := range []struct{ value, next string }{
		{f.Document.Client, `,"id":`},
		{f.ID, `,"kind":`},
		{f.Document.Kind, `,"message":`},
		{f.Message, `,"name":`},
		{f.Document.Name, `,"path":`},
		{f.Path, `,"severity":`},
		{string(f.Severity), `}`},
	} {
		b = append(canonical.AppendString(b, field.value), field.next...)
	}
	return canonical.Digest(b)
}

// Compare orders findings by file, line, column, id, path and message: the
// order in which every format shows them.
func Compare(a, b Finding) int {
	return cmp.Or(
		cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column),
		cmp.Compare(a.ID, b.ID), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message),
		cmp.Compare(a.Document.String(), b.Document.String()),
	)
}

// Sort puts findings in the order of Compare and drops exact repetitions.
func Sort(fs []Finding) []Finding {
	slices.SortStableFunc(fs, Compare)
	return slices.CompactFunc(fs, func(a, b Finding) bool { return Compare(a, b) == 0 })
}

// Counts are the numbers of findings that count, by severity, and of the waived.
type Counts struct{ Errors, Warnings, Notes, Waived int }

// Count counts findings.
func Count(fs []Finding) Counts {
	var c Counts
	for _, f := range fs {
		switch {
		case f.WaivedBy != "":
			c.Waived++
		case f.Severity == Error:
			c.Errors++
		case f.Severity == Warning:
			c.Warnings++
		default:
			c.Notes++
		}
	}
	return c
}
