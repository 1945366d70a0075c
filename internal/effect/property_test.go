package effect

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/document"
)

// parsed are the documents of a repository's YAML files, by file.
func parsed(t testing.TB, r repo) map[string][]document.Document {
	t.Helper()
	out := map[string][]document.Document{}
	for name, src := range r {
		if path.Ext(name) != ".yaml" {
			continue
		}
		docs, found := document.ParseYAML(name, []byte(src))
		if len(found) > 0 {
			t.Fatal(name, found)
		}
		out[name] = docs
	}
	return out
}

// reshaped writes a value as YAML in another layout: keys in any order, with
// comments and empty lines, strings in any quotes.
func reshaped(t *rapid.T, v *document.Value, indent string) string {
	switch v.Kind {
	case document.Map:
		if len(v.Keys) == 0 {
			return " {}\n"
		}
		order := rapid.Permutation(indices(len(v.Keys))).Draw(t, "order")
		out := "\n"
		for _, i := range order {
			if rapid.IntRange(0, 5).Draw(t, "comment") == 0 {
				out += "\n" + indent + "# words\n"
			}
			out += indent + quoted(v.Keys[i].Name) + ":" + reshaped(t, &v.Items[i], indent+"  ")
		}
		return out
	case document.List:
		if len(v.Items) == 0 {
			return " []\n"
		}
		out := "\n"
		for i := range v.Items {
			out += indent + "-" + reshaped(t, &v.Items[i], indent+"  ")
		}
		return out
	case document.String:
		if rapid.Bool().Draw(t, "escaped") {
			return " " + quoted(v.Str) + "\n"
		}
		return " '" + strings.ReplaceAll(v.Str, "'", "''") + "'\n"
	}
	return " " + string(AppendCanonical(nil, v)) + "\n"
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func indices(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// TestReformattingNeverCounts (A2): whatever layout the documents are in, the
// effect of a change of one of them is the same, and that of none is empty.
func TestReformattingNeverCounts(t *testing.T) {
	files := parsed(t, small())
	names := slices.Sorted(maps.Keys(files))
	changes := edits()
	before := small().tree(t)
	rapid.Check(t, func(t *rapid.T) {
		other := maps.Clone(small())
		for _, name := range names {
			var parts []string
			for i := range files[name] {
				parts = append(parts, "# words\n"+reshaped(t, &files[name][i].Root, ""))
			}
			other[name] = strings.Join(parts, "---\n")
		}
		if e := Between(before, other.tree(noTB(t))); !e.Empty() {
			t.Fatalf("another layout has the effect %v", summary(e))
		}
		change := changes[rapid.IntRange(0, len(changes)-1).Draw(t, "change")]
		after := small().with(noTB(t), change.file, change.old, change.new).tree(noTB(t))
		if a, b := Between(before, after), Between(other.tree(noTB(t)), after); a.Digest() != b.Digest() {
			t.Fatalf("%s has the effects\n%v\n%v", change.name, summary(a), summary(b))
		}
	})
}

// tb lets helpers for testing.TB serve rapid.T.
type tb struct {
	testing.TB
	t *rapid.T
}

func noTB(t *rapid.T) testing.TB { return tb{t: t} }

func (b tb) Helper()                           {}
func (b tb) Fatal(args ...any)                 { b.t.Fatal(args...) }
func (b tb) Fatalf(format string, args ...any) { b.t.Fatalf(format, args...) }

// mutated is a copy of a value with one leaf changed: the n-th, of count.
func mutated(v *document.Value, n *int) document.Value {
	out := *v
	switch v.Kind {
	case document.Map, document.List:
		out.Items = slices.Clone(v.Items)
		for i := range v.Items {
			out.Items[i] = mutated(&v.Items[i], n)
		}
		return out
	}
	if *n == 0 {
		switch v.Kind {
		case document.Int:
			out.Int++
		case document.Bool:
			out.Bool = !v.Bool
		default:
			out.Str += "x"
		}
	}
	*n--
	return out
}

func leaves(v *document.Value) int {
	if v.Kind != document.Map && v.Kind != document.List {
		return 1
	}
	n := 0
	for i := range v.Items {
		n += leaves(&v.Items[i])
	}
	return n
}

// TestEveryLeafCounts: whatever is said differently in any document, the effect
// is another.
func TestEveryLeafCounts(t *testing.T) {
	files := parsed(t, small())
	before := small().tree(t)
	seen := map[Digest]string{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		for d := range files[name] {
			for n := range leaves(&files[name][d].Root) {
				var parts []string
				for i := range files[name] {
					root := files[name][i].Root
					if i == d {
						at := n
						root = mutated(&root, &at)
					}
					parts = append(parts, string(AppendCanonical(nil, &root))+"\n")
				}
				after := maps.Clone(small())
				after[name] = strings.Join(parts, "---\n")
				where := fmt.Sprintf("%s document %d leaf %d", name, d, n)
				digest := Between(before, after.tree(t)).Digest()
				if other, known := seen[digest]; known {
					t.Errorf("%s has the effect of %s", where, other)
				}
				seen[digest] = where
			}
		}
	}
	if len(seen) < 200 {
		t.Errorf("%d leaves were tried, wanted all of some 200 and more", len(seen))
	}
	if _, known := seen[(&Effect{}).Digest()]; known {
		t.Error("a leaf does not count")
	}
}

// someEdits draws a repository: the small one with some edits.
func someEdits(t *rapid.T, label string) repo {
	r := small()
	for _, e := range edits() {
		if rapid.IntRange(0, 3).Draw(t, label+" "+e.name) == 0 && strings.Contains(r[e.file], e.old) {
			r = r.with(noTB(t), e.file, e.old, e.new)
		}
	}
	return r
}

// TestWR45TimeDoesNotCount: the instant of judgement is no part of it.
func TestWR45TimeDoesNotCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := someEdits(t, "before"), someEdits(t, "after")
		day := rapid.IntRange(1, 28).Draw(t, "day")
		later := time.Date(2031, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), day, 0, 0, 0, 0, time.UTC)
		now, then := Between(a.tree(noTB(t)), b.tree(noTB(t))), Between(a.treeAt(noTB(t), later), b.treeAt(noTB(t), later))
		if now.Digest() != then.Digest() || string(now.JSON()) != string(then.JSON()) {
			t.Fatalf("at %s the effect is %v, before %v", later, summary(then), summary(now))
		}
	})
}

