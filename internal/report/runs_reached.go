package report

import (
	"fmt"
	"strings"

	"github.com/patchops/patchops/internal/progress"
)

// jsonReached is how long after its beginning so many percent of a rollout's hosts were done,
// in seconds; null is not yet, and after its end never. Whoever is not done is censored.
type jsonReached struct {
	P75      *int64 `json:"p75"`
	P90      *int64 `json:"p90"`
	P100     *int64 `json:"p100"`
	Censored int    `json:"censored"`
}

func reachedValue(run *progress.Run) jsonReached {
	ends, of := run.Patched()
	after := func(percent int) *int64 {
		at, ok := progress.Reached(ends, of, percent)
		if !ok {
			return nil
		}
		seconds := max(0, at-run.Began)
		return &seconds
	}
	return jsonReached{after(75), after(90), after(100), of - len(ends)}
}

// reachedWords says it in one line, from when the first of it is reached on.
func reachedWords(run *progress.Run) string {
	t := reachedValue(run)
	var out []string
	for _, p := range []struct {
		percent int
		after   *int64
	}{{75, t.P75}, {90, t.P90}, {100, t.P100}} {
		switch {
		case p.after != nil && out == nil:
			out = append(out, fmt.Sprintf("%d %% done after %s", p.percent, lasted(*p.after)))
		case p.after != nil:
			out = append(out, fmt.Sprintf("%d %% after %s", p.percent, lasted(*p.after)))
		case out == nil:
			return ""
		default:
			return fmt.Sprintf("%s, %d %% %s: %s not done", strings.Join(out, ", "), p.percent, notReached(run), plural(t.Censored, "host"))
		}
	}
	return strings.Join(out, ", ")
}

func notReached(run *progress.Run) string {
	if run.Ended > 0 {
		return "never"
	}
	return "not yet"
}

// lasted is a length of time in its two largest units.
func lasted(seconds int64) string {
	units := []struct {
		length int64
		name   string
	}{{86400, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}}
	for i, u := range units {
		if seconds < u.length && u.length > 1 {
			continue
		}
		out := fmt.Sprintf("%d %s", seconds/u.length, u.name)
		if rest := seconds % u.length; u.length > 1 && rest >= units[i+1].length {
			out += fmt.Sprintf(" %d %s", rest/units[i+1].length, units[i+1].name)
		}
		return out
	}
	return ""
}
