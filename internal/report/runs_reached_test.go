package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
)

// WR34: a rollout shows how long most of its hosts took, and who never finished hides in no
// average. Nine of ten hosts are done after these hours; one more left the rollout.
func TestCaseWR34IsShown(t *testing.T) {
	const hour = 3600
	rollout := func(hours ...int64) Runs {
		return oneNight(func(_ *Runs, run *progress.Run) {
			run.Began, run.Hosts = at12-100*hour, map[string]*progress.Host{
				"never": {Asset: "never", Wave: "all", State: progress.Failed}, "left": {Asset: "left", Wave: "all", State: progress.Excepted},
			}
			for i, h := range hours {
				name := fmt.Sprint("h", i)
				run.Hosts[name] = &progress.Host{
					Asset: name, Wave: "all", State: progress.Succeeded, Since: at12, // its wave ended then
					Outcome: &dispatch.Outcome{Result: dispatch.Succeeded, Ended: run.Began + h*hour},
				}
			}
		})
	}
	all := []int64{2, 5, 9, 20, 26, 30, 31, 50, 74}
	ended := rollout(all...)
	ended.State.Runs["acme/x"].Ended = at12
	for _, c := range []struct {
		runs       Runs
		text, json string
	}{
		{rollout(all...), "  75 % done after 2 d 2 h, 90 % after 3 d 2 h, 100 % not yet: 1 host not done\n", `{"p75":180000,"p90":266400,"p100":null,"censored":1}`},
		{ended, "90 % after 3 d 2 h, 100 % never: 1 host not done\n", `"censored":1}`},
		{rollout(2), "", `{"p75":null,"p90":null,"p100":null,"censored":1}`},
	} {
		var text, json bytes.Buffer
		if err := WriteRuns(&text, "text", c.runs, Options{}); err != nil {
			t.Fatal(err)
		}
		if err := WriteRuns(&json, "json", c.runs, Options{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text.String(), c.text) || c.text == "" && strings.Contains(text.String(), "%") {
			t.Errorf("wanted %q in\n%s", c.text, &text)
		}
		if flat := strings.Join(strings.Fields(json.String()), ""); !strings.Contains(flat, `"timeToPatch":`) || !strings.Contains(flat, c.json) {
			t.Errorf("wanted %s in\n%s", c.json, &json)
		}
	}
	for seconds, want := range map[int64]string{0: "0 s", 59: "59 s", 60: "1 min", 3661: "1 h 1 min", 86400: "1 d", 86459: "1 d"} {
		if got := lasted(seconds); got != want {
			t.Errorf("%d s are %q, wanted %q", seconds, got, want)
		}
	}
}
