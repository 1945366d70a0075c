package controller

import (
	"fmt"
	"maps"
	"strings"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/resultlog"
)

func seenOf(v *View) *Seen {
	s := &Seen{Main: v.Main, Logs: map[string]SeenLog{}}
	for branch, l := range v.logs {
		if l.good == "" {
			continue
		}
		s.Logs[branch] = SeenLog{Tip: l.tip, Checkpoint: string(l.log.Checkpoint)}
	}
	return s
}

func (s *Seen) equal(other *Seen) bool { return s.Main == other.Main && maps.Equal(s.Logs, other.Logs) }

// lostOf says what of the journal's entries never reached the remote. Nothing of
// that came to be: whatever is to be done follows from the remote alone.
func lostOf(v *View, left [][]byte, torn bool) string {
	have := map[string]bool{}
	for _, l := range v.logs {
		for _, r := range l.records {
			have[contentOf(l.log.Name.Client, r)] = true
		}
	}
	lost, stopped := 0, ""
	for _, b := range left {
		var i intent
		if err := canonical.Unmarshal(b, &i); err != nil {
			lost++
			continue
		}
		if i.Stop != "" {
			stopped = "; it stopped at " + i.Stop
		}
		for client, records := range i.Logs {
			for _, r := range records {
				r.Fence = i.Fence
				if !have[contentOf(client, r)] {
					lost++
				}
			}
		}
	}
	switch {
	case lost > 0:
		return fmt.Sprintf("the last run ended before %d records of its write-ahead log reached the remote; what they were about is judged anew%s", lost, stopped)
	case torn:
		return "the last run ended in the middle of a write to its write-ahead log" + stopped
	}
	return strings.TrimPrefix(stopped, "; ")
}

// contentOf is a record without its number.
func contentOf(client string, r resultlog.Record) string {
	r.Seq, r.V = 0, 0
	b, err := canonical.Marshal(r)
	if err != nil {
		return ""
	}
	return client + " " + string(b)
}
