package executortest

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
)

// write makes a file of lines on the host.
func (h *Host) write(t *testing.T, name string, lines ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(h.Root, name), []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}

// injections are arguments that a shell, a parser of lines or a program's options would trip over.
var injections = []string{
	"plain", "two words", "", " ", "  lead and trail  ", "\t", "a\nb", "\n", "trailing\n\n", "back\\slash", `\0101`, `\n`, `\c`, "%s%n",
	"$(touch pwned)", "`touch pwned`", "; touch pwned", "| touch pwned", "&& touch pwned", "> pwned", "'", `"`, `'"'"'`, "$HOME", "${IFS}", "*", "?", "~", "[a-z]",
	"-n", "--", "-e", "-o ProxyCommand=touch pwned", "A=b", "\x01\x02\x1b[31m", "\x7f", "\x80\xff\xfe", "ä€😀", "\u202e", "end", "step x 1 1 0 -", "arg x",
	"#", "!", "\r", "\r\n", "a\\", "\\", strings.Repeat("x", 5000), strings.Repeat("\xff", 500),
}

// argvOfAnyBytes: no shell and no line reads arguments or variables (R47).
func argvOfAnyBytes(t *testing.T, h *Host) {
	step := sh("install", `printf '%s\0' "$@" >args; printf '%s\0' "$V" "$W" >env`, injections...)
	v := strings.Join(injections, "\n")
	step.Env = map[string]string{"V": v, "W": "x=y\n"}
	wantResult(t, start(t, h, h.task(step)), dispatch.Succeeded)
	if got, want := string(h.read(t, "args")), strings.Join(injections, "\x00")+"\x00"; got != want {
		t.Errorf("arguments %.300q found, %.300q wanted", got, want)
	}
	if got, want := string(h.read(t, "env")), v+"\x00x=y\n\x00"; got != want {
		t.Errorf("environment %.300q found, %.300q wanted", got, want)
	}
	if _, err := os.Stat(filepath.Join(h.Root, "pwned")); err == nil {
		t.Error("an argument was run as a command")
	}
}

func stepsInOrder(t *testing.T, h *Host) {
	task := h.task(effect("precheck"), effect("stage"), point(effect("install")), effect("cleanup"))
	var seen []string
	a := h.Exec.Start(t.Context(), task, func(step string) { seen = append(seen, step) })
	o := wantResult(t, a, dispatch.Succeeded)
	want := []string{"precheck", "stage", "install", "cleanup"}
	if !slices.Equal(seen, want) {
		t.Errorf("steps %q reported, %q wanted", seen, want)
	}
	wantEffects(t, h, want...)
	if len(o.Steps) != 4 || o.Steps[2].Name != "install" || o.Began == 0 || o.Ended < o.Began || o.BootID == "" {
		t.Errorf("%+v found, four steps, times and a boot wanted", o)
	}
	failing := h.task(effect("one"), sh("two", "exit 3"), effect("three"))
	o = wantResult(t, start(t, h, failing), dispatch.Failed)
	if o.Step != "two" || o.Exit != 3 || len(o.Steps) != 2 {
		t.Errorf("%+v found, a failure at two with 3 wanted", o)
	}
	wantEffects(t, h, append(want, "one")...)
	missing := h.task(dispatch.Step{Name: "one", Timeout: 60, Run: []string{"/no/such/program"}})
	if o = wantResult(t, start(t, h, missing), dispatch.Failed); o.Exit != 127 {
		t.Errorf("exit %d found, 127 wanted", o.Exit)
	}
}

func exitStatuses(t *testing.T, h *Host) {
	step := sh("install", "exit 42")
	step.Success = []int{0, 42}
	o := wantResult(t, start(t, h, h.task(step)), dispatch.Succeeded)
	if o.Reboot {
		t.Error("a reboot found, none wanted")
	}
	step.Success, step.Reboot = []int{0}, []int{7, 42}
	o = wantResult(t, start(t, h, h.task(step, effect("after"))), dispatch.Succeeded)
	if !o.Reboot || len(o.Steps) != 2 {
		t.Errorf("%+v found, success with a reboot to come wanted", o)
	}
	step.Success, step.Reboot = []int{42}, nil
	step.Run[2] = "exit 0"
	wantResult(t, start(t, h, h.task(step)), dispatch.Failed) // 0 is not among them
}

func optionalSteps(t *testing.T, h *Host) {
	step := sh("snapshot", "exit 5")
	step.Optional = true
	o := wantResult(t, start(t, h, h.task(step, point(effect("install")))), dispatch.Succeeded)
	if o.Steps[0].Exit != 5 {
		t.Errorf("%+v found, its exit as it was wanted", o.Steps)
	}
	wantEffects(t, h, "install")
}

