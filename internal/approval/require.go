package approval

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// node is a part of a rule's tree, made for one change: an owner or a client
// that the change touches is a leaf of its own.
type node struct {
	title    string
	any      bool
	leaf     bool
	children []*node
	problem  string // of a leaf that nobody can satisfy
	nothing  string // why it asks for nothing here
	want     int
	have     []string // who approved: Persons, and contacts that are none
	could    []string // who else could
	from     string
	rejected []string // whose rejection stands

	leastWant, leastMissing, leastUnable int // below, whoever is taken for whom
}

// tree is what a rule asks of this change.
type tree struct {
	*judge
	rule    *Rule
	taken   taken
	without []*word // that are not listened to
}

func (t *tree) make(r *Require) *node {
	var n *node
	switch {
	case len(r.All) > 0 || len(r.Any) > 0 && r.Group == "" && len(r.ContactRoles) == 0 && r.OwnerOf == "":
		return t.branches(r)
	case r.Count < 1:
		n = &node{title: "nobody", problem: "the rule asks for nobody"}
	case r.Group != "":
		n = t.group(r.Group, r.Count)
	case len(r.ContactRoles) > 0:
		return t.contacts(r)
	case r.OwnerOf == "assets":
		return t.owners(r.Count)
	default:
		n = &node{title: "nobody", problem: "the rule asks for nobody"}
	}
	return n.done()
}

func (t *tree) branches(r *Require) *node {
	n := &node{title: "all"}
	branches := r.All
	if len(r.All) == 0 {
		n.title, n.any, branches = "any", true, r.Any
	}
	for i := range branches {
		n.children = append(n.children, t.make(&branches[i]))
	}
	return n.done()
}

// done completes a node: a leaf's bounds, a branch's from its children.
func (n *node) done() *node {
	n.leaf = len(n.children) == 0
	if n.leaf {
		switch {
		case n.nothing != "":
		case n.problem != "":
			n.want = max(n.want, 1)
			n.leastWant, n.leastMissing, n.leastUnable = n.want, n.want, n.want
		default:
			n.leastWant = n.want
			n.leastMissing = max(0, n.want-len(n.have))
			n.leastUnable = max(0, n.want-len(n.have)-len(n.could))
		}
		return n
	}
	first := true
	nothing := true
	for _, c := range n.children {
		if c.nothing != "" {
			continue
		}
		nothing = false
		switch {
		case !n.any || first:
			n.leastWant += c.leastWant
			n.leastMissing += c.leastMissing
			n.leastUnable += c.leastUnable
		default:
			n.leastWant = min(n.leastWant, c.leastWant)
			n.leastMissing, n.leastUnable = min(n.leastMissing, c.leastMissing), min(n.leastUnable, c.leastUnable)
		}
		first = false
	}
	if nothing {
		n.nothing = n.children[0].nothing
	}
	return n
}

// people are all who approved below a node, and all who could still.
func (n *node) people(have, all map[string]bool) {
	for _, p := range n.have {
		have[p], all[p] = true, true
	}
	for _, p := range n.could {
		all[p] = true
	}
	for _, c := range n.children {
		c.people(have, all)
	}
}

// asks are the children that ask for something.
func (n *node) asks() []*node {
	return slices.DeleteFunc(slices.Clone(n.children), func(c *node) bool { return c.nothing != "" })
}

func (t *tree) group(name string, count int) *node {
	n := &node{title: fmt.Sprintf("%d of group %s", count, name), from: name, want: count}
	members, known := t.book.Groups[name]
	if !known {
		n.problem = fmt.Sprintf("there is no group %q at the authorised tip", name)
		return n
	}
	for _, person := range sortedSet(members) {
		switch w, may := t.word(person), t.may(person); {
		case t.rejects(person):
			n.rejected = append(n.rejected, person)
		case w != nil && t.takesWord(w):
			n.have = append(n.have, person)
		case may:
			n.could = append(n.could, person)
		}
	}
	return n
}

// owners is one leaf for each group that owns an asset which the rule takes.
func (t *tree) owners(count int) *node {
	var groups, without []string
	for _, a := range t.taken.assets {
		groups = append(groups, a.Owners...)
		if len(a.Owners) == 0 {
			without = append(without, a.Client+"/"+a.Name)
		}
	}
	n := &node{title: "owners of the assets"}
	if len(t.taken.assets) == 0 {
		n.nothing = "the change touches no asset"
		return n.done()
	}
	for _, g := range sortedSet(groups) {
		n.children = append(n.children, t.group(g, count).done())
	}
	if len(without) > 0 {
		n.children = append(n.children, (&node{
			title: "owners of assets without one", want: count, problem: "no owner is written for " + few(sortedSet(without), 5),
		}).done())
	}
	return n.done()
}

