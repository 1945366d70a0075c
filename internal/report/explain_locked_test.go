package report

import (
	"strings"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/rollout"
)

// TestLockedAndComputed: of two places it is said which one is carried out, and why the other
// is another.
func TestLockedAndComputed(t *testing.T) {
	at := time.Date(2026, 3, 14, 21, 0, 0, 0, time.UTC).Unix()
	place := progress.Place{Window: "nightly", Occurrence: at, Start: at, End: at + 3600}
	host := &progress.Host{Asset: "web-01", State: progress.Planned, Place: &place}
	v := runView{Run: &progress.Run{
		Client: "acme", Plan: "x", Commit: "1234567890abcdef", Schedule: &progress.Locked{AsOf: at - 86400, Placements: map[string]progress.Place{"web-01": place}},
	}}
	computed := func(commit string, p ...rollout.PlanSchedule) string {
		var out []string
		for _, i := range (Computed{commit, p}).lockedItems(v, host, time.UTC) {
			out = append(out, strings.Repeat(" ", i.Depth)+i.Text)
		}
		return strings.Join(out, "\n")
	}
	placed := func(start int64) rollout.PlanSchedule {
		return rollout.PlanSchedule{Client: "acme", Plan: "x", Placements: []rollout.Placement{{Asset: "web-01", Window: "nightly", Start: start}}}
	}
	for name, c := range map[string]struct {
		got        string
		want, wish []string // in it, and not
	}{
		"the same": {computed("1234567890abcdef", placed(at)), []string{"its place is locked: Sat 2026-03-14 21:00", "computed now, it is the same"}, []string{"binds nobody"}},
		"another": {
			computed("", placed(at+86400)),
			[]string{"This one is carried out", "it would be Sun 2026-03-15 21:00", "that binds nobody", "knows nothing of the log", "of commit 1234567890ab, and this was computed from the working tree"},
			[]string{"its client was told"},
		},
		"no place":   {computed("fedcba", rollout.PlanSchedule{Client: "acme", Plan: "x", Unplaced: []rollout.Unplaced{{Asset: "web-01", Code: rollout.Freeze}}}), []string{"no place, or no work", "computed from fedcba"}, nil},
		"no plan":    {computed("fedcba"), []string{"the plan does not know of it"}, nil},
		"other plan": {computed("fedcba", rollout.PlanSchedule{Client: "globex", Plan: "x"}), []string{"does not know of it"}, nil},
	} {
		for _, want := range c.want {
			if !strings.Contains(c.got, want) {
				t.Errorf("%s: %q is not in\n%s", name, want, c.got)
			}
		}
		for _, not := range c.wish {
			if strings.Contains(c.got, not) {
				t.Errorf("%s: %q is in\n%s", name, not, c.got)
			}
		}
	}
	host.State, place.Moved = progress.Notified, rollout.Freeze
	v.Schedule.Placements["web-01"] = place
	if got := computed("", placed(at+60)); !strings.Contains(got, "it was moved there: ") || !strings.Contains(got, "its client was told of it") {
		t.Error(got)
	}
	host.State = progress.Succeeded
	if got := computed("", placed(at)); got != "" {
		t.Errorf("of a host that is done: %s", got)
	}
}

// TestNextIsItsRelay: a host whose relay is not in order waits for that, and not for its start;
// one that is done, or has failed, does not.
func TestNextIsItsRelay(t *testing.T) {
	v := runView{name: "acme/x", Run: &progress.Run{Client: "acme", Plan: "x"}, waits: []progress.Wait{
		{Client: "acme", Plan: "x", Asset: "web-01", Code: rollout.RelayUnhealthy, Why: "Relay/acme/lyon: its machine relay-01 is down"},
		{Client: "acme", Plan: "x", Asset: "web-02", Code: rollout.Freeze, Why: "Freeze/acme/q1"},
	}}
	const relay = "nothing while what it loads through is not in order (RELAY_UNHEALTHY): Relay/acme/lyon: its machine relay-01 is down"
	for state, want := range map[progress.HostState]string{
		progress.Planned: relay, progress.Deferred: relay, progress.Soaking: "nothing but time: it soaks", progress.Failed: "nothing by itself",
	} {
		if got := (Runs{}).nextOf(v, &progress.Host{Asset: "web-01", State: state}, time.UTC); got != want {
			t.Errorf("%s: next is %q, wanted %q", state, got, want)
		}
	}
	if got := (Runs{}).nextOf(v, &progress.Host{Asset: "web-02", State: progress.Planned}, time.UTC); got != "its turn" {
		t.Errorf("of another host: %q", got)
	}
}
