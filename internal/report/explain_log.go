package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// ExplainLogged is what the log says of a host in its rollouts: where it is, how its
// last attempt ended and why, what comes next, and the newest records of it. Records
// are those about the host, oldest first; computed are schedules of the documents alone.
func ExplainLogged(r Runs, computed Computed, client, asset string, records []resultlog.Record) (sections []ExplainSection, verdicts []string) {
	zone := r.Zones.of(client)
	for _, v := range r.views() {
		h := v.Hosts[asset]
		if v.Client != client || h == nil {
			continue
		}
		verdicts = append(verdicts, fmt.Sprintf("its rollout of %s: %s", Display(v.Plan), wordsOf(string(h.State))))
		items := append(computed.lockedItems(v, h, zone), r.loggedItems(v, h, zone)...)
		sections = append(sections, ExplainSection{Title: "rollout of " + Display(v.name) + ", by the log", Items: items})
	}
	if items := recordItems(records, zone); len(items) > 0 {
		sections = append(sections, ExplainSection{Title: "newest records of it", Items: items})
	}
	return sections, verdicts
}

func (r Runs) loggedItems(v runView, h *progress.Host, zone *time.Location) []ExplainItem {
	item := func(depth int, format string, args ...any) ExplainItem {
		return ExplainItem{Text: fmt.Sprintf(format, args...), Depth: depth}
	}
	state := wordsOf(string(h.State))
	if h.Since > 0 {
		state += " since " + stamp(h.Since, zone)
	}
	if h.Attempt > 0 {
		state += fmt.Sprintf(", attempt %d", h.Attempt)
	}
	out := []ExplainItem{item(0, "wave %s: %s", Display(h.Wave), state)}
	if step := r.State.Live[h.Key]; h.Key != "" && step != "" {
		out = append(out, item(1, "it is at step %s", Display(step)))
	}
	if f := FailureWords(h); f != "" {
		out = append(out, item(0, "its last attempt: %s", f))
		out = append(out, excerptItems(h.Outcome.Output.Text)...)
	}
	if h.Class != "" {
		out = append(out, item(0, "triage: %s, %s", Display(h.Class), classWords(h.Class)))
		out = append(out, evidence(v, h)...)
	}
	undone := UndoneWords(h)
	if undone != "" {
		out = append(out, item(0, "its way back: %s", undone))
		out = append(out, excerptItems(h.Undone.Output.Text)...)
	}
	if h.Code != "" {
		out = append(out, ExplainItem{Text: "it waits: " + Sentence(h.Code, ""), Code: h.Code, Hint: Lift(h.Code, "")})
	}
	if why := Display(h.Why); why != "" && undone == "" && !strings.HasSuffix(FailureWords(h), ": "+why) {
		out = append(out, item(0, "%s", why))
	}
	for _, f := range []struct {
		is    bool
		words string
	}{
		{h.Overrun, "it went on after its window"}, {h.Partial, "some of its patches went in, some did not"}, {h.Reboot, "it needs a reboot"},
	} {
		if f.is {
			out = append(out, item(0, "%s", f.words))
		}
	}
	return append(out, ExplainItem{Text: "next: " + r.nextOf(v, h, zone)})
}

// mostExcerpt is how many lines of a host's output are shown.
const mostExcerpt = 6

// excerptItems are the last lines of what a host printed.
func excerptItems(text string) []ExplainItem {
	var out []ExplainItem
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, l := range lines[max(0, len(lines)-mostExcerpt):] {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, ExplainItem{Text: "> " + Display(l), Depth: 1})
		}
	}
	return out
}

// evidence is why triage says so, where it paused a wave for it.
func evidence(v runView, h *progress.Host) []ExplainItem {
	for _, w := range v.waves {
		if w.Name == h.Wave && w.State == progress.Paused && w.Pause == progress.PauseTriage && w.PauseWhy != "" {
			return []ExplainItem{{Text: Display(w.PauseWhy), Depth: 1}}
		}
	}
	return nil
}

