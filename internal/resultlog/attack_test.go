package resultlog

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/statement"
	"github.com/patchops/patchops/internal/trust"
)

// TestG1NoFiles: what git stores and what is no regular file is no part of a log.
func TestG1NoFiles(t *testing.T) {
	for _, name := range []string{checkpointFile, keysFile, "seg/000000000000.jsonl", "blob/" + strings.Repeat("a", 64)} {
		for _, mode := range []fs.FileMode{fs.ModeSymlink | 0o777, fs.ModeIrregular, fs.ModeDir | 0o755} {
			b := approved(t)
			old := b.files[name]
			b.files[name] = &fstest.MapFile{Mode: mode}
			if old != nil {
				b.files[name].Data = old.Data
			}
			b.commit(1)
			if _, err := b.verify(); !errors.Is(err, ErrIntegrity) {
				t.Errorf("%s with mode %s: %v", name, mode, err)
			}
		}
	}
}

// TestTooLargeAnAppend is refused before anything is signed.
func TestTooLargeAnAppend(t *testing.T) {
	w := newWriter(t)
	big := Record{Kind: Denial, T: Instant(testStart), Why: strings.Repeat("x", MaxLine-200)}
	many := make([]Record, MaxSegment/(MaxLine-200)+1)
	for i := range many {
		many[i] = big
	}
	if _, _, err := w.log.Append(many, 1, w.signer); err == nil {
		t.Error("is taken")
	}
}

// TestLogKeyAlone: who holds the log's key and nobody else's makes no authority: each
// is refused, wherever it stands.
func TestLogKeyAlone(t *testing.T) {
	at := func(d time.Duration) string { return Instant(testStart.Add(d)) }
	glass := func(name string, asOf, expires time.Duration) statement.Signed {
		return *says(t, name, statement.Statement{
			Act: statement.Approve, Subject: "override:acme/x", Reason: "fire", AsOf: at(asOf), Expires: at(expires), Serial: 9,
		})
	}
	override := Record{Kind: Override, Plan: "acme/x", Expires: at(time.Hour), Statements: []statement.Signed{glass("dana", 0, time.Hour), glass("erin", 0, time.Hour)}}
	later := override
	later.T, later.Expires = at(50*time.Hour), at(51*time.Hour)
	ratified := Record{Kind: Override, Via: "ratified", Plan: "acme/x"}
	review := Record{Kind: Approval, Evidence: storyEffect, Change: "#1", Head: storyHead, Review: &Review{Commit: storyHead, State: "APPROVED"}}
	both := act(t, Approval, "dana", 1)
	both.Review = review.Review
	for name, c := range map[string]struct {
		records []Record
		why     string
	}{
		"a review, on plain Git":        {[]Record{review}, "no root of trust"},
		"a review and a statement":      {[]Record{both}, "review"},
		"an override again":             {[]Record{override, override}, "before"},
		"an old override":               {[]Record{later}, "end"},
		"ratified by nobody":            {[]Record{override, ratified}, "no signed statement"},
		"a root of other owners":        {[]Record{{Kind: RootKind, Root: nextRoot(t, "mallory", "mallory")}}, "does not follow"},
		"a root with the owners' names": {[]Record{{Kind: RootKind, Root: nextRoot(t, "owner", "mallory")}}, "does not hold"},
	} {
		b := newBranch(t)
		var f *Fault
		if err := judged(t, b, c.records...); !errors.As(err, &f) || !strings.Contains(f.Why, c.why) || f.Seq != b.log.Size-1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := judged(t, newBranch(t), Record{Kind: RootKind, Root: nextRoot(t, "owner", "owner")}); err != nil {
		t.Errorf("the owners' next root: %v", err)
	}
}

// nextRoot is version 2 of the story's root, with other owners and signed by somebody.
func nextRoot(t *testing.T, owner, signer string) string {
	t.Helper()
	_, a := logKey("a")
	root, text := storyRoot(t, a)
	first, err := trust.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	root.Version, root.Previous, root.Owners = 2, first.Digest(), []string{signature.KeyOf(person(owner)).String()}
	b, err := root.Encode()
	if err != nil {
		t.Fatal(err)
	}
	sig, err := signature.Sign(person(signer), b, signature.Roots)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(trust.Signed{Root: string(b), Signatures: []string{sig}}.Encode()), "\n")
}

// counting counts how often segments of commits are read.
type counting struct {
	*branch
	segments int
}

