package authority

import (
	"testing"
	"time"

	"github.com/patchops/patchops/internal/resultlog"
)

// moment is a time, so many seconds after nine.
func moment(n int) string {
	return resultlog.Instant(time.Date(2026, 3, 12, 9, 0, n, 0, time.UTC))
}

// grown folds one client's records behind the genesis.
func grown(t *testing.T, records ...resultlog.Record) *State {
	t.Helper()
	for i := range records {
		records[i].Seq = int64(i)
		if records[i].T == "" {
			records[i].T = moment(i)
		}
	}
	s, err := Fold(root, []Branch{{Log: resultlog.New(resultlog.Name{Repository: "r", Client: "acme", Year: 2026}, nil), Records: records}})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestHoldsAndWaves: a plan's hold is lifted by a resume of the plan, a wave's by one of
// the wave; what is for good ends with its run.
func TestHoldsAndWaves(t *testing.T) {
	word := func(kind resultlog.Kind, plan, evidence string) resultlog.Record {
		return resultlog.Record{Kind: kind, Plan: plan, Evidence: evidence, Actor: &resultlog.Actor{ID: "dana"}}
	}
	s := grown(t, word(resultlog.Hold, "acme/x", "1"), word(resultlog.Hold, "acme/x/canary", "2"), word(resultlog.Abort, "acme/y", "3"), word(resultlog.Hold, "acme/y", "4"))
	if len(s.Holds) != 3 || s.Holds["acme/y"].Kind != resultlog.Abort {
		t.Errorf("%v", s.Holds)
	}
	s = grown(t, word(resultlog.Hold, "acme/x", "1"), word(resultlog.Hold, "acme/x/canary", "2"), word(resultlog.Resume, "acme/x/canary", "3"))
	if len(s.Holds) != 1 || s.Holds["acme/x"].Person != "dana" {
		t.Errorf("%v", s.Holds)
	}
	s = grown(t, word(resultlog.Hold, "acme/x/rest", "1"), word(resultlog.Abort, "acme/x", "2"), word(resultlog.Resume, "acme/x", "3"))
	if len(s.Holds) != 1 || s.Holds["acme/x"].Kind != resultlog.Abort {
		t.Errorf("%v", s.Holds)
	}
	s = grown(t, word(resultlog.Abort, "acme/x", "1"), word(resultlog.Hold, "acme/x/rest", "2"), resultlog.Record{Kind: resultlog.RunEnded, Plan: "acme/x"})
	if len(s.Holds) != 1 || s.Holds["acme/x/rest"].Kind != resultlog.Hold {
		t.Errorf("%v", s.Holds)
	}
}

// TestUncoveredGrants: what landed without approval is uncovered until a later merge
// covers it; where a record could not name all, all are.
func TestUncoveredGrants(t *testing.T) {
	first := resultlog.Record{Kind: resultlog.Merge, Via: Adopted, Base: "g", Commit: "1", Uncovered: []string{"x/web-01", "x/web-02"}}
	second := resultlog.Record{Kind: resultlog.Merge, Via: Adopted, Base: "1", Commit: "2", Covered: []string{"x/web-01"}, Uncovered: []string{"y/db-01", "and 7 more"}}
	s := grown(t, first)
	if !s.Uncovered["acme/x/web-01"] || !s.Uncovered["acme/x/web-02"] || len(s.Uncovered) != 2 {
		t.Errorf("%v", s.Uncovered)
	}
	s = grown(t, first, second)
	if s.Uncovered["acme/x/web-01"] || !s.Uncovered["acme/x/web-02"] || !s.Uncovered["acme/y/db-01"] || !s.Uncovered["acme/*"] || !s.Covered["acme/x/web-01"] {
		t.Errorf("%v, covered %v", s.Uncovered, s.Covered)
	}
}

// TestALostKeyMakesAHold: an approval that a merge used turns out to be somebody else's,
// because its key was lost before: its clients stand still until a person resumes.
func TestALostKeyMakesAHold(t *testing.T) {
	approval := resultlog.Record{Kind: resultlog.Approval, Change: "c", Evidence: "e", Actor: &resultlog.Actor{ID: "dana", Key: "SHA256:k"}}
	merge := resultlog.Record{Kind: resultlog.Merge, Via: Adopted, Base: "g", Commit: "1", Change: "c", Approvals: []string{"e"}}
	revoke := func(since string) resultlog.Record {
		return resultlog.Record{Kind: resultlog.KeyRevoke, Key: "SHA256:k", Expires: since, Evidence: "r", Actor: &resultlog.Actor{ID: "erin"}}
	}
	if s := grown(t, approval, merge, revoke("")); s.Distrusted("acme/x") != nil {
		t.Error("a key that was given up takes nothing back")
	}
	if s := grown(t, approval, merge, revoke(moment(1))); s.Distrusted("acme/x") != nil {
		t.Error("it was lost after the approval")
	}
	s := grown(t, approval, merge, revoke(moment(0)))
	if h := s.Distrusted("acme/x"); h == nil || h.Person != "erin" || s.Distrusted("globex/x") != nil {
		t.Errorf("%v", h)
	}
	s = grown(t, approval, merge, revoke(moment(0)), resultlog.Record{Kind: resultlog.Resume, Plan: "acme/x", Evidence: "g"})
	if s.Distrusted("acme/x") != nil || s.Distrusted("acme/y") == nil {
		t.Error("a resume is for its plan")
	}
}

// TestAWithdrawalAfterTheMergeMakesAHold: what a merge used is not undone by taking it
// back, but nothing new starts on it until somebody resumes. What is said of a later
// proposal of the same name is not about that merge.
func TestAWithdrawalAfterTheMergeMakesAHold(t *testing.T) {
	word := func(kind resultlog.Kind, evidence, head string) resultlog.Record {
		return resultlog.Record{Kind: kind, Change: "c", Head: head, Evidence: evidence, Actor: &resultlog.Actor{ID: "dana", Key: "SHA256:k"}}
	}
	approval := word(resultlog.Approval, "e", "h1")
	merge := resultlog.Record{Kind: resultlog.Merge, Via: Adopted, Base: "g", Commit: "1", Change: "c", Head: "h1", Approvals: []string{"e"}}
	of := func(r resultlog.Record, id int64) resultlog.Record {
		r.Review = &resultlog.Review{ID: id, Commit: "h1", Submitted: moment(int(id))}
		return r
	}
	for _, kind := range []resultlog.Kind{resultlog.Withdrawal, resultlog.Rejection} {
		s := grown(t, approval, merge, word(kind, "w", ""))
		if h := s.Distrusted("acme/x"); h == nil || h.Person != "dana" || s.Distrusted("globex/x") != nil {
			t.Errorf("%s after the merge: %v", kind, h)
		}
		s = grown(t, approval, merge, word(kind, "w", "h1"), resultlog.Record{Kind: resultlog.Resume, Plan: "acme/x", Evidence: "r"})
		if s.Distrusted("acme/x") != nil || s.Distrusted("acme/y") == nil {
			t.Errorf("%s: a resume is for its plan", kind)
		}
		if s = grown(t, of(approval, 2), merge, of(word(kind, "w", "h1"), 2)); s.Distrusted("acme/x") == nil {
			t.Errorf("%s of the review that was used: no hold", kind)
		}
		for name, records := range map[string][]resultlog.Record{
			"of another head":      {approval, merge, word(kind, "w", "h2")},
			"of a later proposal":  {approval, merge, word(resultlog.Approval, "e2", "h2"), word(kind, "w", "")},
			"of an older review":   {of(approval, 2), merge, of(word(kind, "w", "h1"), 1)},
			"of another's":         {approval, merge, {Kind: kind, Change: "c", Evidence: "w", Actor: &resultlog.Actor{ID: "erin"}}},
			"before it was merged": {approval, word(kind, "w", ""), word(resultlog.Approval, "e2", "h1"), {Kind: resultlog.Merge, Via: Adopted, Base: "g", Commit: "1", Change: "c", Head: "h1", Approvals: []string{"e2"}}},
		} {
			if s := grown(t, records...); s.Distrusted("acme/x") != nil {
				t.Errorf("%s %s: %v", kind, name, s.Distrusted("acme/x"))
			}
		}
	}
}

// TestAResumeOfBefore: whoever signed it did not know what stopped the plan since.
func TestAResumeOfBefore(t *testing.T) {
	hold := resultlog.Record{Kind: resultlog.Hold, Plan: "acme/x", Evidence: "1", T: "2026-03-12T12:00:00Z", Actor: &resultlog.Actor{ID: "dana"}}
	for asOf, held := range map[string]bool{"2026-03-12T11:50:00Z": true, "2026-03-12T11:58:00Z": false, "2026-03-12T13:00:00Z": false, "2026-03-12T13:06:00Z": true} {
		s := grown(t, hold, resultlog.Record{Kind: resultlog.Resume, Plan: "acme/x", Evidence: "2", AsOf: asOf, T: "2026-03-12T13:00:00Z", Actor: &resultlog.Actor{ID: "erin"}})
		if (len(s.Holds) > 0) != held {
			t.Errorf("signed at %s: %v", asOf, s.Holds)
		}
	}
}
