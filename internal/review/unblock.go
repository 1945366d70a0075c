package review

import (
	"fmt"
	"strings"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/finding"
)

// enough ends the last of the approvals that are missing where nothing else is.
const enough = ", then it can merge"

// unblock completes the nearest acts by those that no approval replaces. What is to be
// mended comes first: it may change what there is to approve.
func (j *judging) unblock() {
	v := &j.out.Verdict
	if j.out.Mergeable || j.out.Landing == nil || j.merged() {
		return
	}
	acts := j.mend()
	alone := len(j.out.Why) == 1 && v.State != approval.Approved
	for _, act := range v.Unblock {
		if !alone {
			act = strings.TrimSuffix(act, enough)
		}
		acts = append(acts, act)
	}
	for _, c := range j.claims() {
		acts = append(acts, fmt.Sprintf("an approval by %s, because %s names them", strings.Join(c.missing, " and by "), c.acceptance))
	}
	if j.in.Landed == "" {
		acts = append(acts, j.ready()...)
	}
	v.Unblock = acts
	for i, why := range j.out.Why {
		if !alone {
			j.out.Why[i] = strings.TrimSuffix(why, enough)
		}
	}
}

// mend names the findings that refuse the change whoever approves it.
func (j *judging) mend() []string {
	count, first := 0, ""
	for _, f := range j.out.Outcome.Findings {
		if f.Severity != finding.Error || f.WaivedBy != "" {
			continue
		}
		if count++; count == 1 {
			first = fmt.Sprintf("%s (%s)", place(f.Position), f.ID)
		}
	}
	switch count {
	case 0:
		return nil
	case 1:
		return []string{"mend the finding of severity error, " + first + ", and push; approvals are for what it is then"}
	}
	return []string{fmt.Sprintf("mend the %d findings of severity error, the first %s, and push; approvals are for what it is then", count, first)}
}

// ready are the acts that the proposal itself and the forge's checks want.
func (j *judging) ready() []string {
	var out []string
	for _, c := range required(j.in.Required) {
		state, name, _ := strings.Cut(c, ": ")
		switch state {
		case "missing":
			out = append(out, "have the check "+name+" report that it passed")
		case "failed":
			out = append(out, "have the check "+name+" pass")
		default:
			out = append(out, "wait for the check "+name)
		}
	}
	c := j.in.Change
	switch {
	case !c.Open:
		out = append(out, "open it again")
	case c.Target != j.in.Target:
		out = append(out, fmt.Sprintf("propose it for branch %q, and have it approved there", j.in.Target))
	case c.Draft:
		out = append(out, "mark it as ready for review")
	}
	if !j.out.Due {
		out = append(out, "wait until a window of one of its hosts is open: "+j.whenDue())
	}
	return out
}
