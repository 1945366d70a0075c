package executor

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
)

const answerKey = "sha256:0123456789"

func read(t *testing.T, lines ...string) (dispatch.Answer, Printed, error) {
	t.Helper()
	return ReadAnswer(strings.NewReader(strings.Join(lines, "\n")+"\n"), dispatch.Task{Key: answerKey}, "probe", nil)
}

func TestReadAnswer(t *testing.T) {
	a, printed, err := read(t, "Welcome to h1!", "state finished", "patchops-answer 1 "+answerKey, "time 1700000000", "highest 7", "state finished",
		"result failed", "failed install", "exit -1", "began 1", "ended 2", "boot 0-1", "ran precheck 0 10", "ran install -1 60000",
		"fact package acme 1.0 ii", "fact package acme 1.2 iF", "fact disk-free - 12 -", "before acme 1.0", "before new -", "reboot", "overrun",
		"words killed after 60 s", "head", base64.StdEncoding.EncodeToString([]byte("out")), ".", "rest 1000", "tail",
		base64.StdEncoding.EncodeToString([]byte("end")), ".", "end", "more that nobody reads")
	if err != nil {
		t.Fatal(err)
	}
	o := a.Outcome
	if a.State != dispatch.Finished || a.HostTime != 1700000000 || a.Highest != 7 || o == nil {
		t.Fatalf("%+v found, a finished task wanted", a)
	}
	if o.Result != dispatch.Failed || o.Step != "install" || o.Exit != -1 || !o.Reboot || !o.Overrun || len(o.Steps) != 2 || len(o.Facts) != 2 ||
		o.Facts[0].State != "iF" || len(o.Before) != 2 || o.Before[1].Version != "" || o.Why != "killed after 60 s" {
		t.Errorf("%+v found, what was written wanted", o)
	}
	if string(printed.Head) != "out" || string(printed.Tail) != "end" || printed.Bytes != 1003 {
		t.Errorf("%+v found, what was printed wanted", printed)
	}
}

// A login shell sets the title of its terminal, or ends its greeting without ending the line.
func TestReadAnswerBehindAGreeting(t *testing.T) {
	for _, greeting := range []string{"", "\x1b]0;root@h1\x07", "Password expires in 7 days. "} {
		if a, _, err := read(t, "Welcome!", greeting+"patchops-answer 1 "+answerKey, "time 1", "state absent", "end"); err != nil || a.State != dispatch.Absent {
			t.Errorf("behind %q: %+v %v found, an absent task wanted", greeting, a, err)
		}
	}
	if a, _, err := read(t, "logout patchops-answer 1 -", "state refused", "why JOURNAL", "text read-only", "end"); err != nil || a.Why != dispatch.Journal {
		t.Errorf("%+v %v found, a refusal wanted", a, err)
	}
}

// TestReadAnswerRefuses: an answer that is not whole, not ours or not sound is none.
func TestReadAnswerRefuses(t *testing.T) {
	head := "patchops-answer 1 " + answerKey
	for name, lines := range map[string][]string{
		"empty":     {""},
		"other key": {"patchops-answer 1 sha256:9999999999", "state absent", "end"},
		"cut":       {head, "time 1", "state finished", "result succeeded"},
		"stateless": {head, "time 1", "end"},
		"why":       {head, "state refused", "why BECAUSE", "end"},
		"no why":    {head, "state refused", "end"},
		"state":     {head, "state excellent", "end"},
		"result":    {head, "state finished", "result wonderful", "end"},
		"no result": {head, "state finished", "end"},
		"number":    {head, "time soon", "state absent", "end"},
		"huge":      {head, "time 9223372036854775807", "state absent", "end"},
		"too often": append(append([]string{head, "state finished", "result failed"}, slices.Repeat([]string{"ran a 0 1000000000000000"}, 100)...), "end"),
		"negative":  {head, "highest -3", "state absent", "end"},
		"base64":    {head, "state finished", "result failed", "head", "!!!", ".", "end"},
		"fields":    {head, "state finished", "result failed", "fact a b", "end"},
		"word":      {head, "rm -rf /", "state absent", "end"},
		"too long":  {head, "text " + strings.Repeat("x", 1<<20), "state absent", "end"},
		"too much":  {strings.Repeat("hello\n", 1<<19), head, "state absent", "end"},
	} {
		if a, _, err := read(t, lines...); err == nil {
			t.Errorf("%s: %+v found, an error wanted", name, a)
		}
	}
}

// FuzzReadAnswer: whatever a host sends ends, within bounds, without control characters in what
// is shown.
func FuzzReadAnswer(f *testing.F) {
	f.Add("patchops-answer 1 " + answerKey + "\ntime 1\nstate finished\nresult failed\nwords \x1b[2J\nfact a b c d\nhead\nQQ==\n.\nend\n")
	f.Add("patchops-answer 1 -\nstate refused\nwhy JOURNAL\ntext \u202e\nend\n")
	f.Fuzz(func(t *testing.T, s string) {
		steps := 0
		a, p, err := ReadAnswer(strings.NewReader(s), dispatch.Task{Key: answerKey}, "start", func(string) { steps++ })
		if err != nil {
			return
		}
		if a.Key != answerKey || a.State == "" || len(p.Head)+len(p.Tail) > maxAnswer || p.Bytes < int64(len(p.Head)) {
			t.Errorf("%+v %d %d found, a sound answer wanted", a, len(p.Head), p.Bytes)
		}
		text := a.Text + a.At
		if o := a.Outcome; o != nil {
			text += o.Why + o.Step + o.BootID
			for _, x := range o.Facts {
				text += x.Name + x.Subject + x.Value + x.State
			}
		}
		if Escape(text) != text {
			t.Errorf("%q found, nothing to escape wanted", text)
		}
	})
}
