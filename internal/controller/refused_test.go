package controller

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/statement"
)

// A12: what people said while a pull request was for another branch was about
// another difference: it approves nothing here, and is not recorded as if it did. A
// rejection stands.
func TestA12ReviewsBeforeARetargetAreVoid(t *testing.T) {
	s, h := makeKeys(t).hosted(t)
	s.propose("a-acme", april)
	h.open(1, "a-acme")
	h.review(1, 103, "APPROVED")
	h.review(1, 104, "APPROVED")
	for i := range h.reviews["#1"] {
		h.reviews["#1"][i].Retargeted = true
	}
	if r := s.tick(); len(r.Merged) != 0 || s.kinds("acme") != "" {
		t.Fatalf("%+v, log of acme: %s", r, s.kinds("acme"))
	}
	h.review(1, 103, "APPROVED")
	h.review(1, 104, "APPROVED")
	s.tick2(t, "#1")
	s.ok(s.verify())
}

// A12: nor do they cover what somebody then merges into main by hand, where the pull
// request is for another branch.
func TestA12ReviewsForAnotherBranchCoverNothing(t *testing.T) {
	for _, target := range []string{"main", "staging"} {
		s, h := makeKeys(t).hosted(t)
		s.tick()
		s.propose("a-acme", april)
		h.open(1, "a-acme")
		h.review(1, 103, "APPROVED")
		h.review(1, 104, "APPROVED")
		h.merge("#1")
		h.pulls["#1"].Target = target
		r := s.tick()
		if adopted := s.fold().Tip == s.main(); adopted != (target == "main") || adopted == (r.Blocked != nil) {
			t.Errorf("for %s: adopted %v, %+v", target, adopted, r)
		}
		s.ok(s.verify())
	}
}

// A15: who leaves between approval and merge counts no more; the log keeps both.
func TestA15WhoLeavesCountsNoMore(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.judge.refuse["x"] = "freeze"
	s.propose("x", april)
	s.approve("x", "dana", "erin")
	s.tick2(t)
	delete(s.judge.book.People, "erin")
	delete(s.judge.refuse, "x")
	s.tick2(t)
	s.approve("x", "finn")
	s.tick2(t, "x")
	said, used := 0, 0
	for _, b := range s.logs() {
		for _, r := range b.Records {
			if r.Kind == resultlog.Approval {
				said++
			}
			if r.Kind == resultlog.Decision {
				used = len(r.Approvals)
			}
		}
	}
	if said != 3 || used != 2 {
		t.Errorf("%d approvals are recorded and %d used, wanted 3 and 2", said, used)
	}
	s.ok(s.verify())
}

// R57: an approval that runs out is recorded as such, once.
func TestR57ExpiriesAreRecordedOnce(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("x", april)
	s.approve("x", "dana")
	s.tick()
	s.clock.pass(15 * 24 * time.Hour)
	s.tick()
	s.tick()
	if got, want := s.kinds("acme"), "root approval expiry"; got != want {
		t.Errorf("log of acme: %s, wanted %s", got, want)
	}
	// It does not come back to life.
	s.approve("x", "erin")
	s.tick2(t)
	s.ok(s.verify())
}

// full is a journal on a full disk.
type full struct{ err error }

func (f full) Append([]byte) error { return f.err }
func (f full) Cut() error          { return nil }
func (f full) Stop([]byte) error   { return f.err }

// R60: what cannot be recorded does not happen: not where the journal fails, nor
// where the remote takes no record.
func TestR60NoLogNoEffect(t *testing.T) {
	broken := errors.New("no space left on device")
	s := makeKeys(t).begin(t)
	s.propose("x", april)
	s.approve("x", "dana", "erin")
	genesis := s.main()
	c := s.start()
	c.Journal = full{broken}
	if _, _, err := s.run(c); !errors.Is(err, broken) {
		t.Fatalf("%v, wanted the journal's error", err)
	}
	for _, line := range s.world.trace {
		if strings.HasPrefix(line, "after push of") && line != "after push of patchops/lease" {
			t.Errorf("and yet: %s", line)
		}
	}
	if s.main() != genesis || s.kinds("acme") != "" {
		t.Errorf("main is at %s, the log of acme: %s", s.main(), s.kinds("acme"))
	}
	s.clock.pass(time.Hour)
	s.tick2(t, "x")
	at := slices.IndexFunc(s.logs(), func(b authority.Branch) bool { return b.Log.Name.Client == "acme" })
	if at < 0 {
		t.Error("nothing is recorded")
	}
}

