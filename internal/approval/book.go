package approval

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/spec"
	"github.com/patchops/patchops/internal/window"
)

// LongestValid is how long an approval counts at most.
const LongestValid = 14 * 24 * time.Hour

// Book is who and what rules there are, as of one commit: the authorised tip.
type Book struct {
	Commit  string
	People  map[string]Person
	Groups  map[string][]string // members, sorted
	Rules   []Rule              // by name
	Contact map[string]Contact  // by "client/name"
}

// Person is a Person document.
type Person struct {
	Name    string
	Active  bool
	Bot     bool
	Keys    []string // fingerprints of signing keys
	Account int64    // on GitHub; 0: none
	Login   string
	Emails  []string // lower case; they prove nothing
}

// Contact is a Contact document.
type Contact struct {
	Client, Name, Role, Person string
	ValidUntil                 time.Time // exclusive; zero: for good
}

// Rule is an ApprovalRule document.
type Rule struct {
	Name           string
	At             finding.Position
	Match          *Match // nil: only where referred to
	Require        Require
	DistinctPeople bool
	ExcludeAuthor  bool
	ExcludeOthers  bool // contributors
	Signed         bool
	ValidFor       time.Duration
}

// Match is which entries a rule takes. Fields are ANDed, values of a list ORed; a
// nil list and a zero number are not given.
type Match struct {
	ChangeTypes, Kinds, Clients, Environments, ComplianceScopes, Findings []string
	ClientTiers                                                           []string
	Paths                                                                 []spec.Glob
	Selector                                                              *spec.Selector
	ProblemRefs                                                           *bool
	MinRisk, MinAssets                                                    int
	MinCost                                                               int64
}

// Require is a tree of what people satisfy.
type Require struct {
	All, Any     []Require
	Group        string
	ContactRoles []string
	OwnerOf      string // "assets"
	Count        int
}

// ReadBook reads people, groups, contacts and rules. What is broken is left out:
// a tree with errors never comes to be the authorised tip.
func ReadBook(c *corpus.Corpus, commit string) *Book {
	b := &Book{Commit: commit, People: map[string]Person{}, Groups: map[string][]string{}, Contact: map[string]Contact{}}
	if c == nil {
		return b
	}
	view := c.View("")
	each := func(kind string, read func(name string, spec *document.Value)) {
		for _, name := range view.Names(kind, corpus.Global) {
			if root := view.Document(kind, corpus.Global, name); root != nil {
				read(name, root.Get("spec"))
			}
		}
	}
	each("Person", func(name string, said *document.Value) { b.People[name] = readPerson(name, said) })
	each("Group", func(name string, said *document.Value) { b.Groups[name] = sortedSet(spec.Texts(said.Get("members"))) })
	each("ApprovalRule", func(name string, said *document.Value) {
		r := readRule(name, said)
		r.At = c.Entry(finding.Identity{Kind: "ApprovalRule", Name: name}).Name
		b.Rules = append(b.Rules, r)
	})
	for _, client := range view.Clients("Contact") {
		for _, name := range view.Names("Contact", client) {
			if root := view.Document("Contact", client, name); root != nil {
				b.Contact[client+"/"+name] = readContact(client, name, c.Zone(client), root.Get("spec"))
			}
		}
	}
	return b
}

func readPerson(name string, said *document.Value) Person {
	p := Person{Name: name, Active: truth(said.Get("active"), false), Bot: truth(said.Get("bot"), false)}
	for _, line := range spec.Texts(said.Get("signingKeys")) {
		if key, err := signature.ParseKey(line); err == nil {
			p.Keys = append(p.Keys, key.Fingerprint())
		}
	}
	p.Keys = sortedSet(p.Keys)
	for _, address := range spec.Texts(said.Get("emails")) {
		p.Emails = append(p.Emails, strings.ToLower(address))
	}
	p.Account, p.Login = spec.Whole(said.Get("github").Get("id"), 0), said.Get("github").Get("login").Text()
	return p
}

