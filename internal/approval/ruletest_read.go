package approval

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// testNow is the instant of a test that names none.
const testNow = "2026-03-12T09:00:00Z"

// testReader reads a file of tests; everything wrong is a finding at its place.
type testReader struct {
	file   string
	corpus *corpus.Corpus
	book   *Book
	found  []finding.Finding
	names  map[string]bool
	now    time.Time // of the file
}

func readTests(file string, src []byte, c *corpus.Corpus, book *Book) ([]ruleTest, []finding.Finding) {
	docs, found := document.ParseYAML(file, src)
	if len(found) > 0 {
		return nil, found
	}
	r := &testReader{file: file, corpus: c, book: book, names: map[string]bool{}}
	var out []ruleTest
	for i := range docs {
		root := &docs[i].Root
		r.fields(root, "now", "tests")
		r.now = r.instant(root.Get("now"), r.instant(&document.Value{Kind: document.String, Str: testNow}, time.Time{}))
		tests := r.list(root.Get("tests"))
		if len(tests) == 0 {
			r.wrong(root, "there are no tests here, wanted a list tests", "write tests: with at least one")
		}
		for k := range tests {
			out = append(out, r.test(&tests[k]))
		}
	}
	return out, finding.Sort(r.found)
}

func (r *testReader) wrong(v *document.Value, message, hint string) {
	f := finding.Finding{ID: "policy/approval-test", Severity: finding.Error, Message: message, Hint: hint, Position: finding.Position{File: r.file, Line: 1, Column: 1}}
	if v != nil && v.Pos.Line > 0 {
		f.Line, f.Column = int(v.Pos.Line), int(v.Pos.Column)
	}
	r.found = append(r.found, f)
}

func (r *testReader) near(v *document.Value, message, name string, candidates []string) {
	hint := ""
	if n := finding.Nearest(name, candidates); n != "" {
		hint = fmt.Sprintf("write %q", n)
	}
	r.wrong(v, message, hint)
}

// fields says which keys of a map nobody reads.
func (r *testReader) fields(v *document.Value, known ...string) {
	if v.Kind != document.Map {
		r.wrong(v, "this is no map, wanted one of "+enumerated(known), "")
		return
	}
	for i, key := range v.Keys {
		if !slices.Contains(known, key.Name) {
			at := v.Items[i]
			at.Pos = key.Pos
			r.near(&at, fmt.Sprintf("there is no field %q, wanted one of %s", key.Name, enumerated(known)), key.Name, known)
		}
	}
}

func (r *testReader) text(v *document.Value) string {
	if v != nil && v.Kind != document.String {
		r.wrong(v, "this is no string", "put it in quotes")
	}
	return v.Text()
}

func (r *testReader) list(v *document.Value) []document.Value {
	if v != nil && v.Kind != document.List {
		r.wrong(v, "this is no list", "write [ ] around it")
	}
	return v.Elements()
}

func (r *testReader) texts(v *document.Value) []string {
	var out []string
	list := r.list(v)
	for i := range list {
		out = append(out, r.text(&list[i]))
	}
	return out
}

func (r *testReader) whole(v *document.Value, otherwise int64) int64 {
	switch {
	case v == nil:
		return otherwise
	case v.Kind != document.Int || v.Int < 0:
		r.wrong(v, "this is no whole number of 0 or more", "")
		return otherwise
	}
	return v.Int
}

func (r *testReader) instant(v *document.Value, otherwise time.Time) time.Time {
	if v == nil {
		return otherwise
	}
	t, err := time.Parse(time.RFC3339, v.Text())
	if err != nil {
		r.wrong(v, fmt.Sprintf("%q is no instant", v.Text()), "write it as in "+testNow)
		return otherwise
	}
	return t
}

// oneOf is a text that is one of some, "" where there is none.
func (r *testReader) oneOf(v *document.Value, wanted ...string) string {
	s := r.text(v)
	if v != nil && v.Kind == document.String && !slices.Contains(wanted, s) {
		r.near(v, fmt.Sprintf("%q is none of %s", s, enumerated(wanted)), s, wanted)
	}
	return s
}

