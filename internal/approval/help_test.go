package approval

import (
	"crypto/ed25519"
	"crypto/sha256"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/corpus/corpustest"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/spec"
)

var noon = time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC)

// keyLine is a public key that follows from a name.
func keyLine(t testing.TB, name string) string {
	t.Helper()
	seed := sha256.Sum256([]byte(name))
	public, err := ssh.NewPublicKey(ed25519.NewKeyFromSeed(seed[:]).Public())
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(public)))
}

func fingerprint(t testing.TB, name string) string {
	t.Helper()
	key, err := signature.ParseKey(keyLine(t, name))
	if err != nil {
		t.Fatal(err)
	}
	return key.Fingerprint()
}

// someBook has ada, bob, carl, dana, erin, frank (accounts 1 to 6, key "key <name>"),
// the bot robo (9) and gone, who is inactive (10).
func someBook(rules ...Rule) *Book {
	b := &Book{Commit: "a0a0a0a0a0a0a0a0", People: map[string]Person{}, Rules: rules, Groups: map[string][]string{
		"dev": {"bob", "dana"}, "sec": {"dana", "erin"}, "ops": {"ada", "bob", "carl", "dana", "gone", "robo"}, "boss": {"frank"},
	}, Contact: map[string]Contact{
		"acme/ops":   {Client: "acme", Name: "ops", Role: "technical"},
		"acme/chief": {Client: "acme", Name: "chief", Role: "business", Person: "frank"},
		"acme/old":   {Client: "acme", Name: "old", Role: "business", ValidUntil: noon},
		"birch/ops":  {Client: "birch", Name: "ops", Role: "technical"},
	}}
	for i, name := range []string{"ada", "bob", "carl", "dana", "erin", "frank"} {
		b.People[name] = Person{Name: name, Active: true, Keys: []string{"key " + name}, Account: int64(i + 1)}
	}
	b.People["robo"] = Person{Name: "robo", Active: true, Bot: true, Account: 9, Keys: []string{"key robo"}}
	b.People["gone"] = Person{Name: "gone", Account: 10, Keys: []string{"key gone"}}
	return b
}

// rule takes everything, with the defaults of a document.
func rule(name string, r Require) Rule {
	return Rule{Name: name, Match: &Match{}, Require: r, DistinctPeople: true, ExcludeAuthor: true, ExcludeOthers: true, ValidFor: LongestValid}
}

func of(group string, count int) Require { return Require{Group: group, Count: count} }

func digestOf(s string) effect.Digest { return sha256.Sum256([]byte(s)) }

// someEffect is a plan and its grant, of which one thing follows from a text.
func someEffect(what string) *effect.Effect {
	plan := finding.Identity{Kind: "PatchPlan", Client: "acme", Name: "march"}
	return &effect.Effect{
		Documents: []effect.DocumentChange{{Identity: plan, After: effect.DocumentState{Path: "plans/acme/march.yaml", Digest: digestOf("plan")}}},
		Grants: []effect.GrantChange{{Client: "acme", Asset: "web-01", Plan: plan, After: &effect.Grant{
			What: digestOf(what), Asset: digestOf(what), Until: "2026-04-01T00:00:00Z", Allow: effect.Set{{Name: "nightly", Digest: digestOf("w")}},
		}}},
	}
}

func someEntries() []Entry {
	plan := finding.Identity{Kind: "PatchPlan", Client: "acme", Name: "march"}
	asset := Asset{Client: "acme", Name: "web-01", Owners: []string{"ops"}, Grant: true, Risk: 500, Sides: []spec.Facets{spec.FacetsOf(map[string][]string{"env": {"prod"}, "complianceScope": {"pci-dss"}, "tier": {"0"}})}}
	e := Entry{
		Text: "PatchPlan/acme/march", Kind: "PatchPlan", Document: plan, Paths: []string{"plans/acme/march.yaml"}, Clients: []string{"acme"},
		Tiers: []string{"1"}, ChangeTypes: []string{"normal"}, NoProblem: true, Assets: []Asset{asset},
	}
	g := e
	g.Text = "grant acme/march web-01"
	return []Entry{e, g}
}

// someInput is a change by ada at h1 that nobody approved.
func someInput(rules ...Rule) Input {
	in := Input{
		Repository: "repo", Target: "main", Change: "feature", Head: "h1", Book: someBook(rules...), Now: noon,
		Landing: someEffect("x"), Entries: someEntries(), Findings: map[string][]string{},
		Proposals:    []Proposal{{Head: "h1", Base: "m", Effect: someEffect("x")}},
		Contributors: change.Contributors{Author: "ada", People: []string{"ada"}},
	}
	for h := range 24 * 20 {
		in.Findings[Minute(noon.Add(-time.Duration(h)*time.Hour))] = nil
	}
	return in
}

// by is a signed approval an hour ago of h1.
func by(name string, change ...func(*Act)) Act {
	a := Act{
		Evidence: "statement " + name, Key: "key " + name, Claimed: name, Verdict: SaysApproved, Repository: "repo", Target: "main", Change: "feature",
		Head: "h1", Base: "m", Effect: someEffect("x").Digest().String(), AsOf: noon.Add(-time.Hour), FirstSeen: noon.Add(-time.Hour), Serial: 1,
	}
	for _, c := range change {
		c(&a)
	}
	return a
}

// review is one on a forge.
func review(account int64, change ...func(*Act)) Act {
	return by("", append([]func(*Act){func(a *Act) {
		a.Evidence, a.Key, a.Account, a.Base, a.Effect, a.Serial = "review "+string(rune('0'+account)), "", account, "", "", 0
	}}, change...)...)
}

func says(verdict string, hours int) func(*Act) {
	return func(a *Act) {
		a.Verdict = verdict
		a.Evidence += " " + verdict
		a.AsOf = noon.Add(-time.Duration(hours) * time.Hour)
		a.FirstSeen = a.AsOf
		a.Position = int64(100 - hours)
		a.Serial = int64(100 - hours)
	}
}

func (in Input) with(acts ...Act) Input {
	in.Acts = append(slices.Clone(in.Acts), acts...)
	return in
}

// whyOf is why a person's act does not count, "" where none is ignored.
func whyOf(v Verdict, person string) string {
	for _, i := range v.Ignored {
		if i.Person == person {
			return i.Why
		}
	}
	return ""
}

// repo is the files of a repository.
type repo map[string]string

const header = "apiVersion: patchops.dev/v1alpha1\n"

func (r repo) and(file, src string) repo {
	out := maps.Clone(r)
	delete(out, file)
	if src != "" {
		out[file] = header + strings.ReplaceAll(src, "\n---\n", "\n---\n"+header) + "\n"
	}
	return out
}

// read makes the corpus and the tree of the files, without judging them.
func (r repo) read(t testing.TB) (*corpus.Corpus, *effect.Tree) {
	t.Helper()
	tree := corpustest.Tree{}
	var files []effect.File
	for name, src := range r {
		tree[name] = []byte(src)
		files = append(files, effect.File{Path: name, Mode: "100644", Sum: func() effect.Digest { return sha256.Sum256([]byte(src)) }})
	}
	c := tree.Corpus(t, noon)
	return c, effect.Read(c, files)
}

// row changes a file that is no document.
func (r repo) row(file, old, after string) repo {
	out := maps.Clone(r)
	out[file] = strings.Replace(out[file], old, after, 1)
	return out
}

func globs(patterns ...string) []spec.Glob {
	var out []spec.Glob
	for _, p := range patterns {
		out = append(out, spec.ParseGlob(p))
	}
	return out
}
