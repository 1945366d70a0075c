package resultlog

import (
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// TestG1NoFiles: what git stores and what is no regular file is no part of a log.
func TestG1NoFiles(t *testing.T) {
	for _, name := range []string{checkpointFile, keysFile, "seg/000000000000.jsonl", "blob/" + strings.Repeat("a", 64)} {
		for _, mode := range []fs.FileMode{fs.ModeSymlink | 0o777, fs.ModeIrregular, fs.ModeDir | 0o755} {
			b := approved(t)
			old := b.files[name]
			b.files[name] = &fstest.MapFile{Mode: mode}
			if old != nil {
				b.files[name].Data = old.Data
			}
			b.commit(1)
			if _, err := b.verify(); !errors.Is(err, ErrIntegrity) {
				t.Errorf("%s with mode %s: %v", name, mode, err)
			}
		}
	}
}

// TestTooLargeAnAppend is refused before anything is signed.
func TestTooLargeAnAppend(t *testing.T) {
	w := newWriter(t)
	big := Record{Kind: Denial, T: Instant(testStart), Why: strings.Repeat("x", MaxLine-200)}
	many := make([]Record, MaxSegment/(MaxLine-200)+1)
	for i := range many {
		many[i] = big
	}
	if _, _, err := w.log.Append(many, 1, w.signer); err == nil {
		t.Error("is taken")
	}
}