func (r *testReader) person(v *document.Value) string {
	s := r.text(v)
	if _, known := r.book.People[s]; s != "" && !known {
		r.near(v, fmt.Sprintf("there is no Person %q", s), s, slices.Sorted(maps.Keys(r.book.People)))
	}
	return s
}

func (r *testReader) people(v *document.Value) []string {
	var out []string
	list := r.list(v)
	for i := range list {
		out = append(out, r.person(&list[i]))
	}
	return sortedSet(out)
}

var verdicts = []string{string(Approved), string(Pending), string(Rejected), string(Error)}

func (r *testReader) test(v *document.Value) ruleTest {
	r.fields(v, "name", "now", "change", "approvals", "expect", "rules", "ignored", "reason", "unblock")
	t := ruleTest{
		name: r.text(v.Get("name")), at: finding.Position{File: r.file, Line: int(v.Pos.Line), Column: int(v.Pos.Column)},
		now: r.instant(v.Get("now"), r.now), want: State(r.oneOf(v.Get("expect"), verdicts...)),
		reason: r.text(v.Get("reason")), unblock: r.text(v.Get("unblock")), rules: map[string]State{}, ignored: map[string]string{},
	}
	switch {
	case t.name == "":
		r.wrong(v, "the test has no name", "add name")
	case r.names[t.name]:
		r.wrong(v.Get("name"), fmt.Sprintf("a second test is called %q", t.name), "give each its own name")
	case v.Get("expect") == nil:
		r.wrong(v, fmt.Sprintf("test %q expects nothing", t.name), "add expect: "+strings.Join(verdicts, ", or "))
	case v.Get("change") == nil:
		r.wrong(v, fmt.Sprintf("test %q has no change", t.name), "add change with plans or paths")
	}
	r.names[t.name] = true
	r.expectations(v, &t)
	if c := v.Get("change"); c != nil {
		r.change(c, &t)
	}
	approvals := r.list(v.Get("approvals"))
	for i := range approvals {
		t.acts = append(t.acts, r.act(&approvals[i], &t, i))
	}
	return t
}

// expectations reads rules: {name: state} and ignored: {person: why}.
func (r *testReader) expectations(v *document.Value, t *ruleTest) {
	each := func(v *document.Value, read func(name string, key, item *document.Value)) {
		if v == nil {
			return
		}
		if v.Kind != document.Map {
			r.wrong(v, "this is no map of names", "")
			return
		}
		for i, key := range v.Keys {
			read(key.Name, &document.Value{Pos: key.Pos}, &v.Items[i])
		}
	}
	var rules []string
	for i := range r.book.Rules {
		rules = append(rules, r.book.Rules[i].Name)
	}
	each(v.Get("rules"), func(name string, key, item *document.Value) {
		if !slices.Contains(rules, name) {
			r.near(key, fmt.Sprintf("there is no ApprovalRule %q", name), name, rules)
		}
		t.rules[name] = State(r.oneOf(item, append(slices.Clone(verdicts), string(Skipped))...))
	})
	each(v.Get("ignored"), func(name string, key, item *document.Value) {
		_, person := r.book.People[name]
		_, contact := r.book.Contact[strings.TrimPrefix(name, "contact ")]
		if !person && !contact {
			r.near(key, fmt.Sprintf("there is no Person %q", name), name, slices.Sorted(maps.Keys(r.book.People)))
		}
		t.ignored[name] = r.oneOf(item, "author", "contributor", "notInGroup", "stale", "withdrawn", "spent", "expired", "inactive", "unsigned", "unknown", "bot", "postdated")
	})
}

