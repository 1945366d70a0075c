package authority

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/resultlog"
)

// carriedOut are claims and results of so many hosts.
func carriedOut(n int) []resultlog.Record {
	at := time.Date(2026, 3, 12, 9, 1, 0, 0, time.UTC)
	out := make([]resultlog.Record, 0, 2*n)
	for i := range n {
		asset := fmt.Sprintf("h%06d", i)
		t := resultlog.Instant(at.Add(time.Duration(i) * time.Second))
		out = append(out, resultlog.Record{Kind: resultlog.Claim, T: t, Fence: 7, Plan: "acme/x", Asset: asset, Key: asset},
			resultlog.Record{Kind: resultlog.Result, T: t, Fence: 7, Plan: "acme/x", Asset: asset, Key: asset, Outcome: "succeeded"})
	}
	return out
}

// TestWhatIsCarriedOutGivesNoAuthority: of such records the fence and the time count, and
// nothing else.
func TestWhatIsCarriedOutGivesNoAuthority(t *testing.T) {
	words := []resultlog.Record{
		{Kind: resultlog.Hold, Plan: "acme/x", Evidence: "1", Actor: &resultlog.Actor{ID: "dana"}},
		{Kind: resultlog.Merge, Via: Adopted, Base: "g", Commit: "1", Uncovered: []string{"x/web-01"}},
	}
	want := grown(t, words...)
	got := grown(t, append(words, carriedOut(3)...)...)
	if got.Fence != 7 || got.Newest.Sub(want.Newest) != 61*time.Second {
		t.Errorf("fence %d at %s, wanted 7, 61 s after %s", got.Fence, got.Newest, want.Newest)
	}
	got.Fence, got.Newest = want.Fence, want.Newest
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, wanted %+v", got, want)
	}
}

// BenchmarkFold folds a log in which 100,000 hosts were carried out, as each look does.
func BenchmarkFold(b *testing.B) {
	branches := []Branch{{Log: resultlog.New(resultlog.Name{Repository: "r", Client: "acme", Year: 2026}, nil), Records: carriedOut(100_000)}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Fold(root, branches); err != nil {
			b.Fatal(err)
		}
	}
}
