package controller

import (
	"fmt"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/effect"
	"github.com/patchops/patchops/internal/finding"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/signature"
	"github.com/patchops/patchops/internal/statement"
)

// talk is what people say of one change, as acts and as records.
type talk struct {
	*rapid.T
	keys    *keys
	in      approval.Input
	records []resultlog.Record
	serial  map[string]int64
	prev    map[string]string
}

const talkHead = "1111111111111111111111111111111111111111"

func newTalk(t *rapid.T, k *keys) *talk {
	plan := finding.Identity{Kind: "PatchPlan", Client: "acme", Name: "march"}
	landing := &effect.Effect{Documents: []effect.DocumentChange{{Identity: plan, After: effect.DocumentState{Path: "plans/acme/march.yaml"}}}}
	book := &approval.Book{Commit: talkHead, People: map[string]approval.Person{}, Groups: map[string][]string{"ops": {"dana", "erin"}}, Contact: map[string]approval.Contact{
		"acme/chief": {Client: "acme", Name: "chief", Role: "business"},
	}}
	for i, name := range []string{"dana", "erin", "finn"} {
		book.People[name] = approval.Person{Name: name, Active: true, Account: int64(i + 1), Keys: []string{signature.KeyOf(k.people[name]).Fingerprint()}}
	}
	for i, r := range []approval.Require{{Group: "ops", Count: 1}, {Group: "ops", Count: 1}, {ContactRoles: []string{"business"}, Count: 1}} {
		book.Rules = append(book.Rules, approval.Rule{
			Name: fmt.Sprint("rule-", i), Match: &approval.Match{}, Require: approval.Require{Any: []approval.Require{r, {Group: "ops", Count: 1}}}, DistinctPeople: true,
			ExcludeAuthor: true, ExcludeOthers: true, Signed: i == 1,
		})
	}
	in := approval.Input{
		Repository: repositoryID, Target: "main", Change: "x", Head: talkHead, Book: book, Landing: landing, Findings: map[string][]string{},
		Entries:   []approval.Entry{{Text: "PatchPlan/acme/march", Kind: "PatchPlan", Document: plan, Clients: []string{"acme"}, NoProblem: true}},
		Proposals: []approval.Proposal{{Head: talkHead, Base: talkHead, Effect: landing}, {Head: talkHead, Effect: landing}},
	}
	return &talk{T: t, keys: k, in: in, serial: map[string]int64{}, prev: map[string]string{}}
}

// signs has a person sign something.
func (t *talk) signs(person, act string, at time.Time) (approval.Act, resultlog.Record) {
	t.serial[person]++
	st := statement.Statement{
		Repository: repositoryID, Target: "main", Act: act, Subject: "change:x", Person: person, AsOf: resultlog.Instant(at),
		Serial: t.serial[person], Prev: t.prev[person],
	}
	if act != statement.Withdraw {
		st.Head, st.Base, st.Effect = talkHead, talkHead, t.in.Landing.Digest().String()
	}
	if act == statement.Consent {
		st.Contact, st.By, st.Text = "acme/chief", "phone", "yes"
	}
	b, err := statement.Encode(st)
	t.check(err)
	armored, err := signature.Sign(t.keys.people[person], b, signature.Statements)
	t.check(err)
	signed := statement.Signed{Statement: string(b), Signature: armored}
	t.prev[person] = signed.Digest()
	s := said{signed: signed, what: st, key: signature.KeyOf(t.keys.people[person]), evidence: signed.Digest()}
	return statementAct(s), resultlog.Record{
		Kind: kinds[act], Change: "x", Head: st.Head, Base: st.Base, Effect: st.Effect, AsOf: st.AsOf, Statement: &signed,
		Actor: &resultlog.Actor{Kind: "person", ID: person, Key: s.key.Fingerprint()},
	}
}

// reviews has a person say something on a forge.
func (t *talk) reviews(person, state string, at time.Time, id int64) (approval.Act, resultlog.Record) {
	account := t.in.Book.People[person].Account
	a := approval.Act{
		Account: account, Verdict: reviewVerdicts[state], Repository: repositoryID, Target: "main", Change: "x", Head: talkHead, AsOf: at, Serial: id,
	}
	a.Evidence = canonical.Digest([]byte(fmt.Sprint(account, state, at, id)))
	kind := map[string]resultlog.Kind{"APPROVED": resultlog.Approval, "CHANGES_REQUESTED": resultlog.Rejection, "DISMISSED": resultlog.Withdrawal}[state]
	return a, resultlog.Record{
		Kind: kind, Change: "x", Head: talkHead, AsOf: resultlog.Instant(at), Actor: &resultlog.Actor{Kind: "account", ID: person, Account: account},
		Review: &resultlog.Review{ID: id, Account: account, Commit: talkHead, State: state, Submitted: resultlog.Instant(at)},
	}
}

