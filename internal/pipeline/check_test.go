package pipeline

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/scaffold"
)

var asOf = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

// inProcess is a child without limits, for documents that need none.
func inProcess(job string, shared []byte, items [][]byte) ([]Answer, error) {
	answer, err := Jobs()[job](shared)
	if err != nil {
		return nil, err
	}
	var out []Answer
	for _, item := range items {
		out = append(out, Answer{Output: answer(item)})
	}
	return out, nil
}

// change is one replacement in a file of the scaffold.
type change struct{ file, old, new string }

func files(t testing.TB, changes ...change) fstest.MapFS {
	t.Helper()
	rendered, err := scaffold.Render("minimal", asOf, strings.Repeat("0", 32))
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{}
	for name, b := range rendered {
		fsys[name] = &fstest.MapFile{Data: b}
	}
	for _, c := range changes {
		f := fsys[c.file]
		if f == nil || !bytes.Contains(f.Data, []byte(c.old)) {
			t.Fatalf("%s does not hold %q", c.file, c.old)
		}
		fsys[c.file] = &fstest.MapFile{Data: bytes.Replace(f.Data, []byte(c.old), []byte(c.new), 1)}
	}
	return fsys
}

func check(t testing.TB, e *Engine, fsys fstest.MapFS, base fstest.MapFS, kept Kept) *Outcome {
	t.Helper()
	tree, err := ReadTree(fsys)
	if err != nil {
		t.Fatal(err)
	}
	in := Input{Tree: tree, AsOf: asOf, Child: inProcess, Kept: kept}
	if base != nil {
		if in.Base, err = ReadTree(base); err != nil {
			t.Fatal(err)
		}
	}
	out, err := e.Check(in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func engine(t testing.TB) *Engine {
	t.Helper()
	e, err := NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func ids(found []finding.Finding) []string {
	var out []string
	for _, f := range found {
		out = append(out, f.ID)
	}
	return slices.Compact(out)
}

func TestScaffoldIsClean(t *testing.T) {
	out := check(t, engine(t), files(t), nil, nil)
	if len(out.Findings) > 0 || out.Evaluated == 0 {
		t.Errorf("%d rules were evaluated and found %v", out.Evaluated, out.Findings)
	}
}

// TestNobodyIsBlamedForABrokenDocument: what other documents could not see
// because of a schema error is not held against them.
func TestNobodyIsBlamedForABrokenDocument(t *testing.T) {
	e := engine(t)
	for _, c := range []change{
		{"clients/acme/client.yaml", "timezone:", "timezoen:"},
		{"clients/acme/agreement.yaml", "rates:", "ratse:"},
		{"clients/acme/contacts.yaml", "role:", "rloe:"},
		{"clients/acme/assets.yaml", "class:", "clas:"},
		{"catalog/patches.yaml", "severity:", "severty:"},
		{"rules/groups.yaml", "members:", "memers:"},
	} {
		for _, f := range check(t, e, files(t, c), nil, nil).Findings {
			if f.File != c.file || !strings.HasPrefix(f.ID, "schema/") {
				t.Errorf("%s broken: %s: %s %s", c.file, f.File, f.ID, f.Message)
			}
		}
	}
}

// TestBaseShowsWhatADifferenceAffects: a finding in a file that did not change
// is shown when the difference is its cause, and only then.
func TestBaseShowsWhatADifferenceAffects(t *testing.T) {
	e := engine(t)
	old := change{"rules/sla.yaml", "within:", "witin:"}
	cause := change{"clients/acme/windows.yaml", "name: nightly", "name: nights"}
	found := check(t, e, files(t, old, cause), files(t, old), nil).Findings
	if !slices.Contains(ids(found), "reference/unresolved") {
		t.Errorf("the renamed window is not missed: %v", ids(found))
	}
	for _, f := range found {
		if f.File == old.file {
			t.Errorf("a finding of the base is shown: %s %s", f.File, f.ID)
		}
	}
	if found := check(t, e, files(t, old), files(t, old), nil).Findings; len(found) > 0 {
		t.Errorf("nothing changed, but %v is shown", ids(found))
	}
}

// TestKeptVerdictsAreReused: with nothing changed everything is, after a change
// all but what it can affect.
func TestKeptVerdictsAreReused(t *testing.T) {
	e := engine(t)
	first := check(t, e, files(t), nil, nil)
	again := check(t, e, files(t), nil, first.Kept)
	if again.Reused != again.Documents {
		t.Errorf("%d of %d verdicts were reused, wanted all", again.Reused, again.Documents)
	}
	changed := files(t, change{"clients/acme/contacts.yaml", "email:", "email: # new\n   "})
	third := check(t, e, changed, nil, again.Kept)
	if third.Reused == 0 || third.Reused == third.Documents {
		t.Errorf("%d of %d verdicts were reused after a change", third.Reused, third.Documents)
	}
}

// TestFindingsAreDeterministic: one tree, one list of findings.
func TestFindingsAreDeterministic(t *testing.T) {
	e := engine(t)
	broken := files(t, change{"plans/acme/openssl.yaml", "deadline:", "deadlnie:"}, change{"rules/groups.yaml", "members:", "memers:"})
	want := check(t, e, broken, nil, nil).Findings
	for range 10 {
		if got := check(t, e, broken, nil, nil).Findings; !slices.EqualFunc(got, want, func(a, b finding.Finding) bool { return finding.Compare(a, b) == 0 }) {
			t.Fatal("two checks of one tree differ")
		}
	}
}
