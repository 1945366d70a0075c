package progress

import (
	"fmt"
	"testing"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// many are documents of so many hosts, in three waves.
func many(b *testing.B, hosts int) *Documents {
	d := documents(b, 1781078400, hosts)
	c := &d.Input.Clients[0]
	p := d.Plans[key]
	p.Jobs = map[string]*Job{}
	for i := range c.Assets {
		c.Assets[i].Name = fmt.Sprintf("h%06d", i)
		p.Jobs[c.Assets[i].Name] = job(c.Assets[i].Name, i)
	}
	p.Waves, c.Plans[0].Waves = nil, nil
	for k, percent := range []int{1, 20, 100} {
		w := Wave{Name: fmt.Sprintf("w%d", k), Advance: 100, Soak: day}
		p.Waves = append(p.Waves, w)
		c.Plans[0].Waves = append(c.Plans[0].Waves, rollout.Wave{Name: w.Name, Percent: percent, Advance: 100, Soak: day})
	}
	return d
}

func BenchmarkReplan(b *testing.B) {
	d := many(b, 100_000)
	s := Begin()
	now := d.Input.AsOf
	blobs := map[string][]byte{}
	read := func(_, digest string) ([]byte, error) { return blobs[digest], nil }
	apply := func(r resultlog.Record) {
		r.T = instant(now)
		if err := s.Apply([]Logged{{"acme", r}}, read); err != nil {
			b.Fatal(err)
		}
	}
	apply(resultlog.Record{Kind: resultlog.RunBegun, Plan: key, Run: "sha256:run", Commit: d.Commit, Grant: "sha256:plan"})
	all, err := Replan(s, d, now, "")
	if err != nil || len(all) != 1 {
		b.Fatal(err)
	}
	blobs[canonical.Digest(all[0].Blob)] = all[0].Blob
	b.ReportMetric(float64(len(all[0].Blob)), "bytes")
	apply(all[0].Records[0])
	for b.Loop() {
		now += 60
		if again, err := Replan(s, d, now, ""); err != nil || len(again) != 0 {
			b.Fatal(len(again), err)
		}
	}
}
