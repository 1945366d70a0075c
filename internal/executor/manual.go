package executor

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
)

// Word is what a technician signed of an installation by hand.
type Word struct {
	Person  string
	Outcome string // done or failed
	Text    string
	At      int64 // Unix seconds
}

// Outcomes of a word.
const (
	WordDone   = "done"
	WordFailed = "failed"
)

// ManualOptions are what a manual executor works with.
type ManualOptions struct {
	// Words is the first word on a key that the log holds.
	Words func(key string) (Word, bool)
	Now   func() time.Time
	// Every is how often a task in hand looks for its word.
	Every time.Duration
}

// Manual is the technicians' queue. The open claim in the log is the task: there is no
// host that could be asked, so what a task's state is the log says, and a controller
// that starts anew knows as much as the one before it.
type Manual struct {
	o    ManualOptions
	mu   sync.Mutex
	open map[string]bool
}

// NewManual makes an executor of a queue.
func NewManual(o ManualOptions) *Manual {
	if o.Every == 0 {
		o.Every = time.Second
	}
	return &Manual{o: o, open: map[string]bool{}}
}

// Close forgets what is in hand; the tasks stay open in the log.
func (m *Manual) Close() error { return nil }

// Start opens a task and waits for its word.
func (m *Manual) Start(ctx context.Context, t dispatch.Task, at func(string)) dispatch.Answer {
	if len(t.Steps) == 0 {
		return nothing(t, "start", m.o.Now())
	}
	if why := m.take(t); why != "" {
		return dispatch.Answer{Key: t.Key, Asked: "start", State: dispatch.Refused, Why: why, Text: "the task is open or done already", HostTime: m.now()}
	}
	defer m.release(t.Key)
	if at != nil && len(t.Steps) > 0 {
		at(t.Steps[0].Name)
	}
	for {
		if w, said := m.o.Words(t.Key); said {
			return m.finished("start", t, w)
		}
		if wait(ctx, m.o.Every) != nil {
			return dispatch.Answer{Key: t.Key, Asked: "start", State: dispatch.Unreachable, Text: "nobody has said yet how it went", HostTime: m.now()}
		}
	}
}

// take opens a key: once, not past its time, and not when a word is there already.
func (m *Manual) take(t dispatch.Task) (refusal string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, said := m.o.Words(t.Key)
	switch {
	case m.open[t.Key] || said:
		return dispatch.KnownKey
	case m.now() > t.NotAfter:
		return dispatch.TooLate
	}
	m.open[t.Key] = true
	return ""
}

func (m *Manual) release(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.open, key)
}

// Probe says what the log says. A claim without a word is running: somebody may be at
// the machine, and nobody can tell otherwise.
func (m *Manual) Probe(_ context.Context, t dispatch.Task) dispatch.Answer {
	if len(t.Steps) == 0 {
		return nothing(t, "probe", m.o.Now())
	}
	if w, said := m.o.Words(t.Key); said {
		return m.finished("probe", t, w)
	}
	return dispatch.Answer{Key: t.Key, Asked: "probe", State: dispatch.Running, Text: "nobody has said yet how it went", HostTime: m.now()}
}

// Stop cannot call a technician back: what was begun is answered by a word.
func (m *Manual) Stop(ctx context.Context, t dispatch.Task) dispatch.Answer {
	a := m.Probe(ctx, t)
	a.Asked = "stop"
	return a
}

// nothing is the answer to a task without steps: it is done already, and no host needs
// to be asked.
func nothing(t dispatch.Task, asked string, now time.Time) dispatch.Answer {
	o := &dispatch.Outcome{Result: dispatch.Succeeded, Began: now.Unix(), Ended: now.Unix()}
	return dispatch.Answer{Key: t.Key, Asked: asked, State: dispatch.Finished, Outcome: o, HostTime: now.Unix()}
}

func (m *Manual) finished(asked string, t dispatch.Task, w Word) dispatch.Answer {
	o := &dispatch.Outcome{Result: dispatch.Succeeded, Began: t.Now, Ended: w.At, Why: Escape(w.Text)}
	step := dispatch.Installs
	if len(t.Steps) > 0 {
		step = t.Steps[len(t.Steps)-1].Name
	}
	if w.Outcome != WordDone {
		o.Result, o.Step, o.Exit = dispatch.Failed, step, 1
	}
	o.Steps = []dispatch.StepOutcome{{Name: step, Exit: o.Exit, Millis: max(0, w.At-t.Now) * 1000}}
	o.Overrun = t.StopBy > 0 && w.At > t.StopBy
	return dispatch.Answer{
		Key: t.Key, Asked: asked, State: dispatch.Finished, Outcome: o, HostTime: m.now(),
		Text: Escape(fmt.Sprintf("%s says %s", w.Person, w.Outcome)),
	}
}

func (m *Manual) now() int64 { return m.o.Now().Unix() }
