package statement

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"
)

// tester is what testing and rapid have in common.
type tester interface {
	Helper()
	Fatal(args ...any)
}

// branch is a chain's branch in a test: the trees of its commits.
type branch struct {
	t     tester
	trees []fstest.MapFS
}

// commit adds files to what the branch holds.
func (b *branch) commit(files map[string]string) {
	next := fstest.MapFS{}
	if len(b.trees) > 0 {
		maps.Copy(next, b.trees[len(b.trees)-1])
	}
	for name, content := range files {
		if next[name] = (&fstest.MapFile{Data: []byte(content)}); content == "" {
			delete(next, name)
		}
	}
	b.trees = append(b.trees, next)
}

func (b *branch) read() ([]Entry, []string) {
	b.t.Helper()
	var chain []Entry
	var problems []string
	var err error
	switch len(b.trees) {
	case 0:
		chain, problems, err = ReadChain("ada")
	case 1:
		chain, problems, err = ReadChain("ada", b.trees[0])
	default:
		chain, problems, err = ReadChain("ada", b.trees[0], b.trees[len(b.trees)-2], b.trees[len(b.trees)-1])
	}
	check(b.t, err)
	return chain, problems
}

// say appends a statement as approve does.
func (b *branch) say(seed byte, s Statement) {
	b.t.Helper()
	chain, _ := b.read()
	s.Serial, s.Prev = Next(chain)
	e, err := Add("ada", chain, sign(b.t, newKey(b.t, seed), s))
	check(b.t, err)
	b.put(e)
}

func (b *branch) put(e Entry) {
	files := map[string]string{}
	for _, f := range Files(e) {
		files[f.Path] = string(f.Bytes)
	}
	b.commit(files)
}

// said are the numbers that count.
func said(chain []Entry) []int64 {
	var out []int64
	for _, e := range chain {
		if e.Problem == "" {
			out = append(out, e.Number)
		}
	}
	return out
}

func TestChain(t *testing.T) {
	b := &branch{t: t}
	if chain, problems := b.read(); len(chain)+len(problems) > 0 {
		t.Fatal("an empty chain says something")
	}
	for range 3 {
		b.say('a', approval())
	}
	chain, problems := b.read()
	if !slices.Equal(said(chain), []int64{1, 2, 3}) || len(problems) > 0 || chain[2].Statement.Prev != chain[1].Signed.Digest() {
		t.Errorf("%v, %v", said(chain), problems)
	}
}

// TestForeignFiles: whoever may push can put anything there. It says nothing, it is
// named, and whoever's chain it is goes on.
func TestForeignFiles(t *testing.T) {
	good := func(t *testing.T) Signed { // as if signed for place 3 of an empty chain
		return sign(t, newKey(t, 'a'), with(func(s *Statement) { s.Serial, s.Prev = 3, digestA }))
	}
	for name, c := range map[string]struct {
		statement, signature, want string
	}{
		"garbage":           {"hello", "world", "armoured"},
		"no signature":      {good(t).Statement, "", "armoured"},
		"only a signature":  {"", good(t).Signature, "invalid signature"},
		"too large":         {strings.Repeat("x", Largest+1), good(t).Signature, "bytes, wanted at most"},
		"huge signature":    {good(t).Statement, strings.Repeat("x", Largest+1), "bytes, wanted at most"},
		"of another place":  {good(t).Statement, good(t).Signature, "was signed after something else"},
		"of another serial": {sign(t, newKey(t, 'a'), approval()).Statement, sign(t, newKey(t, 'a'), approval()).Signature, "serial 1, wanted 3"},
		"of another person": {bens(t).Statement, bens(t).Signature, `speaks for "ben"`},
		"no UTF-8":          {"\xff", "\xfe", "armoured"},
	} {
		t.Run(name, func(t *testing.T) {
			b := &branch{t: t}
			b.say('a', approval())
			b.say('a', approval())
			b.put(Entry{Number: 3, Signed: Signed{c.statement, c.signature}})
			b.say('a', approval())
			chain, problems := b.read()
			if !slices.Equal(said(chain), []int64{1, 2, 4}) || len(problems) > 0 || !strings.Contains(chain[2].Problem, c.want) {
				t.Errorf("%v, %v, %q", said(chain), problems, chain[2].Problem)
			}
		})
	}
}

func bens(t *testing.T) Signed {
	return sign(t, newKey(t, 'b'), with(func(s *Statement) { s.Person, s.Serial, s.Prev = "ben", 3, digestA }))
}

