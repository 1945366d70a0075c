package resultlog

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/patchops/patchops/internal/statement"
)

func TestVerifyAcceptsTheStory(t *testing.T) {
	b := approved(t)
	got, err := b.verify()
	if err != nil || len(got) != 1 || got[0].Log.Size != 6 {
		t.Fatalf("%v", err)
	}
}

// judged verifies what comes of appending records, each a commit of its own.
func judged(t *testing.T, b *branch, records ...Record) error {
	t.Helper()
	for _, r := range records {
		b.append(r)
	}
	_, err := b.verify()
	return err
}

// TestNoRecordWithoutItsAuthority: each rule inside one branch, broken once; the
// fault names the record.
func TestNoRecordWithoutItsAuthority(t *testing.T) {
	dana, erin := act(t, Approval, "dana", 1), act(t, Approval, "erin", 1)
	d := decision("d1", dana, erin)
	change := func(r Record, f func(*Record)) Record { f(&r); return r }
	override := func(names ...string) Record {
		r := Record{Kind: Override, Plan: "acme/x", Reason: "fire", Expires: Instant(testStart.Add(time.Hour))}
		for _, n := range names {
			r.Statements = append(r.Statements, *says(t, n, statement.Statement{Act: statement.Approve, Subject: "override:acme/x", Reason: "fire", Expires: Instant(testStart.Add(time.Hour)), Serial: 9}))
		}
		return r
	}
	for name, c := range map[string]struct {
		records []Record
		why     string // "": holds
	}{
		"good":                     {[]Record{dana, erin, d, merge(d)}, ""},
		"abandoned, then again":    {[]Record{dana, erin, d, {Kind: Merge, Via: "abandoned", Decision: "d1"}, change(d, func(r *Record) { r.Decision = "d2" })}, ""},
		"adopted":                  {[]Record{dana, {Kind: Merge, Via: "adopted", Change: "patch", Effect: storyEffect, Commit: storyMerge, Approvals: []string{dana.Evidence}}}, ""},
		"adopted, without effect":  {[]Record{{Kind: Merge, Via: "adopted", Effect: noEffect, Commit: storyMerge}}, ""},
		"override":                 {[]Record{override("dana", "erin")}, ""},
		"merge, no decision":       {[]Record{dana, erin, merge(d)}, "without its decision"},
		"merge, no id":             {[]Record{dana, {Kind: Merge, Via: "controller", Commit: storyMerge}}, "without decision"},
		"merge, other id":          {[]Record{dana, erin, d, change(merge(d), func(r *Record) { r.Decision = "d9" })}, "without its decision"},
		"merge, other commit":      {[]Record{dana, erin, d, change(merge(d), func(r *Record) { r.Commit = storyBase })}, "and the decision was for"},
		"merge, other base":        {[]Record{dana, erin, d, change(merge(d), func(r *Record) { r.Base = storyHead })}, "and the decision was on"},
		"merge, other approvals":   {[]Record{dana, erin, d, change(merge(d), func(r *Record) { r.Approvals = r.Approvals[:1] })}, "other approvals"},
		"merge twice":              {[]Record{dana, erin, d, merge(d), merge(d)}, "without its decision"},
		"merge, via what":          {[]Record{dana, erin, d, change(merge(d), func(r *Record) { r.Via = "hand" })}, `via "hand"`},
		"decision, no approvals":   {[]Record{decision("d1")}, "no approval"},
		"decision, unrecorded":     {[]Record{dana, d}, "is not recorded before"},
		"decision, not approved":   {[]Record{dana, erin, change(d, func(r *Record) { r.Verdict = "pending" })}, "verdict"},
		"decision while open":      {[]Record{dana, erin, d, change(d, func(r *Record) { r.Decision = "d2" })}, "while d1 is open"},
		"decision, spent":          {[]Record{dana, erin, d, merge(d), change(d, func(r *Record) { r.Decision = "d2" })}, "was spent"},
		"decision, withdrawn":      {[]Record{dana, erin, act(t, Withdrawal, "erin", 2), d}, "followed by a withdrawal"},
		"decision, rejected":       {[]Record{dana, erin, act(t, Rejection, "dana", 2), d}, "followed by a rejection"},
		"decision, expired":        {[]Record{dana, erin, {Kind: Expiry, Evidence: dana.Evidence}, d}, "expired"},
		"decision, other change":   {[]Record{dana, erin, change(d, func(r *Record) { r.Change = "other" })}, `is of "patch"`},
		"decision, by a rejection": {[]Record{act(t, Rejection, "dana", 1), decision("d1", act(t, Rejection, "dana", 1))}, "wanted an approval"},
		"adopted, no approval":     {[]Record{{Kind: Merge, Via: "adopted", Effect: storyEffect, Commit: storyMerge}}, "no approval"},
		"approval, unsigned":       {[]Record{change(dana, func(r *Record) { r.Statement = nil })}, "neither"},
		"approval, twice":          {[]Record{dana, dana}, "twice"},
		"approval, other head":     {[]Record{change(dana, func(r *Record) { r.Head = storyBase })}, "its head"},
		"approval, other base":     {[]Record{change(dana, func(r *Record) { r.Base = "" })}, "its base"},
		"approval, other effect":   {[]Record{change(dana, func(r *Record) { r.Effect = "x" })}, "its effect"},
		"approval, other accepts":  {[]Record{change(dana, func(r *Record) { r.Accepts = nil })}, "accepts"},
		"approval, other change":   {[]Record{change(dana, func(r *Record) { r.Change = "x" })}, "its subject"},
		"approval, other time":     {[]Record{change(dana, func(r *Record) { r.AsOf = "2026-03-12T09:00:01Z" })}, "its asOf"},
		"approval, other key":      {[]Record{change(dana, func(r *Record) { r.Actor = &Actor{ID: "dana", Key: "SHA256:x"} })}, "its key"},
		"approval, nobody":         {[]Record{change(dana, func(r *Record) { r.Actor = nil })}, "no actor"},
		"approval, is a rejection": {[]Record{change(act(t, Rejection, "dana", 1), func(r *Record) { r.Kind = Approval })}, "its act"},
		"approval, other evidence": {[]Record{change(dana, func(r *Record) { r.Evidence = "sha256:x" })}, "digest"},
		"approval, other signature": {[]Record{change(dana, func(r *Record) {
			r.Statement = &statement.Signed{Statement: r.Statement.Statement, Signature: erin.Statement.Signature}
		})}, "invalid signature"},
		"review, other commit": {[]Record{{Kind: Approval, Evidence: "sha256:x", Change: "#1", Head: storyHead, Review: &Review{Commit: storyBase}}}, "review"},
		"override, one person": {[]Record{override("dana", "dana")}, "wanted two"},
		"override, other plan": {[]Record{change(override("dana", "erin"), func(r *Record) { r.Plan = "acme/y" })}, "wanted one on"},
		"override, a day":      {[]Record{change(override("dana", "erin"), func(r *Record) { r.Expires = Instant(testStart.Add(24 * time.Hour)) })}, "at most 4 hours"},
		"root, unsigned":       {[]Record{{Kind: RootKind, Root: "{}"}}, "root"},
		"key.revoke, unsigned": {[]Record{{Kind: KeyRevoke, Key: "SHA256:x"}}, "no signed statement"},
	} {
		b := newBranch(t)
		err := judged(t, b, c.records...)
		if c.why == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		var f *Fault
		if !errors.As(err, &f) || !strings.Contains(f.Why, c.why) || f.Seq != b.log.Size-1 || f.Line != 1 || f.Commit != b.tip() {
			t.Errorf("%s: %v, wanted %q at record %d", name, err, c.why, b.log.Size-1)
		}
	}
}

