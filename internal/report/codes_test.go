package report

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/rollout"
)

// declared are the codes that the rollout can say.
func declared(t *testing.T) []rollout.Code {
	t.Helper()
	src, err := os.ReadFile("../rollout/code.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []rollout.Code
	for _, m := range regexp.MustCompile(`Code = "([A-Z_]+)"`).FindAllSubmatch(src, -1) {
		out = append(out, rollout.Code(m[1]))
	}
	if len(out) < 35 {
		t.Fatalf("found %d codes, wanted all", len(out))
	}
	return out
}

// TestEveryCodeHasASentence: whatever a schedule can say is in the table once, with
// a sentence, and an example.
func TestEveryCodeHasASentence(t *testing.T) {
	seen := map[rollout.Code]bool{}
	for _, r := range Reasons() {
		if seen[r.Code] {
			t.Errorf("%s is in the table twice", r.Code)
		}
		seen[r.Code] = true
		if r.Says == "" || r.Example == "" || strings.HasSuffix(r.Says, ".") || strings.ToUpper(string(r.Code)) != string(r.Code) {
			t.Errorf("%s: says %q, example %q", r.Code, r.Says, r.Example)
		}
		if s := Sentence(r.Code, "Freeze/_/q1"); strings.Contains(s, "{") || strings.Contains(Sentence(r.Code, ""), "{") {
			t.Errorf("%s: %q is no sentence", r.Code, s)
		}
	}
	for _, code := range declared(t) {
		if !seen[code] {
			t.Errorf("%s has no sentence", code)
		}
	}
}

func TestSentenceNamesWhatIsBehindIt(t *testing.T) {
	if got, want := Sentence(rollout.Freeze, "Freeze/_/q1"), "Freeze/_/q1 forbids work"; got != want {
		t.Errorf("got %q, wanted %q", got, want)
	}
	if got := Sentence(rollout.Freeze, "a\x1b[31mb"); strings.Contains(got, "\x1b") {
		t.Errorf("%q holds a control character", got)
	}
	u := rollout.Unplaced{Code: rollout.WindowTooShort, By: "MaintenanceWindow/acme/nightly", Needs: 75 * 60, Has: 60 * 60}
	if got, want := whyUnplaced(u), "needs 1h 15m, the longest stretch of MaintenanceWindow/acme/nightly has 1h"; got != want {
		t.Errorf("got %q, wanted %q", got, want)
	}
}

// TestReasonCodesPage: docs/reference/reason-codes.md is what the table says.
func TestReasonCodesPage(t *testing.T) {
	const path = "../../docs/reference/reason-codes.md"
	want := reasonCodesPage()
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the table says: make golden (%v)", path, err)
	}
}

func reasonCodesPage() []byte {
	var b bytes.Buffer
	b.WriteString("# Reason codes\n\nWhy an asset has no work, why a session has no place, or why it is not earlier. They are the same in every\n" +
		"format, in records and in rules. Written from the table in `internal/report/codes.go` by `make golden`.\n")
	for _, g := range []struct{ name, title, says string }{
		{groupExcluded, "Excluded", "A target without work; it is not planned and not missing."},
		{groupBlocked, "Not planned", "A session without a place, whatever the calendar."},
		{groupTried, "Tried", "Why an occurrence of a window did not do. They are asked in this order: the first that leaves no start is the\nreason; of an asset without a place, the furthest in the order."},
		{groupRun, "While it runs", "Why a host was not started, was deferred, or has moved since its client was told."},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| code | says | example | what lifts it |\n|---|---|---|---|\n", g.title, g.says)
		reasons := slices.DeleteFunc(Reasons(), func(r Reason) bool { return r.Group != g.name })
		for _, r := range reasons {
			by := strings.NewReplacer("{by}", "…")
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", r.Code, by.Replace(r.Says), r.Example, by.Replace(r.Lift))
		}
	}
	return b.Bytes()
}