func (r *testReader) change(v *document.Value, t *ruleTest) {
	r.fields(v, "plans", "paths", "author", "contributors", "unknown", "risk", "cost", "findings")
	t.paths, t.ids = r.texts(v.Get("paths")), r.texts(v.Get("findings"))
	t.risk, t.cost = int(r.whole(v.Get("risk"), mostRisk)), r.whole(v.Get("cost"), 0)
	t.by = change.Contributors{Author: r.person(v.Get("author")), People: r.people(v.Get("contributors"))}
	if t.by.Author != "" {
		t.by.People = sortedSet(append(t.by.People, t.by.Author))
	}
	for _, commit := range r.texts(v.Get("unknown")) {
		t.by.Unknown = append(t.by.Unknown, change.Unknown{Commit: commit, Why: "not signed by a known key"})
	}
	plans := r.list(v.Get("plans"))
	for i := range plans {
		t.plans = append(t.plans, r.plan(&plans[i]))
	}
	if len(t.plans)+len(t.paths) == 0 {
		r.wrong(v, "the change touches nothing", "add plans or paths")
	}
}

// plan is a plan by "client/name", or the name of a plan over several clients.
func (r *testReader) plan(v *document.Value) finding.Identity {
	s := r.text(v)
	client, name, ofClient := strings.Cut(s, "/")
	if !ofClient {
		client, name = "", s
	}
	id := finding.Identity{Kind: "PatchPlan", Client: client, Name: name}
	if r.corpus.Entry(id) == nil {
		var all []string
		for _, e := range r.corpus.Entries() {
			if e.ID.Kind == "PatchPlan" {
				all = append(all, strings.TrimPrefix(e.ID.Client+"/"+e.ID.Name, "/"))
			}
		}
		slices.Sort(all)
		r.near(v, fmt.Sprintf("there is no PatchPlan %q", s), s, all)
	}
	return id
}

func (r *testReader) act(v *document.Value, t *ruleTest, i int) Act {
	r.fields(v, "by", "at", "on", "says", "signed", "contact", "expires")
	a := Act{
		Evidence: fmt.Sprintf("approval %06d", i), Claimed: r.person(v.Get("by")), Verdict: SaysApproved, Repository: testRepository, Target: testTarget,
		Change: testChange, Head: testHead, AsOf: r.instant(v.Get("at"), t.now), Expires: r.instant(v.Get("expires"), time.Time{}),
		Position: int64(i), Serial: int64(i + 1), Contact: r.text(v.Get("contact")),
	}
	a.FirstSeen = a.AsOf
	if a.Claimed == "" {
		r.wrong(v, "nobody says it", "add by: the name of a Person")
	}
	if says := r.oneOf(v.Get("says"), SaysApproved, SaysRejected, SaysWithdrawn, SaysConsented); says != "" {
		a.Verdict = says
	}
	if r.oneOf(v.Get("on"), testHead, testEarlier) == testEarlier {
		a.Head = testEarlier
	}
	if _, known := r.book.Contact[a.Contact]; v.Get("contact") != nil && !known {
		r.near(v.Get("contact"), fmt.Sprintf("there is no Contact %q", a.Contact), a.Contact, slices.Sorted(maps.Keys(r.book.Contact)))
	}
	signed := v.Get("signed")
	if signed != nil && signed.Kind != document.Bool {
		r.wrong(signed, "this is neither true nor false", "")
	}
	r.identify(&a, truth(signed, true), v)
	return a
}

// identify gives an act the key of who says it, or the account where they do not
// sign. Who has neither could never say it.
func (r *testReader) identify(a *Act, signed bool, v *document.Value) {
	p, known := r.book.People[a.Claimed]
	switch {
	case !known:
	case signed && len(p.Keys) > 0:
		a.Key = p.Keys[0]
	case !signed && p.Account != 0:
		a.Account = p.Account
	case signed && p.Account != 0 && v.Get("signed") == nil:
		a.Account = p.Account // without a key it can only be a review
	case signed:
		r.wrong(v, fmt.Sprintf("%s has no signing key, so signs nothing", a.Claimed), "add signed: false, or a key to the Person")
	default:
		r.wrong(v, fmt.Sprintf("%s has no account, so reviews nothing", a.Claimed), "leave signed out, or add an account to the Person")
	}
}