// TestM13AnyChangedByte: each byte of the log changed in place, on top as a new
// commit, and with the branch made anew: verify finds it and names the record.
func TestM13AnyChangedByte(t *testing.T) {
	b := approved(t)
	tip := b.trees[b.tip()]
	for name, file := range tip {
		step := 1 + len(file.Data)/80
		for at := 0; at < len(file.Data); at += step {
			data := []byte(string(file.Data))
			data[at] ^= 1
			b.trees[b.tip()] = maps.Clone(tip)
			b.trees[b.tip()][name] = &fstest.MapFile{Data: data}
			_, err := b.verify()
			if err == nil && name == keysFile {
				continue // trusted by nobody
			}
			var f *Fault
			if !errors.As(err, &f) {
				t.Fatalf("%s, byte %d: %v", name, at, err)
			}
			if line := 1 + strings.Count(string(file.Data[:at]), "\n"); strings.HasPrefix(name, "seg/") && (f.Segment != name || f.Line != line && f.Line != line+1) {
				t.Fatalf("%s, byte %d: %v, wanted line %d", name, at, f, line)
			}
		}
	}
}

// TestM13RewrittenBranch: a record was changed and every commit made anew with the
// checkpoints as they were: the flush that does not match is named.
func TestM13RewrittenBranch(t *testing.T) {
	b := approved(t)
	for _, tree := range b.trees {
		if f, ok := tree["seg/000000000002.jsonl"]; ok {
			tree["seg/000000000002.jsonl"] = &fstest.MapFile{Data: []byte(strings.Replace(string(f.Data), "change-1", "change-2", 1))}
		}
	}
	_, err := b.verify()
	var f *Fault
	if !errors.As(err, &f) || f.Segment != "seg/000000000002.jsonl" || !strings.Contains(f.Why, "records 2 to 3") {
		t.Fatalf("%v", err)
	}
}

