package review

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/rollout"
)

// mergeable says whether the change can merge now, and if not why, the worst
// first. What landed already, by another hand, is only asked for what people agree
// to.
func (j *judging) mergeable() {
	j.out.Due, j.next = j.due()
	why := j.problems()
	why = append(why, j.errors()...)
	why = append(why, j.unapproved()...)
	why = append(why, j.accepters()...)
	if j.in.Landed == "" {
		why = append(why, required(j.in.Required)...)
		why = append(why, j.state()...)
		for _, held := range j.in.Held {
			why = append(why, strings.ReplaceAll(held, "\n", "; "))
		}
		if !j.out.Due {
			why = append(why, "merge.when is windowOpen, and no host of the change could start now; "+j.whenDue())
		}
		why = append(why, j.crowded()...)
	}
	j.out.Why = why
	j.out.Mergeable = len(why) == 0
	j.unblock()
}

// mostNamed is how many things of one sort a reason names.
const mostNamed = 5

// errors are the findings that refuse the change, whoever accepts them.
func (j *judging) errors() []string {
	var out []string
	more := 0
	for _, f := range j.out.Outcome.Findings {
		switch {
		case f.Severity != finding.Error || f.WaivedBy != "" || f.ID == "git/ambiguous-base":
		case len(out) == mostNamed:
			more++
		default:
			out = append(out, fmt.Sprintf("%s: %s: %s", place(f.Position), f.ID, f.Message))
		}
	}
	if more > 0 {
		out = append(out, fmt.Sprintf("and %d more findings of severity error", more))
	}
	return out
}

func place(p finding.Position) string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

func (j *judging) unapproved() []string {
	v := j.out.Verdict
	if v.State == approval.Approved || j.out.Landing == nil {
		return nil
	}
	why, because := fmt.Sprintf("the approvals are %s", v.State), ""
	if len(v.Unblock) > 0 {
		because = v.Unblock[0]
	}
	if v.State == approval.Error {
		why = "the approvals cannot be judged"
		if reason := failed(v.Tree); reason != "" {
			because = reason
		}
	}
	if because != "" {
		why += ": " + because
	}
	return []string{why}
}

// failed is the first reason in a tree that cannot be judged.
func failed(n approval.Node) string {
	for _, c := range n.Children {
		if c.State == approval.Error && c.Reason != "" {
			return c.Reason
		}
	}
	return n.Reason
}

