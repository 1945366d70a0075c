// Package executortest is the one suite that every executor with a journal on its hosts
// passes: what a host refuses, effects exactly once, crashes, stops, time limits, and
// output that wants to be more than data. Of an executor without hosts to ask, those cases
// are run by name that promise something there.
package executortest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/executor"
)

// Host is one host, reached by the executor under test.
type Host struct {
	Exec   executor.Executor
	Target dispatch.Target
	// Root is the host's root folder as this test sees it. Its processes must be seen too: in
	// the same, or in a child's, PID namespace.
	Root string
	// Now is the time of day of both.
	Now func() int64
	// Skewed reaches the host with a clock that is a minute off; nil where a task's Now is
	// taken as it is.
	Skewed executor.Executor
	// Broken makes the host's journal impossible to write; nil skips that.
	Broken func(t *testing.T)
}

// cases are the suite, in order.
var cases = []struct {
	name string
	test func(*testing.T, *Host)
}{
	{"Bytes", argvOfAnyBytes},
	{"Malformed", refusesMalformed},
	{"Order", stepsInOrder},
	{"Codes", exitStatuses},
	{"Optional", optionalSteps},
	{"Undoes", undoingSteps},
	{"Nothing", nothingToDo},
	{"Fence", refusesLowerFences},
	{"NotAfter", refusesWhatIsLate},
	{"Skew", refusesSkewedClocks},
	{"Key", effectOnce},
	{"Concurrent", effectOnceConcurrently},
	{"Locked", refusesWhileBusy},
	{"Journal", refusesWithoutJournal},
	{"Absent", absent},
	{"Crash", crashIsInterrupted},
	{"Survivor", survivorIsRunning},
	{"Restored", restoredHostsRemember},
	{"Connection", goesOnAlone},
	{"Timeout", killsTheGroup},
	{"StopBefore", stopBeforeThePoint},
	{"StopAfter", stopAfterThePoint},
	{"StopBy", stopsByItself},
	{"Daemon", daemonsHoldNothing},
	{"Escapes", outputIsEscaped},
	{"Forged", outputIsNoAnswer},
	{"Gigabyte", outputIsBounded},
}

// Run runs the suite, or those cases of it that are named. fresh makes a host whose journal is
// empty.
func Run(t *testing.T, fresh func(t *testing.T) *Host, names ...string) {
	t.Helper()
	for _, c := range cases {
		if len(names) == 0 || slices.Contains(names, c.name) {
			t.Run(c.name, func(t *testing.T) { c.test(t, fresh(t)) })
		}
	}
}

// Names are those of all cases.
func Names() []string {
	out := make([]string, len(cases))
	for i, c := range cases {
		out[i] = c.name
	}
	return out
}

var keys atomic.Int64

// task is one of the given steps with a key of its own.
func (h *Host) task(steps ...dispatch.Step) dispatch.Task {
	now := h.Now()
	return dispatch.Task{
		Key: fmt.Sprintf("sha256:%d-%d-%d", os.Getpid(), now, keys.Add(1)), Fence: 5, Now: now, NotAfter: now + 300,
		Client: h.Target.Client, Asset: h.Target.Asset, Segment: dispatch.Install, Attempt: 1, Target: h.Target, Steps: steps,
	}
}

// sh is a step that runs a script; what follows are its arguments.
func sh(name, script string, args ...string) dispatch.Step {
	return dispatch.Step{Name: name, Timeout: 60, Run: append([]string{"sh", "-c", script, "sh"}, args...)}
}

func point(s dispatch.Step) dispatch.Step {
	s.Point = true
	return s
}

// effect is a step that leaves a mark each time that it runs.
func effect(name string) dispatch.Step { return sh(name, `echo "$1" >>effects`, name) }

func (h *Host) effects(t *testing.T) []string {
	t.Helper()
	return strings.Fields(string(h.read(t, "effects")))
}

// read reads a file of the host; none is empty.
func (h *Host) read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(h.Root, name))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return b
}

func start(t *testing.T, h *Host, task dispatch.Task) dispatch.Answer {
	t.Helper()
	return h.Exec.Start(t.Context(), task, nil)
}

// background starts a task and hands its answer over when it comes.
func background(ctx context.Context, h *Host, task dispatch.Task) <-chan dispatch.Answer {
	out := make(chan dispatch.Answer, 1)
	go func() { out <- h.Exec.Start(ctx, task, nil) }()
	return out
}

func receive(t *testing.T, answers <-chan dispatch.Answer) dispatch.Answer {
	t.Helper()
	timer := time.NewTimer(5 * time.Minute)
	defer timer.Stop()
	select {
	case a := <-answers:
		return a
	case <-timer.C:
		t.Fatal("no answer found after 5 minutes")
	}
	return dispatch.Answer{}
}

// until waits for something on the host.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for range 15_000 {
		if holds() {
			return
		}
		<-time.NewTimer(20 * time.Millisecond).C
	}
	t.Fatalf("%s: not found within 5 minutes", what)
}

func wantState(t *testing.T, a dispatch.Answer, state dispatch.State) {
	t.Helper()
	if a.State != state {
		t.Fatalf("%s %s %q %q (outcome %+v) found, %s wanted", a.State, a.Why, a.Text, a.At, a.Outcome, state)
	}
}

func wantRefused(t *testing.T, a dispatch.Answer, why string) {
	t.Helper()
	wantState(t, a, dispatch.Refused)
	if a.Why != why {
		t.Fatalf("refusal %s (%s) found, %s wanted", a.Why, a.Text, why)
	}
}

func wantResult(t *testing.T, a dispatch.Answer, result string) *dispatch.Outcome {
	t.Helper()
	wantState(t, a, dispatch.Finished)
	if a.Outcome == nil || a.Outcome.Result != result {
		t.Fatalf("outcome %+v found, %s wanted", a.Outcome, result)
	}
	return a.Outcome
}

func wantEffects(t *testing.T, h *Host, want ...string) {
	t.Helper()
	if got := h.effects(t); !slices.Equal(got, want) {
		t.Fatalf("effects %q found, %q wanted", got, want)
	}
}

// process is one of a task's, on the host.
type process struct {
	pid    int
	runner bool // of the wrapper, not of a step
}

// first orders the wrapper's before a step's: it must not see the step end.
func (p process) first() int {
	if p.runner {
		return 1
	}
	return 0
}

// processes finds those of a task: the wrapper's by its arguments, a step's by its
// environment.
func processes(key string) []process {
	var out []process
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		args, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		env, _ := os.ReadFile(filepath.Join("/proc", e.Name(), "environ"))
		step := bytes.Contains(env, []byte("PATCHOPS_KEY="+key+"\x00"))
		runner := bytes.Contains(args, []byte("\x00run\x00")) && bytes.Contains(args, []byte("\x00"+key+"\x00"))
		if step || runner {
			out = append(out, process{pid, runner && !step})
		}
	}
	return out
}

// kill ends processes at once, and waits until they are gone.
func kill(t *testing.T, which []process) {
	t.Helper()
	for _, p := range which {
		if proc, err := os.FindProcess(p.pid); err == nil {
			_ = proc.Kill()
		}
	}
}
