package effect

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
)

// File is one file of a tree: a regular file, a symbolic link or a submodule.
type File struct {
	Path string // slash path from the repository root
	Mode string // in Git, such as "100644"
	// Blob is any name of the bytes that only equal bytes share, such as the id
	// of the blob; "" where there is none. It saves asking for sums.
	Blob string
	// Sum is the SHA-256 of the bytes: of a link's target, of the text of a
	// submodule's commit.
	Sum func() Digest
}

// Tree is one state of a repository, for Between. It is for one goroutine.
type Tree struct {
	corpus  *corpus.Corpus
	view    *corpus.View
	files   map[string]File
	entries map[string][]*corpus.Entry           // by path
	byID    map[finding.Identity][]*corpus.Entry // usually one each

	plans    map[finding.Identity]*plan
	profiles map[string]Digest
	inputs   *inputs
}

// Read makes a tree of its documents and all its files, documents included,
// whatever folder they are in.
func Read(c *corpus.Corpus, files []File) *Tree {
	t := &Tree{
		corpus: c, view: c.View(""), files: make(map[string]File, len(files)),
		entries: map[string][]*corpus.Entry{}, byID: map[finding.Identity][]*corpus.Entry{},
		plans: map[finding.Identity]*plan{}, profiles: map[string]Digest{},
	}
	for _, f := range files {
		t.files[f.Path] = f
	}
	for _, e := range c.Entries() {
		t.entries[e.File] = append(t.entries[e.File], e)
		if e.ID.Kind != "" && e.ID.Name != "" {
			t.byID[e.ID] = append(t.byID[e.ID], e)
		}
	}
	return t
}

// Between is E(before, after): what differs. It depends on nothing else.
func Between(before, after *Tree) *Effect {
	return &Effect{
		Files: fileChanges(before, after), Documents: documentChanges(before, after),
		Grants: grantChanges(before, after, inputsOf(before), inputsOf(after)),
	}
}

// whole reports whether a file is a document file: one whose every document has
// an identity and was read. Of any other the bytes count, in `files`.
func (t *Tree) whole(name string) bool {
	entries := t.entries[name]
	if len(entries) == 0 || slices.ContainsFunc(entries, func(e *corpus.Entry) bool { return e.ID.Kind == "" || e.ID.Name == "" }) {
		return false
	}
	if path.Ext(name) == ".cue" {
		return !slices.ContainsFunc(entries, func(e *corpus.Entry) bool { return e.Document().Broken })
	}
	src, ok := t.view.File(name)
	if !ok {
		return false
	}
	docs, found := document.ParseYAML(name, src)
	return len(found) == 0 && len(docs) == len(entries)
}

// state is the file as an entry of `files`: zero where there is none, or where
// it is a document file.
func (t *Tree) state(name string) FileState {
	f, ok := t.files[name]
	if !ok || t.whole(name) {
		return FileState{}
	}
	return FileState{Mode: f.Mode, Digest: f.Sum()}
}

// sameFile reports whether a path surely is the same in both trees, without
// reading it.
func sameFile(before, after *Tree, name string) bool {
	a, inA := before.files[name]
	b, inB := after.files[name]
	if !inA || !inB || a.Mode != b.Mode || len(before.entries[name]) != len(after.entries[name]) {
		return false
	}
	return a.Blob != "" && a.Blob == b.Blob || a.Sum() == b.Sum()
}

func fileChanges(before, after *Tree) []FileChange {
	names := map[string]bool{}
	for _, t := range []*Tree{before, after} {
		for name := range t.files {
			names[name] = true
		}
	}
	var out []FileChange
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if sameFile(before, after, name) {
			continue
		}
		change := FileChange{Path: name, Before: before.state(name), After: after.state(name)}
		if change.Before == change.After {
			continue
		}
		change.Fields = rowFields(before, after, name)
		out = append(out, change)
	}
	return out
}

// sameDocument reports whether an identity surely says the same, in the same
// place, without reading it.
func sameDocument(a, b []*corpus.Entry) bool {
	return slices.EqualFunc(a, b, func(a, b *corpus.Entry) bool {
		return a.File == b.File && a.Index == b.Index && a.Digest == b.Digest && a.Broken == b.Broken
	})
}

func documentChanges(before, after *Tree) []DocumentChange {
	var ids []finding.Identity
	for id := range after.byID {
		ids = append(ids, id)
	}
	for id := range before.byID {
		if after.byID[id] == nil {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, compareIDs)
	var out []DocumentChange
	for _, id := range ids {
		a, b := before.byID[id], after.byID[id]
		if sameDocument(a, b) {
			continue
		}
		change := DocumentChange{Identity: id, Before: documentState(a), After: documentState(b)}
		if change.Before == change.After {
			continue
		}
		if len(a) > 0 && len(b) > 0 {
			change.Fields = fieldChanges(&a[0].Document().Root, &b[0].Document().Root)
		}
		out = append(out, change)
	}
	return out
}

func compareIDs(a, b finding.Identity) int {
	for _, c := range []int{strings.Compare(a.Client, b.Client), strings.Compare(a.Kind, b.Kind)} {
		if c != 0 {
			return c
		}
	}
	return strings.Compare(a.Name, b.Name)
}

// documentState is what an identity says; where several documents claim it, all
// of them, for none is the right one.
func documentState(entries []*corpus.Entry) DocumentState {
	switch len(entries) {
	case 0:
		return DocumentState{}
	case 1:
		return DocumentState{entries[0].File, DigestOf(&entries[0].Document().Root)}
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.File+" "+DigestOf(&e.Document().Root).String())
	}
	slices.Sort(all)
	claims := list()
	for _, s := range all {
		claims.Items = append(claims.Items, *text(s))
	}
	first, _, _ := strings.Cut(all[0], " ")
	return DocumentState{first, DigestOf(claims)}
}

// document is the root of a document that rules may read: the first of its
// identity, nil when absent or broken.
func (t *Tree) document(kind, client, name string) *document.Value {
	entries := t.byID[finding.Identity{Kind: kind, Client: client, Name: name}]
	if len(entries) == 0 || entries[0].Broken {
		return nil
	}
	return &entries[0].Document().Root
}

// resolve is a document of a client, else the global one of that name, and its
// identity.
func (t *Tree) resolve(kind, client, name string) (finding.Identity, *document.Value) {
	id := finding.Identity{Kind: kind, Client: client, Name: name}
	if len(t.byID[id]) == 0 {
		id.Client = ""
	}
	return id, t.document(kind, id.Client, name)
}

// of are a client's ("" for global) documents of a kind that rules may read, by
// name.
func (t *Tree) of(kind, client string) []named {
	scope := client
	if scope == "" {
		scope = corpus.Global
	}
	var out []named
	for _, name := range t.view.Names(kind, scope) {
		if root := t.document(kind, client, name); root != nil {
			out = append(out, named{finding.Identity{Kind: kind, Client: client, Name: name}, root})
		}
	}
	return out
}

// named is a document with its identity.
type named struct {
	id   finding.Identity
	root *document.Value
}
