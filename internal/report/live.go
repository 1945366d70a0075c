package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/patchops/patchops/internal/progress"
)

// Live draws running rollouts on a terminal, again and again on the same lines.
type Live struct {
	Out   io.Writer
	Color bool
	// Size is the terminal's, in cells; nil: 80 by 24.
	Size  func() (width, height int)
	drawn int // lines that stand there
}

// Draw replaces what was drawn last.
func (l *Live) Draw(r Runs) {
	wide, high := 80, 24
	if l.Size != nil {
		if w, h := l.Size(); w > 20 && h > 5 {
			wide, high = w, h
		}
	}
	lines := LiveLines(r, wide-1, high-2, l.Color)
	var b bytes.Buffer
	l.clear(&b)
	for _, line := range lines {
		b.WriteString(line)
		b.WriteByte('\n')
	}
	l.drawn = len(lines)
	_, _ = l.Out.Write(b.Bytes())
}

// Above prints a line that stays, above what is drawn.
func (l *Live) Above(line string) {
	var b bytes.Buffer
	l.clear(&b)
	l.drawn = 0
	b.WriteString(line)
	b.WriteByte('\n')
	_, _ = l.Out.Write(b.Bytes())
}

// End leaves what is drawn where it is; what is printed next stands below it.
func (l *Live) End() {
	if l != nil {
		l.drawn = 0
	}
}

func (l *Live) clear(b *bytes.Buffer) {
	if l.drawn > 0 {
		fmt.Fprintf(b, "\x1b[%dA\x1b[J", l.drawn)
	}
}

// LiveLines are the rollouts that go on, in at most so many lines of so many cells:
// every wave that began with its bar, the hosts in flight, and why others wait.
func LiveLines(r Runs, wide, high int, color bool) []string {
	paint := view{color: color}.paint
	var out []string
	left := 0
	for _, v := range r.views() {
		if v.Outcome != "" {
			continue
		}
		lines := r.liveRun(v)
		if len(out)+len(lines) > high-1 {
			lines = lines[:1] // the rollout alone
		}
		if len(out)+len(lines) > high-1 {
			left++
			continue
		}
		lines[0] = paint(stateColor(v), cutTo(lines[0], wide))
		for i := range lines[1:] {
			lines[i+1] = cutTo(lines[i+1], wide)
		}
		out = append(out, lines...)
	}
	if left > 0 {
		out = append(out, cutTo("and "+plural(left, "more rollout"), wide))
	}
	return out
}

// Most of what a rollout may take of a screen.
const (
	mostFlying = 8
	mostWaits  = 3
)

func (r Runs) liveRun(v runView) []string {
	out := []string{fmt.Sprintf("%s  %s %s  %s", Display(v.name), bar(v.counts, 20), v.counts.words(), v.state)}
	t := table{head: make([]string, 4)}
	for _, w := range v.waves {
		if w.Begun > 0 && w.Ended == 0 || w.State == progress.AwaitingApproval || w.State == progress.Paused {
			t.add(Display(w.Name), bar(w.hosts, 20), fmt.Sprintf("%d/%d", w.hosts.done, w.hosts.all), waveWords(w.WaveProgress)+tail(failures(w)))
		}
	}
	out = append(out, rows(t)...)
	flying := table{head: make([]string, 4)}
	more := 0
	for _, h := range v.hosts {
		if !isInFlight(h.State) {
			continue
		}
		if len(flying.rows) == mostFlying {
			more++
			continue
		}
		step := ""
		if h.Key != "" {
			step = r.State.Live[h.Key]
		}
		flying.add(" "+Display(h.Asset), wordsOf(string(h.State)), Display(step), length(max(r.AsOf-h.Since, 0)))
	}
	out = append(out, rows(flying)...)
	if more > 0 {
		out = append(out, fmt.Sprintf("   and %s more in flight", plural(more, "host")))
	}
	for _, line := range WaitLines(v.waits, r.Zones.of(v.Client), mostWaits) {
		out = append(out, "   waits: "+Display(line))
	}
	return out
}

// tail is a text after a comma; nothing where there is none.
func tail(s string) string {
	if s == "" {
		return ""
	}
	return ", failures " + s
}

// rows are a table's lines without its head.
func rows(t table) []string {
	var b bytes.Buffer
	t.indent = "  "
	t.write(&b, func(_, s string) string { return s })
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	if len(t.rows) == 0 {
		return nil
	}
	return lines[2:]
}

// cutTo is a line in at most so many cells.
func cutTo(line string, cells int) string {
	if width(line) <= cells {
		return line
	}
	runes := []rune(line)
	for len(runes) > 0 && width(string(runes)) > cells-3 {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "..."
}

// WriteSummary is what came of the rollouts that a process carried on: a line each,
// the hosts that failed, and what people must do.
func WriteSummary(w io.Writer, r Runs, o Options) error {
	views := r.views()
	if len(views) == 0 {
		return nil
	}
	paint := view{color: o.Color}.paint
	var b bytes.Buffer
	for _, v := range views {
		fmt.Fprintf(&b, "rollout of %s: %s, %s\n", paint(bold, Display(v.name)), paint(stateColor(v), v.state), v.counts.words())
		t := table{indent: "  ", head: []string{"host", "wave", "state", "what"}}
		failed := slices.DeleteFunc(slices.Clone(v.hosts), func(h *progress.Host) bool { return !isFailure(h.State) })
		for _, h := range failed[:min(len(failed), mostHosts)] {
			t.add(Display(h.Asset), Display(h.Wave), wordsOf(string(h.State)), r.hostWords(v.Run, h, r.Zones.of(v.Client)))
		}
		for _, line := range rows(t) {
			b.WriteString(line + "\n")
		}
	}
	r.ways(&b, views, paint)
	_, err := w.Write(b.Bytes())
	return err
}
