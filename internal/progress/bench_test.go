package progress

import (
	"fmt"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/window"
)

// large is a wave of so many hosts, all of them due, of which half are done and 60 in
// flight.
func large(t testing.TB, hosts int) (*State, *Documents, Now, Blobs) {
	at := time.Date(2026, 6, 11, 1, 30, 0, 0, time.UTC).Unix()
	d := documents(t, at, hosts)
	p := d.Plans[key]
	p.Waves = []Wave{{Name: "w0", Advance: 100, MaxFailures: percent(50)}}
	l := &Locked{AsOf: at - day, Waves: []string{"w0"}, Placements: map[string]Place{}}
	start := at - 30*minute
	var assets []string
	for i := range d.Input.Clients[0].Assets {
		name := d.Input.Clients[0].Assets[i].Name
		assets = append(assets, name)
		l.Placements[name] = Place{Wave: "w0", Window: "nightly", Occurrence: start, Start: start, End: start + 15*minute, Patches: []string{"kb1"}}
	}
	blob, err := encodeLocked("acme", "os", l, nil)
	if err != nil {
		t.Fatal(err)
	}
	blobs := func(string, string) ([]byte, error) { return blob, nil }
	s := Begin()
	now := Now{At: at, Repository: "r", InHand: map[string]bool{}, Most: 64}
	base := resultlog.Record{V: 1, T: instant(start), Run: "sha256:r", Plan: key, Wave: "w0", Commit: "c1", Grant: p.Digest}
	do := func(change func(r *resultlog.Record)) {
		r := base
		change(&r)
		if err := s.Apply([]Logged{{"acme", r}}, blobs); err != nil {
			t.Fatal(err)
		}
	}
	do(func(r *resultlog.Record) { r.Kind = resultlog.RunBegun })
	do(func(r *resultlog.Record) { r.Kind, r.Schedule = resultlog.Schedule, canonical.Digest(blob) })
	for _, part := range chunks(assets) {
		do(func(r *resultlog.Record) { r.Kind, r.Assets, r.Budget = resultlog.WaveBegun, part, int64(hosts/2) })
	}
	for i, asset := range assets[:hosts/2+60] {
		for _, segment := range []string{"install", "verify"} {
			key := fmt.Sprintf("sha256:%d%s", i, segment)
			do(func(r *resultlog.Record) {
				r.Kind, r.Asset, r.Segment, r.Attempt, r.Key, r.Worst = resultlog.Claim, asset, segment, 1, key, 600
			})
			if i >= hosts/2 {
				now.InHand[key] = true
				break
			}
			do(func(r *resultlog.Record) {
				r.Kind, r.Asset, r.Segment, r.Attempt, r.Key, r.Outcome = resultlog.Result, asset, segment, 1, key, dispatch.Succeeded
			})
		}
	}
	return s, d, now, blobs
}

// BenchmarkNext is one tick of 100,000 hosts, half of them done and the others waiting.
func BenchmarkNext(b *testing.B) {
	for _, c := range []struct {
		name   string
		change func(d *Documents)
	}{
		{"running", func(*Documents) {}},
		{"frozen", func(d *Documents) {
			c := &d.Input.Clients[0]
			c.Denies = []rollout.Deny{{ID: "Freeze/_/q1", Fixed: window.Span{Start: d.Input.AsOf - day, End: d.Input.AsOf + day}}}
			for i := range c.Assets {
				c.Assets[i].Denies = []int{0}
			}
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			s, d, now, _ := large(b, 100_000)
			c.change(d)
			Next(s, d, now)
			for b.Loop() {
				now.At++
				if out := Next(s, d, now); len(out.Do) == 0 {
					b.Fatalf("nothing to do: %v", out.Waits)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/tick")
		})
	}
}

// BenchmarkApply is one claim and its result among 100,000 hosts.
func BenchmarkApply(b *testing.B) {
	s, _, now, blobs := large(b, 100_000)
	asset := s.Runs[key].Waves[0].hosts[99_999].Asset
	for n := int64(1); b.Loop(); n++ {
		r := resultlog.Record{
			V: 1, T: instant(now.At), Run: "sha256:r", Plan: key, Wave: "w0", Kind: resultlog.Claim, Asset: asset, Segment: "install",
			Attempt: n, Key: fmt.Sprint(n),
		}
		done := r
		done.Kind, done.Outcome = resultlog.Result, dispatch.Stopped
		if err := s.Apply([]Logged{{"acme", r}, {"acme", done}}, blobs); err != nil {
			b.Fatal(err)
		}
	}
}

// TestNextIsQuick: a tick of 100,000 hosts takes well below a second.
func TestNextIsQuick(t *testing.T) {
	if testing.Short() {
		t.Skip("100,000 hosts")
	}
	s, d, now, _ := large(t, 100_000)
	Next(s, d, now)
	best := time.Hour
	for range 3 {
		now.At++
		began := time.Now()
		Next(s, d, now)
		best = min(best, time.Since(began))
	}
	if best > time.Second {
		t.Errorf("a tick takes %v, wanted at most 1 s", best)
	}
	t.Logf("a tick of 100,000 hosts takes %v", best)
}