// TestShortcutIsNoMeaning: grants are computed only where inputs differ; all of
// them would give the same effect.
func TestShortcutIsNoMeaning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := someEdits(t, "before"), someEdits(t, "after")
		quick := Between(a.tree(noTB(t)), b.tree(noTB(t)))
		before, after := a.tree(noTB(t)), b.tree(noTB(t))
		never := &inputs{catalog: Digest{1}, shared: Digest{1}}
		whole := grantChanges(before, after, inputsOf(before), never)
		slow := &Effect{Files: quick.Files, Documents: quick.Documents, Grants: whole}
		if quick.Digest() != slow.Digest() {
			t.Fatalf("the effect is %v, computed whole %v", summary(quick), summary(slow))
		}
	})
}

// TestClientsAreIndependent: what happens at one client is not in the
// sub-effect of another, and the parts are the whole.
func TestClientsAreIndependent(t *testing.T) {
	ours := func(e edit) bool { return strings.Contains(e.file, "/acme/") }
	start := small().tree(t)
	rapid.Check(t, func(t *rapid.T) {
		a, b, both := small(), small(), small()
		for _, e := range edits() {
			if rapid.IntRange(0, 2).Draw(t, e.name) > 0 || !strings.Contains(both[e.file], e.old) {
				continue
			}
			both = both.with(noTB(t), e.file, e.old, e.new)
			if ours(e) {
				a = a.with(noTB(t), e.file, e.old, e.new)
			} else {
				b = b.with(noTB(t), e.file, e.old, e.new)
			}
		}
		part := func(r repo, client string) string {
			e := Between(start, r.tree(noTB(t)))
			count := 0
			out := ""
			for _, s := range e.SubEffects() {
				count += len(s.Effect.Files) + len(s.Effect.Documents) + len(s.Effect.Grants)
				if s.Client == client {
					out = s.Digest().String()
				}
			}
			if count != len(e.Files)+len(e.Documents)+len(e.Grants) {
				t.Fatalf("the sub-effects hold %d entries of %v", count, summary(e))
			}
			return out
		}
		if part(both, "birch") != part(b, "birch") || part(both, Org) != part(b, Org) {
			t.Fatal("what acme does shows at another client")
		}
	})
}