func (t *talk) check(err error) {
	if err != nil {
		t.Fatal(err)
	}
}

// record takes a word on, as the controller does.
func (t *talk) record(a approval.Act, r resultlog.Record, at time.Time) {
	if slices.ContainsFunc(t.in.Acts, func(o approval.Act) bool { return o.Evidence == a.Evidence }) {
		return
	}
	r.Evidence, r.T = a.Evidence, resultlog.Instant(at)
	a.FirstSeen, a.Position = at, int64(len(t.records)+1)
	t.in.Acts, t.records = append(t.in.Acts, a), append(t.records, r)
	t.in.Findings[approval.Minute(a.AsOf)] = nil
}

// judge is the verdict at an instant, and records what ran out.
func (t *talk) judge(at time.Time) approval.Verdict {
	t.in.Now = at
	for i := range t.in.Book.Rules {
		t.in.Book.Rules[i].ValidFor = time.Duration(rapid.IntRange(1, 14).Draw(t.T, "valid for days")) * 24 * time.Hour
	}
	v := approval.Judge(t.in)
	for _, i := range v.Ignored {
		for k := range t.in.Acts {
			if a := &t.in.Acts[k]; a.Evidence == i.Evidence && i.Why == "expired" && !a.Lapsed {
				a.Lapsed = true
				t.records = append(t.records, resultlog.Record{Kind: resultlog.Expiry, Change: "x", Evidence: a.Evidence, T: resultlog.Instant(at)})
			}
		}
	}
	return v
}

// What approves a change by the rules is what log verify finds approved: else an honest merge
// would make a log that does not hold, or verify would pass what nobody approved.
func TestPropertyTheLogAgreesWithTheVerdict(t *testing.T) {
	k := makeKeys(t)
	trusted, err := resultlog.Verifiers([]string{k.verify})
	if err != nil {
		t.Fatal(err)
	}
	root := resultlog.Record{Kind: resultlog.RootKind, T: "2026-03-01T00:00:00Z", Root: string(trimLine(k.begin(t).signed.Encode()))}
	rapid.Check(t, func(rt *rapid.T) {
		s := newTalk(rt, k)
		at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
		submitted := map[int64]time.Time{}
		for range rapid.IntRange(1, 8).Draw(rt, "words") {
			at = at.Add(time.Duration(rapid.IntRange(1, 60).Draw(rt, "hours")) * time.Hour)
			person := rapid.SampledFrom([]string{"dana", "erin", "finn"}).Draw(rt, "person")
			if rapid.Bool().Draw(rt, "signed") {
				a, r := s.signs(person, rapid.SampledFrom([]string{statement.Approve, statement.Approve, statement.Reject, statement.Withdraw, statement.Consent}).Draw(rt, "act"), at)
				s.record(a, r, at)
			} else {
				// Three reviews of each person, which may change their state later.
				id := s.in.Book.People[person].Account*10 + rapid.Int64Range(1, 3).Draw(rt, "review")
				if submitted[id].IsZero() {
					submitted[id] = at
				}
				a, r := s.reviews(person, rapid.SampledFrom([]string{"APPROVED", "APPROVED", "CHANGES_REQUESTED", "DISMISSED"}).Draw(rt, "state"), submitted[id], id)
				s.record(a, r, at)
			}
			v := s.judge(at)
			if v.State != approval.Approved {
				continue
			}
			d := resultlog.Record{Kind: resultlog.Decision, Decision: "d-1", Change: "x", Head: talkHead, Base: talkHead, Effect: s.in.Landing.Digest().String(), Approvals: v.Used, Verdict: "approved", T: resultlog.Instant(at)}
			log := resultlog.New(resultlog.Name{Repository: repositoryID, Client: "acme", Year: 2026}, []string{k.verify})
			_, u, err := log.Append(append(append([]resultlog.Record{root}, s.records...), d), 1, k.log)
			s.check(err)
			files := fstest.MapFS{}
			for name, b := range u.Files {
				files[name] = &fstest.MapFile{Data: b, Mode: 0o644}
			}
			if _, err = resultlog.Verify([]resultlog.Source{{Name: log.Name, Files: files}}, resultlog.Options{Keys: trusted}); err != nil {
				rt.Fatalf("approved by %v, and the log does not hold: %v", v.Approvers, err)
			}
		}
	})
}
