package trust

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/signature"
)

type tester interface {
	Helper()
	Fatal(args ...any)
}

func check(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// owner is the n-th owner's key.
func owner(t tester, n int) ssh.Signer {
	t.Helper()
	s, err := ssh.NewSignerFromSigner(ed25519.NewKeyFromSeed([]byte(strings.Repeat(string(rune('a'+n)), 32))))
	check(t, err)
	return s
}

func line(t tester, n int) string { return signature.KeyOf(owner(t, n)).String() }

func logKey(t tester, n int) string {
	t.Helper()
	_, key, err := note.GenerateKey(strings.NewReader(strings.Repeat(string(rune('a'+n)), 64)), "patchops/0123456789abcdef")
	check(t, err)
	return key
}

// first is a root with these owners.
func first(t tester, threshold int64, owners ...int) Root {
	r := Root{
		Type: Type, Version: 1, Repository: "0123456789abcdef", Target: "main", Forge: Forge{Type: "git"}, Threshold: threshold,
		LogKeys: []string{logKey(t, 0)},
		Genesis: Genesis{Commit: strings.Repeat("a", 40), Manifest: "sha256:" + strings.Repeat("a", 64)},
	}
	for _, n := range owners {
		r.Owners = append(r.Owners, line(t, n))
	}
	slices.Sort(r.Owners)
	return r
}

// signed is a root with signatures of these owners.
func signed(t tester, r Root, by ...int) Signed {
	t.Helper()
	b, err := r.Encode()
	check(t, err)
	return signedText(t, string(b), by...)
}

func signedText(t tester, text string, by ...int) Signed {
	t.Helper()
	s := Signed{Root: text, Signatures: []string{}}
	for _, n := range by {
		armored, err := signature.Sign(owner(t, n), []byte(text), signature.Roots)
		check(t, err)
		s.Signatures = append(s.Signatures, armored)
	}
	return s
}

func TestRoundTrip(t *testing.T) {
	s := signed(t, first(t, 2, 0, 1, 2), 0, 2)
	again, err := Parse(s.Encode())
	check(t, err)
	r, err := again.Open()
	check(t, err)
	if !r.Owns(signature.KeyOf(owner(t, 1)).Fingerprint()) || r.Owns(signature.KeyOf(owner(t, 3)).Fingerprint()) || again.Digest() != s.Digest() {
		t.Errorf("%+v", r)
	}
	if _, err := r.Verifiers(); err != nil {
		t.Error(err)
	}
}

// TestR7: the threshold counts people, that is keys: one key twice is one.
func TestR7(t *testing.T) {
	for name, c := range map[string]struct {
		by []int
		ok bool
	}{
		"two owners":              {[]int{0, 1}, true},
		"all":                     {[]int{2, 1, 0}, true},
		"two and a stranger":      {[]int{0, 1, 7}, true},
		"one":                     {[]int{0}, false},
		"one twice":               {[]int{0, 0}, false},
		"one and a stranger":      {[]int{0, 7}, false},
		"strangers":               {[]int{7, 8, 9}, false},
		"nobody":                  {nil, false},
		"one three times, others": {[]int{1, 1, 1, 8}, false},
	} {
		if _, err := signed(t, first(t, 2, 0, 1, 2), c.by...).Open(); (err == nil) != c.ok || err != nil && !errors.Is(err, ErrRoot) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestE21: one key under two names is one owner, so a root that lists it twice is
// none.
func TestE21(t *testing.T) {
	r := first(t, 2, 0, 1)
	r.Owners = []string{line(t, 0), line(t, 0) + " work"}
	if err := r.Check(); !errors.Is(err, ErrRoot) {
		t.Error(err)
	}
	r.Owners = []string{line(t, 0), line(t, 0)}
	if err := r.Check(); !errors.Is(err, ErrRoot) {
		t.Error(err)
	}
}

func TestRootsThatAreNone(t *testing.T) {
	for name, change := range map[string]func(*Root){
		"type":                 func(r *Root) { r.Type = "patchops/statement/v1" },
		"version 0":            func(r *Root) { r.Version = 0 },
		"no repository":        func(r *Root) { r.Repository = "" },
		"repository of a path": func(r *Root) { r.Repository = "../../../etc" },
		"no target":            func(r *Root) { r.Target = "" },
		"target of a log":      func(r *Root) { r.Target = "patchops/log/x" },
		"target that climbs":   func(r *Root) { r.Target = "a..b" },
		"no owner":             func(r *Root) { r.Owners = nil },
		"threshold 0":          func(r *Root) { r.Threshold = 0 },
		"threshold below 0":    func(r *Root) { r.Threshold = -1 },
		"threshold too high":   func(r *Root) { r.Threshold = 4 },
		"unsorted owners":      func(r *Root) { slices.Reverse(r.Owners) },
		"an owner's comment":   func(r *Root) { r.Owners[2] += " zoe" },
		"an owner that is none": func(r *Root) {
			r.Owners[2] = "ssh-ed25519 x"
		},
		"no log key":              func(r *Root) { r.LogKeys = nil },
		"a log key that is none":  func(r *Root) { r.LogKeys = []string{"x"} },
		"a log key twice":         func(r *Root) { r.LogKeys = append(r.LogKeys, r.LogKeys[0]) },
		"no genesis":              func(r *Root) { r.Genesis.Commit = "" },
		"short genesis":           func(r *Root) { r.Genesis.Commit = "abc" },
		"genesis by Git's id":     func(r *Root) { r.Genesis.Manifest = strings.Repeat("a", 40) },
		"no forge":                func(r *Root) { r.Forge.Type = "" },
		"another forge":           func(r *Root) { r.Forge.Type = "gitlab" },
		"no repository there":     func(r *Root) { r.Forge = Forge{Type: "github", ID: 1} },
		"a path as repository":    func(r *Root) { r.Forge = Forge{Type: "github", Repository: "../x", ID: 1} },
		"no number of it":         func(r *Root) { r.Forge = Forge{Type: "github", Repository: "a/b"} },
		"an account below 0":      func(r *Root) { r.Forge = Forge{Type: "github", Repository: "a/b", ID: 1, Bot: -4} },
		"previous of the first":   func(r *Root) { r.Previous = r.Genesis.Manifest },
		"second without previous": func(r *Root) { r.Version = 2 },
		"too many owners":         func(r *Root) { r.Owners = make([]string, 100) },
	} {
		r := first(t, 1, 0, 1, 2)
		change(&r)
		if err := r.Check(); !errors.Is(err, ErrRoot) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// R37, R54: the address of a forge is one over https, and an error shows nothing of it.
func TestR37TheAddressOfAForge(t *testing.T) {
	for _, api := range []string{"", "https://ghe.example.com/api/v3", "https://ghe.example.com", "http://127.0.0.1:8080/", "http://[::1]:1/"} {
		if err := (Forge{Type: "github", Repository: "a/b", ID: 1, API: api}).Check(); err != nil {
			t.Errorf("%q: %v", api, err)
		}
	}
	for _, api := range []string{"http://ghe.example.com", "https://u:sekret@ghe.example.com", "https://u:sekret@x%zz", "ghe.example.com/sekret", "file:///sekret", "https://ghe.example.com/?q=sekret"} {
		if err := (Forge{Type: "github", Repository: "a/b", ID: 1, API: api}).Check(); err == nil || strings.Contains(err.Error(), "sekret") {
			t.Errorf("%q: %v", api, err)
		}
	}
}

// TestR41: whatever is signed names content by SHA-256, not only by Git's ids.
func TestR41(t *testing.T) {
	lines := []Line{{"b", "100644", sha256.Sum256([]byte("b"))}, {"a", "100755", sha256.Sum256(nil)}}
	text := "100755 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 a\n" +
		"100644 3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d b\n"
	want := sha256.Sum256([]byte(text))
	if got := Manifest(lines); got != "sha256:"+hexOf(want[:]) || lines[0].Path != "b" {
		t.Errorf("%s", got)
	}
}

func hexOf(b []byte) string {
	const digits = "0123456789abcdef"
	var out strings.Builder
	for _, c := range b {
		out.WriteByte(digits[c>>4])
		out.WriteByte(digits[c&15])
	}
	return out.String()
}

// TestG4: two roots in one, other bytes, a signature that does not hold beside
// those that do: all are integrity errors.
func TestG4(t *testing.T) {
	good := signed(t, first(t, 1, 0, 1), 0)
	wrongSpace, err := signature.Sign(owner(t, 0), []byte(good.Root), signature.Statements)
	check(t, err)
	for name, s := range map[string]Signed{
		"another namespace":    {good.Root, []string{wrongSpace}},
		"one that fails":       {good.Root, []string{good.Signatures[0], "x"}},
		"two in one":           {good.Root, []string{good.Signatures[0] + good.Signatures[0]}},
		"other bytes":          {strings.Replace(good.Root, `"main"`, `"prod"`, 1), good.Signatures},
		"a line feed":          signedText(t, good.Root+"\n", 0),
		"an unknown field":     signedText(t, strings.Replace(good.Root, `"type"`, `"tipe":1,"type"`, 1), 0),
		"threshold twice":      signedText(t, strings.Replace(good.Root, `"threshold":1`, `"threshold":1,"threshold":1`, 1), 0),
		"threshold of 0":       signedText(t, strings.Replace(good.Root, `"threshold":1`, `"threshold":0`, 1), 0),
		"empty":                signedText(t, "", 0),
		"too many signatures":  {good.Root, slices.Repeat(good.Signatures, 200)},
		"a statement's format": signedText(t, `{"type":"patchops/statement/v1"}`, 0),
	} {
		if _, err := s.Open(); !errors.Is(err, ErrRoot) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, file := range []string{"", "{}", "null", "[]", string(good.Encode()) + "\n", " " + string(good.Encode()), strings.Repeat("x", largest+1)} {
		if _, err := Parse([]byte(file)); !errors.Is(err, ErrRoot) {
			t.Errorf("%.30q: %v", file, err)
		}
	}
}

// next is the root after s with another set of owners.
func next(t tester, s Signed, threshold int64, owners ...int) Root {
	old, err := s.Read()
	check(t, err)
	r := first(t, threshold, owners...)
	r.Version, r.Previous = old.Version+1, s.Digest()
	return r
}

// TestR2: a new root needs the threshold of the old one's owners and of its own.
func TestR2(t *testing.T) {
	old := signed(t, first(t, 2, 0, 1, 2), 0, 1)
	for name, c := range map[string]struct {
		next Signed
		ok   bool
	}{
		"both":                     {signed(t, next(t, old, 1, 0, 3), 0, 1), true},
		"all new, all sign":        {signed(t, next(t, old, 2, 3, 4), 0, 2, 3, 4), true},
		"only the new":             {signed(t, next(t, old, 2, 3, 4), 3, 4), false},
		"only the old":             {signed(t, next(t, old, 2, 3, 4), 0, 1), false},
		"one of two old":           {signed(t, next(t, old, 1, 0), 0), false},
		"one old twice":            {signed(t, next(t, old, 1, 0), 0, 0), false},
		"another previous":         {signed(t, func() Root { r := next(t, old, 1, 0); r.Previous = "sha256:" + strings.Repeat("b", 64); return r }(), 0, 1), false},
		"the same again":           {old, false},
		"a version left out":       {signed(t, func() Root { r := next(t, old, 1, 0); r.Version = 3; return r }(), 0, 1), false},
		"another repository":       {signed(t, func() Root { r := next(t, old, 1, 0); r.Repository = "fedcba9876543210"; return r }(), 0, 1), false},
		"another genesis":          {signed(t, func() Root { r := next(t, old, 1, 0); r.Genesis.Commit = strings.Repeat("b", 40); return r }(), 0, 1), false},
		"a lower threshold, by it": {signed(t, next(t, old, 1, 0, 1, 2), 2), false},
	} {
		_, err := old.Next(c.next)
		if (err == nil) != c.ok || err != nil && !errors.Is(err, ErrRoot) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSuccession: a root follows exactly if enough of both owners signed
// (safety and liveness).
func TestSuccession(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set := func(name string) []int {
			return rapid.SliceOfNDistinct(rapid.IntRange(0, 4), 1, 4, rapid.ID).Draw(t, name)
		}
		before, after := set("before"), set("after")
		a, b := rapid.IntRange(1, len(before)).Draw(t, "a"), rapid.IntRange(1, len(after)).Draw(t, "b")
		by := rapid.SliceOfN(rapid.IntRange(0, 6), 0, 8).Draw(t, "by")
		old := signed(t, first(t, int64(a), before...), before...)
		_, err := old.Next(signed(t, next(t, old, int64(b), after...), by...))
		if want := both(by, before) >= a && both(by, after) >= b; (err == nil) != want {
			t.Fatalf("%v, wanted %v", err, want)
		}
	})
}

func both(by, owners []int) int {
	n := 0
	for _, o := range owners {
		if slices.Contains(by, o) {
			n++
		}
	}
	return n
}

func FuzzRoot(f *testing.F) {
	f.Add([]byte(`{"root":"{}","signatures":[]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Parse(b)
		if err != nil {
			return
		}
		if got := string(s.Encode()); got != string(b) && got != string(b)+"\n" {
			t.Errorf("%q is read and written as %q", b, got)
		}
		if _, err := s.Open(); err == nil {
			t.Errorf("%q opens", b)
		}
	})
}
