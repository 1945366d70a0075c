package approval

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/change"
	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
)

// TestResult is one test of approval rules.
type TestResult struct {
	Name     string
	Position finding.Position
	Passed   bool
	Message  string // what is otherwise, one thing a line
}

// RunTests runs the approval-rule tests of one file (docs/guides/approvals.md) by
// the people and rules of a tree. Findings are what keeps the file from being
// understood; then nothing of it is run.
func RunTests(file string, src []byte, c *corpus.Corpus) ([]TestResult, []finding.Finding) {
	book := ReadBook(c, "")
	tests, found := readTests(file, src, c, book)
	if len(found) > 0 {
		return nil, found
	}
	out := make([]TestResult, len(tests))
	for i := range tests {
		wrong := tests[i].expected(Judge(tests[i].input(c, book)))
		out[i] = TestResult{Name: tests[i].name, Position: tests[i].at, Passed: len(wrong) == 0, Message: strings.Join(wrong, "\n")}
	}
	return out, nil
}

// ruleTest is one test, read.
type ruleTest struct {
	name  string
	at    finding.Position
	now   time.Time
	plans []finding.Identity
	paths []string
	risk  int
	cost  int64
	ids   []string // of findings
	by    change.Contributors
	acts  []Act

	want    State
	rules   map[string]State
	ignored map[string]string
	reason  string
	unblock string
}

const (
	testRepository = "test"
	testTarget     = "main"
	testChange     = "change"
	testHead       = "head"
	testBase       = "base"
	testEarlier    = "earlier"
)

// input is what the test says as the input of a judgement: the change adds its
// plans, and what lies at its paths.
func (t *ruleTest) input(c *corpus.Corpus, book *Book) Input {
	added := func(e *corpus.Entry) bool { return slices.Contains(t.plans, e.ID) || slices.Contains(t.paths, e.File) }
	before := c.Without(added)
	e := effect.Between(effect.Read(before, nil), effect.Read(c, t.files(c)))
	other := &effect.Effect{Files: []effect.FileChange{{Path: testEarlier, After: effect.FileState{Mode: "100644"}}}}
	in := Input{
		Repository: testRepository, Target: testTarget, Change: testChange, Head: testHead, Book: book, Now: t.now, Landing: e,
		Entries: Entries(e, before, c, func(string, string, string) int { return t.risk }),
		Proposals: []Proposal{
			{Head: testHead, Base: testBase, Effect: e},
			{Head: testHead, Effect: e},
			{Head: testEarlier, Base: testBase, Effect: other},
			{Head: testEarlier, Effect: other},
		},
		Cost: t.cost, Contributors: t.by, Findings: map[string][]string{}, FindingIDs: t.ids,
	}
	for i := range t.acts {
		a := t.acts[i]
		in.Findings[Minute(a.AsOf)] = nil
		if a.Key != "" {
			a.Base, a.Effect = testBase, e.Digest().String()
			if a.Head == testEarlier {
				a.Effect = other.Digest().String()
			}
		}
		in.Acts = append(in.Acts, a)
	}
	return in
}

// files are the paths of the test that hold no document: files that come to be.
func (t *ruleTest) files(c *corpus.Corpus) []effect.File {
	documents := map[string]bool{}
	for _, e := range c.Entries() {
		documents[e.File] = true
	}
	var out []effect.File
	for _, path := range t.paths {
		if !documents[path] {
			out = append(out, effect.File{Path: path, Mode: "100644", Blob: path, Sum: func() effect.Digest { return sha256.Sum256([]byte(path)) }})
		}
	}
	return out
}

// expected says in what a verdict is not as the test expects it.
func (t *ruleTest) expected(v Verdict) []string {
	var out []string
	if v.State != t.want {
		out = append(out, fmt.Sprintf("it is %s, wanted %s", v.State, t.want))
		out = append(out, explained(v)...)
	}
	states := map[string]Node{}
	for _, n := range v.Tree.Children {
		if name, ok := strings.CutPrefix(n.Title, "rule "); ok {
			states[name] = n
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.rules)) {
		if n := states[name]; n.State != t.rules[name] {
			out = append(out, strings.TrimSuffix(fmt.Sprintf("rule %s is %s, wanted %s: %s", name, n.State, t.rules[name], n.Reason), ": "))
		}
	}
	for _, who := range slices.Sorted(maps.Keys(t.ignored)) {
		var got []string
		for _, i := range v.Ignored {
			if i.Person == who {
				got = append(got, i.Why)
			}
		}
		if !slices.Contains(got, t.ignored[who]) {
			out = append(out, fmt.Sprintf("%s is ignored for %q, wanted %q", who, strings.Join(got, ", "), t.ignored[who]))
		}
	}
	if text := strings.Join(reasons(v.Tree), "\n"); !strings.Contains(text, t.reason) {
		out = append(out, fmt.Sprintf("no reason says %q: %q", t.reason, text))
	}
	if text := strings.Join(v.Unblock, "\n"); !strings.Contains(text, t.unblock) {
		out = append(out, fmt.Sprintf("nothing that would unblock it says %q: %q", t.unblock, text))
	}
	return out
}

// explained are the lines that say why a verdict is what it is.
func explained(v Verdict) []string {
	var out []string
	for _, n := range v.Tree.Children {
		if n.State != Skipped {
			out = append(out, strings.TrimSuffix(fmt.Sprintf("%s: %s: %s", n.Title, n.State, n.Reason), ": "))
		}
	}
	for _, i := range v.Ignored {
		out = append(out, fmt.Sprintf("%s does not count: %s: %s", i.Person, i.Why, i.Detail))
	}
	return append(out, v.Unblock...)
}

func reasons(n Node) []string {
	out := []string{n.Title + ": " + n.Reason}
	for _, c := range n.Children {
		out = append(out, reasons(c)...)
	}
	return out
}
