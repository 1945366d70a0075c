package logs

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/resultlog"
)

// TestSecondVerifierOnRollouts: both verifiers take a rollout, and refuse each of its
// records where it lacks what it rests on.
func TestSecondVerifierOnRollouts(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not here: the second verifier needs it")
	}
	now := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	at := func(d time.Duration) string { return resultlog.Instant(now.Add(d)) }
	run, grant := canonical.Digest([]byte("run")), canonical.Digest([]byte("grant"))
	of := func(r resultlog.Record) resultlog.Record {
		r.Run, r.Plan = run, "acme/x"
		return r
	}
	claim := func(segment string, attempt int64) resultlog.Record {
		return of(resultlog.Record{
			Kind: resultlog.Claim, Wave: "all", Asset: "web-01", Segment: segment, Attempt: attempt, Grant: grant,
			Key: resultlog.ClaimKey(Repository, run, "web-01", grant, attempt, segment), Window: "nightly",
			Occurrence: at(-time.Hour), End: at(time.Hour), Worst: 60, NotAfter: at(30 * time.Minute),
		})
	}
	result := func(c resultlog.Record, outcome string) resultlog.Record {
		return of(resultlog.Record{Kind: resultlog.Result, Asset: c.Asset, Segment: c.Segment, Attempt: c.Attempt, Key: c.Key, Outcome: outcome})
	}
	begin := []resultlog.Record{
		of(resultlog.Record{Kind: resultlog.RunBegun, Commit: strings.Repeat("a", 40), Grant: grant}),
		of(resultlog.Record{Kind: resultlog.Schedule, Commit: strings.Repeat("a", 40), Grant: grant, Schedule: grant}),
		of(resultlog.Record{Kind: resultlog.WaveBegun, Wave: "all", Assets: []string{"web-01"}}),
	}
	install, ended := claim("install", 1), of(resultlog.Record{Kind: resultlog.RunEnded, Outcome: "done"})
	but := func(r resultlog.Record, f func(*resultlog.Record)) resultlog.Record {
		f(&r)
		return r
	}
	for name, c := range map[string]struct {
		records []resultlog.Record
		ok      bool
	}{
		"whole":            {[]resultlog.Record{install, result(install, "succeeded"), claim("verify", 1), result(claim("verify", 1), "succeeded"), ended}, true},
		"never begun":      {[]resultlog.Record{install, but(install, func(r *resultlog.Record) { r.NotAfter = at(31 * time.Minute) }), result(install, "stopped"), claim("install", 2)}, true},
		"back afterwards":  {[]resultlog.Record{install, result(install, "interrupted"), ended, claim("rollback", 1)}, true},
		"other key":        {[]resultlog.Record{but(install, func(r *resultlog.Record) { r.Key = grant })}, false},
		"other wave":       {[]resultlog.Record{but(install, func(r *resultlog.Record) { r.Wave = "rest" })}, false},
		"no member":        {[]resultlog.Record{but(install, func(r *resultlog.Record) { r.Asset = "db-01" })}, false},
		"no window":        {[]resultlog.Record{but(install, func(r *resultlog.Record) { r.Window = "" })}, false},
		"outside":          {[]resultlog.Record{but(install, func(r *resultlog.Record) { r.Worst = 7200 })}, false},
		"twice open":       {[]resultlog.Record{install, claim("install", 2)}, false},
		"used key":         {[]resultlog.Record{install, result(install, "failed"), install}, false},
		"verify first":     {[]resultlog.Record{claim("verify", 1)}, false},
		"result twice":     {[]resultlog.Record{install, result(install, "failed"), result(install, "failed")}, false},
		"result of none":   {[]resultlog.Record{result(install, "failed")}, false},
		"begins twice":     {[]resultlog.Record{begin[0]}, false},
		"after its end":    {[]resultlog.Record{ended, install}, false},
		"nobody's grant":   {[]resultlog.Record{{Kind: resultlog.Merge, Via: "adopted", Effect: canonical.Digest([]byte("[]")), Commit: strings.Repeat("b", 40), Uncovered: []string{"x/web-01"}}, install}, false},
		"then somebody's":  {[]resultlog.Record{{Kind: resultlog.Merge, Via: "adopted", Effect: canonical.Digest([]byte("[]")), Commit: strings.Repeat("b", 40), Covered: []string{"x/web-01"}}, install}, true},
		"wave of another":  {[]resultlog.Record{of(resultlog.Record{Kind: resultlog.WaveBegun, Wave: "rest", Assets: []string{"web-01"}})}, false},
		"unknown of none":  {[]resultlog.Record{of(resultlog.Record{Kind: resultlog.Unknown, Asset: "web-01", Key: install.Key})}, false},
		"unknown, at last": {[]resultlog.Record{install, of(resultlog.Record{Kind: resultlog.Unknown, Asset: "web-01", Key: install.Key}), ended, result(install, "succeeded")}, true},
	} {
		b := NewBranch("acme", now)
		if err := b.Flush(append(append([]resultlog.Record{RootRecord()}, begin...), c.records...)...); err != nil {
			t.Fatal(err)
		}
		err := ours(t, b.Log.Name, tree(b))
		out, ok := second(t, tree(b))
		if ok != c.ok || (err == nil) != c.ok {
			t.Errorf("%s: the second says %q; we say %v", name, out, err)
		}
	}
}
