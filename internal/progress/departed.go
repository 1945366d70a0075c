package progress

import (
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// departed takes out of a run the hosts under way that no document names any more: they were
// scrapped or renamed, or their client is gone, and nobody says how to reach them. What goes on
// there without a question of ours is not waited for; of an open claim it is said that nobody
// knows, so that it counts like others of which nobody does.
func (t *tick) departed(r *running) bool {
	n := 0
	for _, h := range r.underWay() {
		c := r.Claims[h.Key]
		switch {
		case r.job(h.Asset) != nil || n >= batch:
		case h.Key == "":
			n++
			t.record(r, h.Wave, resultlog.Record{
				Kind: resultlog.Deferred, Asset: h.Asset, Code: string(rollout.NotSelected),
				Why: "no document names it any more, and it was " + string(h.State) + ": what was done there is not finished and not checked",
			})
		case c != nil && !c.Probed && !t.now.InHand[h.Key] && !t.now.Absent[h.Key]:
			n++
			t.record(r, h.Wave, resultlog.Record{
				Kind: resultlog.Unknown, Asset: h.Asset, Segment: string(h.Segment), Attempt: h.Attempt, Key: h.Key,
				Why: "no document says how to reach it",
			})
		}
	}
	return n > 0
}