// TestSubEffectDigest: it is that of the canonical JSON, of the shape of the
// schema with client and version.
func TestSubEffectDigest(t *testing.T) {
	for _, e := range edits() {
		for _, sub := range between(t, small(), small().with(t, e.file, e.old, e.new)).SubEffects() {
			v := sub.Effect.Value()
			v.Keys = append(v.Keys, document.Key{Name: "client"}, document.Key{Name: "version"})
			v.Items = append(v.Items, *text(sub.Client), *text(Version))
			if want := DigestOf(v); sub.Digest() != want {
				t.Errorf("%s at %s: the digest is %s, that of its JSON %s", e.name, sub.Client, sub.Digest(), want)
			}
		}
	}
}

// TestCoversItself: what lands exactly as proposed is covered; nothing at all is
// covered by nothing; and the empty effect by none but itself.
func TestCoversItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := someEdits(t, "before"), someEdits(t, "after")
		e := Between(a.tree(noTB(t)), b.tree(noTB(t)))
		if c := Covers(e, e, nil); !c.Holds() || len(c.Uncovered) > 0 {
			t.Fatalf("%v does not cover itself: %v", summary(e), shownDifferences(c.Void))
		}
		if c := Covers(e, &Effect{}, nil); c.Holds() != e.Empty() {
			t.Fatalf("%v is covered by nothing", summary(e))
		}
		if same := Between(b.tree(noTB(t)), b.tree(noTB(t))); !same.Empty() {
			t.Fatalf("nothing differs, and the effect is %v", summary(same))
		}
	})
}

// TestCanonicalJSON: it is JSON, of the same value, one line of ASCII, whatever
// the order of keys, and another value has another one.
func TestCanonicalJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawValue(t, 3)
		b := AppendCanonical(nil, v)
		for _, c := range b {
			if c < ' ' || c > '~' {
				t.Fatalf("%q holds %q", b, c)
			}
		}
		var back any
		if err := json.Unmarshal(b, &back); err != nil {
			t.Fatalf("%s: %v", b, err)
		}
		again, err := json.Marshal(back)
		var a, c any
		if err != nil || json.Unmarshal(again, &a) != nil || json.Unmarshal(b, &c) != nil || fmt.Sprint(a) != fmt.Sprint(c) {
			t.Fatalf("%s reads as %s", b, again)
		}
		shuffled := *v
		if v.Kind == document.Map && len(v.Keys) > 1 {
			shuffled.Keys, shuffled.Items = slices.Clone(v.Keys), slices.Clone(v.Items)
			slices.Reverse(shuffled.Keys)
			slices.Reverse(shuffled.Items)
		}
		if other := AppendCanonical(nil, &shuffled); string(other) != string(b) {
			t.Fatalf("%s and %s are one value", b, other)
		}
		at := rapid.IntRange(0, max(0, leaves(v)-1)).Draw(t, "leaf")
		if changed := mutated(v, &at); leaves(v) > 0 && string(AppendCanonical(nil, &changed)) == string(b) {
			t.Fatalf("another value is %s too", b)
		}
	})
}

func drawValue(t *rapid.T, depth int) *document.Value {
	kinds := []document.Kind{document.Bool, document.Int, document.String, document.List, document.Map}
	switch kind := rapid.SampledFrom(kinds[:3+min(depth, 2)]).Draw(t, "kind"); kind {
	case document.Bool:
		return &document.Value{Kind: kind, Bool: rapid.Bool().Draw(t, "bool")}
	case document.Int:
		return &document.Value{Kind: kind, Int: rapid.Int64Range(-1<<53+1, 1<<53-1).Draw(t, "int")}
	case document.String:
		return text(rapid.String().Draw(t, "text"))
	case document.List:
		out := list()
		for range rapid.IntRange(0, 4).Draw(t, "length") {
			out.Items = append(out.Items, *drawValue(t, depth-1))
		}
		return out
	}
	out := object()
	for _, key := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-zä-ü😀"\\]{1,4}`), 0, 4, rapid.ID[string]).Draw(t, "keys") {
		out.Keys, out.Items = append(out.Keys, document.Key{Name: key}), append(out.Items, *drawValue(t, depth-1))
	}
	return out
}
