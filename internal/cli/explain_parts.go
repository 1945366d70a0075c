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

// riskTerms is a risk as a sum, "400 severity + 31 likelihood".
func riskTerms(r *planning.Risk) string {
	var b strings.Builder
	for _, t := range r.Score.Terms() {
		switch {
		case t.Value < 0:
			fmt.Fprintf(&b, " - %d %s", -t.Value, t.Name)
		case t.Value > 0:
			fmt.Fprintf(&b, " + %d %s", t.Value, t.Name)
		}
	}
	return strings.TrimPrefix(b.String(), " + ")
}

// riskItems tell a session's risk with its terms, and by which rule it is due.
func riskItems(r planning.PlanReason, zone *time.Location) []report.ExplainItem {
	if r.Risk == nil {
		return nil
	}
	terms := riskTerms(r.Risk)
	policy := r.Risk.Policy
	if policy == "" {
		policy = "the built-in policy"
	}
	text := fmt.Sprintf("risk %d by %s", r.Risk.Score.Total, policy)
	if terms != "" {
		text = fmt.Sprintf("risk %d = %s, of %s by %s", r.Risk.Score.Total, terms, r.Risk.Patch, policy)
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
