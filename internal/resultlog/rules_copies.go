package resultlog

import (
	"fmt"
	"strings"
)

// copies are what the logs of all clients must agree in: one decision or merge stands
// in the log of each client that it touches.
type copies struct {
	tips    map[string]bool   // commits that a merge made the authorised tip
	fences  map[int64]bool    // of leases
	cited   []cited           // what rollouts rest on
	decided map[string]string // what a decision says, by id
	merged  map[string]string // commit, by the base it was made on
	spent   map[string]string // commit whose merge used an approval, by evidence
}

func newCopies() *copies {
	return &copies{tips: map[string]bool{}, fences: map[int64]bool{}, decided: map[string]string{}, merged: map[string]string{}, spent: map[string]string{}}
}

// decision says how a decision differs from its copy elsewhere, or "".
func (c *copies) decision(r *Record) string {
	said := strings.Join(append([]string{r.Change, r.Head, r.Base, r.Commit, r.Tree, r.Manifest, r.Effect}, r.Approvals...), " ")
	if other, known := c.decided[r.Decision]; known && other != said {
		return fmt.Sprintf("%s says other things than its copy in another log", r.Decision)
	}
	c.decided[r.Decision] = said
	return ""
}

// merge says which merge of another log one contradicts, or "".
func (c *copies) merge(r *Record, approvals []string) string {
	if other, known := c.merged[r.Base]; known && r.Base != "" && other != r.Commit {
		return fmt.Sprintf("the second merge from %s, after %s", r.Base, other)
	}
	c.merged[r.Base], c.tips[r.Commit] = r.Commit, true
	for _, evidence := range approvals {
		if other, known := c.spent[evidence]; known && other != r.Commit {
			return fmt.Sprintf("approval %s was spent by the merge of %s", evidence, other)
		}
		c.spent[evidence] = r.Commit
	}
	return ""
}

// cites takes over what a client's rollouts rest on.
func (c *copies) cites(e *Execution) {
	c.cited = append(append(c.cited, e.commits...), e.fences...)
	e.commits, e.fences = nil, nil
}

// borneOut finds what a rollout rests on in the logs of others: the commit that it
// carries out is the genesis or one that a merge made the authorised tip, and the
// fence of a claim is that of a recorded lease.
func (c *copies) borneOut(o Options) error {
	if !o.Whole || o.Root == nil {
		return nil
	}
	for _, x := range c.cited {
		switch {
		case x.commit != "" && x.commit != o.Root.Genesis.Commit && !c.tips[x.commit]:
			return fault(x.name, "%s: of commit %s, which no merge made the authorised tip", x.kind, x.commit).at(x.place)
		case x.commit == "" && len(c.fences) > 0 && !c.fences[x.fence]:
			return fault(x.name, "%s: under fence %d, of which no lease is recorded", x.kind, x.fence).at(x.place)
		}
	}
	return nil
}
