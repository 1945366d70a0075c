package resultlog

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// R6: of an account the review submitted last counts: what becomes of an older one, or is heard
// of late, ends nothing that came after it. Else a log of an honest merge would not hold.
func TestR6WhatBecomesOfAnOlderReview(t *testing.T) {
	says := func(id int64, kind Kind, hour int) Record {
		states := map[Kind]string{Approval: "APPROVED", Rejection: "CHANGES_REQUESTED", Withdrawal: "DISMISSED"}
		return Record{
			Kind: kind, Change: "#1", Head: storyHead, Evidence: fmt.Sprintf("%s %d", kind, id), Actor: &Actor{Kind: "person", ID: "dana", Account: 7},
			Review: &Review{ID: id, Account: 7, Commit: storyHead, State: states[kind], Submitted: Instant(testStart.Add(time.Duration(hour) * time.Hour))},
		}
	}
	for name, c := range map[string]struct {
		records []Record
		uses    string
		why     string
	}{
		"an older rejection is dismissed":  {[]Record{says(1, Rejection, 1), says(2, Approval, 2), says(1, Withdrawal, 1)}, "approval 2", ""},
		"an older approval is dismissed":   {[]Record{says(1, Approval, 1), says(2, Approval, 2), says(1, Withdrawal, 1)}, "approval 2", ""},
		"that is the one which is used":    {[]Record{says(1, Approval, 1), says(2, Approval, 2), says(1, Withdrawal, 1)}, "approval 1", "followed by a withdrawal"},
		"an older rejection heard of late": {[]Record{says(2, Approval, 2), says(1, Rejection, 1)}, "approval 2", ""},
		"the newest is dismissed":          {[]Record{says(1, Approval, 1), says(2, Approval, 2), says(2, Withdrawal, 2)}, "approval 2", "followed by a withdrawal"},
		"a newer rejection":                {[]Record{says(2, Approval, 2), says(3, Rejection, 3)}, "approval 2", "followed by a rejection"},
		"a newer one, dismissed then":      {[]Record{says(2, Approval, 2), says(3, Rejection, 3), says(2, Withdrawal, 2)}, "approval 2", "followed by a rejection"},
		"in one second by their numbers":   {[]Record{says(2, Approval, 1), says(1, Rejection, 1)}, "approval 2", ""},
	} {
		j := newRules(nil, newCopies())
		for i := range c.records {
			if why := j.act(&c.records[i]); why != "" {
				t.Fatalf("%s: %s", name, why)
			}
		}
		got := j.approved(&Record{Kind: Decision, Change: "#1", Approvals: []string{c.uses}})
		if (got == "") != (c.why == "") || !strings.Contains(got, c.why) {
			t.Errorf("%s: %q, wanted %q", name, got, c.why)
		}
	}
}
