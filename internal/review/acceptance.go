package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/document"
)

// accepters says which approvers an acceptance names that did not approve the
// change which brings it: names typed into a document are claims (authority.md 2).
// So whatever acceptance lands was approved by each of them.
func (j *judging) accepters() []string {
	if j.out.Landing == nil {
		return nil
	}
	var out []string
	for i := range j.out.Landing.Documents {
		d := &j.out.Landing.Documents[i]
		if d.Kind != "RiskAcceptance" || d.After.Path == "" {
			continue
		}
		e := j.out.Outcome.Corpus.Entry(d.Identity)
		if e == nil || e.Broken {
			continue // it has a finding of severity error
		}
		var missing []string
		for _, name := range names(e.Document().Root.Get("spec").Get("approvers")) {
			if !slices.Contains(j.out.Verdict.Approvers, name) {
				missing = append(missing, name)
			}
		}
		if len(missing) > 0 {
			out = append(out, fmt.Sprintf("%s names as its approvers people who did not approve the change: %s", d.Identity, strings.Join(missing, ", ")))
		}
	}
	return limited(out, "acceptances")
}

func names(list *document.Value) []string {
	var out []string
	for _, v := range list.Elements() {
		out = append(out, v.Text())
	}
	return out
}