// TestWithheld: a statement that was signed and never delivered cannot come later
// in another place, and what was signed behind it says nothing without it.
func TestWithheld(t *testing.T) {
	b := &branch{t: t}
	b.say('a', approval())
	chain, _ := b.read()
	second := with(func(s *Statement) { s.Act, s.Accepts, s.Expires = Reject, nil, "" })
	second.Serial, second.Prev = Next(chain)
	withheld := sign(t, newKey(t, 'a'), second)
	third := approval()
	third.Serial, third.Prev = 3, withheld.Digest()
	b.put(Entry{Number: 3, Signed: sign(t, newKey(t, 'a'), third)})
	chain, problems := b.read()
	if !slices.Equal(said(chain), []int64{1}) || !strings.Contains(strings.Join(problems, "\n"), "statement 2 is missing: 1 behind it") {
		t.Fatalf("%v, %q", said(chain), problems)
	}
	b.say('a', approval()) // ada signs again, at place 2
	if chain, _ = b.read(); !slices.Equal(said(chain), []int64{1, 2}) {
		t.Errorf("%v", said(chain))
	}
	if _, err := Add("ada", chain, withheld); err == nil {
		t.Error("the withheld one is taken at another place")
	}
}

// TestRemoved: a later commit takes nothing back.
func TestRemoved(t *testing.T) {
	b := &branch{t: t}
	b.say('a', approval())
	b.say('a', about(Withdraw, "change:march", nil))
	b.commit(map[string]string{"statements/00000002.json": "", "statements/00000002.json.sig": ""})
	chain, problems := b.read()
	if !slices.Equal(said(chain), []int64{1, 2}) || !strings.Contains(strings.Join(problems, "\n"), "statement 2 was removed or changed later") {
		t.Errorf("%v, %q", said(chain), problems)
	}
}

func TestFilesThatAreNone(t *testing.T) {
	b := &branch{t: t}
	b.say('a', approval())
	for _, name := range []string{"statements/1.json", "statements/00000000.json", "statements/0000002.json", "statements/+0000002.json", "statements/00000002.json.sig.sig", "statements/x", "statements/00000003.json/x"} {
		b.commit(map[string]string{name: "x"})
	}
	b.commit(map[string]string{"README.md": "hello"})
	chain, problems := b.read()
	if !slices.Equal(said(chain), []int64{1}) || len(problems) != 7 {
		t.Errorf("%v, %q", said(chain), problems)
	}
}

// TestChainProperties: a stranger who may only push never makes a statement count
// that its person did not sign for that place (safety), and never keeps the person
// from being heard (liveness).
func TestChainProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := &branch{t: t}
		mine := map[int64]string{}
		var old []Signed
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			chain, _ := b.read()
			at := rapid.Int64Range(1, int64(len(chain)+3)).Draw(t, "at")
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0, 1:
				before := len(said(chain))
				b.say('a', approval())
				chain, _ = b.read()
				last := chain[slices.IndexFunc(chain, func(e Entry) bool { _, known := mine[e.Number]; return e.Problem == "" && !known })]
				mine[last.Number] = last.Signed.Digest()
				old = append(old, last.Signed)
				if len(said(chain)) <= before {
					t.Fatalf("unheard: %v", said(chain))
				}
			case 2:
				b.put(Entry{Number: at, Signed: Signed{"x", "y"}})
			case 3:
				if len(old) > 0 {
					b.put(Entry{Number: at, Signed: old[rapid.IntRange(0, len(old)-1).Draw(t, "replay")]})
				}
			case 4:
				b.commit(map[string]string{fmt.Sprintf("statements/%08d.json", at): "", fmt.Sprintf("statements/%08d.json.sig", at): ""})
			}
			b.keepAll()
		}
		chain, _ := b.read()
		for _, n := range said(chain) {
			if mine[n] != chain[n-1].Signed.Digest() {
				t.Fatalf("statement %d counts, and was never signed there", n)
			}
		}
		if len(said(chain)) != len(mine) {
			t.Fatalf("%v of %d count", said(chain), len(mine))
		}
	})
}

// keepAll makes the first tree the union of all, as reading all trees would.
func (b *branch) keepAll() {
	if len(b.trees) < 2 {
		return
	}
	union := fstest.MapFS{}
	for _, tree := range b.trees {
		for name, f := range tree {
			if _, known := union[name]; !known {
				union[name] = f
			}
		}
	}
	b.trees = []fstest.MapFS{union, b.trees[len(b.trees)-1]}
}

func FuzzStatement(f *testing.F) {
	for _, s := range []Statement{approval(), about(Hold, "plan:acme/march", because), with(consent)} {
		b, err := Encode(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Read(b)
		if err != nil {
			return
		}
		again, err := Encode(s)
		if err != nil || string(again) != string(b) {
			t.Errorf("%v: %q is read and written as %q", err, b, again)
		}
	})
}
