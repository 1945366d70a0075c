package planning

import (
	"fmt"
	"time"

	"github.com/patchops/patchops/internal/document"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/rollout"
)

// horizonFindings say where the horizon ends before a plan does, or before the
// next window of its work opens.
func (c *client) horizonFindings() {
	end := c.asOf + c.horizon
	next := make([]int64, len(c.out.Windows))
	for i := range c.out.Windows {
		if open := c.out.Windows[i].Def.Expand(c.asOf, c.asOf+1).Occurrences; len(open) > 0 {
			next[i] = c.asOf
		} else if o, ok := c.out.Windows[i].Def.Next(c.asOf); ok {
			next[i] = o.Start
		}
	}
	for i := range c.out.Plans {
		p := &c.out.Plans[i]
		late, first := 0, int64(0)
		for j := range p.Work {
			opens := c.opens(&p.Work[j], next)
			if opens < end || opens >= p.Deadline {
				continue
			}
			late++
			if first == 0 || opens < first {
				first = opens
			}
		}
		if late > 0 {
			c.tooShort(c.plans[i], fmt.Sprintf("the next window of %d assets of client %q opens %s, the horizon ends %s", late, c.name, instant(first), instant(end)))
		}
	}
}

func (c *client) tooShort(p *plan, message string) {
	deadline := document.Path{{Key: "spec"}, {Key: "deadline"}}
	c.said = append(c.said, finding.Finding{
		ID: "rollout/horizon-short", Severity: finding.Note, Message: message,
		Hint:     "plan again nearer to it, or raise spec.horizon in patchops.yaml",
		Position: c.corpus.Entry(p.ID).Document().At(deadline), Document: p.ID, Path: deadline.String(),
	})
}

// opens is when the first window of some work opens, now or later; 0 where none
// ever does.
func (c *client) opens(w *rollout.Work, next []int64) int64 {
	first := int64(0)
	for _, i := range c.out.Assets[w.Asset].Windows {
		if next[i] != 0 && (first == 0 || next[i] < first) {
			first = next[i]
		}
	}
	return first
}

func instant(t int64) string { return time.Unix(t, 0).UTC().Format(time.RFC3339) }
