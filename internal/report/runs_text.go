package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
)

// RunsFormats are the formats of rollouts, text first.
func RunsFormats() []string { return []string{"text", "json"} }

// WriteRuns prints how rollouts stand: of one plan all there is, of all a line each.
func WriteRuns(w io.Writer, format string, r Runs, o Options) error {
	views := r.views()
	if format == "json" {
		return encode(w, jsonRuns{AsOf: utc(r.AsOf), Runs: each(views, r.value)})
	}
	paint := view{color: o.Color}.paint
	var b bytes.Buffer
	switch {
	case len(views) == 0 && r.Plan != "":
		r.unbegun(&b, paint)
	case len(views) == 0:
		fmt.Fprintln(&b, "no rollout began yet")
	case r.Plan != "":
		r.text(&b, views[0], paint)
	default:
		r.list(&b, views, paint)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// list is one line for each rollout, and what would unblock them.
func (r Runs) list(b *bytes.Buffer, views []runView, paint func(sgr, s string) string) {
	t := table{head: []string{"rollout", "state", "hosts", "wave", "since"}}
	for _, v := range views {
		wave, since := "", v.Began
		for _, w := range v.waves {
			if w.Begun > 0 && w.Ended == 0 {
				wave, since = w.Name+": "+waveWords(w.WaveProgress), w.Since
				break
			}
		}
		if v.Ended > 0 {
			since = v.Ended
		}
		t.add(Display(v.name), v.state, v.counts.words(), Display(wave), stamp(since, r.Zones.of(v.Client)))
	}
	t.write(b, paint)
	b.Next(1) // the blank line above a table
	r.ways(b, views, paint)
}

func (r Runs) ways(b *bytes.Buffer, views []runView, paint func(sgr, s string) string) {
	var lines []string
	for _, v := range views {
		for _, way := range v.ways {
			if len(views) > 1 {
				way = v.name + ": " + way
			}
			lines = append(lines, way)
		}
	}
	if len(lines) > 0 {
		textList(b, list{"what would unblock it", lines}, paint)
	}
}

// unbegun is why there is no rollout of a plan.
func (r Runs) unbegun(b *bytes.Buffer, paint func(sgr, s string) string) {
	client, _, _ := strings.Cut(r.Plan, "/")
	v := runView{name: r.Plan, Run: &progress.Run{Client: client}, stops: r.State.Stops[r.Plan], waits: r.waitsOf(r.Plan)}
	v.ways = v.waysOut()
	zone := r.Zones.of(client)
	fmt.Fprintf(b, "no rollout of %s began yet\n", Display(r.Plan))
	writeStops(b, v.stops, zone)
	if len(v.waits) > 0 {
		textList(b, list{"what it waits for", WaitLines(v.waits, zone, 20)}, paint)
	}
	r.ways(b, []runView{v}, paint)
}

func writeStops(b *bytes.Buffer, stops []progress.Stop, zone *time.Location) {
	for i := range stops {
		h := &stops[i]
		fmt.Fprintf(b, "  %s by %s since %s: %s\n", stopWords(h), Display(h.Person), stamp(h.At, zone), Display(h.Reason))
	}
}

// text is all there is to say of one rollout.
func (r Runs) text(b *bytes.Buffer, v runView, paint func(sgr, s string) string) {
	zone := r.Zones.of(v.Client)
	fmt.Fprintf(b, "rollout of %s: %s, %s\n", paint(bold, Display(v.name)), paint(stateColor(v), v.state), v.counts.words())
	fmt.Fprintf(b, "  begun %s", stamp(v.Began, zone))
	if v.Ended > 0 {
		fmt.Fprintf(b, ", ended %s", stamp(v.Ended, zone))
	}
	b.WriteByte('\n')
	if words := reachedWords(v.Run); words != "" {
		fmt.Fprintf(b, "  %s\n", words)
	}
	writeStops(b, v.stops, zone)
	waves := table{indent: "  ", head: []string{"wave", "state", "hosts", "", "failures", "since"}}
	for _, w := range v.waves {
		since := ""
		if w.Since > 0 {
			since = stamp(w.Since, zone)
		}
		waves.add(Display(w.Name), waveWords(w.WaveProgress), bar(w.hosts, 12), fmt.Sprintf("%d/%d", w.hosts.done, w.hosts.all), failures(w), since)
	}
	waves.write(b, paint)
	r.hosts(b, v, zone, paint)
	if len(v.waits) > 0 {
		textList(b, list{"what it waits for", WaitLines(v.waits, zone, 20)}, paint)
	}
	r.ways(b, []runView{v}, paint)
}

func stateColor(v runView) string {
	switch {
	case v.stands():
		return red
	case v.state == "done" || v.state == "running":
		return cyan
	}
	return yellow
}

func stopWords(h *progress.Stop) string {
	words := map[string]string{"hold": "held", "abort": "aborted", "recall": "recalled"}[string(h.Kind)]
	if h.Wave != "" {
		words += " (wave " + Display(h.Wave) + ")"
	}
	return words
}

// waveWords is the state of a wave, and why it is paused.
func waveWords(w progress.WaveProgress) string {
	words := wordsOf(string(w.State))
	if w.State == progress.Paused {
		words += " (" + Display(w.Pause) + ")"
	}
	return words
}

// wordsOf is the name of a state as people write it: "AwaitingApproval" is "awaiting approval".
func wordsOf(state string) string {
	if state == strings.ToUpper(state) {
		return state // a code
	}
	var b strings.Builder
	for i, c := range state {
		if c >= 'A' && c <= 'Z' {
			if i > 0 {
				b.WriteByte(' ')
			}
			c += 'a' - 'A'
		}
		b.WriteRune(c)
	}
	return b.String()
}

func failures(w waveView) string {
	if w.Begun == 0 {
		return ""
	}
	return fmt.Sprintf("%d, %d allowed", w.Failing(), w.Budget)
}

// bar is a progress bar: # done, ! failed, > in flight, . to do.
func bar(c hostCounts, cells int) string {
	if c.all == 0 {
		return "[" + strings.Repeat(" ", cells) + "]"
	}
	cut := func(n int) int { return n * cells / c.all }
	done := cut(c.done + c.other)
	failed := cut(c.done+c.other+c.failed) - done
	flying := cut(c.done+c.other+c.failed+c.inFlight) - done - failed
	// What is there is seen, however few hosts it is.
	if failed == 0 && c.failed > 0 {
		failed = 1
		done = min(done, cells-1)
	}
	if flying == 0 && c.inFlight > 0 && done+failed < cells {
		flying = 1
	}
	rest := max(cells-done-failed-flying, 0)
	return "[" + strings.Repeat("#", done) + strings.Repeat("!", failed) + strings.Repeat(">", flying) + strings.Repeat(".", rest) + "]"
}

// mostHosts is how many hosts a text lists; the rest is counted.
const mostHosts = 40

// hosts lists those that something can be said of: not those that are done, or are
// planned and wait for nothing but their turn.
func (r Runs) hosts(b *bytes.Buffer, v runView, zone *time.Location, paint func(sgr, s string) string) {
	t := table{indent: "  ", head: []string{"host", "wave", "state", "attempt", "what"}}
	more := 0
	for _, h := range v.hosts {
		what := r.hostWords(v.Run, h, zone)
		if h.State == progress.Succeeded && !h.Overrun && !h.Partial || what == "" && (h.State == progress.Planned || h.State == progress.Notified) {
			continue
		}
		if len(t.rows) == mostHosts {
			more++
			continue
		}
		attempt := ""
		if h.Attempt > 0 {
			attempt = fmt.Sprint(h.Attempt)
		}
		t.add(Display(h.Asset), Display(h.Wave), wordsOf(string(h.State)), attempt, what)
	}
	t.write(b, paint)
	if more > 0 {
		fmt.Fprintf(b, "  and %s more; all: patchops status %s --format json\n", plural(more, "host"), Display(v.name))
	}
}

// hostWords says why a host is where it is, on one line.
func (r Runs) hostWords(run *progress.Run, h *progress.Host, zone *time.Location) string {
	var out []string
	if step := r.State.Live[h.Key]; h.Key != "" && step != "" {
		out = append(out, "at "+Display(step))
	}
	failed := FailureWords(h)
	if failed != "" && !isInFlight(h.State) && h.State != progress.Succeeded {
		out = append(out, failed)
	}
	if h.Class != "" && isFailure(h.State) {
		out = append(out, "triage: "+Display(h.Class))
	}
	if undone := UndoneWords(h); undone != "" {
		out = append(out, undone)
	} else if why := Display(h.Why); why != "" && !isInFlight(h.State) {
		if !strings.HasSuffix(failed, ": "+why) { // said already
			out = append(out, why)
		}
	} else if h.Code != "" {
		out = append(out, Sentence(h.Code, ""))
	}
	if h.Code != "" && !isFailure(h.State) && len(out) > 0 {
		out[len(out)-1] += fmt.Sprintf(" (%s)", h.Code)
	}
	if h.Retry > r.AsOf {
		out = append(out, "again at "+stamp(h.Retry, zone))
	}
	if h.Overrun {
		out = append(out, "it went on after its window")
	}
	if h.Partial {
		out = append(out, "some of its patches went in, some did not")
	}
	if len(out) == 0 && h.State == progress.Deferred && run.Schedule != nil {
		if p, ok := run.Schedule.Placements[h.Asset]; ok {
			out = append(out, "planned "+stamp(p.Start, zone))
		}
	}
	return strings.Join(slices.Compact(out), "; ")
}

// FailureWords is how the last segment of a host failed; "" where it did not.
func FailureWords(h *progress.Host) string { return outcomeWords(h.Outcome) }

// UndoneWords is how the rollback of a host failed; "" where it did not.
func UndoneWords(h *progress.Host) string {
	words := outcomeWords(h.Undone)
	if words != "" && h.Undone.Step == "" {
		words = "rollback " + words
	}
	return words
}

func outcomeWords(o *dispatch.Outcome) string {
	if o == nil || o.Result == "" || o.Result == dispatch.Succeeded {
		return ""
	}
	words := o.Result
	if o.Step != "" {
		words = fmt.Sprintf("%s %s", Display(o.Step), o.Result)
	}
	if o.Exit != 0 {
		words += fmt.Sprintf(" with exit status %d", o.Exit)
	}
	if o.Why != "" {
		words += ": " + Display(o.Why)
	}
	return words
}

// WaitLines are waits in words, those that are alike as one, at most so many.
func WaitLines(waits []progress.Wait, zone *time.Location, most int) []string {
	type kind struct {
		wave, why string
		code      rollout.Code
		until     int64
	}
	var order []kind
	who := map[kind][]string{}
	for _, w := range waits {
		k := kind{w.Wave, w.Why, w.Code, w.Until}
		if who[k] == nil {
			order = append(order, k)
		}
		who[k] = append(who[k], w.Asset)
	}
	var out []string
	for i, k := range order {
		if i == most {
			out = append(out, fmt.Sprintf("and %s more", plural(len(order)-i, "reason")))
			break
		}
		line := waiters(k.wave, who[k]) + ": " + k.why
		if k.why == "" {
			line = waiters(k.wave, who[k]) + ": " + Sentence(k.code, "")
		}
		if k.code != "" {
			line += fmt.Sprintf(" (%s)", k.code)
		}
		if k.until > 0 {
			line += "; until " + stamp(k.until, zone)
		}
		out = append(out, line)
	}
	return out
}

// waiters are who waits, at most three by name.
func waiters(wave string, assets []string) string {
	assets = slices.DeleteFunc(slices.Clone(assets), func(a string) bool { return a == "" })
	switch {
	case len(assets) == 0 && wave == "":
		return "the rollout"
	case len(assets) == 0:
		return "wave " + wave
	case len(assets) > 3:
		return fmt.Sprintf("%s and %d more hosts", strings.Join(assets[:3], ", "), len(assets)-3)
	}
	return strings.Join(assets, ", ")
}
