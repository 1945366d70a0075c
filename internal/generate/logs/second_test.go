package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/patchops/patchops/internal/resultlog"
)

const script = "../../../docs/formats/verify_log.py"

// second runs the verifier of docs/formats on a folder: what it says, and whether
// it is content.
func second(t *testing.T, files fstest.MapFS, more ...string) (string, bool) {
	t.Helper()
	_, _, key := LogKey("log")
	return secondBy(t, files, append([]string{key}, more...)...)
}

// secondBy is second with the keys, or the root of trust, that are given.
func secondBy(t *testing.T, files fstest.MapFS, more ...string) (string, bool) {
	t.Helper()
	dir := t.TempDir()
	for name, f := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, f.Data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command("python3", append([]string{"-B", script, dir}, more...)...).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if bytes.Contains(out, []byte("Traceback")) {
		t.Errorf("the second verifier breaks:\n%s", out)
	}
	return string(out), err == nil
}

func ours(t *testing.T, n resultlog.Name, files fs.FS, seen ...[]byte) error {
	t.Helper()
	root, _ := Root()
	keys, err := root.Verifiers()
	if err != nil {
		t.Fatal(err)
	}
	_, err = resultlog.Verify([]resultlog.Source{{Name: n, Files: files, Seen: seen}}, resultlog.Options{Keys: keys, Root: &root})
	return err
}

func tree(b *Branch) fstest.MapFS {
	out := fstest.MapFS{}
	for _, c := range b.Commits {
		for name, content := range c.Files {
			out[name] = &fstest.MapFile{Data: content}
		}
	}
	return out
}

// rotated is a log whose key was followed by another.
func rotated(t *testing.T) *Branch {
	branches, err := Story()
	if err != nil {
		t.Fatal(err)
	}
	b := branches[0]
	next, _, key := LogKey("next")
	add, err := resultlog.AddKey(Repository, key, b.signer)
	if err != nil {
		t.Fatal(err)
	}
	b.signer = next
	if err := b.Flush(add); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestSecondVerifierAgrees: a script that uses nothing of ours says what we say, of
// good logs and of logs with a changed byte, a dropped line or a lacking authority.
func TestSecondVerifierAgrees(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not here: the second verifier needs it")
	}
	branches, err := Story()
	if err != nil {
		t.Fatal(err)
	}
	strange := NewBranch("acme", branches[0].now)
	if err := strange.Flush(RootRecord(), resultlog.Record{Kind: resultlog.Denial, Change: "\x7f\u0085\u2028 zürich \U0001f600 </script>", Why: "\x00\x1b\\\""}); err != nil {
		t.Fatal(err)
	}
	for _, b := range append(branches, rotated(t), strange) {
		n := b.Log.Name
		if err := ours(t, n, tree(b)); err != nil {
			t.Fatal(err)
		}
		out, ok := second(t, tree(b))
		if want := fmt.Sprintf("%s: %d records hold\n", n.Origin(), b.Log.Size); !ok || out != want {
			t.Fatalf("%q, wanted %q", out, want)
		}
	}
	acme := branches[0]
	good := tree(acme)
	wantShort(t)
	for name, content := range good {
		step := max(1, len(content.Data)/3)
		for at := step / 2; at < len(content.Data) && name != "keys"; at += step {
			bad := maps.Clone(good)
			bad[name] = &fstest.MapFile{Data: slices.Clone(content.Data)}
			bad[name].Data[at] ^= 1
			disagree(t, fmt.Sprintf("%s, byte %d", name, at), acme.Log.Name, bad)
		}
	}
	for name, bad := range tampered(good) {
		disagree(t, name, acme.Log.Name, bad)
	}
	for name, lacking := range lacking(t) {
		disagree(t, name, lacking.Log.Name, tree(lacking))
	}
}

// disagree fails unless both verifiers refuse.
func disagree(t *testing.T, name string, n resultlog.Name, files fstest.MapFS) {
	t.Helper()
	err := ours(t, n, files)
	out, ok := second(t, files)
	if ok || !errors.Is(err, resultlog.ErrIntegrity) {
		t.Errorf("%s: the second says %q; we say %v", name, out, err)
	}
}

