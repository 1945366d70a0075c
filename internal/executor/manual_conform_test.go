package executor_test

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
	"github.com/patchops/patchops/internal/executor/executortest"
)

// technician carries out by hand what the queue opens, once for each time that it does, and
// says how it went.
type technician struct {
	*executor.Manual
	queue *queue
	root  string
}

func (m technician) Start(ctx context.Context, t dispatch.Task, at func(string)) dispatch.Answer {
	return m.Manual.Start(ctx, t, func(step string) {
		if at != nil {
			at(step)
		}
		go m.work(t)
	})
}

func (m technician) work(t dispatch.Task) {
	w := executor.Word{Person: "dana", Outcome: executor.WordDone, At: time.Now().Unix()}
	for _, s := range t.Steps {
		cmd := exec.Command(s.Run[0], s.Run[1:]...)
		cmd.Dir = m.root
		if cmd.Run() != nil {
			w.Outcome = executor.WordFailed
			break
		}
	}
	m.queue.say(t.Key, w)
}

// TestManualConforms: of the suite, what holds where no host can be asked: a key is opened
// once, whoever asks and however often. All else is a technician's to do, or to refuse.
func TestManualConforms(t *testing.T) {
	t.Parallel()
	executortest.Run(t, func(t *testing.T) *executortest.Host {
		t.Helper()
		q, dir := &queue{words: map[string]executor.Word{}}, root(t)
		m := executor.NewManual(executor.ManualOptions{Words: q.word, Now: time.Now, Every: time.Millisecond})
		return &executortest.Host{
			Exec: technician{m, q, dir}, Target: dispatch.Target{Client: "acme", Asset: "h1", Type: "manual"}, Root: dir,
			Now: func() int64 { return time.Now().Unix() },
		}
	}, "Nothing", "Key", "Concurrent")
}
