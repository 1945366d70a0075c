package jobs

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// TestExamplesAreLocked: every plan of the examples begins and is locked; while time
// passes and nobody does anything, schedules stay sound, and what is locked just now does
// not differ.
func TestExamplesAreLocked(t *testing.T) {
	for _, name := range []string{"minimal", "msp"} {
		d := example(t, name).build(t)
		s := progress.Begin()
		blobs := map[string][]byte{}
		now := asOf
		apply := func(client string, r resultlog.Record) {
			r.T = resultlog.Instant(now)
			err := s.Apply([]progress.Logged{{Client: client, Record: r}}, func(_, digest string) ([]byte, error) { return blobs[digest], nil })
			if err != nil {
				t.Fatal(err)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(d.Plans)) {
			p := d.Plans[key]
			apply(p.Client, resultlog.Record{Kind: resultlog.RunBegun, Plan: key, Run: "sha256:" + p.ID, Commit: d.Commit, Grant: p.Digest})
		}
		first := 0
		for step := range 40 {
			all, err := progress.Replan(s, d, now.Unix(), "")
			if err != nil {
				t.Fatalf("%s at %s: %v", name, now, err)
			}
			if step == 0 {
				first = len(all)
			}
			for _, r := range all {
				blobs[canonical.Digest(r.Blob)] = r.Blob
				apply(r.Client, r.Records[0])
			}
			if again, err := progress.Replan(s, d, now.Unix(), ""); err != nil || len(again) != 0 {
				t.Fatalf("%s at %s: %d differ at once, %v\n%+v\n%+v\n%s\n%s", name, now, len(again), err, all[0].Records, again[0].Records, all[0].Blob, again[0].Blob)
			}
			now = now.Add(11 * time.Hour)
		}
		if first != len(d.Plans) {
			t.Errorf("%s: %d of %d plans are locked", name, first, len(d.Plans))
		}
	}
}
