package logs

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/resultlog"
)

// TestWorkedBytes computes the examples of docs/formats/resultlog.md. With
// UPDATE_DOCS=1 it writes them.
func TestWorkedBytes(t *testing.T) {
	const page = "../../../docs/formats/resultlog.md"
	before, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	want := worked(t)
	n := 0
	after := regexp.MustCompile("(?s)```\n.*?```\n").ReplaceAllStringFunc(string(before), func(string) string {
		n++
		if n > len(want) {
			t.Fatalf("more than %d blocks", len(want))
		}
		return "```\n" + strings.TrimSuffix(want[n-1], "\n") + "\n```\n"
	})
	if n != len(want) {
		t.Errorf("%d blocks, wanted %d", n, len(want))
	}
	if after == string(before) {
		return
	}
	if os.Getenv("UPDATE_DOCS") == "" {
		t.Fatal("the page shows other bytes; UPDATE_DOCS=1 writes them")
	}
	if err := os.WriteFile(page, []byte(after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// worked are the blocks of the page, in order.
func worked(t *testing.T) []string {
	b := NewBranch("acme", time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC))
	err := b.Flush(
		RootRecord(),
		resultlog.Record{Kind: resultlog.Lease, Holder: "controller-1"},
		resultlog.Record{Kind: resultlog.Denial, Change: "openssl-zürich", Verdict: "pending", Why: "1 of 2 approvals"},
	)
	if err != nil {
		t.Fatal(err)
	}
	files := tree(b)
	var out, leaves []string
	for seq := range b.Log.Size {
		line, err := b.Log.LineOf(files, seq)
		if err != nil {
			t.Fatal(err)
		}
		out, leaves = append(out, string(line)), append(leaves, resultlog.Leaf(line).String())
	}
	p, err := b.Log.Prove([]byte(out[1]), 1)
	if err != nil {
		t.Fatal(err)
	}
	return append(out, strings.Join(leaves, "\n"), b.Log.Root().String(), string(b.Log.Checkpoint), p.Key, string(p.Text()))
}