// TestM13DroppedAndForced: a dropped line, a dropped segment, and a branch pushed back.
func TestM13DroppedAndForced(t *testing.T) {
	drop := func(f func(b *branch)) error {
		b := approved(t)
		f(b)
		_, err := b.verify()
		return err
	}
	for name, err := range map[string]error{
		"a line": drop(func(b *branch) {
			f := b.files["seg/000000000002.jsonl"]
			_, rest, _ := strings.Cut(string(f.Data), "\n")
			b.files["seg/000000000002.jsonl"] = &fstest.MapFile{Data: []byte(rest)}
			b.commit(1)
		}),
		"a segment":       drop(func(b *branch) { delete(b.files, "seg/000000000002.jsonl"); b.commit(1) }),
		"the last":        drop(func(b *branch) { delete(b.files, "seg/000000000005.jsonl"); b.commit(1) }),
		"the first":       drop(func(b *branch) { delete(b.files, "seg/000000000000.jsonl"); b.commit(1) }),
		"the checkpoint":  drop(func(b *branch) { delete(b.files, checkpointFile); b.commit(1) }),
		"another file":    drop(func(b *branch) { b.files["README"] = &fstest.MapFile{}; b.commit(1) }),
		"an empty one":    drop(func(b *branch) { b.files["seg/000000000006.jsonl"] = &fstest.MapFile{}; b.commit(1) }),
		"a false name":    drop(func(b *branch) { b.files["seg/6.jsonl"] = &fstest.MapFile{Data: []byte("x\n")}; b.commit(1) }),
		"an old state":    drop(func(b *branch) { b.files = maps.Clone(b.trees[b.commits[1].ID]); b.commit(1) }),
		"a merge":         drop(func(b *branch) { b.commit(2) }),
		"a second origin": drop(func(b *branch) { b.commit(0) }),
	} {
		var f *Fault
		if !errors.As(err, &f) || f.Commit == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	b := approved(t)
	last := b.log.Checkpoint
	b.commits = b.commits[:3]
	s := b.source()
	s.Seen = [][]byte{last}
	keys, _ := b.root.Verifiers()
	_, err := Verify([]Source{s}, Options{Keys: keys, Root: b.root})
	var f *Fault
	if !errors.As(err, &f) || len(f.Checkpoints) != 2 || !strings.Contains(f.Why, "rewound") {
		t.Errorf("pushed back: %v", err)
	}
}

// TestG4ForeignCommit: somebody else's commit is a fault until we undo it, and say so.
func TestG4ForeignCommit(t *testing.T) {
	for _, name := range []string{"README", "deep"} { // a deep tree cannot even be compared
		foreign(t, name)
	}
}

func foreign(t *testing.T, name string) {
	b := approved(t)
	good := b.files
	b.files = fstest.MapFS{name: &fstest.MapFile{Data: []byte("hello")}, checkpointFile: good[checkpointFile]}
	strange := b.commit(1)
	var f *Fault
	if _, err := b.verify(); !errors.As(err, &f) || f.Commit != strange {
		t.Fatalf("%v", err)
	}
	b.files = good
	before := b.log
	b.append(denial(7))
	if _, err := b.verify(); !errors.As(err, &f) || !strings.Contains(f.Why, "without a gap") || f.Seq != before.Size {
		t.Fatalf("%v", err)
	}
	b.commits, b.log, b.files = b.commits[:len(b.commits)-1], before, maps.Clone(b.trees[b.commits[4].ID])
	b.append(Record{Kind: Gap, Commit: strange, Why: "foreign"}, denial(7))
	if _, err := b.verify(); err != nil {
		t.Fatal(err)
	}
}

// TestG4LogOnAForeignBranch: somebody made the branch before us.
func TestG4LogOnAForeignBranch(t *testing.T) {
	for _, says := range []bool{true, false} {
		b := newBranch(t)
		root := b.trees[b.tip()]
		b.commits, b.files = nil, fstest.MapFS{"README": &fstest.MapFile{}}
		strange := b.commit(0)
		b.files, b.log = fstest.MapFS{}, New(b.log.Name, b.log.Keys)
		_, records, err := Open(b.log.Name, root, mustKeys(t, b))
		if err != nil {
			t.Fatal(err)
		}
		gap := Record{Kind: Gap, Commit: strange}
		if !says {
			gap.Commit = storyHead
		}
		records[0].T = ""
		b.append(records[0], gap)
		if _, err := b.verify(); (err == nil) != says {
			t.Errorf("the gap names the commit %t: %v", says, err)
		}
	}
}

// TestG4BehindASecondParent: somebody's merge has an old commit of ours as its first parent,
// which takes what came since out of that line. We go on from there, and say so.
func TestG4BehindASecondParent(t *testing.T) {
	b := approved(t)
	since := len(b.commits)
	b.append(denial(7))
	b.append(denial(8))
	log, files := b.log, maps.Clone(b.files)
	strange := b.commit(2)
	b.commits = append(b.commits[:since:since], b.commits[len(b.commits)-1])
	var f *Fault
	if _, err := b.verify(); !errors.As(err, &f) || f.Commit != strange {
		t.Fatalf("%v", err)
	}
	b.append(Record{Kind: Gap, Commit: strange, Why: "foreign"}, denial(9))
	if _, err := b.verify(); err != nil {
		t.Errorf("the gap is not the first record that this line sees: %v", err)
	}
	b.commits, b.log, b.files = b.commits[:len(b.commits)-1], log, files
	b.append(Record{Kind: Gap, Commit: storyHead, Why: "foreign"}, denial(9))
	if _, err := b.verify(); !errors.As(err, &f) || !strings.Contains(f.Why, "without a gap") {
		t.Errorf("a gap of another commit: %v", err)
	}
}

// TestFork: two signed checkpoints that contradict each other are the evidence.
func TestFork(t *testing.T) {
	b := approved(t)
	other := approved(t)
	other.append(denial(1), denial(2))
	b.files = other.files
	b.commit(1)
	b.files = approved(t).files
	b.append(Record{Kind: Gap, Commit: b.tip()}, denial(3))
	_, err := b.verify()
	var f *Fault
	if !errors.As(err, &f) || len(f.Checkpoints) != 2 || f.Checkpoints[0] == f.Checkpoints[1] {
		t.Fatalf("%v", err)
	}
}

// TestR59Redaction: a value beside the log is removed later; every proof holds.
func TestR59Redaction(t *testing.T) {
	b := newBranch(t)
	path, digest := Blob([]byte("output of a host"))
	b.files[path] = &fstest.MapFile{Data: []byte("output of a host")}
	b.append(Record{Kind: Denial, Why: digest})
	line, err := b.log.LineOf(b.files, 1)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := b.log.Prove(line, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := b.verify(); err != nil || got[0].Blobs != 1 {
		t.Fatal(err)
	}
	delete(b.files, path)
	b.commit(1)
	b.append(denial(1))
	if got, err := b.verify(); err != nil || got[0].Blobs != 0 {
		t.Fatal(err)
	}
	if _, _, err := proof.Check(nil); err != nil {
		t.Fatal(err)
	}
	b.files[path] = &fstest.MapFile{Data: []byte("another output")}
	b.commit(1)
	if _, err := b.verify(); !errors.Is(err, ErrIntegrity) {
		t.Fatalf("another content under the name: %v", err)
	}
}
