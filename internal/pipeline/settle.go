package pipeline

import (
	"fmt"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/spec"
)

// duplicates are the second and later documents of one identity, in file order.
func duplicates(files []*file) []finding.Finding {
	first := map[finding.Identity]*Head{}
	var out []finding.Finding
	for _, f := range files {
		for _, h := range f.Documents {
			if h.Ignored || h.ID.Kind == "" || h.ID.Name == "" {
				continue
			}
			other := first[h.ID]
			if other == nil {
				first[h.ID] = h
				continue
			}
			out = append(out, finding.Finding{
				ID: "document/duplicate", Severity: finding.Error,
				Message: fmt.Sprintf("%s %q is declared twice: first in %s:%d", h.ID.Kind, h.ID.Name, other.Name.File, other.Name.Line),
				Hint:    "rename or remove one of them", Position: h.Name, Document: h.ID, Path: "metadata.name",
				Related: []finding.Related{{Position: other.Name, Message: "first declared here"}},
			})
		}
	}
	return out
}

// level applies Config.policy.levels to the findings that it may change: those
// of rules and those of the engine that are not errors.
func (e *Engine) level(found []finding.Finding, levels map[string]string) []finding.Finding {
	if len(levels) == 0 {
		return found
	}
	return slices.DeleteFunc(found, func(f finding.Finding) bool {
		return levels[f.ID] == "off" && e.mayLevel(f)
	})
}

func (e *Engine) relevel(found []finding.Finding, levels map[string]string) {
	for i, f := range found {
		if to, ok := levels[f.ID]; ok && to != "off" && e.mayLevel(f) {
			found[i].Severity = finding.Severity(to)
		}
	}
}

func (e *Engine) mayLevel(f finding.Finding) bool {
	return e.isRule(f.ID) || f.Severity != finding.Error
}

// waive marks the findings that a live RiskAcceptance covers, and says which
// acceptances waive nothing or end soon.
func (e *Engine) waive(c *corpus.Corpus, found []finding.Finding, asOf time.Time) []finding.Finding {
	var out []finding.Finding
	for _, entry := range c.Entries() {
		if !entry.Waives || entry.Broken {
			continue
		}
		a := spec.ParseAcceptance(entry.Document(), c.Zone(entry.ID.Client))
		out = append(out, e.apply(c, a, entry, found, asOf)...)
	}
	return append(found, out...)
}

func (e *Engine) apply(c *corpus.Corpus, a spec.Acceptance, entry *corpus.Entry, found []finding.Finding, asOf time.Time) []finding.Finding {
	used := 0
	for i := range found {
		if e.isRule(found[i].ID) && a.WaivesIn(found[i], rootOf(c, found[i].Document), asOf) {
			found[i].WaivedBy = entry.ID.String()
			used++
		}
	}
	say := func(id string, severity finding.Severity, field, message, hint string) []finding.Finding {
		p := documentPath("spec", field)
		return []finding.Finding{{
			ID: id, Severity: severity, Message: message, Hint: hint,
			Position: entry.Document().At(p), Document: entry.ID, Path: p.String(),
		}}
	}
	switch {
	case !a.Live(asOf):
		return say("acceptance/expired-waiver", finding.Warning, "expires",
			fmt.Sprintf("the acceptance ended at %s and waives nothing", a.Until.UTC().Format(time.RFC3339)), "renew it by a new review, or remove it")
	case used == 0:
		return say("acceptance/unused", finding.Warning, "scope", "the acceptance waives no finding", "remove it, or correct its scope")
	case a.EndsWithin(asOf, 14*24*time.Hour):
		return say("acceptance/expiring", finding.Note, "expires",
			fmt.Sprintf("the acceptance ends at %s, within 14 days", a.Until.UTC().Format(time.RFC3339)), "mend the finding or renew the acceptance")
	}
	return nil
}

func rootOf(c *corpus.Corpus, id finding.Identity) *document.Value {
	if entry := c.Entry(id); entry != nil && !entry.Broken {
		return &entry.Document().Root
	}
	return nil
}
