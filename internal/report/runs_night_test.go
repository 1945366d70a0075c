package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// oneNight is a rollout of two hosts whose wave somebody changes.
func oneNight(change func(*Runs, *progress.Run)) Runs {
	r := Runs{AsOf: at12, State: progress.Begin(), Plan: "acme/x"}
	run := &progress.Run{
		ID: "sha256:1", Client: "acme", Plan: "x", Began: at12 - 600, Schedule: &progress.Locked{}, Notices: map[string]int64{},
		Waves: []progress.WaveProgress{{Name: "all", State: progress.WaveRunning, Begun: at12 - 600, Assets: []string{"a", "b"}}},
		Hosts: map[string]*progress.Host{"a": {Asset: "a", Wave: "all", State: progress.Planned}, "b": {Asset: "b", Wave: "all", State: progress.Planned}},
	}
	r.State.Runs["acme/x"] = run
	change(&r, run)
	return r
}

// TestWhatAnOperatorReadsAtNight: each state says what it is, what it waits for and who must
// act, and says it once.
func TestWhatAnOperatorReadsAtNight(t *testing.T) {
	for name, c := range map[string]struct {
		change    func(*Runs, *progress.Run)
		want, not []string
		stands    bool
	}{
		"a rollback that failed": {func(_ *Runs, run *progress.Run) {
			*run.Hosts["a"] = progress.Host{
				Asset: "a", Wave: "all", State: progress.RollbackFailed, Attempt: 1, Class: "app", Outcome: &dispatch.Outcome{Result: dispatch.Failed, Step: "postcheck", Exit: 1},
				Undone: &dispatch.Outcome{Result: dispatch.Failed, Step: "rollback", Exit: 7, Why: "no such version"}, Why: "no such version",
			}
		}, []string{"postcheck failed with exit status 1; triage: app; rollback failed with exit status 7: no such version\n"}, nil, false},
		"why is said once": {func(_ *Runs, run *progress.Run) {
			*run.Hosts["a"] = progress.Host{
				Asset: "a", Wave: "all", State: progress.Failed, Attempt: 1, Class: "patch", Why: "disk broken",
				Outcome: &dispatch.Outcome{Result: dispatch.Failed, Step: "install", Exit: 1, Why: "disk broken"},
			}
		}, []string{"install failed with exit status 1: disk broken; triage: patch\n"}, nil, false},
		"a gate of people": {func(_ *Runs, run *progress.Run) { run.Waves[0].State = progress.AwaitingApproval }, []string{"patchops approve gate:acme/x/all"}, nil, true},
		"a task": {func(r *Runs, run *progress.Run) {
			run.Hosts["a"].State, run.Hosts["a"].Key = progress.Claimed, "k"
			r.Docs = &progress.Documents{Plans: map[string]*progress.Plan{"acme/x": {Jobs: map[string]*progress.Job{"a": {Target: dispatch.Target{Type: "manual"}}}}}}
		}, []string{"technicians have 1 task open: patchops task list"}, nil, false},
		"told, and not long ago enough": {func(r *Runs, run *progress.Run) {
			run.Schedule.Notices = []rollout.Notice{{Contact: "ops", Window: "w", Occurrence: 7}}
			run.Notices[progress.NoticeKey("ops", "w", 7)] = at12 - 60
			r.Waits = []progress.Wait{{Client: "acme", Plan: "x", Wave: "all", Asset: "a", Code: rollout.NoticeLead, Why: "too late"}}
		}, []string{"a: too late (NOTICE_LEAD)"}, []string{"notice list"}, false},
		"held before it began": {func(r *Runs, _ *progress.Run) {
			r.State.Runs = map[string]*progress.Run{}
			r.State.Stops["acme/x"] = []progress.Stop{{Kind: resultlog.Hold, Person: "ben", Reason: "not tonight", At: at12 - 60}}
			r.Waits = []progress.Wait{{Client: "acme", Plan: "x", Code: rollout.Held, Why: "hold by ben: not tonight"}, {Client: "acme", Plan: "y", Code: rollout.Held}}
		}, []string{
			"no rollout of acme/x began yet\n  held by ben since ", ": not tonight\n", "the rollout: hold by ben: not tonight (HELD)",
			"lift the hold: patchops approve resume:acme/x",
		}, nil, true},
	} {
		r := oneNight(c.change)
		var b bytes.Buffer
		if err := WriteRuns(&b, "text", r, Options{}); err != nil {
			t.Fatal(err)
		}
		for _, want := range c.want {
			if strings.Count(b.String(), want) != 1 {
				t.Errorf("%s: once wanted %q in\n%s", name, want, &b)
			}
		}
		for _, not := range c.not {
			if strings.Contains(b.String(), not) {
				t.Errorf("%s: %q is in\n%s", name, not, &b)
			}
		}
		if r.Stand() != c.stands {
			t.Errorf("%s: it stands: %t, wanted %t", name, r.Stand(), c.stands)
		}
	}
}
