package pipeline

import (
	"errors"
	"strings"
	"testing"
)

// TestWatch: what the child made nothing of of CUE is remembered, its own rules' trouble is not.
func TestWatch(t *testing.T) {
	tired := true
	child, unread := Watch(func(_ string, _ []byte, items [][]byte) ([]Answer, error) {
		out := make([]Answer, len(items))
		for i, item := range items {
			if out[i].Output = item; tired && strings.Contains(string(item), "heavy") {
				out[i] = Answer{Problem: "took more than 2s"}
			}
		}
		return out, nil
	})
	ask := func(job string) {
		t.Helper()
		items := [][]byte{encode(cueItem{"a.cue", nil}), encode(cueItem{"heavy-2.cue", nil}), encode(cueItem{"heavy-1.cue", nil})}
		if answers, err := child(job, nil, items); err != nil || len(answers) != 3 {
			t.Fatalf("%d answers, %v", len(answers), err)
		}
	}
	ask(ownJob)
	if err := unread.Err(); err != nil {
		t.Errorf("own rules: %v", err)
	}
	ask(cueJob)
	tired = false
	ask(cueJob) // what was not known before is not known now: what rested on it was computed
	if err := unread.Err(); !errors.Is(err, ErrUnread) || err.Error() != "heavy-1.cue: not evaluated: the evaluation took more than 2s" {
		t.Errorf("%v, wanted the first of the files", err)
	}
}
