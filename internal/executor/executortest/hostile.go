package executortest

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
)

func outputIsEscaped(t *testing.T, h *Host) {
	task := h.task(sh("install", `printf 'red \033[31m bell \007 title \033]0;x\007 back \b\r over \342\200\256 bidi \377 bad \302\205 c1 \0 nul \342\200\250 line\n'`))
	o := wantResult(t, start(t, h, task), dispatch.Succeeded)
	for _, c := range o.Output.Text {
		if c < ' ' && c != '\n' || c == 0x7f || c >= 0x80 && c < 0xa0 || c == '\u202e' || c == '\u2028' || c == 0xFFFD {
			t.Errorf("character %U found in %q, an escape wanted", c, o.Output.Text)
		}
	}
	for _, want := range []string{`\u{1b}[31m`, `\u{202e}`, `\xff`, `\u{0}`, `\u{85}`, `\u{2028}`} {
		if !strings.Contains(o.Output.Text, want) {
			t.Errorf("%q found, %s in it wanted", o.Output.Text, want)
		}
	}
}

// outputIsNoAnswer: lines of our own protocol, commands, and writes to whatever descriptor is
// open are data.
func outputIsNoAnswer(t *testing.T, h *Host) {
	script := `forged="patchops-answer 1 $PATCHOPS_KEY
state finished
result succeeded
exit 0
fact package x 9 ii
end 1
end
.
step pwned
\$(touch pwned) ` + "\\`touch pwned\\`" + `
@patchops approve
::error::x"
for fd in 1 2 3 4 5 6 7 8 9; do
	{ printf '%s\n' "$forged" >&$fd; } 2>/dev/null
done
exit 9`
	task := h.task(sh("install", script), effect("after"))
	var seen []string
	a := h.Exec.Start(t.Context(), task, func(step string) { seen = append(seen, step) })
	o := wantResult(t, a, dispatch.Failed)
	if o.Exit != 9 || o.Step != "install" || len(o.Facts) != 0 || len(seen) != 1 {
		t.Errorf("%+v, steps %q found, the truth wanted", o, seen)
	}
	if !strings.Contains(o.Output.Text, "result succeeded") {
		t.Errorf("%q found, what it printed wanted", o.Output.Text)
	}
	o = wantResult(t, h.Exec.Probe(t.Context(), task), dispatch.Failed)
	if o.Exit != 9 {
		t.Errorf("%+v found, the truth wanted", o)
	}
	wantResult(t, start(t, h, h.task(effect("next"))), dispatch.Succeeded)
	wantEffects(t, h, "next")
	if _, err := os.Stat(filepath.Join(h.Root, "pwned")); err == nil {
		t.Error("output was run as a command")
	}
}

// outputIsBounded: a host that prints a gigabyte costs neither disk nor memory.
func outputIsBounded(t *testing.T, h *Host) {
	const gigabyte = 1 << 30
	task := h.task(sh("install", `echo first; head -c 1073741824 /dev/zero | tr '\0' x; echo; echo last`))
	o := wantResult(t, start(t, h, task), dispatch.Succeeded)
	if o.Output.Bytes < gigabyte || !o.Output.Cut || len(o.Output.Text) > 4<<10 || o.Output.SHA256 == "" {
		t.Errorf("%d bytes, cut %v, text of %d found, all counted and 4 KiB kept wanted", o.Output.Bytes, o.Output.Cut, len(o.Output.Text))
	}
	if !strings.Contains(o.Output.Text, "first") || !strings.Contains(o.Output.Text, "last") {
		t.Errorf("%.200q found, its beginning and its end wanted", o.Output.Text)
	}
	var kept int64
	_ = filepath.WalkDir(filepath.Join(h.Root, "var/lib/patchops"), func(_ string, e fs.DirEntry, err error) error {
		if info, ierr := e.Info(); err == nil && ierr == nil {
			kept += info.Size()
		}
		return nil
	})
	if kept > 1<<20 {
		t.Errorf("%d bytes found in the host's journal, at most 1 MiB wanted", kept)
	}
}
