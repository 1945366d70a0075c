package approval

import (
	"fmt"
	"slices"
	"strings"
)

// ruling is what a rule says of the change.
type ruling struct {
	tree   *tree
	root   *node // nil where the rule takes nothing
	found  *assignment
	node   Node
	unsure string // why it cannot be told, whoever approves
}

func (j *judge) verdict() Verdict {
	rules := slices.Clone(j.book.Rules)
	slices.SortStableFunc(rules, func(a, b Rule) int { return strings.Compare(a.Name, b.Name) })
	rulings := make([]*ruling, len(rules))
	v := Verdict{Tree: Node{Title: "all", Reason: j.judgedBy(rules)}}
	covered := make([]bool, len(j.in.Entries))
	applies := false
	for i := range rules {
		r := j.rule(&rules[i])
		rulings[i] = r
		v.Tree.Children = append(v.Tree.Children, r.node)
		if r.node.State != Skipped {
			applies = true
			for _, e := range r.tree.taken.entries {
				covered[e] = true
			}
		}
	}
	if n := j.uncovered(covered, applies); n != nil {
		v.Tree.Children = append(v.Tree.Children, *n)
	}
	v.State = total(v.Tree.Children)
	v.Tree.State = v.State
	for _, n := range v.Tree.Children {
		v.Tree.Have, v.Tree.Want = v.Tree.Have+n.Have, v.Tree.Want+n.Want
	}
	j.whoCounts(&v)
	v.Uncovered = j.unseen(rulings)
	j.unblock(&v, rulings)
	if j.changesRules() {
		j.warnings = append(j.warnings, "the change touches rules, people or profiles; it is judged by those of "+short(j.book.Commit))
	}
	v.Warnings = sortedSet(j.warnings)
	return v
}

// judgedBy names the files and the commit that the rules are of (A11).
func (j *judge) judgedBy(rules []Rule) string {
	var files []string
	for i := range rules {
		if file := rules[i].At.File; file != "" {
			files = append(files, file)
		}
	}
	text := "by the rules of " + short(j.book.Commit)
	if files = sortedSet(files); len(files) > 0 {
		text += " in " + few(files, 3)
	}
	return text
}

// total is the state of rules that must all hold. Rules that take nothing do not
// count; without any other it is an error (A9).
func total(children []Node) State {
	states := map[State]bool{}
	for _, c := range children {
		states[c.State] = true
	}
	for _, s := range []State{Error, Rejected, Pending, Approved} {
		if states[s] {
			return s
		}
	}
	return Error
}

// uncovered is the node of the entries that no rule takes; nil where all are.
func (j *judge) uncovered(covered []bool, applies bool) *Node {
	var names []string
	for i, c := range covered {
		if !c {
			names = append(names, j.in.Entries[i].Text)
		}
	}
	if names = sortedSet(names); len(names) == 0 {
		return nil
	}
	n := &Node{State: Error, Title: "approval/uncovered", Covers: names, Reason: "no rule is for " + few(names, 5)}
	if !applies {
		n.Reason = "no rule applies: " + n.Reason
	}
	return n
}

// rule judges one rule.
func (j *judge) rule(r *Rule) *ruling {
	t := &tree{judge: j, rule: r, taken: j.takes(r)}
	out := &ruling{tree: t, node: Node{State: Skipped, At: r.At, Title: "rule " + r.Name, Reason: t.taken.why}}
	if t.taken.why != "" {
		return out
	}
	for _, e := range t.taken.entries {
		out.node.Covers = append(out.node.Covers, j.in.Entries[e].Text)
	}
	out.node.Covers = slices.Compact(out.node.Covers)
	out.root = t.make(&r.Require)
	if out.root.nothing != "" {
		out.node.Reason = out.root.nothing
		return out
	}
	if out.found = assign(out.root, r.DistinctPeople); out.found == nil {
		out.unsure = "the rule has too many branches to try"
		out.found = &assignment{}
	}
	child := out.show(out.root)
	out.node.State, out.node.Reason, out.node.Children = child.State, child.Reason, []Node{child}
	for _, s := range out.found.slots {
		if slices.Contains(s.leaf.have, s.person) {
			out.node.By = append(out.node.By, s.person)
		}
	}
	out.node.Have = len(out.node.By)
	out.node.Want = len(out.found.slots) + out.found.broken
	out.node.By = sortedSet(out.node.By)
	if out.unsure == "" {
		out.unsure = t.hidesUnknown()
	}
	if out.unsure != "" {
		out.node.State, out.node.Reason = Error, out.unsure
	}
	if out.node.State == Pending {
		out.node.Reason = fmt.Sprintf("%d of %d", out.node.Have, out.node.Want)
	}
	return out
}

