package cli

import (
	"fmt"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/planning"
	"github.com/patchops/patchops/internal/report"
)

// patchItems tell what becomes of each patch of a plan on an asset.
func patchItems(r planning.PlanReason) []report.ExplainItem {
	var out []report.ExplainItem
	for _, f := range r.Patches {
		if f.Code == "" {
			out = append(out, report.ExplainItem{Text: "installs " + f.Patch, Document: "Patch/_/" + f.Patch})
			continue
		}
		text := "not " + f.Patch + ": " + report.Sentence(f.Code, f.By)
		out = append(out, report.ExplainItem{Text: text, Code: f.Code, Document: f.By})
	}
	return out
}

// riskItems tell a session's risk with its terms, and by which rule it is due.
func riskItems(r planning.PlanReason, zone *time.Location) []report.ExplainItem {
	if r.Risk == nil {
		return nil
	}
	terms := ""
	for _, t := range r.Risk.Score.Terms() {
		switch {
		case t.Value < 0:
			terms += fmt.Sprintf(" - %d %s", -t.Value, t.Name)
		case t.Value > 0:
			terms += fmt.Sprintf(" + %d %s", t.Value, t.Name)
		}
	}
	policy := r.Risk.Policy
	if policy == "" {
		policy = "the built-in policy"
	}
	text := fmt.Sprintf("risk %d by %s", r.Risk.Score.Total, policy)
	if terms != "" {
		text = fmt.Sprintf("risk %d = %s, of %s by %s", r.Risk.Score.Total, strings.TrimPrefix(terms, " + "), r.Risk.Patch, policy)
	}
	out := []report.ExplainItem{{Text: text, Document: r.Risk.Policy}}
	if r.Risk.Due == 0 {
		return append(out, report.ExplainItem{Text: "no SLA rule says when it is due"})
	}
	document, _, _ := strings.Cut(r.Risk.Rule, " ")
	return append(out, report.ExplainItem{
		Text: fmt.Sprintf("due %s for %s, by %s", report.ExplainInstant(r.Risk.Due, zone), r.Risk.For, r.Risk.Rule), Document: document,
	})
}
