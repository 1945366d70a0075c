package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/corpus/corpustest"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/planning"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

var asOf = time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)

// bench is commits with documents, and a log that carries out one plan of theirs.
type bench struct {
	t       *testing.T
	commits map[string]corpustest.Tree
	blobs   map[string][]byte
	name    resultlog.Name
	plan    string // CLIENT/PLAN
	place   rollout.Placement
}

func newBench(t *testing.T) *bench {
	t.Helper()
	start := corpustest.Example(t, "minimal", asOf)
	b := &bench{t: t, commits: map[string]corpustest.Tree{"genesis": start}, blobs: map[string][]byte{}}
	in, err := planning.Build(b.docs("genesis").Corpus, planning.Options{AsOf: asOf, Granted: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range rollout.Compute(in.Input).Plans {
		if len(p.Placements) > 0 {
			b.plan, b.place = p.Client+"/"+p.Plan, p.Placements[0]
			b.name = resultlog.Name{Repository: "r", Client: p.Client, Year: 2026}
			return b
		}
	}
	t.Fatal("the example places nothing")
	return nil
}

func (b *bench) docs(commit string) *Documents {
	tree := b.commits[commit]
	if tree == nil {
		return nil
	}
	c := tree.Corpus(b.t, asOf)
	var files []effect.File
	for name, text := range tree {
		files = append(files, effect.File{Path: name, Mode: "100644", Sum: func() effect.Digest { return sha256.Sum256(text) }})
	}
	return &Documents{Corpus: c, Tree: effect.Read(c, files), Files: len(files)}
}

func (b *bench) audit(most int) *Audit {
	return New(Options{
		Genesis: "genesis", Most: most, Base: func(_, _ string) (string, error) { return "genesis", nil },
		Read: func(commit string) (*Documents, error) {
			if d := b.docs(commit); d != nil {
				return d, nil
			}
			return nil, ErrAbsent
		},
		Blob: func(_ resultlog.Name, digest string) ([]byte, error) {
			if text, ok := b.blobs[digest]; ok {
				return text, nil
			}
			return nil, fs.ErrNotExist
		},
	})
}

// grants are the digest of the plan's grants at a commit, and of its grant for an asset.
func (b *bench) grants(commit, asset string) (all, one string) {
	client, name, _ := strings.Cut(b.plan, "/")
	for _, p := range b.docs(commit).Tree.Grants(client) {
		for _, g := range p.Assets {
			if p.Plan.Name == name && g.Asset == asset {
				return p.Digest.String(), g.Digest.String()
			}
		}
	}
	b.t.Fatalf("%s grants nothing for %s", commit, asset)
	return "", ""
}

// story is a run of the genesis, its schedule, its first wave and one installation.
func (b *bench) story() []resultlog.Record {
	p := b.place
	all, one := b.grants("genesis", p.Asset)
	blob, err := json.Marshal(map[string]any{"client": b.name.Client, "placements": []map[string]any{{
		"window": p.Window, "occurrence": text(p.Occurrence), "start": text(p.Start), "assets": []string{p.Asset},
	}}})
	if err != nil {
		b.t.Fatal(err)
	}
	digest := canonical.Digest(blob)
	b.blobs[digest] = blob
	return []resultlog.Record{
		{Kind: resultlog.RunBegun, Plan: b.plan, Commit: "genesis", Grant: all, T: resultlog.Instant(asOf)},
		{Kind: resultlog.Schedule, Plan: b.plan, Commit: "genesis", Grant: all, Schedule: digest, T: resultlog.Instant(asOf)},
		{Kind: resultlog.WaveBegun, Plan: b.plan, Commit: "genesis", Assets: []string{p.Asset}, T: text(p.Start)},
		{
			Kind: resultlog.Claim, Plan: b.plan, Asset: p.Asset, Segment: "install", Grant: one, T: text(p.Start),
			Window: p.Window, Occurrence: text(p.Occurrence), Worst: 60,
		},
	}
}

func (b *bench) judge(a *Audit, records []resultlog.Record) *resultlog.Fault {
	b.t.Helper()
	for i := range records {
		if err := a.Take(b.name, resultlog.Place{Segment: "seg/0.jsonl", Line: i + 1, Seq: int64(i)}, &records[i]); err != nil {
			b.t.Fatal(err)
		}
	}
	fault, err := a.End()
	if err != nil {
		b.t.Fatal(err)
	}
	return fault
}

// expect wants a fault at the last record that says why; "" none.
func (b *bench) expect(name string, records []resultlog.Record, why string) {
	b.t.Helper()
	fault := b.judge(b.audit(0), records)
	switch {
	case why == "" && fault != nil:
		b.t.Errorf("%s: %v", name, fault)
	case why != "" && (fault == nil || !strings.Contains(fault.Why, why)):
		b.t.Errorf("%s: %v, wanted %q", name, fault, why)
	case why != "" && fault.Line == 0:
		b.t.Errorf("%s: %v, wanted the record", name, fault)
	}
}

// TestR52NoInventedRollout: records that agree with one another, signed with the log's key,
// do not pass where the documents that they name say otherwise.
func TestR52NoInventedRollout(t *testing.T) {
	b := newBench(t)
	other := canonical.Digest([]byte("other"))
	b.expect("as it was", b.story(), "")
	for name, c := range map[string]struct {
		change func(r []resultlog.Record)
		why    string
	}{
		"a plan that is in no document": {func(r []resultlog.Record) {
			for i := range r {
				r[i].Plan = b.name.Client + "/invented"
			}
		}, "no open plan"},
		"grants of nobody":       {func(r []resultlog.Record) { r[0].Grant = other }, "its grants are recorded as " + other},
		"a schedule of others":   {func(r []resultlog.Record) { r[1].Grant = other }, "its grants are recorded as " + other},
		"a host of nobody":       {func(r []resultlog.Record) { r[2].Assets = append(r[2].Assets, "vault-01") }, "vault-01 is no host of the rollout"},
		"a grant of nobody":      {func(r []resultlog.Record) { r[3].Grant = other }, "no authorised tip"},
		"no place":               {func(r []resultlog.Record) { r[3].Asset = "vault-01" }, "has no place"},
		"another window":         {func(r []resultlog.Record) { r[3].Window = "always" }, "its place that is locked is in " + b.place.Window},
		"before its place":       {func(r []resultlog.Record) { r[3].T = text(b.place.Start - 60) }, "its place that is locked begins"},
		"longer than its window": {func(r []resultlog.Record) { r[3].Worst = 30 * 86400 }, "WINDOW_TOO_SHORT"},
		"when nothing is open":   {func(r []resultlog.Record) { r[3].T, r[1].Schedule = text(b.place.Occurrence-3600), "sha256:removed" }, "by the documents of genesis"},
		"said to begin earlier": {func(r []resultlog.Record) {
			r[3].T, r[3].Begin = text(b.place.Occurrence+30*86400), text(b.place.Start)
		}, "by the documents of genesis"},
	} {
		records := b.story()
		c.change(records)
		b.expect(name, records, c.why)
	}
}

// TestOtherTimeZones: windows are computed by the time zones of today; where a schedule was
// by others, its places alone are compared, and that is told.
func TestOtherTimeZones(t *testing.T) {
	b := newBench(t)
	records := b.story()
	records[1].Tzdata, records[1].Schedule, records[3].T = "2019a", "sha256:removed", text(b.place.Occurrence-3600)
	a := b.audit(0)
	a.o.Tzdata = "2026a"
	if fault := b.judge(a, records); fault != nil || a.OtherZones() != 1 {
		t.Errorf("%v, %d claims by other time zones, wanted 1 and no fault", fault, a.OtherZones())
	}
	a, records[1].Tzdata = b.audit(0), "2026a"
	a.o.Tzdata = "2026a"
	if fault := b.judge(a, records); fault == nil || a.OtherZones() != 0 {
		t.Errorf("%v, %d claims by other time zones, wanted a fault and none", fault, a.OtherZones())
	}
}

// TestAClaimIsRecordedALittleLater: it is decided first, and a record that came in between may
// push its time on, beyond the last moment of its window.
func TestAClaimIsRecordedALittleLater(t *testing.T) {
	b := newBench(t)
	records := b.story()
	end := b.place.Occurrence // of the window: the first minute that is not in it
	for a := b.audit(0); ; end += 60 {
		at := records[3]
		at.T, at.Worst = text(end), 1
		if why, err := a.inWindow(b.name, "genesis", &at); err != nil || why != "" {
			break
		}
	}
	records[3].T, records[3].Begin, records[3].Worst = text(end), text(end-2), 1
	b.expect("a moment later", records, "")
	records[3].Begin = ""
	b.expect("when it is over", records, "by the documents of genesis")
}

// TestAClaimOfALaterTip: the authorised tip may move and leave the schedule as it is; then
// claims are of what is granted now.
func TestAClaimOfALaterTip(t *testing.T) {
	b := newBench(t)
	b.commits["later"] = moved(b)
	_, grant := b.grants("later", b.place.Asset)
	records := b.story()
	records[3].Grant = grant
	b.expect("without the merge", slices.Clone(records), "no authorised tip")
	merge := resultlog.Record{Kind: resultlog.Merge, Via: "controller", Base: "genesis", Commit: "later", T: text(b.place.Start - 5), Effect: effect.Between(b.docs("genesis").Tree, b.docs("later").Tree).Digest().String()}
	b.expect("with it", slices.Insert(records, 3, merge), "")
}

// moved is the genesis with another class of every asset.
func moved(b *bench) corpustest.Tree {
	const list = "clients/acme/assets.yaml"
	out := maps.Clone(b.commits["genesis"])
	for _, class := range []string{"server", "workstation"} {
		out[list] = bytes.ReplaceAll(out[list], []byte("class: "+class), []byte("class: infra"))
	}
	return out
}

// TestR5MergesAreWhatWasApproved: the effect of a merge follows from its commits, and its
// approvals cover it.
func TestR5MergesAreWhatWasApproved(t *testing.T) {
	b := newBench(t)
	b.commits["good"] = moved(b)
	evil := maps.Clone(b.commits["good"])
	evil["policies/all.rego"] = []byte("package own\n")
	b.commits["evil"] = evil
	digest := func(from, to string) string {
		return effect.Between(b.docs(from).Tree, b.docs(to).Tree).Digest().String()
	}
	approval := resultlog.Record{Kind: resultlog.Approval, Change: "x", Evidence: "e", Base: "genesis", Head: "good", Effect: digest("genesis", "good")}
	merge := resultlog.Record{Kind: resultlog.Merge, Via: "controller", Change: "x", Base: "genesis", Commit: "good", Effect: approval.Effect, Approvals: []string{"e"}}
	with := func(change func(a, m *resultlog.Record)) []resultlog.Record {
		a, m := approval, merge
		change(&a, &m)
		return []resultlog.Record{a, m}
	}
	b.expect("as it was", with(func(_, _ *resultlog.Record) {}), "")
	b.expect("of another commit", with(func(_, m *resultlog.Record) { m.Commit = "evil" }), "the documents give")
	b.expect("more than was approved", with(func(_, m *resultlog.Record) { m.Commit, m.Effect = "evil", digest("genesis", "evil") }), "does not cover what landed: file of policies/all.rego")
	b.expect("an approval of what its head is not", with(func(a, _ *resultlog.Record) { a.Effect = canonical.Digest(nil) }), "what it names gives")
	review := func(a, _ *resultlog.Record) {
		a.Review, a.Base, a.Effect = &resultlog.Review{ID: 1}, "older", canonical.Digest([]byte("as it was seen first"))
	}
	b.expect("a review", with(review), "")
	b.expect("a review of less", with(func(a, m *resultlog.Record) {
		review(a, m)
		m.Commit, m.Effect = "evil", digest("genesis", "evil")
	}), "does not cover what landed")
	b.expect("adopted as nothing", []resultlog.Record{{Kind: resultlog.Merge, Via: "adopted", Base: "genesis", Commit: "evil"}}, "says that evil has no effect")
	b.expect("abandoned", []resultlog.Record{{Kind: resultlog.Merge, Via: "abandoned", Base: "genesis", Commit: "evil"}}, "")
}

// TestWhatIsNotHereIsCounted: commits that are not at hand, or are too many, fail nothing and
// are told.
func TestWhatIsNotHereIsCounted(t *testing.T) {
	b := newBench(t)
	b.commits["good"] = moved(b)
	gone := []resultlog.Record{{Kind: resultlog.Merge, Via: "controller", Base: "gone", Commit: "good", Effect: "?"}}
	a := b.audit(0)
	if fault := b.judge(a, gone); fault != nil {
		t.Error(fault)
	}
	if absent, skipped := a.Unread(); absent != 1 || skipped != 0 {
		t.Errorf("%d absent, %d skipped, wanted 1 and 0", absent, skipped)
	}
	a = b.audit(1)
	if fault := b.judge(a, []resultlog.Record{{Kind: resultlog.Merge, Via: "controller", Base: "genesis", Commit: "good", Effect: "?"}}); fault != nil {
		t.Error(fault)
	}
	if absent, skipped := a.Unread(); absent != 0 || skipped != 1 || a.Read() != 1 {
		t.Errorf("%d absent, %d skipped, %d read, wanted 0, 1 and 1", absent, skipped, a.Read())
	}
}

// TestAsManyAsTheirFilesAllow: small repositories have more of their commits read.
func TestAsManyAsTheirFilesAllow(t *testing.T) {
	b := newBench(t)
	b.commits["good"] = moved(b)
	merge := []resultlog.Record{{Kind: resultlog.Merge, Via: "controller", Base: "genesis", Commit: "good", Effect: "?"}}
	for files, want := range map[int]int{1: 1, len(b.commits["genesis"]): 1, len(b.commits["genesis"]) + 1: 2} {
		a := b.audit(1)
		a.o.Files = files
		b.judge(a, merge)
		if _, left := a.Unread(); a.Read() != want || left != 2-want {
			t.Errorf("until %d files: %d read, %d left, wanted %d and %d", files, a.Read(), left, want, 2-want)
		}
	}
}

// TestWhatCannotBeEvaluatedIsNoFault: nor is it none: it is counted.
func TestWhatCannotBeEvaluatedIsNoFault(t *testing.T) {
	b := newBench(t)
	records := b.story()
	records[0].Grant = canonical.Digest([]byte("other"))
	a := b.audit(0)
	a.o.Read = func(string) (*Documents, error) { return nil, fmt.Errorf("read it: %w", ErrUnread) }
	if fault := b.judge(a, records); fault != nil || a.NotEvaluated() != 1 || a.Read() != 0 {
		t.Errorf("%v, %d not evaluated, %d read, wanted no fault, 1 and 0", fault, a.NotEvaluated(), a.Read())
	}
}
