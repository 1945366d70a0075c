package controller

import (
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/statement"
)

// acmes are the records of a kind in acme's log.
func (s *stage) acmes(kind resultlog.Kind) []resultlog.Record {
	var out []resultlog.Record
	for _, b := range s.logs() {
		for _, r := range b.Records {
			if r.Kind == kind && b.Log.Name.Client == "acme" {
				out = append(out, r)
			}
		}
	}
	return out
}

// W19: a service account stops things, and lets nothing go on.
func TestABotResumesNothing(t *testing.T) {
	k := makeKeys(t)
	k.people["robot"] = sshKey(t)
	s := k.begin(t)
	s.judge.book.People["robot"] = approval.Person{Name: "robot", Active: true, Bot: true, Keys: []string{signature.KeyOf(k.people["robot"]).Fingerprint()}}
	s.sayThis("robot", statement.Statement{Act: statement.Approve, Subject: "resume:acme/march"})
	s.sayThis("robot", statement.Statement{Act: statement.Approve, Subject: "gate:acme/march/canary"})
	s.sayThis("robot", statement.Statement{Act: statement.Consent, Subject: "gate:acme/march/canary", Contact: "acme/carol", By: "phone", Text: "yes"})
	s.sayThis("robot", statement.Statement{Act: statement.Hold, Subject: "plan:acme/march", Reason: "alarms"})
	s.say("dana", statement.Approve, "override:acme/march")
	s.say("robot", statement.Approve, "override:acme/march")
	s.tick()
	if len(s.acmes(resultlog.Override)) > 0 {
		t.Error("a bot was the second signer of an override")
	}
	if n := len(s.acmes(resultlog.Resume)) + len(s.acmes(resultlog.Approval)) + len(s.acmes(resultlog.Consent)); n > 0 {
		t.Errorf("%d words of a bot let something go on", n)
	}
	if len(s.acmes(resultlog.Hold)) != 1 {
		t.Error("its hold was not recorded")
	}
	s.ok(s.verify())
}

// A word that has run out by the time it is seen does not count.
func TestAnExpiredWordIsNotRecorded(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.sayThis("dana", statement.Statement{Act: statement.Approve, Subject: "resume:acme/march", Expires: resultlog.Instant(s.clock.now.Add(time.Hour))})
	s.sayThis("erin", statement.Statement{Act: statement.Approve, Subject: "resume:acme/march"})
	s.clock.pass(2 * time.Hour)
	s.tick()
	if got := s.acmes(resultlog.Resume); len(got) != 1 || got[0].Actor.ID != "erin" {
		t.Errorf("%v", got)
	}
}

// A contact's word on a gate is recorded with whose word it is: gates of contacts open
// by that.
func TestTheContactOfAGateIsRecorded(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.sayThis("dana", statement.Statement{Act: statement.Consent, Subject: "gate:acme/march/canary", Contact: "acme/carol", By: "phone", Text: "go on"})
	s.tick()
	if got := s.acmes(resultlog.Consent); len(got) != 1 || got[0].Contact != "acme/carol" || got[0].Plan != "acme/march/canary" {
		t.Errorf("%v", got)
	}
	s.ok(s.verify())
}

// An approval that is taken back after its merge holds the merge's clients.
func TestTakingBackAnApprovalHolds(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("patch", map[string]string{"plans/acme/march.yaml": "plan 2"})
	s.approve("patch", "dana", "erin")
	s.tick()
	if s.fold().Distrusted("acme/march") != nil || s.fold().Tip == s.root.Genesis.Commit {
		t.Fatal("wanted a merge that nobody doubts")
	}
	delete(s.world.refs, heads+"patch")
	s.clock.pass(time.Minute)
	s.sayThis("dana", statement.Statement{Act: statement.Withdraw, Subject: "change:patch", Reason: "I was wrong"})
	s.tick()
	h := s.fold().Distrusted("acme/march")
	if h == nil || h.Person != "dana" || !strings.Contains(h.Reason, "took it back") || s.fold().Distrusted("globex/march") != nil {
		t.Errorf("%v", h)
	}
	s.ok(s.verify())
}

// Who may push to somebody's chain puts nothing in the place of what they said: also not
// where every statement there is well signed, by another key in their name.
func TestR7NobodyOverwritesARejection(t *testing.T) {
	s := withIntern(t)
	s.propose("patch", april)
	s.approve("patch", "dana", "erin")
	s.say("dana", statement.Reject, "patch")
	genesis, ref := s.main(), heads+chainPrefix+"dana"
	files, err := s.world.clone().Files(s.world.refs[ref])
	s.ok(err)
	chain, _, err := statement.ReadChain("dana", files)
	s.ok(err)
	chain = chain[:1]
	content := map[string]string{}
	for range 2 {
		st := statement.Statement{
			Repository: repositoryID, Target: "main", Person: "dana", AsOf: resultlog.Instant(s.clock.now),
			Act: statement.Hold, Subject: "plan:acme/none", Reason: "gus in dana's name",
		}
		st.Serial, st.Prev = statement.Next(chain)
		b, err := statement.Encode(st)
		s.ok(err)
		armored, err := signature.Sign(s.people["gus"], b, signature.Statements)
		s.ok(err)
		e, err := statement.Add("dana", chain, statement.Signed{Statement: string(b), Signature: armored})
		s.ok(err)
		chain = append(chain, e)
		for _, f := range statement.Files(e) {
			content[f.Path] = string(f.Bytes)
		}
	}
	s.world.refs[ref] = s.world.put(s.world.refs[ref], "statement", content)
	if r := s.tick(); s.main() != genesis || !strings.Contains(strings.Join(r.Problems, "\n"), "statement 2 was removed or changed later") {
		t.Errorf("merged %t although dana rejected it; told %q", s.main() != genesis, r.Problems)
	}
}

// R33: what no statement can name nobody can approve, and that is said from the start.
func TestBranchesThatNobodyCanName(t *testing.T) {
	for name, speakable := range map[string]bool{
		"outage": true, "feature/a+b": true, "#41": true, mainChange: true,
		"änderung": false, "fix(x)": false, "ma\u202ein": false, "a..b": false,
	} {
		if why := Unspeakable(name); (why == "") != speakable {
			t.Errorf("%q: %q", name, why)
		}
	}
}
