package resultlog

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/statement"
)

// TestR51ForgedHistoriesWithoutPeoplesWords: whoever has the log key can write any
// record, but nobody's word: what needs one does not stand without it.
func TestR51ForgedHistoriesWithoutPeoplesWords(t *testing.T) {
	o := newRolling(newBranch(t))
	begin := []Record{o.begun(), o.schedule(), o.wave()}
	after := func(more ...Record) []Record { return append(append([]Record{}, begin...), more...) }
	one, two := o.claim("web-01", "install", 1), o.claim("web-02", "install", 1)
	pause := func(code, cause string) Record {
		return o.of(Record{Kind: WavePaused, Wave: "canary", Code: code, Reason: cause, Why: "x"})
	}
	goesOn := o.of(Record{Kind: WaveGoesOn, Wave: "canary", Why: "the freeze is over"})
	resume := func(plan string, asOf time.Time) Record {
		return spoken(t, Resume, "dana", statement.Statement{Act: statement.Approve, Subject: "resume:" + plan, AsOf: Instant(asOf)}, plan)
	}
	word := func(kind Kind, plan string) Record {
		said := statement.Statement{Act: statement.Approve, Subject: "gate:" + plan}
		if kind == Consent {
			said = statement.Statement{Act: statement.Consent, Subject: "gate:" + plan, Contact: "acme/carol", By: "phone", Text: "yes"}
		}
		r := spoken(t, kind, "dana", said, plan)
		r.Contact = said.Contact
		return r
	}
	pass := o.of(Record{Kind: Gate, Wave: "canary", Gate: "approval-0", Outcome: "pass"})
	failed, again := o.result(one, "failed"), but(o.result(one, "failed"), func(r *Record) { r.Begin = Instant(testStart) })
	unapproved := Record{Kind: Merge, Via: "adopted", Base: o.commit, Commit: storyMerge}
	carol := word(Consent, "acme/x/canary")
	briefly := statement.Statement{Act: statement.Approve, Subject: "gate:acme/x/canary", Expires: Instant(testStart.Add(time.Hour))}
	brief := spoken(t, Approval, "dana", briefly, "acme/x/canary")
	lasting := func(expires string) Record { return but(brief, func(r *Record) { r.Expires = expires }) }
	for name, c := range map[string]struct {
		records []Record
		why     string // "": holds
	}{
		"paused, nobody resumed":       {after(pause("threshold", ""), two), "nobody resumed it"},
		"paused, goes on by itself":    {after(pause("threshold", ""), goesOn, two), "nobody resumed it"},
		"inconclusive":                 {after(pause("inconclusive", ""), two), "nobody resumed it"},
		"a reboot nobody knows of":     {after(pause("manual", "reboot of web-01"), two), "nobody resumed it"},
		"triage, everybody":            {after(pause("triage", ""), two), "nobody resumed it"},
		"triage, some":                 {after(pause("triage", "relay lyon"), two), ""},
		"freeze":                       {after(pause("freeze", ""), goesOn, two), ""},
		"resumed":                      {after(pause("threshold", ""), resume("acme/x", testStart), two), ""},
		"wave resumed":                 {after(pause("threshold", ""), resume("acme/x/canary", testStart), two), ""},
		"another wave resumed":         {after(pause("threshold", ""), resume("acme/x/rest", testStart), two), "nobody resumed it"},
		"resumed before":               {after(pause("threshold", ""), resume("acme/x", testStart.Add(-time.Hour)), two), "nobody resumed it"},
		"failed, no pause":             {after(one, failed, two), "1 failed in wave canary, 0 may"},
		"failed, resumed":              {after(one, failed, resume("acme/x", testStart), two), ""},
		"failed, tried again":          {after(one, again, two), ""},
		"what has begun goes on":       {after(one, failed, o.claim("web-01", "rollback", 1)), ""},
		"gate, nobody":                 {after(pass), "nobody said so"},
		"gate, before the wave":        {[]Record{o.begun(), o.schedule(), word(Approval, "acme/x/canary"), o.wave(), pass}, "nobody said so"},
		"gate, another wave":           {after(word(Approval, "acme/x/rest"), pass), "nobody said so"},
		"gate, approved":               {after(word(Approval, "acme/x/canary"), pass), ""},
		"gate, a contact":              {after(carol, pass), ""},
		"gate, another contact":        {after(but(carol, func(r *Record) { r.Contact = "acme/dave" }), pass), `the word of "acme/dave"`},
		"gate, for a while":            {after(lasting(briefly.Expires), pass), ""},
		"gate, as it was written once": {after(lasting(""), pass), ""},
		"gate, for longer than signed": {after(lasting(Instant(testStart.Add(2*time.Hour))), pass), "was signed"},
		"probe":                        {after(but(pass, func(r *Record) { r.Gate = "probe-0" })), ""},
		"adopted without approvals":    {[]Record{unapproved}, "no approval"},
		"more uncovered than is named": {after(Record{Kind: Merge, Via: "adopted", Effect: noEffect, Base: o.commit, Commit: storyMerge, Uncovered: []string{"x/db-01", "and 7 more"}}, two), "nobody approved"},
	} {
		b := newBranch(t)
		for _, r := range c.records {
			b.append(r)
		}
		_, err := Verify([]Source{b.source()}, Options{Keys: mustKeys(t, b), Root: b.root, Whole: true})
		var f *Fault
		switch {
		case c.why == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.why != "" && (!errors.As(err, &f) || !strings.Contains(f.Why, c.why)):
			t.Errorf("%s: %v, wanted %q", name, err, c.why)
		}
	}
}
