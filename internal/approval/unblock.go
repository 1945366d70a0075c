package approval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxNamed is how many people a line names.
const maxNamed = 8

// contactWord begins the name of a contact who is no Person.
const contactWord = "contact "

// unblock says what would let the change merge: rejections to withdraw, then the
// fewest approvals that are missing, then what no approval mends.
func (j *judge) unblock(v *Verdict, rulings []*ruling) {
	if v.State == Approved {
		return
	}
	var stuck []string
	for _, r := range rulings {
		if r.root == nil || r.node.State == Skipped || r.node.State == Approved {
			continue
		}
		v.Withdraw = append(v.Withdraw, r.root.rejecters()...)
		if r.unsure != "" {
			stuck = append(stuck, r.certain())
			continue
		}
		needs, impossible := r.needs()
		v.Needs = append(v.Needs, needs...)
		stuck = append(stuck, impossible...)
	}
	if n := len(v.Tree.Children); n > 0 && v.Tree.Children[n-1].Title == "approval/uncovered" {
		stuck = append(stuck, "a rule, merged before this, that is for "+few(v.Tree.Children[n-1].Covers, 5))
	}
	v.Withdraw = sortedSet(v.Withdraw)
	v.Needs = merged(v.Needs)
	for _, p := range v.Withdraw {
		v.Unblock = append(v.Unblock, p+" withdraws the rejection")
	}
	for i, n := range v.Needs {
		other := slices.ContainsFunc(v.Needs[:i], func(o Need) bool {
			return j.distinct(both(o.Rules, n.Rules)) && len(both(o.People, n.People)) > 0
		})
		v.Unblock = append(v.Unblock, n.text(other))
	}
	if last := len(v.Unblock) - 1; last >= 0 && len(stuck) == 0 {
		v.Unblock[last] += ", then it can merge"
	}
	v.Unblock = append(v.Unblock, sortedSet(stuck)...)
}

// distinct reports whether one of these rules wants another person for each need.
func (j *judge) distinct(rules []string) bool {
	return slices.ContainsFunc(rules, func(name string) bool {
		r := j.book.Rule(name)
		return r != nil && r.DistinctPeople
	})
}

// certain says what would make a rule one that can be judged.
func (r *ruling) certain() string {
	var unsigned []string
	for _, u := range r.tree.in.Contributors.Unknown {
		if u.Commit != "" {
			unsigned = append(unsigned, short(u.Commit))
		}
	}
	if len(unsigned) == 0 || r.tree.hidesUnknown() != r.unsure {
		return fmt.Sprintf("rule %s: %s", r.tree.rule.Name, r.unsure)
	}
	return fmt.Sprintf("sign %s with a key of a Person of %s, and push again: git rebase --force-rebase --gpg-sign %s",
		few(sortedSet(unsigned), 5), r.tree.in.Target, r.tree.in.Target)
}

func (n *node) rejecters() []string {
	out := slices.Clone(n.rejected)
	for _, c := range n.children {
		out = append(out, c.rejecters()...)
	}
	return out
}

// needs are the approvals that a rule still wants on its nearest way, and what
// nobody could give.
func (r *ruling) needs() (needs []Need, impossible []string) {
	rule := r.tree.rule
	wanted, unable := map[*node]int{}, map[*node]int{}
	var order []*node
	for _, s := range r.found.slots {
		if slices.Contains(s.leaf.have, s.person) {
			continue
		}
		if !slices.Contains(order, s.leaf) {
			order = append(order, s.leaf)
		}
		wanted[s.leaf]++
		if s.person == "" {
			unable[s.leaf]++
		}
	}
	for _, n := range order {
		if unable[n] > 0 {
			who := "nobody is left who could"
			if len(n.could) > 0 {
				who = "only " + few(n.could, maxNamed) + " could"
			}
			impossible = append(impossible, fmt.Sprintf("rule %s wants %d more from %s, and %s", rule.Name, wanted[n], n.from, who))
			continue
		}
		needs = append(needs, Need{Rules: []string{rule.Name}, Count: wanted[n], People: n.could, From: n.from, Signed: rule.Signed})
	}
	if len(needs) == 1 && needs[0].Count == 1 && len(impossible) == 0 && rule.DistinctPeople {
		needs[0].People, needs[0].From = r.reachable(order[0])
	}
	for _, p := range r.root.problems(r.found.chosen) {
		impossible = append(impossible, "rule "+rule.Name+": "+p)
	}
	return needs, impossible
}

// reachable are all who could give the one approval that is missing: who is taken
// for it may also be taken from another leaf, for which somebody else then stands.
func (r *ruling) reachable(missing *node) (people []string, from string) {
	leaves, froms := []*node{missing}, []string{}
	for i := 0; i < len(leaves); i++ {
		people = append(people, leaves[i].could...)
		froms = append(froms, leaves[i].from)
		for _, s := range r.found.slots {
			if slices.Contains(leaves[i].have, s.person) && !slices.Contains(leaves, s.leaf) {
				leaves = append(leaves, s.leaf)
			}
		}
	}
	// Who approved for one leaf may stand in another's list of those who could.
	people = slices.DeleteFunc(sortedSet(people), func(p string) bool {
		return slices.ContainsFunc(r.found.slots, func(s slot) bool { return s.person == p && slices.Contains(s.leaf.have, p) })
	})
	return people, strings.Join(sortedSet(froms), " or ")
}

// problems are what nobody can mend by approving, on the way that is gone.
func (n *node) problems(chosen map[*node]*node) []string {
	if n.problem != "" {
		return []string{n.problem}
	}
	var out []string
	for _, c := range n.children {
		if !n.any || chosen[n] == c {
			out = append(out, c.problems(chosen)...)
		}
	}
	return out
}

// merged joins needs of different rules that one person can meet.
func merged(needs []Need) []Need {
	var out []Need
	for _, n := range needs {
		i := slices.IndexFunc(out, func(o Need) bool {
			same := o.Count == n.Count && o.From == n.From && slices.Equal(o.People, n.People)
			return (same || o.Count == 1 && n.Count == 1 && len(both(o.People, n.People)) > 0) && !intersect(o.Rules, n.Rules)
		})
		if i < 0 {
			out = append(out, n)
			continue
		}
		o := &out[i]
		if o.From != n.From {
			o.From += " and " + n.From
		}
		o.Rules, o.People, o.Signed = sortedSet(append(slices.Clone(o.Rules), n.Rules...)), both(o.People, n.People), o.Signed || n.Signed
	}
	return out
}

func both(a, b []string) []string {
	var out []string
	for _, s := range a {
		if slices.Contains(b, s) {
			out = append(out, s)
		}
	}
	return out
}

// text is a need as one line; other: beside those of an earlier line.
func (n Need) text(other bool) string {
	count := strconv.Itoa(n.Count)
	if n.Count == 1 {
		count = "one"
	}
	if other {
		count += " other"
	}
	text := fmt.Sprintf("%s of {%s} from %s", count, few(n.People, maxNamed), n.From)
	if len(n.People) == n.Count && n.Count <= maxNamed {
		text = enumerated(n.People) + ", from " + n.From
	}
	if n.Signed {
		text += ", by a signed statement"
	}
	if slices.ContainsFunc(n.People, func(p string) bool { return strings.HasPrefix(p, contactWord) }) {
		text += ", whose word somebody takes down (patchops consent)"
	}
	return text
}
