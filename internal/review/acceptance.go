package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/document"
)

// claim is an acceptance and the approvers whom it names that did not approve.
type claim struct {
	acceptance string
	missing    []string
}

// claims are the acceptances that name approvers who did not approve the change which
// brings them: names typed into a document are claims (authority.md 2). So whatever
// acceptance lands was approved by each of them.
func (j *judging) claims() []claim {
	if j.out.Landing == nil {
		return nil
	}
	var out []claim
	for i := range j.out.Landing.Documents {
		d := &j.out.Landing.Documents[i]
		if d.Kind != "RiskAcceptance" || d.After.Path == "" {
			continue
		}
		e := j.out.Outcome.Corpus.Entry(d.Identity)
		if e == nil || e.Broken {
			continue // it has a finding of severity error
		}
		made := claim{acceptance: d.String()}
		for _, name := range names(e.Document().Root.Get("spec").Get("approvers")) {
			if !slices.Contains(j.out.Verdict.Approvers, name) {
				made.missing = append(made.missing, name)
			}
		}
		if len(made.missing) > 0 {
			out = append(out, made)
		}
	}
	return out
}

// accepters says who has to approve because an acceptance names them.
func (j *judging) accepters() []string {
	var out []string
	for _, c := range j.claims() {
		out = append(out, fmt.Sprintf("%s names as its approvers people who did not approve the change: %s", c.acceptance, strings.Join(c.missing, ", ")))
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
