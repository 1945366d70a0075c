package simulation

import (
	"testing"
	"time"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
)

// TestAPromotedWaveStaysPromoted: those whom nobody knew of for too long have ended when
// their wave is promoted, also where they are heard of again before the next one starts.
// Those that somebody knows of have not.
func TestAPromotedWaveStaysPromoted(t *testing.T) {
	for name, unknown := range map[string]bool{"lost and back": true, "under way": false} {
		t.Run(name, func(t *testing.T) {
			at := resultlog.Instant(time.Unix(epoch, 0))
			w := &World{now: epoch + 2*hour}
			p := &party{w: w, Shape: &Shape{Hosts: 3, Waves: []progress.Wave{wave("first", amount(2), 0), wave("second", amount(0), 0)}}}
			j := newJudge(p)
			p.judge, w.parties = j, []*party{p}
			j.seats = []seat{{wave: 0, attempt: 1, inFlight: true}, {wave: 0, attempt: 1, inFlight: true}, {wave: 1, attempt: 1, inFlight: true}}
			j.waves[0] = stage{begun: true, members: 2, budget: 2, hosts: []int{0, 1}}
			for i, key := range []string{"a", "b"} {
				j.open[key] = &claim{host: i, unknown: unknown, record: resultlog.Record{T: at, Worst: hour}}
			}
			j.wave(&resultlog.Record{Kind: resultlog.WaveEnded, Wave: "first", Outcome: "promoted"})
			clear(j.open) // their sessions go on in segments that somebody knows of
			j.turn(&claim{host: 2, record: resultlog.Record{Wave: "second"}}, 1)
			if broken := len(w.broken) > 0; broken == unknown {
				t.Errorf("broken: %q", w.broken)
			}
		})
	}
}

// TestAPromotedWaveHasSoaked: whoever was given up, and ends when its wave was promoted, does not
// make it soak again; whoever had ended before then does.
func TestAPromotedWaveHasSoaked(t *testing.T) {
	for name, before := range map[string]bool{"back and at its end since": false, "at its end just before": true} {
		t.Run(name, func(t *testing.T) {
			w := &World{now: epoch + 2*hour}
			p := &party{w: w, Shape: &Shape{Hosts: 3, Waves: []progress.Wave{wave("first", amount(2), 5*minute), wave("second", amount(0), 0)}}}
			j := newJudge(p)
			p.judge, w.parties = j, []*party{p}
			j.seats = []seat{{wave: 0, attempt: 1, endedAt: w.now - hour}, {wave: 0, attempt: 1, inFlight: true}, {wave: 1, attempt: 1, inFlight: true}}
			j.waves[0] = stage{begun: true, members: 2, budget: 2, hosts: []int{0, 1}}
			end := func() { j.seats[1] = seat{wave: 0, attempt: 1, endedAt: w.now} }
			j.open["b"] = &claim{host: 1, unknown: true, record: resultlog.Record{T: resultlog.Instant(time.Unix(epoch, 0)), Worst: hour}}
			if before {
				end()
			}
			j.wave(&resultlog.Record{Kind: resultlog.WaveEnded, Wave: "first", Outcome: "promoted"})
			if w.now += minute; !before {
				end()
			}
			j.turn(&claim{host: 2, record: resultlog.Record{Wave: "second"}}, 1)
			if broken := len(w.broken) > 0; broken != before {
				t.Errorf("broken: %q", w.broken)
			}
		})
	}
}
