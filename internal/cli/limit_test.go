package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMemoryGrowsWithTheRepository: a small repository has the usual limit, a big
// one more, and none more than 3 GiB. The bench of 8.5 MB is a small one.
func TestMemoryGrowsWithTheRepository(t *testing.T) {
	for _, c := range []struct{ read, want int64 }{
		{0, 480 << 20},
		{8_500_000, 480 << 20},
		{10 << 20, 480 << 20},
		{10<<20 + 1, 480<<20 + 48},
		{64 << 20, 3 << 30},
		{1 << 40, 3 << 30},
	} {
		if got := MemoryLimit(c.read); got != c.want {
			t.Errorf("%d bytes read: the limit is %d, wanted %d", c.read, got, c.want)
		}
	}
}

// TestLimitCountsBulkFiles: check and plan set the limit by all that they may
// read: documents, and bulk files though these are read later.
func TestLimitCountsBulkFiles(t *testing.T) {
	dir := t.TempDir()
	bulk := strings.Repeat(" ", 20<<20)
	for name, text := range map[string]string{"patchops.yaml": "", "assets.jsonl": bulk, "notes.txt": bulk} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range []string{"check", "plan"} {
		var set []int64
		var out bytes.Buffer
		Main(context.Background(), Env{
			Args: []string{command}, Dir: dir, Stdin: &out, Stdout: &out, Stderr: &out,
			Getenv: func(string) string { return "" }, Now: func() time.Time { return scriptNow },
			Limit: func(bytes int64) { set = append(set, bytes) },
		})
		if len(set) != 1 || set[0] != 48*20<<20 {
			t.Errorf("%s sets the limits %d, wanted %d once", command, set, 48*20<<20)
		}
	}
}
