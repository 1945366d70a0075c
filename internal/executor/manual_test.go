package executor_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
)

// queue is what the log says of manual tasks.
type queue struct {
	mu    sync.Mutex
	words map[string]executor.Word
}

func (q *queue) word(key string) (executor.Word, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	w, ok := q.words[key]
	return w, ok
}

func (q *queue) say(key string, w executor.Word) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.words[key] = w
}

func manualTask(key string, at int64) dispatch.Task {
	return dispatch.Task{
		Key: key, Now: at, NotAfter: at + 30, StopBy: at + 600, Target: dispatch.Target{Type: "manual"}, Segment: dispatch.Install,
		Steps: []dispatch.Step{{Name: "install", Builtin: "manual/install", Point: true}},
	}
}

// TestManual: a task is open until its word is there; a word is of one key; one open per
// key; what a controller that starts anew knows is the same.
func TestManual(t *testing.T) {
	at := time.Unix(1_000_000, 0)
	q := &queue{words: map[string]executor.Word{}}
	anew := func() *executor.Manual {
		return executor.NewManual(executor.ManualOptions{Words: q.word, Now: func() time.Time { return at }, Every: time.Millisecond})
	}
	m := anew()
	task := manualTask("k1", at.Unix())
	answer, step := make(chan dispatch.Answer), make(chan string)
	go func() { answer <- m.Start(t.Context(), task, func(s string) { step <- s }) }()
	if got := <-step; got != "install" {
		t.Errorf("step %s", got)
	}
	if a := m.Start(t.Context(), task, nil); a.Why != dispatch.KnownKey {
		t.Errorf("opened twice: %+v", a)
	}
	for _, e := range []*executor.Manual{m, anew()} {
		if a := e.Probe(t.Context(), task); a.State != dispatch.Running {
			t.Errorf("%+v, wanted running", a)
		}
		if a := e.Stop(t.Context(), task); a.State != dispatch.Running || a.Asked != "stop" {
			t.Errorf("%+v, wanted running", a)
		}
	}
	q.say("k2", executor.Word{Person: "dana", Outcome: executor.WordDone, At: at.Unix()})
	q.say("k1", executor.Word{Person: "erin", Outcome: executor.WordFailed, Text: "disk \x1b[31mdied", At: at.Unix() + 700})
	a := <-answer
	if a.State != dispatch.Finished || a.Outcome.Result != dispatch.Failed || a.Outcome.Step != "install" || a.Outcome.Why != `disk \u{1b}[31mdied` || !a.Outcome.Overrun {
		t.Errorf("%+v %+v", a, a.Outcome)
	}
	if a := anew().Probe(t.Context(), task); a.Outcome == nil || a.Outcome.Result != dispatch.Failed {
		t.Errorf("%+v, wanted what the log says", a)
	}
	if a := anew().Start(t.Context(), task, nil); a.Why != dispatch.KnownKey {
		t.Errorf("%+v, wanted no second opening of what is said", a)
	}
	late := manualTask("k3", at.Unix()-100)
	if a := m.Start(t.Context(), late, nil); a.Why != dispatch.TooLate {
		t.Errorf("%+v", a)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if a := m.Start(ctx, manualTask("k4", at.Unix()), nil); a.State != dispatch.Unreachable {
		t.Errorf("%+v", a)
	}
	empty := manualTask("k5", at.Unix())
	empty.Steps = nil
	for _, a := range []dispatch.Answer{m.Start(t.Context(), empty, nil), m.Probe(t.Context(), empty)} {
		if a.State != dispatch.Finished || a.Outcome.Result != dispatch.Succeeded {
			t.Errorf("%+v, wanted nothing to be done", a)
		}
	}
}