// M6: a change without effect is not merged by itself, though it needs nobody; by its
// name it is.
func TestM6WithoutEffectNothingLandsByItself(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("x", map[string]string{"plans/acme/march.yaml": "plan 1"})
	r := s.tick()
	if len(r.Merged) != 0 || len(r.Waiting) != 1 || !slices.Contains(r.Waiting[0].Why, withoutEffect) {
		t.Fatalf("%+v", r)
	}
}

// Who withdraws or rejects what was merged by their approval undoes nothing; that they
// did stands in the log of each client that the merge touched, once.
func TestRegretIsNeverSilent(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("x", map[string]string{"plans/acme/april.yaml": "plan", "plans/globex/april.yaml": "plan"})
	s.approve("x", "dana", "erin")
	s.tick2(t, "x")
	s.say("dana", statement.Withdraw, "x")
	s.say("erin", statement.Reject, "x")
	s.say("finn", statement.Reject, "x") // whom nobody asked
	delete(s.world.refs, heads+"x")
	s.tick()
	s.tick()
	for _, client := range []string{"acme", "globex"} {
		if got := s.kinds(client); !strings.HasSuffix(got, "merge{controller} withdrawal rejection") && !strings.HasSuffix(got, "merge{controller} rejection withdrawal") {
			t.Errorf("log of %s: %s", client, got)
		}
	}
	s.ok(s.verify())
	// The name may be used again; a rejection stands until it is withdrawn.
	s.propose("x", map[string]string{"plans/acme/may.yaml": "plan"})
	s.approve("x", "dana", "finn")
	s.tick2(t)
	s.say("erin", statement.Withdraw, "x")
	s.tick2(t, "x")
	s.ok(s.verify())
}

// One author's changes take no more than their time in a tick: others are judged.
func TestOneAuthorTakesNoMoreThanTheirTime(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.judge.authors, s.judge.takes = map[string]string{}, 20*time.Second
	for _, name := range []string{"a", "b", "c", "d", "x"} {
		head := s.propose(name, map[string]string{"plans/acme/" + name + ".yaml": "plan"})
		s.judge.authors[head] = map[bool]string{true: "finn", false: "ada"}[name == "x"]
	}
	r := s.tick()
	late := 0
	for _, w := range r.Waiting {
		if slices.Contains(w.Why, errBudget.Error()) {
			late++
			if w.Change == "x" {
				t.Error("finn waits for ada")
			}
		}
	}
	if late != 2 || s.judge.judgements != 3 {
		t.Errorf("%d are judged later, %d judged, wanted 2 and 3: %+v", late, s.judge.judgements, r.Waiting)
	}
}

// Who pushes many branches with long histories keeps nobody else waiting: finding out whose
// work they are counts as time of theirs.
func TestLongHistoriesAreTheirAuthorsTime(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.judge.authors, s.judge.histories = map[string]string{}, map[string]time.Duration{}
	for i := range 20 {
		head := s.propose(fmt.Sprintf("long-%02d", i), map[string]string{"plans/acme/april.yaml": fmt.Sprint(i)})
		s.judge.authors[head], s.judge.histories[head] = "finn", 20*time.Second
	}
	s.judge.authors[s.propose("x", april)] = "ada"
	s.approve("x", "dana", "erin")
	began := s.clock.mono
	r := s.tick()
	if took := s.clock.mono - began; took > 2*perAuthor || len(r.Merged) != 1 || r.Merged[0].Change != "x" {
		t.Errorf("the tick took %s and merged %v", took, r.Merged)
	}
	later := 0
	for _, w := range r.Waiting {
		if slices.Contains(w.Why, errBudget.Error()) {
			later++
		}
	}
	if later < 15 {
		t.Errorf("%d of finn's changes are told to wait: %v", later, r.Waiting)
	}
	for range 20 {
		s.tick()
	}
	if len(s.judge.histories) > 0 {
		t.Errorf("%d are never looked at", len(s.judge.histories))
	}
}