func readContact(client, name, zone string, said *document.Value) Contact {
	c := Contact{Client: client, Name: name, Role: said.Get("role").Text(), Person: said.Get("personRef").Text()}
	if said.Get("validUntil") != nil {
		// What cannot be read is long over: second 0.
		c.ValidUntil = time.Unix(spec.Ends(said.Get("validUntil"), zone), 0).UTC()
	}
	return c
}

func readRule(name string, said *document.Value) Rule {
	r := Rule{
		Name: name, Match: readMatch(said.Get("match")), Require: readRequire(said.Get("require")),
		DistinctPeople: truth(said.Get("distinctPeople"), true), ExcludeAuthor: true, ExcludeOthers: true,
		Signed: truth(said.Get("signed"), false), ValidFor: LongestValid,
	}
	if exclude := said.Get("exclude"); exclude != nil {
		names := spec.Texts(exclude)
		r.ExcludeAuthor, r.ExcludeOthers = slices.Contains(names, "author"), slices.Contains(names, "contributors")
	}
	if said.Get("validFor") != nil {
		d, err := window.ParseDurationOrZero(said.Get("validFor").Text())
		if err != nil {
			d = 0
		}
		r.ValidFor = min(d, LongestValid)
	}
	return r
}

func readMatch(v *document.Value) *Match {
	if v == nil {
		return nil
	}
	m := &Match{
		ChangeTypes: listed(v.Get("changeTypes")), Kinds: listed(v.Get("kinds")), Clients: listed(v.Get("clients")),
		Environments: listed(v.Get("environments")), ComplianceScopes: listed(v.Get("complianceScopes")),
		Findings: listed(v.Get("findings")), ClientTiers: listed(v.Get("clientTiers")), Selector: spec.SelectorOf(v.Get("selector")),
		MinRisk: int(spec.Whole(v.Get("minRisk"), 0)), MinAssets: int(spec.Whole(v.Get("minAssets"), 0)), MinCost: spec.Whole(v.Get("minCost"), 0),
	}
	if paths := listed(v.Get("paths")); paths != nil {
		m.Paths = make([]spec.Glob, len(paths))
		for i, p := range paths {
			m.Paths[i] = spec.ParseGlob(p)
		}
	}
	if b := v.Get("problemRefs"); b != nil {
		wanted := b.Bool
		m.ProblemRefs = &wanted
	}
	return m
}

// listed are the strings and integers of a list; nil only where none is written.
func listed(v *document.Value) []string {
	if v == nil {
		return nil
	}
	out := []string{}
	for i := range v.Elements() {
		switch e := &v.Items[i]; e.Kind {
		case document.String:
			out = append(out, e.Str)
		case document.Int:
			out = append(out, strconv.FormatInt(e.Int, 10))
		}
	}
	return out
}

func readRequire(v *document.Value) Require {
	r := Require{
		Group: v.Get("group").Text(), ContactRoles: spec.Texts(v.Get("contactRoles")), OwnerOf: v.Get("ownerOf").Text(),
		Count: int(spec.Whole(v.Get("count"), 0)),
	}
	for i := range v.Get("all").Elements() {
		r.All = append(r.All, readRequire(&v.Get("all").Items[i]))
	}
	for i := range v.Get("any").Elements() {
		r.Any = append(r.Any, readRequire(&v.Get("any").Items[i]))
	}
	return r
}

// Groups are the groups that a tree names, sorted.
func (r Require) Groups() []string {
	var out []string
	for _, branch := range slices.Concat(r.All, r.Any) {
		out = append(out, branch.Groups()...)
	}
	if r.Group != "" {
		out = append(out, r.Group)
	}
	return sortedSet(out)
}

// Rule is the rule of a name, nil when there is none.
func (b *Book) Rule(name string) *Rule {
	for i := range b.Rules {
		if b.Rules[i].Name == name {
			return &b.Rules[i]
		}
	}
	return nil
}

func truth(v *document.Value, otherwise bool) bool {
	if v == nil || v.Kind != document.Bool {
		return otherwise
	}
	return v.Bool
}
