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

// duplicate is a document whose identity an earlier one has already.
type duplicate struct {
	first, again *file
	other, head  *Head // of first, of again
}

// duplicates are the second and later documents of one identity, in file order.
func duplicates(files []*file) []duplicate {
	type place struct {
		file *file
		head *Head
	}
	seen := map[finding.Identity]place{}
	var out []duplicate
	for _, f := range files {
		for _, h := range f.Documents {
			if h.Ignored || h.ID.Kind == "" || h.ID.Name == "" {
				continue
			}
			if other, taken := seen[h.ID]; taken {
				out = append(out, duplicate{first: other.file, again: f, other: other.head, head: h})
				continue
			}
			seen[h.ID] = place{f, h}
		}
	}
	return out
}

func (d duplicate) finding() finding.Finding {
	return finding.Finding{
		ID: "document/duplicate", Severity: finding.Error,
		Message: fmt.Sprintf("%s %q is declared twice: first in %s:%d", d.head.ID.Kind, d.head.ID.Name, d.other.Name.File, d.other.Name.Line),
		Hint:    "rename or remove one of them", Position: d.head.Name, Document: d.head.ID, Path: "metadata.name",
		Related: []finding.Related{{Position: d.other.Name, Message: "first declared here"}},
	}
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
// acceptances waive nothing of all or end soon.
func (r *run) waive(found, all []finding.Finding) []finding.Finding {
	var out []finding.Finding
	for _, entry := range r.corpus.Entries() {
		if !entry.Waives || entry.Broken {
			continue
		}
		out = append(out, r.apply(entry, found, all)...)
	}
	return append(found, out...)
}

func (r *run) apply(entry *corpus.Entry, found, all []finding.Finding) []finding.Finding {
	asOf, granted := r.in.AsOf, r.granted(entry.ID)
	a := spec.ParseAcceptance(entry.Document(), r.corpus.Zone(entry.ID.Client))
	waives := func(f finding.Finding) bool {
		return r.engine.isRule(f.ID) && a.WaivesIn(f, rootOf(r.corpus, f.Document), asOf)
	}
	for i := range found {
		if waives(found[i]) && granted(found[i], rootOf(r.corpus, found[i].Document), asOf) {
			found[i].WaivedBy = entry.ID.String()
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
	case !slices.ContainsFunc(all, waives) && !slices.ContainsFunc(a.Findings, func(id string) bool { return r.gateRule(id, changeGate) }):
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