// contacts is one leaf for each client that the rule takes something of.
func (t *tree) contacts(r *Require) *node {
	roles := strings.Join(sortedSet(r.ContactRoles), " or ")
	n := &node{title: fmt.Sprintf("%d contacts (%s) of each client", r.Count, roles)}
	if len(t.taken.clients) == 0 {
		n.nothing = "the change touches no client"
		return n.done()
	}
	for _, client := range t.taken.clients {
		leaf := &node{title: fmt.Sprintf("%d of the %s contacts of %s", r.Count, roles, client), from: "the " + roles + " contacts of " + client, want: r.Count}
		for _, name := range slices.Sorted(maps.Keys(t.book.Contact)) {
			if c := t.book.Contact[name]; c.Client == client && slices.Contains(r.ContactRoles, c.Role) {
				t.contactOf(leaf, name, &c)
			}
		}
		leaf.have, leaf.could = sortedSet(leaf.have), sortedSet(leaf.could)
		leaf.could = slices.DeleteFunc(leaf.could, func(p string) bool { return slices.Contains(leaf.have, p) })
		n.children = append(n.children, leaf.done())
	}
	return n.done()
}

// contactOf adds a contact to a leaf: their consent counts, or, where they are a
// Person, what they sign themselves.
func (t *tree) contactOf(leaf *node, name string, c *Contact) {
	if !c.ValidUntil.IsZero() && !t.in.Now.Before(c.ValidUntil) {
		return
	}
	id := contactWord + name
	_, known := t.book.People[c.Person]
	if known {
		id = c.Person
	}
	consent, own := t.people.consents[name], t.people.signed[c.Person]
	if known && t.rejects(id) {
		leaf.rejected = append(leaf.rejected, id)
		return
	}
	why, _ := t.barred(id)
	consents := !t.rule.Signed && (!known || why != "author" && why != "contributor")
	switch {
	case known && own != nil && t.takesWord(own), consents && consent != nil && t.takesWord(consent):
		leaf.have = append(leaf.have, id)
	case known && t.may(id) && t.signs(id), consents:
		leaf.could = append(leaf.could, id)
	}
}

// word is what a person says, of what a rule listens to.
func (t *tree) word(person string) *word {
	if !t.rule.Signed {
		return t.people.own[person]
	}
	if w := t.people.own[person]; w != nil && w.act.Key == "" && w.reason.Why == "" {
		w.reason = Ignored{Why: "unsigned", Detail: "rule " + t.rule.Name + " counts only statements signed by their own key"}
	}
	return t.people.signed[person]
}

// rejects reports whether a person's rejection stands. Who worked on a change may
// reject it: else a commit in somebody's name would take their rejection away.
func (t *tree) rejects(person string) bool {
	_, rejected := t.people.rejected[person]
	return rejected
}

// barred says why a person's approval counts for nothing by a rule.
func (t *tree) barred(person string) (why, detail string) {
	c := &t.in.Contributors
	switch p, known := t.book.People[person]; {
	case !known:
		return "unknown", person + " is no Person at the authorised tip"
	case !p.Active:
		return "inactive", person + " is not active"
	case p.Bot:
		return "bot", person + " is a program"
	case len(t.speakers.twins[person]) > 0:
		return "unknown", person + " shares a key or an account with " + enumerated(t.speakers.twins[person])
	case t.rule.ExcludeAuthor && person == c.Author:
		return "author", "rule " + t.rule.Name + " excludes authors, and the change is " + person + "'s"
	case t.rule.ExcludeOthers && (person == c.Author || slices.Contains(c.People, person)):
		return "contributor", "rule " + t.rule.Name + " excludes contributors, and " + person + " worked on the change"
	}
	return "", ""
}

// may reports whether a person could still approve.
func (t *tree) may(person string) bool {
	why, _ := t.barred(person)
	p := t.book.People[person]
	return why == "" && !t.rejects(person) && (t.signs(person) || p.Account != 0 && !t.rule.Signed)
}

// signs reports whether a person has a key that was not revoked.
func (t *tree) signs(person string) bool {
	return slices.ContainsFunc(t.book.People[person].Keys, func(key string) bool {
		_, revoked := t.in.Revoked[key]
		return !revoked
	})
}

// takesWord reports whether a rule counts an approval, and notes why not.
func (t *tree) takesWord(w *word) bool {
	if w.why != "" || slices.Contains(t.without, w) {
		return false
	}
	why, detail := "", ""
	if w.contact == "" {
		why, detail = t.barred(w.person)
	}
	if limit := w.act.AsOf.Add(min(t.rule.ValidFor, LongestValid)); why == "" && t.in.Now.After(limit) {
		why, detail = "expired", fmt.Sprintf("rule %s counts it for %s, until %s", t.rule.Name, duration(t.rule.ValidFor), moment(limit))
	}
	if why == "" {
		w.counted = true
		return true
	}
	if w.reason.Why == "" {
		w.reason = Ignored{Why: why, Detail: detail}
	}
	return false
}

// hidesUnknown says why a rule cannot know whom it excludes.
func (t *tree) hidesUnknown() string {
	c := &t.in.Contributors
	if len(c.Unknown) > 0 && (t.rule.ExcludeOthers || t.rule.ExcludeAuthor && c.Author == "") {
		return "whose work it is, is not known: " + t.unknown()
	}
	return ""
}

// unknown names the commits of which nobody knows whose they are.
func (j *judge) unknown() string {
	var out []string
	for _, u := range j.in.Contributors.Unknown {
		out = append(out, fmt.Sprintf("%s (%s)", cmp.Or(short(u.Commit), "pushers"), u.Why))
	}
	return few(sortedSet(out), 5)
}

func duration(d time.Duration) string {
	if d%(24*time.Hour) == 0 {
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	}
	return d.String()
}
