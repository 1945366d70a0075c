package cache

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/corpus"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/pipeline"
)

var engine = sha256.Sum256([]byte("engine"))

func digests() *rapid.Generator[corpus.Digest] {
	return rapid.Map(rapid.Uint64(), func(n uint64) corpus.Digest { return sha256.Sum256([]byte{byte(n), byte(n >> 8)}) })
}

func positions() *rapid.Generator[finding.Position] {
	return rapid.Custom(func(t *rapid.T) finding.Position {
		return finding.Position{File: rapid.String().Draw(t, "file"), Line: rapid.IntRange(0, 1<<30).Draw(t, "line"), Column: rapid.IntRange(0, 300).Draw(t, "column")}
	})
}

func identities() *rapid.Generator[finding.Identity] {
	return rapid.Custom(func(t *rapid.T) finding.Identity {
		return finding.Identity{Kind: rapid.String().Draw(t, "kind"), Client: rapid.String().Draw(t, "client"), Name: rapid.String().Draw(t, "name")}
	})
}

func findings() *rapid.Generator[[]finding.Finding] {
	one := rapid.Custom(func(t *rapid.T) finding.Finding {
		f := finding.Finding{
			ID: rapid.String().Draw(t, "id"), Severity: finding.Severity(rapid.String().Draw(t, "severity")),
			Message: rapid.String().Draw(t, "message"), Hint: rapid.String().Draw(t, "hint"), Path: rapid.String().Draw(t, "path"),
			Position: positions().Draw(t, "position"), Document: identities().Draw(t, "document"),
		}
		for range rapid.IntRange(0, 2).Draw(t, "related") {
			f.Related = append(f.Related, finding.Related{Position: positions().Draw(t, "where"), Message: rapid.String().Draw(t, "what")})
		}
		return f
	})
	return rapid.Custom(func(t *rapid.T) []finding.Finding {
		var out []finding.Finding
		for range rapid.IntRange(0, 3).Draw(t, "findings") {
			out = append(out, one.Draw(t, "finding"))
		}
		return out
	})
}

func heads() *rapid.Generator[*pipeline.Head] {
	return rapid.Custom(func(t *rapid.T) *pipeline.Head {
		h := &pipeline.Head{
			ID: identities().Draw(t, "id"), Name: positions().Draw(t, "name"), Broken: rapid.Bool().Draw(t, "broken"),
			Ignored: rapid.Bool().Draw(t, "ignored"), Findings: findings().Draw(t, "findings"),
		}
		if rapid.Bool().Draw(t, "judged") {
			h.Verdict = &pipeline.Verdict{
				Findings: findings().Draw(t, "verdict"), Evaluated: rapid.IntRange(0, 1000).Draw(t, "evaluated"),
				Read: []corpus.Dependency{}, Held: digests().Draw(t, "held"),
			}
			for range rapid.IntRange(0, 3).Draw(t, "read") {
				h.Verdict.Read = append(h.Verdict.Read, corpus.Dependency{
					Reading: corpus.Reading(rapid.IntRange(0, 255).Draw(t, "reading")), Kind: rapid.String().Draw(t, "kind"),
					Client: rapid.String().Draw(t, "client"), Name: rapid.String().Draw(t, "name"),
				})
			}
		}
		return h
	})
}

func kepts() *rapid.Generator[pipeline.Kept] {
	return rapid.Custom(func(t *rapid.T) pipeline.Kept {
		kept := pipeline.Kept{}
		for range rapid.IntRange(0, 3).Draw(t, "files") {
			f := &pipeline.FileVerdict{Digest: digests().Draw(t, "digest"), Findings: findings().Draw(t, "syntax"), Documents: []*pipeline.Head{}}
			for range rapid.IntRange(0, 3).Draw(t, "documents") {
				f.Documents = append(f.Documents, heads().Draw(t, "head"))
			}
			kept[rapid.String().Draw(t, "path")] = f
		}
		return kept
	})
}

// TestRoundTrip: what is saved is loaded, by the same engine only, and equal
// things are equal bytes.
func TestRoundTrip(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a", "b", "check")
	rapid.Check(t, func(t *rapid.T) {
		kept := kepts().Draw(t, "kept")
		if err := Save(file, engine, kept); err != nil {
			t.Fatal(err)
		}
		if got := Load(file, engine); !reflect.DeepEqual(got, kept) {
			t.Errorf("loaded %+v, saved %+v", got, kept)
		}
		if Load(file, sha256.Sum256([]byte("another"))) != nil {
			t.Error("another engine loads it")
		}
		if !bytes.Equal(marshal(engine, kept), marshal(engine, kept)) {
			t.Error("the same gives other bytes")
		}
	})
}

// TestDamage: every bit counts, and every byte at the end.
func TestDamage(t *testing.T) {
	whole := marshal(engine, kepts().Example(7))
	for i := range whole {
		flipped := bytes.Clone(whole)
		flipped[i] ^= 1 << (i % 8)
		if kept, err := unmarshal(flipped, engine); err == nil {
			t.Fatalf("byte %d flipped loads as %v", i, kept)
		}
		if kept, err := unmarshal(whole[:i], engine); err == nil {
			t.Fatalf("the first %d bytes load as %v", i, kept)
		}
	}
	if _, err := unmarshal(append(whole, 0), engine); err == nil {
		t.Error("one byte more loads")
	}
}

// TestNothingToLoad: no file, a folder and no right to read are no cache.
func TestNothingToLoad(t *testing.T) {
	dir := t.TempDir()
	if Load(filepath.Join(dir, "none"), engine) != nil || Load(dir, engine) != nil {
		t.Error("something is loaded from nothing")
	}
	blocked := filepath.Join(dir, "blocked")
	if err := os.MkdirAll(filepath.Join(blocked, "check", "inside"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Save(filepath.Join(blocked, "check"), engine, nil); err == nil {
		t.Error("a folder is replaced by the file")
	}
	left, err := os.ReadDir(blocked)
	if err != nil || len(left) != 1 {
		t.Errorf("a failed save leaves %d entries, wanted 1 (%v)", len(left), err)
	}
}

// FuzzLoad: no bytes make it panic or take memory out of proportion, also behind
// a checksum that is right.
func FuzzLoad(f *testing.F) {
	start := len(magic) + sha256.Size
	for seed := range 5 {
		whole := marshal(engine, kepts().Example(seed))
		f.Add(whole[start : len(whole)-sha256.Size])
	}
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, body []byte) {
		_, _ = unmarshal(body, engine)
		whole := append(append([]byte(magic), engine[:]...), body...)
		sum := sha256.Sum256(whole)
		kept, err := unmarshal(append(whole, sum[:]...), engine)
		if err != nil {
			return
		}
		// What is read can be written and read again.
		if again, err := unmarshal(marshal(engine, kept), engine); err != nil || !reflect.DeepEqual(again, kept) {
			t.Errorf("read %+v, then %+v (%v)", kept, again, err)
		}
	})
}
