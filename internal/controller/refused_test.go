package controller

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/authority"
	"github.com/patchops/patchops/internal/resultlog"
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
