package executortest

import (
	"context"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
)

func refusesLowerFences(t *testing.T, h *Host) {
	first := h.task(effect("one"))
	first.Fence = 7
	wantResult(t, start(t, h, first), dispatch.Succeeded)
	lower := h.task(effect("two"))
	lower.Fence = 6
	a := start(t, h, lower)
	wantRefused(t, a, dispatch.LowerFence)
	if a.Highest != 7 || a.HostTime == 0 {
		t.Errorf("highest %d at %d found, 7 at the host's time wanted", a.Highest, a.HostTime)
	}
	probe := h.task()
	probe.Fence = 9 // whoever leads now asks
	wantState(t, h.Exec.Probe(t.Context(), probe), dispatch.Absent)
	late := h.task(effect("three"))
	late.Fence = 8
	wantRefused(t, start(t, h, late), dispatch.LowerFence)
	stop := first
	stop.Fence = 8
	wantRefused(t, h.Exec.Stop(t.Context(), stop), dispatch.LowerFence)
	same := h.task(effect("four"))
	same.Fence = 9
	wantResult(t, start(t, h, same), dispatch.Succeeded)
	wantEffects(t, h, "one", "four")
}

func refusesWhatIsLate(t *testing.T, h *Host) {
	task := h.task(effect("one"))
	task.NotAfter = task.Now - 1
	wantRefused(t, start(t, h, task), dispatch.TooLate)
	wantState(t, h.Exec.Probe(t.Context(), task), dispatch.Absent)
	wantEffects(t, h)
}

func refusesSkewedClocks(t *testing.T, h *Host) {
	task, exec := h.task(effect("one")), h.Exec
	if h.Skewed != nil {
		exec = h.Skewed
	}
	for _, off := range []int64{-60, 60} {
		if h.Skewed == nil {
			task.Now = h.Now() + off
		}
		task.NotAfter = h.Now() + 300
		a := exec.Start(t.Context(), task, nil)
		wantRefused(t, a, dispatch.ClockSkew)
	}
	wantEffects(t, h)
}

func effectOnce(t *testing.T, h *Host) {
	task := h.task(effect("one"), point(effect("two")))
	wantResult(t, start(t, h, task), dispatch.Succeeded)
	for range 3 {
		wantRefused(t, start(t, h, task), dispatch.KnownKey)
	}
	task.Fence++ // also for whoever leads next
	wantRefused(t, start(t, h, task), dispatch.KnownKey)
	wantResult(t, h.Exec.Probe(t.Context(), task), dispatch.Succeeded)
	wantEffects(t, h, "one", "two")
}

func effectOnceConcurrently(t *testing.T, h *Host) {
	task := h.task(effect("one"), point(sh("install", "sleep 0.3")))
	answers := make([]<-chan dispatch.Answer, 6)
	for i := range answers {
		answers[i] = background(t.Context(), h, task)
	}
	finished := 0
	for _, in := range answers {
		a := receive(t, in)
		switch {
		case a.State == dispatch.Finished:
			finished++
		case a.State == dispatch.Refused && (a.Why == dispatch.KnownKey || a.Why == dispatch.Locked):
		default:
			t.Errorf("%+v found, an outcome or a refusal wanted", a)
		}
	}
	if finished != 1 {
		t.Errorf("%d outcomes found, 1 wanted", finished)
	}
	wantEffects(t, h, "one")
}

func refusesWhileBusy(t *testing.T, h *Host) {
	task := h.task(effect("one"), sh("wait", "until [ -e go ]; do sleep 0.05; done"))
	running := background(t.Context(), h, task)
	until(t, "the task", func() bool { return len(h.effects(t)) == 1 })
	wantRefused(t, start(t, h, h.task(effect("two"))), dispatch.Locked)
	wantRefused(t, start(t, h, task), dispatch.KnownKey)
	a := h.Exec.Probe(t.Context(), task)
	wantState(t, a, dispatch.Running)
	until(t, "its second step", func() bool { return h.Exec.Probe(t.Context(), task).At == "wait" })
	h.write(t, "go")
	wantResult(t, receive(t, running), dispatch.Succeeded)
	wantResult(t, start(t, h, h.task(effect("three"))), dispatch.Succeeded)
	wantEffects(t, h, "one", "three")
}

