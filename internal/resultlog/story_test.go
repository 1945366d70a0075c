package resultlog

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/crypto/ssh"
	"golang.org/x/mod/sumdb/note"

	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/statement"
	"github.com/patchops/patchops/internal/trust"
)

func person(name string) ssh.Signer {
	s, err := ssh.NewSignerFromSigner(ed25519.NewKeyFromSeed([]byte((name + strings.Repeat("x", 32))[:32])))
	if err != nil {
		panic(err)
	}
	return s
}

const storyRepository = "0123456789abcdef"

var (
	storyHead, storyBase, storyMerge = strings.Repeat("b", 40), strings.Repeat("a", 40), strings.Repeat("c", 40)
	storyEffect                      = "sha256:" + strings.Repeat("e", 64)
	storyAccepts                     = []string{"sha256:" + strings.Repeat("f", 64)}
)

// storyRoot is a root of trust of one owner, with log keys a and b.
func storyRoot(t testing.TB, keys ...string) (trust.Root, string) {
	t.Helper()
	root := trust.Root{
		Type: trust.Type, Version: 1, Repository: storyRepository, Target: "main", Forge: trust.Forge{Type: "git"},
		Owners: []string{signature.KeyOf(person("owner")).String()}, Threshold: 1, LogKeys: keys,
		Genesis: trust.Genesis{Commit: storyBase, Manifest: "sha256:" + strings.Repeat("a", 64)},
	}
	b, err := root.Encode()
	if err != nil {
		t.Fatal(err)
	}
	sig, err := signature.Sign(person("owner"), b, signature.Roots)
	if err != nil {
		t.Fatal(err)
	}
	signed := trust.Signed{Root: string(b), Signatures: []string{sig}}
	return root, strings.TrimSuffix(string(signed.Encode()), "\n")
}

// says is a signed statement of somebody.
func says(t testing.TB, name string, s statement.Statement) *statement.Signed {
	t.Helper()
	s.Repository, s.Target, s.Person = storyRepository, "main", name
	if s.AsOf == "" {
		s.AsOf = Instant(testStart)
	}
	if s.Serial > 1 {
		s.Prev = storyEffect
	}
	b, err := statement.Encode(s)
	if err != nil {
		t.Fatal(err)
	}
	sig, err := signature.Sign(person(name), b, signature.Statements)
	if err != nil {
		t.Fatal(err)
	}
	return &statement.Signed{Statement: string(b), Signature: sig}
}

// act is the record of what somebody says about the change "patch".
func act(t testing.TB, kind Kind, name string, serial int64) Record {
	t.Helper()
	r := Record{
		Kind: kind, Change: "patch", Head: storyHead, Base: storyBase, Effect: storyEffect, AsOf: Instant(testStart),
		Actor: &Actor{Kind: "person", ID: name, Key: signature.KeyOf(person(name)).Fingerprint()},
	}
	if kind == Approval {
		r.Accepts = storyAccepts
	}
	r.Statement = says(t, name, statement.Statement{
		Act: acts[kind], Subject: "change:patch", Head: r.Head, Base: r.Base, Effect: r.Effect, Accepts: r.Accepts, Reason: "because", Serial: serial,
	})
	r.Evidence = r.Statement.Digest()
	return r
}

func decision(id string, approvals ...Record) Record {
	r := Record{Kind: Decision, Decision: id, Change: "patch", Head: storyHead, Base: storyBase, Commit: storyMerge, Effect: storyEffect, Verdict: "approved"}
	for _, a := range approvals {
		r.Approvals = append(r.Approvals, a.Evidence)
	}
	return r
}

func merge(d Record) Record {
	return Record{Kind: Merge, Via: "controller", Decision: d.Decision, Change: "patch", Head: storyHead, Base: storyBase, Commit: storyMerge, Approvals: d.Approvals}
}

// branch is a log whose every append is a commit.
type branch struct {
	*writer
	root    *trust.Root
	commits []Commit
	trees   map[string]fstest.MapFS
}

func newBranch(t testing.TB) *branch {
	w := newWriter(t)
	_, a := logKey("a")
	root, text := storyRoot(t, a)
	w.log = New(Name{Repository: storyRepository, Client: "acme", Year: 2026}, root.LogKeys)
	b := &branch{writer: w, root: &root, trees: map[string]fstest.MapFS{}}
	b.append(Record{Kind: RootKind, Root: text})
	return b
}

func (b *branch) append(records ...Record) {
	b.add(records...)
	b.commit(1)
}

// commit makes a commit of the files as they are.
func (b *branch) commit(parents int) string {
	id := fmt.Sprintf("%040d", len(b.commits)+1)
	if len(b.commits) == 0 {
		parents = 0
	}
	b.commits = append(b.commits, Commit{id, parents})
	b.trees[id] = maps.Clone(b.files)
	return id
}

func (b *branch) tip() string { return b.commits[len(b.commits)-1].ID }

func (b *branch) Commits() ([]Commit, error)         { return b.commits, nil }
func (b *branch) Files(commit string) (fs.FS, error) { return b.trees[commit], nil }
func (b *branch) Changed(from, to string) ([]Change, error) {
	if b.trees[from]["deep"] != nil || b.trees[to]["deep"] != nil {
		return nil, errors.New("too deep to compare")
	}
	var out []Change
	before, after := b.trees[from], b.trees[to]
	for _, name := range slices.Sorted(maps.Keys(after)) {
		if before[name] == nil || !bytes.Equal(before[name].Data, after[name].Data) {
			out = append(out, Change{Path: name, Added: before[name] == nil})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if after[name] == nil {
			out = append(out, Change{Path: name, Removed: true})
		}
	}
	return out, nil
}

func (b *branch) source() Source {
	return Source{Name: b.log.Name, Tip: b.tip(), Files: b.trees[b.tip()], History: b}
}

func (b *branch) verify() ([]Verified, error) {
	b.t.Helper()
	keys, err := b.root.Verifiers()
	if err != nil {
		b.t.Fatal(err)
	}
	return Verify([]Source{b.source()}, Options{Keys: keys, Root: b.root})
}

// approved is a log with a change that two people approved, decided and merged.
func approved(t testing.TB) *branch {
	b := newBranch(t)
	dana, erin := act(t, Approval, "dana", 1), act(t, Approval, "erin", 1)
	b.append(dana)
	b.append(erin, denial(1))
	d := decision("d1", dana, erin)
	b.append(d)
	b.append(merge(d))
	return b
}

type file = fstest.MapFile

func mustKeys(t testing.TB, b *branch) note.Verifiers {
	t.Helper()
	keys, err := b.root.Verifiers()
	if err != nil {
		t.Fatal(err)
	}
	return keys
}