// required are the checks of the forge that did not pass. One that was never
// reported is missing, not passed (R16).
func required(checks []change.Required) []string {
	var out []string
	for _, c := range checks {
		if c.State == "passed" {
			continue
		}
		state := c.State
		if state != "failed" && state != "pending" {
			state = "missing"
		}
		out = append(out, state+": "+c.Name)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Merged is why a change cannot merge that did.
const Merged = "it is merged already"

// state is what the proposal itself says: closed, a draft, for another branch.
func (j *judging) state() []string {
	c := j.in.Change
	var out []string
	if j.merged() {
		out = append(out, cmp.Or(j.notTaken, Merged))
	} else if !c.Open {
		out = append(out, "it is closed")
	}
	if c.Target != j.in.Target {
		out = append(out, fmt.Sprintf("it is for branch %q, wanted %q", c.Target, j.in.Target))
	}
	if c.Draft {
		out = append(out, "it is a draft")
	}
	return out
}

// merged reports whether all of the change is on its target already.
func (j *judging) merged() bool {
	c := j.in.Change
	return c.Merged || j.out.Base == c.Head && c.Head != ""
}

// taken finds out whether what is in the history of the authorised tip is in its documents.
func (j *judging) taken() error {
	if j.in.Change.Head == "" || j.out.Base != j.in.Change.Head || j.in.Landed != "" {
		return nil
	}
	paths, by, err := Dropped(j.in.Source, j.in.Authorised, j.in.Change.Head)
	if err == nil && len(paths) > 0 {
		j.notTaken = NotTaken(paths, by)
	}
	return err
}

// due reports whether merge.when of the authorised tip holds now: some host of the
// change could start; next is when the first could, 0 where none has a place. A change
// that allows nothing new to any host is always due.
func (j *judging) due() (due bool, next int64) {
	config := j.authorised.Tree.Config
	if config == nil || config.MergeWhen != "windowOpen" || j.out.Landing == nil {
		return true, 0
	}
	waiting := false
	hosts := map[host]bool{}
	for i := range j.out.Landing.Grants {
		if g := &j.out.Landing.Grants[i]; g.After != nil {
			hosts[hostOf(g)], waiting = true, true
		}
	}
	if !waiting {
		return true, 0
	}
	now := j.in.Now.Unix()
	for _, p := range plansOf(j.out.Outcome.Schedules, true) {
		for _, at := range p.Placements {
			switch {
			case !hosts[host{p.Client, p.ID, at.Asset}]:
			case at.Start <= now && now < at.End: // starts are whole minutes, from the one that we are in
				return true, 0
			case next == 0 || at.Start < next:
				next = at.Start
			}
		}
	}
	return false, next
}

// whenDue says when the first host of a change could start.
func (j *judging) whenDue() string {
	if j.next == 0 {
		return "none of them has a place"
	}
	return "the first could at " + time.Unix(j.next, 0).UTC().Format(time.RFC3339)
}

// host is one asset of one plan at one client.
type host struct{ client, plan, asset string }

func hostOf(g *effect.GrantChange) host { return host{g.Client, g.Plan.String(), g.Asset} }

// plansOf are the schedules of the authorised tip, or of what would land.
func plansOf(s *pipeline.Schedules, after bool) []rollout.PlanSchedule {
	if s == nil {
		return nil
	}
	planned := s.Before
	if after {
		planned = s.After
	}
	if planned == nil || planned.Schedule == nil {
		return nil
	}
	return planned.Schedule.Plans
}

// highest is the risk of what is not known.
const highest = 1000

// risk is that of the work on an asset by a plan, given by its identity, before or
// after, whichever is more. A host without work has none; one of a client that was
// not planned counts as the most.
func (j *judging) risk() func(client, plan, asset string) int {
	risks, planned := map[host]int{}, map[string]bool{}
	for _, after := range []bool{false, true} {
		for _, p := range plansOf(j.out.Outcome.Schedules, after) {
			planned[p.Client] = true
			set := func(asset string, risk int) {
				h := host{p.Client, p.ID, asset}
				risks[h] = max(risks[h], risk)
			}
			for _, at := range p.Placements {
				set(at.Asset, at.Risk)
			}
			for _, u := range p.Unplaced {
				set(u.Asset, u.Risk)
			}
		}
	}
	return func(client, plan, asset string) int {
		if !planned[client] {
			return highest
		}
		return risks[host{client, plan, asset}]
	}
}

// cost is by how much the change makes plans dearer, in minor units, all plans and
// currencies added up; what gets cheaper takes nothing off. It is negative where
// some client of the change was not planned, so that nobody knows.
func (j *judging) cost() int64 {
	before, planned := map[host]int64{}, map[string]bool{}
	for _, p := range plansOf(j.out.Outcome.Schedules, false) {
		before[host{p.Client, p.ID, ""}] = p.Cost.Amount
		planned[p.Client] = true
	}
	var sum int64
	for _, p := range plansOf(j.out.Outcome.Schedules, true) {
		sum += max(0, p.Cost.Amount-before[host{p.Client, p.ID, ""}])
		planned[p.Client] = true
	}
	if j.out.Landing != nil && slices.ContainsFunc(j.out.Landing.Grants, func(g effect.GrantChange) bool { return !planned[g.Client] }) {
		return -1
	}
	return sum
}

// isFeed reports whether a path is that of a pinned feed.
func isFeed(name string) bool { return strings.HasPrefix(name, "catalog/feeds/") }

// rulesMove reports whether two trees may say something else of how rules judge:
// own rules and constraints, settings, clients' parameters, waivers. What can be
// none of these is told by its bytes alone, as long as it is plain YAML.
func rulesMove(a, b *pipeline.Tree) bool {
	if a == b {
		return false
	}
	if a.OwnDigest() != b.OwnDigest() {
		return true
	}
	x, y := a.Documents, b.Documents
	for len(x) > 0 || len(y) > 0 {
		switch {
		case len(y) == 0 || len(x) > 0 && x[0].Path < y[0].Path:
			if mayRule(x[0]) {
				return true
			}
			x = x[1:]
		case len(x) == 0 || y[0].Path < x[0].Path:
			if mayRule(y[0]) {
				return true
			}
			y = y[1:]
		default:
			if x[0].Digest != y[0].Digest && (mayRule(x[0]) || mayRule(y[0])) {
				return true
			}
			x, y = x[1:], y[1:]
		}
	}
	return false
}

func mayRule(s pipeline.Source) bool {
	if path.Ext(s.Path) == ".cue" || bytes.ContainsRune(s.Bytes, '\\') {
		return true
	}
	return slices.ContainsFunc([]string{"Config", "Client", "RiskAcceptance"}, func(kind string) bool {
		return bytes.Contains(s.Bytes, []byte(kind))
	})
}