func (c *counting) Files(commit string) (fs.FS, error) {
	return countedFiles{c.trees[commit], c}, nil
}

type countedFiles struct {
	fs.FS
	c *counting
}

func (f countedFiles) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, ".jsonl") {
		f.c.segments++
	}
	return f.FS.Open(name)
}

// TestFaultIsFoundSoon: a long log that does not hold is not read once for each commit.
func TestFaultIsFoundSoon(t *testing.T) {
	b := newBranch(t)
	for n := range 60 {
		b.append(denial(n))
	}
	_, other := logKey("b")
	_, own := logKey("a")
	for name, damage := range map[string]func(s *Source) string{
		"an unknown key": func(*Source) string { return other },
		"every commit is damaged": func(*Source) string {
			for _, c := range b.commits {
				b.trees[c.ID][segmentName(0)] = &file{Data: []byte("{}\n")}
			}
			return own
		},
	} {
		c, s := &counting{branch: b}, b.source()
		s.History = c
		if _, err := Verify([]Source{s}, Options{Keys: keysOf(t, damage(&s))}); !errors.Is(err, ErrIntegrity) {
			t.Fatalf("%s: %v", name, err)
		}
		if c.segments > 6*len(b.commits) {
			t.Errorf("%s: %d segments were read of %d", name, c.segments, len(b.commits))
		}
	}
}

// TestPartialAdoption: evidence of one year alone, whose first acts end what the year
// before left open, holds.
func TestPartialAdoption(t *testing.T) {
	b := newBranch(t)
	name, start, _ := b.log.Successor(2027)
	next := newBranch(t)
	next.log, next.files, next.commits = New(name, b.root.LogKeys), fstest.MapFS{}, nil
	dana := act(t, Approval, "dana", 1)
	adopted := Record{Kind: Merge, Via: "adopted", Change: "patch", Effect: storyEffect, Base: storyBase, Commit: storyMerge, Approvals: []string{dana.Evidence}}
	if err := judged(t, next, start, dana, adopted, Record{Kind: Merge, Via: "abandoned", Decision: "d0"}); err != nil {
		t.Error(err)
	}
	d := decision("d1", act(t, Approval, "erin", 1))
	err := judged(t, next, act(t, Approval, "erin", 1), d, merge(d), Record{Kind: Merge, Via: "abandoned", Decision: "d9"})
	if !errors.Is(err, ErrIntegrity) {
		t.Error("a decision that nobody made is ended")
	}
}

// TestLogsOfTwoClientsAgree: the log's key must not make one client's log contradict
// another's.
func TestLogsOfTwoClientsAgree(t *testing.T) {
	dana, erin := act(t, Approval, "dana", 1), act(t, Approval, "erin", 1)
	d := decision("d1", dana, erin)
	other := d
	other.Decision, other.Commit, other.Base = "d2", storyHead, storyHead
	adopted := func(base, commit string) Record {
		return Record{Kind: Merge, Via: "adopted", Change: "patch", Effect: storyEffect, Base: base, Commit: commit, Approvals: []string{dana.Evidence}}
	}
	twice := merge(other)
	twice.Commit, twice.Base = other.Commit, other.Base
	changed := d
	changed.Effect = storyAccepts[0]
	for name, c := range map[string]struct {
		records []Record
		why     string
	}{
		"the same":               {[]Record{dana, erin, d, merge(d)}, ""},
		"a second merge on base": {[]Record{dana, adopted(storyBase, storyHead)}, "second merge"},
		"spent elsewhere":        {[]Record{dana, erin, other, twice}, "spent"},
		"another decision":       {[]Record{dana, erin, changed, merge(changed)}, "copy"},
	} {
		acme, globex := approved(t), newBranch(t)
		globex.log, globex.files, globex.commits = New(Name{Repository: storyRepository, Client: "globex", Year: 2026}, acme.root.LogKeys), fstest.MapFS{}, nil
		_, text := storyRoot(t, acme.root.LogKeys...)
		globex.append(append([]Record{{Kind: RootKind, Root: text}}, c.records...)...)
		_, err := Verify([]Source{acme.source(), globex.source()}, Options{Keys: mustKeys(t, acme), Root: acme.root})
		if c.why == "" && err != nil || c.why != "" && (!errors.Is(err, ErrIntegrity) || !strings.Contains(err.Error(), c.why) || !strings.Contains(err.Error(), "globex")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
