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
