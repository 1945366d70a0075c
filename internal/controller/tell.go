package controller

import (
	"fmt"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/resultlog"
)

// denial is the record that a Person's change may not land, unless the same was
// recorded last: one for each change, person and verdict, however often they push.
// It names findings by id and no host.
func denial(v *View, j *judgement) (resultlog.Record, bool) {
	ids := errorIDs(j)
	refused := j.Verdict.State == approval.Rejected || j.Verdict.State == approval.Error || len(ids) > 0
	if j.author == "" || !refused {
		return resultlog.Record{}, false
	}
	r := resultlog.Record{
		Kind: resultlog.Denial, Change: j.Change.Name, Actor: &resultlog.Actor{Kind: "person", ID: j.author},
		Verdict: string(j.Verdict.State), Why: strings.Join(ids, ", "),
	}
	b, err := canonical.Marshal(r)
	if err != nil {
		return r, false
	}
	r.Evidence = canonical.Digest(b)
	if v.State.Denied[authority.Key(r.Change, j.author)] == r.Evidence {
		return r, false
	}
	r.Head, r.Base = j.Change.Head, j.Authorised
	return r, true
}

func errorIDs(j *judgement) []string {
	var ids []string
	if j.Outcome != nil {
		for _, f := range j.Outcome.Findings {
			if f.Severity == finding.Error && f.WaivedBy == "" {
				ids = append(ids, f.ID)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// expired are the recorded approvals of a change that no longer count because
// their time ran out.
func (v *View) expired(j *judgement) []entry {
	var out []entry
	for _, i := range j.Verdict.Ignored {
		seen, recorded := v.State.Seen[i.Evidence]
		if i.Why != "expired" || !recorded || v.State.Expired[i.Evidence] {
			continue
		}
		out = append(out, about(resultlog.Record{
			Kind: resultlog.Expiry, Change: j.Change.Name, Evidence: i.Evidence,
			Actor: &resultlog.Actor{Kind: "person", ID: seen.Person}, Why: "the approval ran out",
		}, affected(j)))
	}
	return out
}

// verdictText is a verdict tree as lines, without what it covers: those lines name
// hosts, and a record may stand in a log that must not.
func verdictText(n approval.Node) string {
	var b strings.Builder
	var walk func(approval.Node, string)
	walk = func(n approval.Node, indent string) {
		fmt.Fprintf(&b, "%s%s: %s", indent, n.Title, n.State)
		if n.Want > 0 {
			fmt.Fprintf(&b, " %d/%d", n.Have, n.Want)
		}
		if len(n.By) > 0 {
			fmt.Fprintf(&b, " by %s", strings.Join(n.By, ", "))
		}
		b.WriteByte('\n')
		for _, child := range n.Children {
			walk(child, indent+"  ")
		}
	}
	walk(n, "")
	return strings.TrimSuffix(b.String(), "\n")
}
