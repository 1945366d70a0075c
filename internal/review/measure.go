package review

import (
	"path"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
)

// Measure says how large the difference of two trees is, and what is wrong where
// nobody can read it (R18); nil where people can. The outcome has the documents of
// both sides.
func Measure(out *pipeline.Outcome, base, head []change.Entry, read func(head bool, e change.Entry) ([]byte, error)) (change.Size, *finding.Finding) {
	size, err := change.Measure(base, head, change.Aside(dataFiles(out, base, head)), read)
	if err != nil { // what cannot be read cannot be reviewed; other changes go on
		f := whole("git/unreviewable", err.Error(), "make it smaller, or take it out")
		return size, &f
	}
	if why := size.Unreviewable(); why != "" {
		f := whole("git/unreviewable", why, "split it into changes that can be read one by one")
		return size, &f
	}
	return size, nil
}

// whole is a finding about a change as a whole.
func whole(id, message, hint string) finding.Finding {
	return finding.Finding{
		ID: id, Severity: finding.Error, Message: message, Hint: hint,
		Position: finding.Position{File: "patchops.yaml", Line: 1, Column: 1},
	}
}

// dataFiles are the bulk files and calendars that documents name, and feeds: they
// are shown by what differs in them. No name makes anything else one.
func dataFiles(outcome *pipeline.Outcome, base, head []change.Entry) []string {
	var out []string
	for _, c := range []*corpus.Corpus{outcome.Before, outcome.Corpus} {
		for _, e := range c.Entries() {
			switch {
			case e.ID.Kind == "AssetList" && document.IsBulk(e.Bulk):
				out = append(out, e.Bulk)
			case e.ID.Kind == "HolidayCalendar":
				for _, file := range effect.Reads(e) {
					if path.Ext(file) == ".ics" {
						out = append(out, file)
					}
				}
			}
		}
	}
	for _, side := range [][]change.Entry{base, head} {
		for _, e := range side {
			if isFeed(e.Path) {
				out = append(out, e.Path)
			}
		}
	}
	return out
}
