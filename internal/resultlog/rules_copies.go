package resultlog

import (
	"fmt"
	"strings"
)

// copies are what the logs of all clients must agree in: one decision or merge stands
// in the log of each client that it touches.
type copies struct {
	decided map[string]string // what a decision says, by id
	merged  map[string]string // commit, by the base it was made on
	spent   map[string]string // commit whose merge used an approval, by evidence
}

func newCopies() *copies {
	return &copies{decided: map[string]string{}, merged: map[string]string{}, spent: map[string]string{}}
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
	c.merged[r.Base] = r.Commit
	for _, evidence := range approvals {
		if other, known := c.spent[evidence]; known && other != r.Commit {
			return fmt.Sprintf("approval %s was spent by the merge of %s", evidence, other)
		}
		c.spent[evidence] = r.Commit
	}
	return ""
}
