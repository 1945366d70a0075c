package controller

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"github.com/patchops/patchops/internal/resultlog"
)

// mostLast is the longest checkpoint that a gap record repeats.
const mostLast = 4 << 10

// gapOf is the record that stands where others wrote: which commit they left, and why it
// does not count. The log goes on behind its last good record, on top of that commit, so
// that no ref goes back and what is set aside stays where everybody can look at it.
func (v *View) gapOf(old *openLog, t time.Time) resultlog.Record {
	gap := resultlog.Record{Kind: resultlog.Gap, T: resultlog.Instant(t), Commit: old.tip, Why: old.why}
	if signed, aside := v.aside(old); aside != "" {
		gap.Size = old.log.Size
		if gap.Why = aside; len(signed) <= mostLast {
			gap.Last = string(signed)
		}
	}
	return gap
}

// aside is the checkpoint of a tip that does not count because its key is revoked, and
// the words for it.
func (v *View) aside(l *openLog) (signed []byte, why string) {
	files, err := v.store.Files(l.tip)
	if err != nil {
		return nil, ""
	}
	if signed, err = fs.ReadFile(files, "checkpoint"); err != nil {
		return nil, ""
	}
	c, err := resultlog.Unsigned(signed)
	keys, wrong := v.Root.Verifiers()
	if err != nil || wrong != nil || l.log.SetAside(signed, keys) == "" {
		return nil, ""
	}
	return signed, fmt.Sprintf("%d records, signed by a log key that version %d of the root of trust revokes: the first %d of the log count", c.Size, v.Root.Version, l.log.Size)
}

// revocations are the records of log keys of which the root of trust says what counts of
// this log, where it does not tell that yet. What holds is said by the root; they tell
// whoever reads the log.
func (v *View) revocations(log *resultlog.Log, t time.Time) []resultlog.Record {
	var out []resultlog.Record
	for _, r := range v.Root.Revoked {
		for _, g := range r.Good {
			if g.Log == log.Name.Log() && !slices.Contains(log.Revoked(), r.Key) {
				out = append(out, resultlog.Record{Kind: resultlog.KeyRevoke, T: resultlog.Instant(t), Key: r.Key, Size: g.Size, Reason: r.Reason})
			}
		}
	}
	return out
}

// emptied reports whether nothing of a log is good, as the root of trust says: it begins
// anew on top of what is there, without waiting for something to record.
func (v *View) emptied(l *openLog) bool {
	_, aside := v.aside(l)
	return l.good == "" && aside != "" && len(v.revocations(l.log, v.now)) > 0
}

// mendClosed takes a log back that another one follows already, as the newest are by a
// flush: what the next one rests on is its good beginning, and that stays.
func (c *Controller) mendClosed(v *View, l *openLog, aside string) *deed {
	what := fmt.Sprintf("took %s back to %d records, and set commit %s aside: it has %s", l.branch, l.log.Size, short(l.tip), aside)
	return &deed{what, func(ctx context.Context) error {
		t, byClient := v.time(), map[string][]resultlog.Record{}
		for _, e := range c.opening(v, nil) {
			e.record.T = resultlog.Instant(t)
			byClient[resultlog.Org] = append(byClient[resultlog.Org], e.record)
		}
		updates, err := c.logUpdates(ctx, v, byClient, t)
		if err != nil {
			return err
		}
		u, _, _, err := c.appendTo(ctx, v, l.log, l, parcel{}, t)
		if err != nil {
			return err
		}
		return c.pushLease(ctx, append(updates, u), false, t)
	}}
}
