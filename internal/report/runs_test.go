package report

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner"
)

// at12 is 2026-03-12T12:00:00Z.
const at12 = 1773316800

// going are two rollouts: one in its second wave, paused by a threshold, and one that
// is done. Text is what strangers wrote.
func going(text string) Runs {
	s := progress.Begin()
	host := func(name, wave string, state progress.HostState, more func(*progress.Host)) *progress.Host {
		h := &progress.Host{Asset: name, Wave: wave, State: state, Since: at12 - 90, Attempt: 1}
		if more != nil {
			more(h)
		}
		return h
	}
	hosts := map[string]*progress.Host{}
	for _, h := range []*progress.Host{
		host("web-01", "canary", progress.Succeeded, nil),
		host("web-02", "first", progress.Failed, func(h *progress.Host) {
			h.Class = "patch"
			h.Outcome = &dispatch.Outcome{Result: dispatch.Failed, Step: "install", Exit: 100, Why: text, Output: dispatch.Output{Text: "E: " + text}}
		}),
		host("web-03", "first", progress.Installing, func(h *progress.Host) { h.Key = "k3" }),
		host("web-04", "first", progress.Deferred, func(h *progress.Host) { h.Attempt, h.Code = 0, "MISSED_WINDOW" }),
		host("web-05", "rest", progress.Planned, func(h *progress.Host) { h.Attempt = 0 }),
	} {
		hosts[h.Asset] = h
	}
	s.Live["k3"] = "install"
	s.Runs["acme/openssl"] = &progress.Run{
		ID: "sha256:1", Client: "acme", Plan: "openssl", Commit: strings.Repeat("a", 40), Began: at12 - 7200, Hosts: hosts,
		Waves: []progress.WaveProgress{
			{Name: "canary", State: progress.Promoted, Begun: at12 - 7200, Ended: at12 - 3600, Since: at12 - 3600, Assets: []string{"web-01"}, Done: 1},
			{
				Name: "first", State: progress.Paused, Pause: progress.PauseThreshold, PauseWhy: text, Begun: at12 - 3600, Since: at12 - 60, Failures: 1,
				Assets: []string{"web-02", "web-03", "web-04"}, InFlight: 1, Gates: map[string]string{"probe-0": "pass"},
			},
			{Name: "rest", State: progress.WavePlanned, Assets: []string{"web-05"}},
		},
		Hold: &progress.Stop{Kind: resultlog.Hold, Wave: "first", Person: "dana", Reason: text, At: at12 - 30},
	}
	s.Runs["zeta/kernel"] = &progress.Run{
		ID: "sha256:2", Client: "zeta", Plan: "kernel", Commit: strings.Repeat("a", 40), Began: at12 - 9000, Ended: at12 - 8000, Outcome: "done",
		Hosts: map[string]*progress.Host{"db-01": host("db-01", "all", progress.Succeeded, nil)},
		Waves: []progress.WaveProgress{{Name: "all", State: progress.WaveClosed, Begun: at12 - 9000, Ended: at12 - 8000}},
	}
	return Runs{
		AsOf: at12, State: s, Zones: func(string) *time.Location { return time.UTC },
		Waits: []progress.Wait{
			{Client: "acme", Plan: "openssl", Wave: "rest", Code: "WAVE_GATE", Why: "wave first has not ended"},
			{Client: "acme", Plan: "openssl", Wave: "first", Asset: "web-04", Code: "FREEZE", Why: text, Until: at12 + 3600},
		},
	}
}

// TestRunsGolden: how rollouts look in each format, on a terminal, and at the end.
func TestRunsGolden(t *testing.T) {
	one := going("the vendor's script failed")
	one.Plan = "acme/openssl"
	for name, write := range map[string]func(*bytes.Buffer) error{
		"list":      func(b *bytes.Buffer) error { return WriteRuns(b, "text", going("x"), Options{}) },
		"one":       func(b *bytes.Buffer) error { return WriteRuns(b, "text", one, Options{}) },
		"one-color": func(b *bytes.Buffer) error { return WriteRuns(b, "text", one, Options{Color: true}) },
		"list.json": func(b *bytes.Buffer) error { return WriteRuns(b, "json", going("x"), Options{}) },
		"event.json": func(b *bytes.Buffer) error {
			return encode(b, EventValue(runner.Event{At: at12, Kind: "claim", Client: "acme", Plan: "acme/openssl", Wave: "first", Asset: "web-03", State: "install", Text: "\x1b[2J"}))
		},
		"event": func(b *bytes.Buffer) error {
			return lines(b, []string{EventLine(runner.Event{At: at12, Kind: "pause", Client: "acme", Plan: "openssl", Wave: "first", State: "threshold", Text: "2 of 3 failed\x1b[2J"})})
		},
		"summary":    func(b *bytes.Buffer) error { return WriteSummary(b, going("the vendor's script failed"), Options{}) },
		"live":       func(b *bytes.Buffer) error { return lines(b, LiveLines(one, 79, 22, false)) },
		"live-small": func(b *bytes.Buffer) error { return lines(b, LiveLines(one, 40, 4, false)) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		compareRuns(t, filepath.Join("testdata", "runs", name), b.Bytes())
	}
	if !going("x").Stand() {
		t.Error("a rollout that is paused by its threshold does not stand")
	}
}

func lines(b *bytes.Buffer, all []string) error {
	for _, l := range all {
		fmt.Fprintln(b, l)
	}
	return nil
}

func compareRuns(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(want, got) {
		t.Errorf("%s: %v\ngot:\n%s", file, err, got)
	}
}

// TestRunsHostile: what hosts and strangers wrote does nothing to a terminal (X1), and
// no line is wider than the terminal.
func TestRunsHostile(t *testing.T) {
	r := going("\x1b[2J\nforged line\u202e" + strings.Repeat("w", 300))
	r.Plan = "acme/openssl"
	var b bytes.Buffer
	for _, format := range RunsFormats() {
		if err := WriteRuns(&b, format, r, Options{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := WriteSummary(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, line := range LiveLines(r, 60, 20, false) {
		if width(line) > 60 {
			t.Errorf("%d cells: %q", width(line), line)
		}
		b.WriteString(line + "\n")
	}
	if strings.ContainsAny(b.String(), "\x1b\u202e") || strings.Contains(b.String(), "\nforged") {
		t.Errorf("strangers' words have an effect:\n%q", b.String())
	}
}

// TestLiveDrawsOver: a drawing replaces the one before, and what is said above stays.
func TestLiveDrawsOver(t *testing.T) {
	var b bytes.Buffer
	l := Live{Out: &b, Size: func() (int, int) { return 60, 20 }}
	r := going("x")
	l.Draw(r)
	first := strings.Count(b.String(), "\n")
	b.Reset()
	l.Draw(r)
	if want := fmt.Sprintf("\x1b[%dA\x1b[J", first); !strings.HasPrefix(b.String(), want) {
		t.Errorf("began with %q, wanted %q", b.String()[:12], want)
	}
	b.Reset()
	l.Above("a line")
	if want := fmt.Sprintf("\x1b[%dA\x1b[Ja line\n", first); b.String() != want {
		t.Errorf("%q, wanted %q", b.String(), want)
	}
}