// show is a node of the tree as it stands.
func (r *ruling) show(n *node) Node {
	out := Node{Title: n.title, Want: n.want}
	switch {
	case n.nothing != "":
		out.State, out.Reason, out.Want = Skipped, n.nothing, 0
	case n.leaf:
		r.showLeaf(n, &out)
	default:
		for _, c := range n.children {
			out.Children = append(out.Children, r.show(c))
		}
		r.join(n, &out)
	}
	return out
}

func (r *ruling) showLeaf(n *node, out *Node) {
	gone := false
	for _, s := range r.found.slots {
		gone = gone || s.leaf == n
		if s.leaf == n && slices.Contains(n.have, s.person) {
			out.By = append(out.By, s.person)
		}
	}
	if !gone { // a branch that is not needed: as it stands by itself
		out.By = slices.Clone(n.have)
	}
	out.By = sortedSet(out.By)
	out.Have = len(out.By)
	switch {
	case n.problem != "":
		out.State, out.Reason = Error, n.problem
	case len(n.rejected) > 0:
		out.State, out.Reason = Rejected, r.tree.rejections(n.rejected)
	case out.Have >= n.want:
		out.State = Approved
	default:
		out.State, out.Reason = Pending, fmt.Sprintf("%d of %d", out.Have, n.want)
	}
}

// join is the state of a branch. A rejection stands whichever branch is gone; an
// error is never swallowed: where another branch approved, it is a warning (A10).
func (r *ruling) join(n *node, out *Node) {
	by := map[State][]Node{}
	for i, c := range out.Children {
		by[c.State] = append(by[c.State], c)
		if c.State != Skipped && (!n.any || r.found.chosen[n] == n.children[i]) {
			out.Have, out.Want = out.Have+c.Have, out.Want+c.Want
		}
	}
	first := func(s State) {
		out.State, out.Reason = s, by[s][0].Reason
		if by[s][0].Reason == "" {
			out.Reason = by[s][0].Title
		}
	}
	approved := len(by[Approved]) > 0 && len(by[Pending])+len(by[Error])+len(by[Rejected]) == 0
	if n.any {
		approved = slices.ContainsFunc(out.Children, func(c Node) bool { return c.State == Approved }) && r.chosenApproved(n, out)
	}
	switch {
	case len(by[Error]) > 0 && (!n.any || !approved):
		first(Error)
	case len(by[Rejected]) > 0:
		first(Rejected)
	case approved:
		out.State = Approved
		for _, c := range by[Error] {
			r.tree.warnings = append(r.tree.warnings, fmt.Sprintf("rule %s: %s: %s", r.tree.rule.Name, c.Title, c.Reason))
		}
	default:
		out.State, out.Reason = Pending, fmt.Sprintf("%d of %d", out.Have, out.Want)
	}
}

// chosenApproved reports whether the branch that is gone is approved; of a branch
// that nobody chose, because it is below another, any will do.
func (r *ruling) chosenApproved(n *node, out *Node) bool {
	c, chosen := r.found.chosen[n]
	if !chosen {
		return true
	}
	return out.Children[slices.Index(n.children, c)].State == Approved
}

func (t *tree) rejections(people []string) string {
	var out []string
	for _, p := range people {
		a := t.people.rejected[p]
		text := p + " rejected it " + moment(a.AsOf)
		if a.Reason != "" {
			text += fmt.Sprintf(": %q", a.Reason)
		}
		out = append(out, text)
	}
	return joined(out)
}

// whoCounts says whose word counts and whose does not, and why.
func (j *judge) whoCounts(v *Verdict) {
	for _, w := range j.words {
		who := w.person
		if w.contact != "" {
			who = "contact " + w.contact
		}
		switch i := (Ignored{Person: who, Evidence: w.act.Evidence}); {
		case w.why != "":
			i.Why, i.Detail = w.why, w.detail
			j.ignore(i)
		case w.counted:
			v.Used = append(v.Used, w.act.Evidence)
			v.Approvers = append(v.Approvers, who)
			if w.kept != "" {
				v.Kept = append(v.Kept, w.kept)
			}
		case j.people.signed[w.person] == w && j.people.own[w.person] != w && w.contact == "":
			// An older statement beside a newer review: the review was reported.
		case w.reason.Why != "":
			i.Why, i.Detail = w.reason.Why, w.reason.Detail
			j.ignore(i)
		default:
			i.Why, i.Detail = "notInGroup", "no rule that applies asks "+who
			j.ignore(i)
		}
	}
	v.Used, v.Approvers, v.Kept = sortedSet(v.Used), sortedSet(v.Approvers), sortedSet(v.Kept)
	slices.SortFunc(j.ignored, func(a, b Ignored) int {
		return strings.Compare(a.Person+"\x00"+a.Why+"\x00"+a.Evidence+"\x00"+a.Detail, b.Person+"\x00"+b.Why+"\x00"+b.Evidence+"\x00"+b.Detail)
	})
	v.Ignored = slices.Compact(j.ignored)
}