// classWords say what a class of failures means.
func classWords(class string) string {
	switch class {
	case "relay":
		return "what is behind one site or relay fails, the rest does not"
	case "agent":
		return "the host was not heard of"
	case "policy":
		return "all that were selected alike fail alike"
	case "patch":
		return "the package itself failed there, in its installation or afterwards"
	case "host":
		return "this host alone has trouble"
	case "window":
		return "the time in the window did not do"
	case "reboot":
		return "it did not come back from its reboot as it should"
	case "app":
		return "what runs on it does not work afterwards"
	}
	return "a class of its own"
}

// nextOf is what becomes of a host now.
func (r Runs) nextOf(v runView, h *progress.Host, zone *time.Location) string {
	wave := progress.WaveProgress{}
	for _, w := range v.waves {
		if w.Name == h.Wave {
			wave = w.WaveProgress
		}
	}
	switch {
	case h.Key != "":
		return "the outcome of what it is at"
	case h.Retry > r.AsOf:
		return "another attempt at " + stamp(h.Retry, zone)
	case v.Outcome != "":
		return "nothing, the rollout has ended: " + v.Outcome
	case v.Hold != nil && (v.Hold.Wave == "" || v.Hold.Wave == h.Wave):
		return fmt.Sprintf("nothing while it is %s by %s: %s", stopWords(v.Hold), Display(v.Hold.Person), Display(v.Hold.Reason))
	case h.State == progress.Succeeded, isOver(h.State):
		return "nothing, it is done with"
	case h.State == progress.Soaking:
		return "nothing but time: it soaks"
	case h.State == progress.Unknown:
		return "somebody finds out what became of it; it is asked again and again"
	case h.State == progress.RollbackFailed:
		return "nothing by itself: it is neither as it was nor as it was to be, and somebody puts it in order"
	case !isFailure(h.State) && v.unhealthy(h.Asset) != "":
		return fmt.Sprintf("nothing while what it loads through is not in order (%s): %s", rollout.RelayUnhealthy, Display(v.unhealthy(h.Asset)))
	case wave.State == progress.Paused:
		return fmt.Sprintf("nothing while its wave is paused (%s): patchops approve resume:%s", Display(wave.Pause), path(v.name, h.Wave))
	case isFailure(h.State):
		return "nothing by itself"
	case h.Code == rollout.MissedWindow:
		return "somebody lets it start in another window: patchops approve resume:" + v.name
	}
	if v.Schedule != nil {
		if p, ok := v.Schedule.Placements[h.Asset]; ok {
			return fmt.Sprintf("its start, planned %s in window %s", stamp(p.Start, zone), Display(p.Window))
		}
		if code, ok := v.Schedule.Unplaced[h.Asset]; ok {
			return "nothing, it has no place: " + Sentence(code, "")
		}
	}
	return "its turn"
}

// unhealthy is why a host waits because of its relay; "" it does not.
func (v runView) unhealthy(asset string) string {
	for _, w := range v.waits {
		if w.Asset == asset && w.Code == rollout.RelayUnhealthy {
			return w.Why
		}
	}
	return ""
}

// mostRecords is how many records of a host are shown.
const mostRecords = 8

func recordItems(records []resultlog.Record, zone *time.Location) []ExplainItem {
	var out []ExplainItem
	for _, rec := range records[max(0, len(records)-mostRecords):] {
		at, err := time.Parse(time.RFC3339, rec.T)
		if err != nil {
			continue
		}
		words := strings.Join(slices.Concat([]string{string(rec.Kind)}, executionWords(rec)), " ")
		if rec.Why != "" && rec.Kind != resultlog.Claim {
			words += ": " + rec.Why
		}
		out = append(out, ExplainItem{Text: stamp(at.Unix(), zone) + ", record " + fmt.Sprint(rec.Seq) + ": " + Display(words)})
	}
	return out
}
