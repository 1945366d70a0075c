package review_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/approval"
)

// TestManyWordsOfOneTakeNoOthersPlace: only so many instants and heads are judged
// for what people said; whoever says the most must not use them up.
func TestManyWordsOfOneTakeNoOthersPlace(t *testing.T) {
	r := proposed(t)
	in := r.input("change")
	early := in
	early.Now = in.Now.Add(-time.Hour)
	in.Acts = []approval.Act{r.approve("dana", early), r.approve("erin", early)}
	for i := range 30 {
		loud := in
		loud.Now = in.Now.Add(-time.Duration(i) * time.Minute)
		a := r.approve("ada", loud)
		a.Evidence, a.Serial = fmt.Sprintf("loud %d", i), int64(i+1)
		if i%2 == 0 {
			a.Head = fmt.Sprintf("%040d", i)
		}
		in.Acts = append(in.Acts, a)
	}
	why(t, r.judge(in))
}

// TestAConsentOfAnotherMinuteIsJudgedAtIts: what a contact said counts later than in
// the minute in which it was taken down.
func TestAConsentOfAnotherMinuteIsJudgedAtIts(t *testing.T) {
	r := proposed(t)
	in := r.input("change")
	early := in
	early.Now = in.Now.Add(-time.Hour)
	a := r.approve("dana", early)
	a.Verdict, a.Contact = approval.SaysConsented, "acme/ops"
	for name := range r.book(in.Authorised).Contact {
		a.Contact = name
	}
	in.Acts = []approval.Act{a}
	for _, i := range r.judge(in).Verdict.Ignored {
		if strings.Contains(i.Detail, "not evaluated") {
			t.Errorf("the consent is ignored: %s", i.Detail)
		}
	}
}

// TestEveryContactsWordIsJudged: one person takes down what many contacts say, each in
// another minute, and none of that takes the place of the rest.
func TestEveryContactsWordIsJudged(t *testing.T) {
	const contacts = 30
	r := newRepository(t)
	files := r.edit("main", "rules/approval.yaml", "require: {group: approvers, count: 1}", "require: {contactRoles: [escalation], count: 30}")
	for i := range contacts {
		files[fmt.Sprintf("clients/acme/contact-%d.yaml", i)] = fmt.Sprintf(`apiVersion: patchops.dev/v1alpha1
kind: Contact
metadata: {name: c%d, client: acme}
spec: {name: C, role: escalation, phone: "+49301234560", email: c%d@acme.example, order: 2}
`, i, i)
	}
	r.commit("ruled", "main", files)
	r.commit("change", "ruled", r.edit("main", plan, "backoutPlan: Restore", "backoutPlan: Quickly restore"))
	in := r.input("change")
	in.Authorised = "ruled"
	a := r.approve("dana", in)
	a.Verdict = approval.SaysConsented
	for i := range contacts {
		a.Contact, a.Evidence, a.Serial = fmt.Sprintf("acme/c%d", i), fmt.Sprintf("consent %d", i), int64(i+1)
		a.AsOf = in.Now.Add(-time.Duration(i+1) * time.Minute).Truncate(time.Minute)
		a.FirstSeen = a.AsOf
		in.Acts = append(in.Acts, a)
	}
	why(t, r.judge(in))
}