// undoingSteps: what a drain did is taken back where nothing was installed, and only there.
func undoingSteps(t *testing.T, h *Host) {
	restore := effect("restore")
	restore.Undoes = "drain"
	o := wantResult(t, start(t, h, h.task(effect("drain"), sh("stage", "exit 7"), point(effect("install")), restore)), dispatch.Failed)
	if o.Step != "stage" || o.Exit != 7 || len(o.Steps) != 3 {
		t.Errorf("%+v found, the failure of stage and three steps wanted", o)
	}
	wantEffects(t, h, "drain", "restore")
	wantResult(t, start(t, h, h.task(sh("precheck", "exit 7"), effect("drain"), point(effect("install")), restore)), dispatch.Failed)
	wantResult(t, start(t, h, h.task(effect("drain"), point(effect("install")), restore)), dispatch.Succeeded)
	wantResult(t, start(t, h, h.task(effect("drain"), point(sh("install", "exit 7")), restore)), dispatch.Failed)
	wantEffects(t, h, "drain", "restore", "drain", "install", "drain")
	broken := sh("restore", "exit 9")
	broken.Undoes = "drain"
	o = wantResult(t, start(t, h, h.task(effect("drain"), sh("stage", "exit 7"), point(effect("install")), broken)), dispatch.Failed)
	if o.Step != "stage" || o.Exit != 7 || !strings.Contains(o.Why, "not taken back") {
		t.Errorf("%+v found, the failure of stage and a word of the drain wanted", o)
	}
	task := h.task(sh("drain", "until [ -e go ]; do sleep 0.05; done"), point(effect("install")), restore)
	running := background(t.Context(), h, task)
	until(t, "the task", func() bool { return h.Exec.Probe(t.Context(), task).At == "drain" })
	h.Exec.Stop(t.Context(), task)
	h.write(t, "go")
	wantResult(t, receive(t, running), dispatch.Stopped)
	wantEffects(t, h, "drain", "restore", "drain", "install", "drain", "drain", "restore")
}

// killsTheGroup: what a step started goes with it when its time is up.
func killsTheGroup(t *testing.T, h *Host) {
	step := sh("install", "sleep 300 & trap '' TERM; sleep 300")
	step.Timeout = 1
	task := h.task(step, effect("after"))
	o := wantResult(t, start(t, h, task), dispatch.Failed)
	if o.Exit != -1 || o.Step != "install" {
		t.Errorf("%+v found, -1 at install wanted", o)
	}
	wantEffects(t, h)
	until(t, "the end of its processes", func() bool { return len(processes(task.Key)) == 0 })
	ends := sh("install", "exit 124") // by itself, at once
	ends.Timeout = 60
	if o = wantResult(t, start(t, h, h.task(ends)), dispatch.Failed); o.Exit != 124 {
		t.Errorf("exit %d found, 124 wanted", o.Exit)
	}
}

func stopBeforeThePoint(t *testing.T, h *Host) {
	task := h.task(sh("stage", "until [ -e go ]; do sleep 0.05; done"), effect("drain"), point(effect("install")))
	running := background(t.Context(), h, task)
	until(t, "the task", func() bool { return h.Exec.Probe(t.Context(), task).At == "stage" })
	wantState(t, h.Exec.Stop(t.Context(), task), dispatch.Running)
	h.write(t, "go")
	o := wantResult(t, receive(t, running), dispatch.Stopped)
	if o.Step != "drain" {
		t.Errorf("stopped before %q found, drain wanted", o.Step)
	}
	wantEffects(t, h)
	wantResult(t, h.Exec.Stop(t.Context(), task), dispatch.Stopped) // again: the same answer
}

func stopAfterThePoint(t *testing.T, h *Host) {
	task := h.task(point(sh("install", "until [ -e go ]; do sleep 0.05; done")), effect("after"))
	running := background(t.Context(), h, task)
	until(t, "the task", func() bool { return h.Exec.Probe(t.Context(), task).At == "install" })
	wantState(t, h.Exec.Stop(t.Context(), task), dispatch.Running)
	h.write(t, "go")
	wantResult(t, receive(t, running), dispatch.Succeeded)
	wantEffects(t, h, "after")
}

// stopsByItself: the point of no return is not passed after StopBy, and an end after it is an overrun.
func stopsByItself(t *testing.T, h *Host) {
	late := h.task(effect("stage"), point(effect("install")))
	late.StopBy = h.Now() - 5
	o := wantResult(t, start(t, h, late), dispatch.Stopped)
	if o.Step != "install" || !strings.Contains(o.Why, "late") {
		t.Errorf("%+v found, stopped before install as too late wanted", o)
	}
	wantEffects(t, h, "stage")
	if o = overruns(t, h); !o.Overrun {
		t.Errorf("%+v found, an overrun wanted", o)
	}
}

// overruns is the outcome of a task that passes its point in time and goes on beyond it. A
// busy host may be too late for that: it gets more time then.
func overruns(t *testing.T, h *Host) *dispatch.Outcome {
	t.Helper()
	for margin := int64(1); ; margin *= 4 {
		by := h.Now() + margin
		over := h.task(point(sh("install", `until [ "$(date +%s)" -gt "$1" ]; do sleep 0.2; done`, strconv.FormatInt(by+3, 10))))
		over.StopBy = by
		a := start(t, h, over)
		if margin < 64 && a.State == dispatch.Finished && a.Outcome.Result == dispatch.Stopped && strings.Contains(a.Outcome.Why, "late") {
			continue
		}
		return wantResult(t, a, dispatch.Succeeded)
	}
}

