package review_test

import (
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/approval"
	"github.com/patchops/patchops/internal/pipeline"
	"github.com/patchops/patchops/internal/review"
)

// slow is a child with no time for a file that holds a text, for some times.
func slow(text string, times int) pipeline.Child {
	return func(job string, shared []byte, items [][]byte) ([]pipeline.Answer, error) {
		answers, err := here(job, shared, items)
		for i, item := range items {
			if times > 0 && strings.Contains(string(item), text) {
				times--
				answers[i] = pipeline.Answer{Problem: "took more than 2s"}
			}
		}
		return answers, err
	}
}

const freezeCUE = `apiVersion: "patchops.dev/v1alpha1"
kind: "Freeze"
metadata: {name: "fair", client: "acme"}
spec: {from: "2026-05-01", until: "2026-05-02", timezone: "Europe/Berlin", reason: "Trade fair", onRunning: "finish"}
`

// TestAnEvaluationWithoutTimeIsNoVerdict: where a CUE document could not be evaluated, wherever
// it is, nothing is said of effects: it would be another one. With time it is the same again.
func TestAnEvaluationWithoutTimeIsNoVerdict(t *testing.T) {
	r := proposed(t)
	r.commit("cue", "main", map[string]string{"clients/acme/freeze.cue": freezeCUE})
	withCUE := maps.Clone(r.commits["change"])
	withCUE["clients/acme/freeze.cue"] = freezeCUE
	r.commit("onCUE", "cue", withCUE)
	r.commit("moved", "cue", r.edit("cue", "rules/risk.yaml", "apiVersion: patchops.dev", "# moved\napiVersion: patchops.dev"))
	for name, c := range map[string]struct{ head, tip string }{
		"of the tip and the change": {"onCUE", "cue"},
		"of the tip alone":          {"change", "cue"},
		"of a joined tree":          {"onCUE", "moved"},
		"of the change alone":       {"onCUE", "main"},
	} {
		in := r.input(c.head)
		in.Authorised = c.tip
		in.Acts = []approval.Act{r.approve("dana", in), r.approve("erin", in)}
		want := r.judge(in)
		why(t, want)
		for times := 1; times <= 2; times++ {
			in.Child = slow("Trade fair", times)
			out := r.judge(in)
			if !out.Unread {
				why(t, out)
				if out.Proposed.Digest() != want.Proposed.Digest() || out.Landing.Digest() != want.Landing.Digest() {
					t.Errorf("%s, %d times: another effect", name, times)
				}
				continue
			}
			if out.Landing != nil || out.Proposed != nil || out.Mergeable || out.Verdict.State != approval.Error {
				t.Errorf("%s, %d times: landing %v, proposed %v, mergeable %v, %s", name, times, out.Landing, out.Proposed, out.Mergeable, out.Verdict.State)
			}
			if !strings.Contains(strings.Join(out.Why, "; "), "clients/acme/freeze.cue: not evaluated: the evaluation took more than 2s; what the change does is not known: try again") {
				t.Errorf("%s, %d times: %q", name, times, out.Why)
			}
		}
		in.Child = slow("Trade fair", 1)
		if out := r.judge(in); !out.Unread {
			t.Errorf("%s: it was not read, and that is not said", name)
		}
		in.Child = slow("Trade fair", 1)
		if _, err := review.Propose(in); !errors.Is(err, review.ErrNothing) {
			t.Errorf("%s: proposed %v, wanted nothing to sign", name, err)
		}
		in.Child = here
		why(t, r.judge(in))
	}
}

// TestAnOldHeadThatIsNeverEvaluated: what somebody said of it does not count, and the rest is
// judged.
func TestAnOldHeadThatIsNeverEvaluated(t *testing.T) {
	r := proposed(t)
	bomb := maps.Clone(r.commits["change"])
	bomb["clients/acme/freeze.cue"] = freezeCUE
	r.commit("bomb", "main", bomb)
	old := r.input("bomb")
	old.Change.Name = "change"
	act := r.approve("dana", old)
	in := r.input("change", act, r.approve("erin", r.input("change")))
	in.Child = slow("Trade fair", 1000)
	out := r.judge(in)
	why(t, out)
	if !out.Unread || out.Landing == nil {
		t.Errorf("unread %v, landing %v: wanted to be asked again, and what lands", out.Unread, out.Landing)
	}
}
