package logs

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/trust"
)

// revokedRoot is the root after Root: the key "log" is revoked, with what good says, and
// "next" follows.
func revokedRoot(t *testing.T, by string, good ...trust.Good) (trust.Root, trust.Signed) {
	t.Helper()
	root, first := Root()
	_, _, next := LogKey("next")
	root.Version, root.Previous = 2, first.Digest()
	root.Revoked = []trust.Revoked{{Key: root.LogKeys[0], Good: good, Reason: "leaked"}}
	root.LogKeys = append(root.LogKeys, next)
	b, err := root.Encode()
	if err != nil {
		t.Fatal(err)
	}
	sig, err := signature.Sign(Key(by), b, signature.Roots)
	if err != nil {
		t.Fatal(err)
	}
	return root, trust.Signed{Root: string(b), Signatures: []string{sig}}
}

// short is a log of some records by the key "log".
func short(t *testing.T, records int) *Branch {
	t.Helper()
	branches, err := Story()
	if err != nil {
		t.Fatal(err)
	}
	b := NewBranch("acme", branches[0].now)
	for n := range records {
		r := RootRecord()
		if n > 0 {
			r = resultlog.Record{Kind: resultlog.Denial, Change: "x", Why: strings.Repeat("x", n)}
		}
		if err := b.Flush(r); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// TestSecondVerifierKnowsRevokedKeys: of a log key that the owners revoked the second
// verifier says what we say.
func TestSecondVerifierKnowsRevokedKeys(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not here: the second verifier needs it")
	}
	good := short(t, 3)
	named := trust.Good{Log: "acme/2026", Size: 3, Hash: good.Log.Root().String()}
	named.Log = good.Log.Name.Log()
	abandoned := short(t, 5)
	goes := func(size int64, b *Branch, signer string, more ...resultlog.Record) fstest.MapFS {
		_, _, old := LogKey("log")
		b.signer, _, _ = LogKey(signer)
		if err := b.Flush(append([]resultlog.Record{{Kind: resultlog.Gap, Why: "revoked"}, {Kind: resultlog.KeyRevoke, Key: old, Size: size}}, more...)...); err != nil {
			t.Fatal(err)
		}
		return tree(b)
	}
	stranger := func() resultlog.Record {
		old, _, _ := LogKey("log")
		_, _, key := LogKey("stranger")
		r, err := resultlog.AddKey(Repository, key, old)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	other := named
	other.Hash = abandoned.Log.Root().String()
	elsewhere := named
	elsewhere.Log = "globex/2026"
	for name, c := range map[string]struct {
		files fstest.MapFS
		owner string
		good  trust.Good
		seen  []byte
		ok    bool
	}{
		"good":                {goes(3, short(t, 3), "next"), "owner", named, nil, true},
		"a kept checkpoint":   {goes(3, short(t, 3), "next"), "owner", named, abandoned.Log.Checkpoint, true},
		"a good checkpoint":   {goes(3, short(t, 3), "next"), "owner", named, good.Log.Checkpoint, true},
		"not taken back":      {tree(abandoned), "owner", named, nil, false},
		"as it was":           {tree(good), "owner", named, nil, true},
		"fewer":               {tree(short(t, 2)), "owner", named, nil, false},
		"another size":        {goes(2, short(t, 3), "next"), "owner", named, nil, false},
		"taken back too far":  {goes(3, short(t, 2), "next"), "owner", named, nil, false},
		"not enough owners":   {goes(3, short(t, 3), "next"), "dana", named, nil, false},
		"other records":       {goes(3, short(t, 3), "next"), "owner", other, nil, false},
		"another log":         {goes(3, short(t, 3), "next"), "owner", elsewhere, nil, false},
		"by the revoked key":  {goes(3, short(t, 3), "log"), "owner", named, nil, false},
		"a key that it added": {goes(3, short(t, 3), "stranger", stranger()), "owner", named, nil, false},
	} {
		root, signed := revokedRoot(t, c.owner, c.good)
		dir := t.TempDir()
		file, old := filepath.Join(dir, "root.json"), filepath.Join(dir, "old")
		for path, content := range map[string][]byte{file: signed.Encode(), old: c.seen} {
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		args, seen := []string{file}, [][]byte(nil)
		if c.seen != nil {
			args, seen = append(args, old), append(seen, c.seen)
		}
		_, err := signed.Open()
		if err == nil {
			err = by(t, root, good.Log.Name, c.files, seen...)
		}
		if out, ok := secondBy(t, c.files, args...); ok != c.ok || (err == nil) != c.ok {
			t.Errorf("%s: the second says %q; we say %v", name, out, err)
		}
	}
}

// by is ours with that root of trust.
func by(t *testing.T, root trust.Root, n resultlog.Name, files fstest.MapFS, seen ...[]byte) error {
	t.Helper()
	keys, err := root.Verifiers()
	if err != nil {
		t.Fatal(err)
	}
	_, err = resultlog.Verify([]resultlog.Source{{Name: n, Files: files, Seen: seen}}, resultlog.Options{Keys: keys, Root: &root})
	return err
}