// refusesMalformed: a task that cannot be carried out as it is reaches no host.
func refusesMalformed(t *testing.T, h *Host) {
	for name, spoil := range map[string]func(*dispatch.Task){
		"key":      func(k *dispatch.Task) { k.Key = "../../etc/passwd" },
		"line":     func(k *dispatch.Task) { k.Key += "\nfence 9" },
		"step":     func(k *dispatch.Task) { k.Steps[0].Name = "a b" },
		"command":  func(k *dispatch.Task) { k.Steps[0].Run = nil },
		"equals":   func(k *dispatch.Task) { k.Steps[0].Run = []string{"A=b", "true"} },
		"nul":      func(k *dispatch.Task) { k.Steps[0].Run = []string{"echo", "a\x00b"} },
		"long":     func(k *dispatch.Task) { k.Steps[0].Run = []string{"echo", strings.Repeat("x", 1<<20)} },
		"timeout":  func(k *dispatch.Task) { k.Steps[0].Timeout = 0 },
		"variable": func(k *dispatch.Task) { k.Steps[0].Env = map[string]string{"A B": "x"} },
		"loader":   func(k *dispatch.Task) { k.Steps[0].Env = map[string]string{"LD_PRELOAD": "x"} },
		"root":     func(k *dispatch.Task) { k.Steps[0].Env = map[string]string{"PATCHOPS_ROOT": "/"} },
		"builtin":  func(k *dispatch.Task) { k.Steps[0] = dispatch.Step{Name: "a", Timeout: 1, Builtin: "apt/../x"} },
		"package": func(k *dispatch.Task) {
			k.Steps[0] = dispatch.Step{Name: "a", Timeout: 1, Builtin: "apt/install", Run: []string{"-oDebug=1"}}
		},
		"version": func(k *dispatch.Task) {
			k.Steps[0] = dispatch.Step{Name: "a", Timeout: 1, Builtin: "apt/install", Run: []string{"a=1;b"}}
		},
	} {
		task := h.task(effect("one"))
		spoil(&task)
		if a := start(t, h, task); a.State != dispatch.Refused || a.Why != dispatch.Malformed {
			t.Errorf("%s: %s %s found, refused MALFORMED wanted", name, a.State, a.Why)
		}
	}
	wantEffects(t, h)
}

func refusesWithoutJournal(t *testing.T, h *Host) {
	if h.Broken == nil {
		t.Skip("this host's journal cannot be broken")
	}
	h.Broken(t)
	wantRefused(t, start(t, h, h.task(effect("one"))), dispatch.Journal)
	wantEffects(t, h)
}

func absent(t *testing.T, h *Host) {
	task := h.task(effect("one"))
	a := h.Exec.Probe(t.Context(), task)
	wantState(t, a, dispatch.Absent)
	if a.HostTime == 0 {
		t.Error("no time found, the host's wanted")
	}
	wantState(t, h.Exec.Stop(t.Context(), task), dispatch.Absent)
	wantResult(t, start(t, h, task), dispatch.Succeeded) // a stop of what is not there stops nothing
	// An intent that a crash tore was none: nothing was begun under it.
	torn := h.task(effect("two"))
	h.write(t, "var/lib/patchops/"+torn.Key+".request", "key "+torn.Key, "steps", "step eff")
	wantState(t, h.Exec.Probe(t.Context(), torn), dispatch.Absent)
	wantResult(t, start(t, h, torn), dispatch.Succeeded)
	wantEffects(t, h, "one", "two")
	// An outcome that a crash tore is none either: nobody knows how the task ended. What
	// told us of the end runs a moment longer.
	h.write(t, "var/lib/patchops/"+torn.Key+".outcome", "result succeeded", "exit 0", "", "end 9", "")
	until(t, "the interruption", func() bool { return h.Exec.Probe(t.Context(), torn).State == dispatch.Interrupted })
}

func goesOnAlone(t *testing.T, h *Host) {
	task := h.task(effect("one"), sh("wait", "until [ -e go ]; do sleep 0.05; done"), point(effect("two")))
	ctx, cut := context.WithCancel(t.Context())
	running := background(ctx, h, task)
	until(t, "the task", func() bool { return len(h.effects(t)) == 1 })
	cut()
	wantState(t, receive(t, running), dispatch.Unreachable)
	wantState(t, h.Exec.Probe(t.Context(), task), dispatch.Running)
	wantRefused(t, start(t, h, task), dispatch.KnownKey)
	h.write(t, "go")
	until(t, "its outcome", func() bool { return h.Exec.Probe(t.Context(), task).State == dispatch.Finished })
	wantResult(t, h.Exec.Probe(t.Context(), task), dispatch.Succeeded)
	wantEffects(t, h, "one", "two")
}