// daemonsHoldNothing: what a step leaves running on purpose neither keeps the answer back nor
// the host locked.
func daemonsHoldNothing(t *testing.T, h *Host) {
	task := h.task(sh("install", "setsid sleep 60 & echo started"))
	t.Cleanup(func() { kill(t, processes(task.Key)) })
	o := wantResult(t, receive(t, background(t.Context(), h, task)), dispatch.Succeeded)
	if !strings.Contains(o.Output.Text, "started") {
		t.Errorf("%q found, what it printed wanted", o.Output.Text)
	}
	// Whoever comes next takes the host over from the daemon, and only one at a time does.
	var answers []<-chan dispatch.Answer
	for range 4 {
		alone := sh("install", "[ ! -e busy ] || echo overlap >>effects; touch busy; sleep 0.3; rm busy")
		answers = append(answers, background(t.Context(), h, h.task(alone)))
	}
	done := 0
	for _, in := range answers {
		if a := receive(t, in); a.State == dispatch.Finished {
			done++
		} else {
			wantRefused(t, a, dispatch.Locked)
		}
	}
	if done == 0 {
		t.Error("no task got the host, one wanted")
	}
	wantEffects(t, h)
	wantResult(t, start(t, h, h.task(effect("next"))), dispatch.Succeeded)
	wantEffects(t, h, "next")
}

// crashIsInterrupted: everything of the task dies between its intent and its outcome.
func crashIsInterrupted(t *testing.T, h *Host) {
	task := h.task(effect("one"), point(sh("install", "sleep 300")), effect("two"))
	running := background(t.Context(), h, task)
	until(t, "its second step", func() bool { return h.Exec.Probe(t.Context(), task).At == "install" })
	until(t, "the end of its processes", func() bool { // one more may just have begun
		left := processes(task.Key)
		slices.SortFunc(left, func(a, b process) int { return b.first() - a.first() })
		kill(t, left)
		return len(left) == 0
	})
	wantState(t, receive(t, running), dispatch.Interrupted)
	a := h.Exec.Probe(t.Context(), task)
	wantState(t, a, dispatch.Interrupted)
	if a.At != "install" {
		t.Errorf("at %q found, install wanted", a.At)
	}
	wantRefused(t, start(t, h, task), dispatch.KnownKey) // never a blind repeat (R44)
	wantResult(t, start(t, h, h.task(effect("three"))), dispatch.Succeeded)
	wantEffects(t, h, "one", "three")
}

// survivorIsRunning: the wrapper dies, what it had started lives.
func survivorIsRunning(t *testing.T, h *Host) {
	task := h.task(sh("install", "until [ -e go ]; do sleep 0.05; done; echo done >>effects"))
	running := background(t.Context(), h, task)
	until(t, "the step", func() bool {
		return slices.ContainsFunc(processes(task.Key), func(p process) bool { return !p.runner })
	})
	var runners []process
	for _, p := range processes(task.Key) {
		if p.runner {
			runners = append(runners, p)
		}
	}
	kill(t, runners)
	wantState(t, h.Exec.Probe(t.Context(), task), dispatch.Running)
	wantRefused(t, start(t, h, h.task(effect("two"))), dispatch.Locked)
	h.write(t, "go")
	wantState(t, receive(t, running), dispatch.Interrupted)
	wantState(t, h.Exec.Probe(t.Context(), task), dispatch.Interrupted)
	wantEffects(t, h, "done")
	if bytes.Contains(h.read(t, "effects"), []byte("two")) {
		t.Error("a second task ran beside a survivor")
	}
}

// restoredHostsRemember: a rollback by snapshot brings back an older journal. Before anything
// else the host is told what it forgot: the fence, and the task.
func restoredHostsRemember(t *testing.T, h *Host) {
	first := h.task(effect("one"))
	wantResult(t, start(t, h, first), dispatch.Succeeded)
	task := h.task(sh("rollback", "cd var/lib/patchops && for f in *; do [ \"$f\" = bin ] || rm -rf \"$f\"; done; : >fence.2"))
	task.Fence = 8
	o := wantResult(t, start(t, h, task), dispatch.Succeeded)
	if !slices.Contains(o.Facts, dispatch.Fact{Name: "restored", Value: "8"}) {
		t.Errorf("facts %+v found, restored at fence 8 wanted", o.Facts)
	}
	wantRefused(t, start(t, h, task), dispatch.KnownKey)
	lower := h.task(effect("two"))
	wantRefused(t, start(t, h, lower), dispatch.LowerFence)
	wantEffects(t, h, "one")
}

func nothingToDo(t *testing.T, h *Host) {
	o := wantResult(t, start(t, h, h.task()), dispatch.Succeeded)
	if len(o.Steps) != 0 {
		t.Errorf("%+v found, no steps wanted", o.Steps)
	}
}