func tampered(good fstest.MapFS) map[string]fstest.MapFS {
	const name = "seg/000000000001.jsonl"
	text := string(good[name].Data)
	first, rest, _ := strings.Cut(text, "\n")
	out := map[string]fstest.MapFS{}
	for what, content := range map[string]string{
		"dropped line": rest, "lines swapped": rest + first + "\n", "line twice": text + rest, "no line feed": strings.TrimSuffix(text, "\n"),
		"spaces": strings.Replace(text, ",", ", ", 1), "empty": "", "blank line": text + "\n",
	} {
		out[what] = maps.Clone(good)
		out[what][name] = &fstest.MapFile{Data: []byte(content)}
	}
	out["dropped segment"] = maps.Clone(good)
	delete(out["dropped segment"], name)
	out["renamed segment"] = maps.Clone(out["dropped segment"])
	out["renamed segment"]["seg/000000000002.jsonl"] = good[name]
	return out
}

// lacking are logs that their key signed, and that should not have been written.
func lacking(t *testing.T) map[string]*Branch {
	branches, err := Story()
	if err != nil {
		t.Fatal(err)
	}
	var all []resultlog.Record
	root, _ := Root()
	keys, err := root.Verifiers()
	if err != nil {
		t.Fatal(err)
	}
	if _, all, err = resultlog.Open(branches[0].Log.Name, tree(branches[0]), keys); err != nil {
		t.Fatal(err)
	}
	out := map[string]*Branch{}
	for what, records := range map[string][]resultlog.Record{
		"no root": {all[2]},
		"review": {all[0], func() resultlog.Record { // plain Git knows none
			r := all[1]
			r.Statement, r.Review = nil, &resultlog.Review{Commit: r.Head, State: "APPROVED"}
			return r
		}()},
		"unrecorded":   {all[0], all[1], all[4]},
		"no decision":  {all[0], all[1], all[3], all[5]},
		"merged twice": {all[0], all[1], all[3], all[4], all[5], all[5]},
		"spent":        {all[0], all[1], all[3], all[4], all[5], all[4]},
		"another head": {all[0], func() resultlog.Record { r := all[1]; r.Head = r.Base; return r }()},
		"another signature": {all[0], func() resultlog.Record {
			r, s := all[1], *all[1].Statement
			s.Signature = all[3].Statement.Signature
			r.Statement = &s
			return r
		}()},
	} {
		b := NewBranch("acme", branches[0].now)
		for i := range records {
			records[i].T = ""
		}
		if err := b.Flush(records...); err != nil {
			t.Fatal(err)
		}
		out[what] = b
	}
	return out
}

// TestSecondVerifierSince: an older checkpoint must be of a beginning of the log.
func TestSecondVerifierSince(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not here: the second verifier needs it")
	}
	branches, err := Story()
	if err != nil {
		t.Fatal(err)
	}
	acme := branches[0]
	other := NewBranch("acme", acme.now)
	if err := other.Flush(RootRecord()); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		seen []byte
		ok   bool
	}{
		"an older one":   {acme.Commits[1].Files["checkpoint"], true},
		"of a fork":      {other.Commits[0].Files["checkpoint"], false},
		"of another log": {branches[1].Commits[0].Files["checkpoint"], false},
	} {
		file := filepath.Join(t.TempDir(), "old")
		if err := os.WriteFile(file, c.seen, 0o644); err != nil {
			t.Fatal(err)
		}
		out, ok := second(t, tree(acme), file)
		if err := ours(t, acme.Log.Name, tree(acme), c.seen); (err == nil) != c.ok || ok != c.ok {
			t.Errorf("%s: the second says %q; we say %v", name, out, err)
		}
	}
}

// wantShort: whoever does not trust us reads the second verifier in a few minutes.
func wantShort(t *testing.T) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(filepath.Dir(script), "verify_*.py"))
	if err != nil || len(files) != 3 {
		t.Fatalf("%q %v", files, err)
	}
	for _, file := range files {
		if text, err := os.ReadFile(file); err != nil || bytes.Count(text, []byte("\n")) >= 150 {
			t.Errorf("%s has %d lines, wanted under 150 (%v)", file, bytes.Count(text, []byte("\n")), err)
		}
	}
}
