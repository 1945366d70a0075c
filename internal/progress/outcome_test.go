package progress

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
)

// claimedHost is a stage with one host claimed, and its task.
func claimedHost(t *testing.T, segment dispatch.Segment) (*stage, *dispatch.Task) {
	s := newStage(t, "2026-06-11T01:00:00Z", 2)
	s.begin()
	s.append("acme", resultlog.Record{Kind: resultlog.WaveBegun, Run: "sha256:run", Plan: key, Wave: "all", Assets: []string{"h000", "h001"}})
	task := &dispatch.Task{
		Key: "k1", Run: "sha256:run", Client: "acme", Plan: "os", Wave: "all", Asset: "h000", Segment: segment, Attempt: 1,
		Packages: []dispatch.Package{{Name: "a", Version: "2"}, {Name: "b", Version: "2"}},
	}
	s.append("acme", resultlog.Record{
		Kind: resultlog.Claim, Run: task.Run, Plan: key, Wave: "all", Asset: "h000", Segment: string(segment), Attempt: 1, Key: "k1",
		End: "2026-06-11T04:00:00Z", NotAfter: "2026-06-11T01:00:30Z", Worst: 600,
	})
	return s, task
}

func (s *stage) outcome(task *dispatch.Task, a dispatch.Answer) resultlog.Record {
	s.Helper()
	a.Key = task.Key
	all := Outcome(s.state, s.docs, task, a, s.now.At)
	if len(all) != 1 || all[0].Client != "acme" || all[0].Record.Plan != key {
		s.Fatalf("%+v made %+v", a, all)
	}
	return all[0].Record
}

func inShort(r resultlog.Record) string {
	return strings.Join(strings.Fields(fmt.Sprintln(r.Kind, r.Outcome, r.Code, r.Class, r.Step, r.Begin)), " ")
}

func failure(step string, exit int64) *dispatch.Outcome {
	return &dispatch.Outcome{Result: dispatch.Failed, Step: step, Exit: exit, Began: 100, Ended: 160}
}

func TestOutcomesOfAnswers(t *testing.T) {
	for _, c := range []struct {
		segment dispatch.Segment
		answer  dispatch.Answer
		want    string
	}{
		{dispatch.Install, dispatch.Answer{State: dispatch.Finished, Outcome: &dispatch.Outcome{Result: dispatch.Succeeded}}, "result succeeded"},
		{dispatch.Install, dispatch.Answer{State: dispatch.Finished, Outcome: &dispatch.Outcome{Result: dispatch.Stopped, Step: "stage"}}, "result stopped window stage"},
		{dispatch.Install, dispatch.Answer{State: dispatch.Finished, Outcome: failure("install", 100)}, "result failed patch install"},
		{dispatch.Install, dispatch.Answer{State: dispatch.Finished, Outcome: failure("precheck", 1)}, "result failed host precheck 2026-06-11T01:10:00Z"},
		{dispatch.Rollback, dispatch.Answer{State: dispatch.Finished, Outcome: failure("precheck", 1)}, "result failed host precheck"},
		{dispatch.Install, dispatch.Answer{State: dispatch.Finished}, "unknown"},
		{dispatch.Install, dispatch.Answer{State: dispatch.Interrupted}, "result interrupted host 2026-06-11T01:10:00Z"},
		{dispatch.Reboot, dispatch.Answer{State: dispatch.Interrupted}, "unknown"},
		{dispatch.Verify, dispatch.Answer{State: dispatch.Unreachable}, "unknown"},
		{dispatch.Install, dispatch.Answer{State: dispatch.Refused, Why: dispatch.Locked}, "result stopped LOCKED"},
		{dispatch.Install, dispatch.Answer{State: dispatch.Refused, Why: dispatch.ClockSkew, Asked: "start"}, "result stopped CLOCK_SKEW"},
		{dispatch.Install, dispatch.Answer{State: dispatch.Refused, Why: dispatch.ClockSkew, Asked: "probe"}, "unknown"}, // it may run there
	} {
		s, task := claimedHost(t, c.segment)
		s.plan.Jobs["h000"].Retry = map[string]Retry{"host": {Attempts: 2, Delay: 600}}
		r := s.outcome(task, c.answer)
		if got := inShort(r); got != c.want {
			t.Errorf("%s %+v is %q, wanted %q", c.segment, c.answer, got, c.want)
		}
		s.append("acme", r) // the fold takes it
	}
}

func TestOutcomesThatSayNothing(t *testing.T) {
	s, task := claimedHost(t, dispatch.Install)
	if got := Outcome(s.state, s.docs, task, dispatch.Answer{State: dispatch.Refused, Asked: "stop", Why: dispatch.HostKey}, s.now.At); len(got) != 0 {
		t.Errorf("a stop that was refused made %+v", got)
	}
	for _, state := range []dispatch.State{dispatch.Running, dispatch.Absent, ""} {
		if got := Outcome(s.state, s.docs, task, dispatch.Answer{State: state}, s.now.At); len(got) != 0 {
			t.Errorf("%q made %+v", state, got)
		}
	}
}

func TestAnotherHostKeyIsRecorded(t *testing.T) {
	s, task := claimedHost(t, dispatch.Install)
	got := Outcome(s.state, s.docs, task, dispatch.Answer{State: dispatch.Refused, Why: dispatch.HostKey, HostKey: "SHA256:abc", Text: "the key is another"}, s.now.At)
	if len(got) != 2 || got[0].Record.Kind != resultlog.HostKey || got[0].Record.HostKey != "SHA256:abc" || got[1].Record.Code != "HOST_KEY" {
		t.Errorf("%+v", got)
	}
}

// Attempts are counted with the first; a host that has none left has failed.
func TestRetriesEnd(t *testing.T) {
	s, task := claimedHost(t, dispatch.Install)
	s.plan.Jobs["h000"].Retry = map[string]Retry{"patch": {Attempts: 2}}
	a := dispatch.Answer{State: dispatch.Finished, Outcome: failure("install", 100)}
	r := s.outcome(task, a)
	if r.Begin != "2026-06-11T01:00:00Z" {
		t.Fatalf("the first attempt: %+v", r)
	}
	s.append("acme", r)
	task.Key, task.Attempt = "k2", 2
	s.append("acme", resultlog.Record{Kind: resultlog.Claim, Run: task.Run, Plan: key, Wave: "all", Asset: "h000", Segment: "install", Attempt: 2, Key: "k2", Worst: 600})
	if r := s.outcome(task, a); r.Begin != "" {
		t.Errorf("the second attempt: %+v", r)
	}
}

// WR31: of 13 patches one fails and another needs a reboot: the reboot is done within the
// window, and the host has failed in part.
func TestCaseWR31FailedInPart(t *testing.T) {
	s, task := claimedHost(t, dispatch.Install)
	task.Packages = nil
	got := failure("install", 100)
	got.Reboot = true
	for i := range 13 {
		p := dispatch.Package{Name: fmt.Sprintf("p%02d", i), Version: "2"}
		task.Packages = append(task.Packages, p)
		state, version := "ii", "2"
		if i == 7 {
			state, version = "iF", "2"
		}
		got.Facts = append(got.Facts, dispatch.Fact{Name: "package", Subject: p.Name, Value: version, State: state})
		got.Before = append(got.Before, dispatch.Package{Name: p.Name, Version: "1"})
	}
	s.plan.Jobs["h000"].Retry = map[string]Retry{"patch": {Attempts: 5}}
	r := s.outcome(task, dispatch.Answer{State: dispatch.Finished, Outcome: got})
	if inShort(r) != "result failed PARTIAL patch install" || !r.Reboot {
		t.Fatalf("%s, reboot %t", inShort(r), r.Reboot)
	}
	s.append("acme", r)
	if h := s.run().Hosts["h000"]; h.State != RebootRequired || !h.Partial {
		t.Fatalf("the host is %+v", h)
	}
	s.until("2026-06-11T03:00:00Z")
	if h := s.run().Hosts["h000"]; h.State != Failed || !h.Partial {
		t.Errorf("in the end the host is %s, partial %t", h.State, h.Partial)
	}
	if n := len(slices.DeleteFunc(slices.Clone(s.log), func(l Logged) bool { return l.Record.Kind != resultlog.Claim || l.Record.Segment != "reboot" })); n != 1 {
		t.Errorf("%d reboots, wanted one", n)
	}
}

// A package that was there before, or is not in order, is no part that went in.
func TestNothingWentIn(t *testing.T) {
	s, task := claimedHost(t, dispatch.Install)
	got := failure("install", 100)
	got.Before = []dispatch.Package{{Name: "a", Version: "2"}, {Name: "b", Version: "1"}}
	got.Facts = []dispatch.Fact{{Name: "package", Subject: "a", Value: "2", State: "ii"}, {Name: "package", Subject: "b", Value: "2", State: "iF"}}
	if r := s.outcome(task, dispatch.Answer{State: dispatch.Finished, Outcome: got}); r.Code != "" {
		t.Errorf("code %s", r.Code)
	}
}

// A session that ended well leaves its packages known, also where its host says nothing of
// them; what the host says counts more.
func TestWhatWasDoneIsKnown(t *testing.T) {
	s, task := claimedHost(t, dispatch.Verify)
	got := &dispatch.Outcome{Result: dispatch.Succeeded, Facts: []dispatch.Fact{{Name: "package", Subject: "a", Value: "2.1", State: "ii"}}}
	r := s.outcome(task, dispatch.Answer{State: dispatch.Finished, Outcome: got})
	want := []resultlog.Fact{{Name: "package", Subject: "a", Value: "2.1", State: "ii"}, {Name: "package", Subject: "b", Value: "2"}}
	if !slices.Equal(r.Facts, want) {
		t.Errorf("facts %+v, wanted %+v", r.Facts, want)
	}
	s.append("acme", resultlog.Record{Kind: resultlog.Facts, Asset: "h000", Facts: want})
	if r := s.outcome(task, dispatch.Answer{State: dispatch.Finished, Outcome: &dispatch.Outcome{Result: dispatch.Succeeded}}); len(r.Facts) != 1 || r.Facts[0].Subject != "a" {
		t.Errorf("facts %+v", r.Facts)
	}
	task.Segment = dispatch.Install
	if r := s.outcome(task, dispatch.Answer{State: dispatch.Finished, Outcome: &dispatch.Outcome{Result: dispatch.Succeeded}}); len(r.Facts) != 0 {
		t.Errorf("before the end there are facts: %+v", r.Facts)
	}
}

// TestARollbackKeepsTheClass: why a host failed is not why its rollback did.
func TestARollbackKeepsTheClass(t *testing.T) {
	s, task := claimedHost(t, dispatch.Verify)
	for _, segment := range []dispatch.Segment{dispatch.Verify, dispatch.Rollback} {
		if task.Segment = segment; segment == dispatch.Rollback {
			task.Key = "k2"
			s.append("acme", resultlog.Record{Kind: resultlog.Claim, Run: task.Run, Plan: key, Wave: "all", Asset: "h000", Segment: string(segment), Attempt: 1, Key: "k2"})
		}
		s.append("acme", s.outcome(task, dispatch.Answer{State: dispatch.Finished, Outcome: failure(map[bool]string{true: "rollback", false: "postcheck"}[segment == dispatch.Rollback], 1)}))
	}
	if h := s.run().Hosts["h000"]; h.Class != "app" || h.State != RollbackFailed || h.Undone.Exit != 1 {
		t.Errorf("the host is %s, class %s", h.State, h.Class)
	}
}

// TestWhatWasUndoneIsKnown: a host that says nothing of its packages has not, after a
// rollback, what was recorded when it was done; else it would never be patched again.
func TestWhatWasUndoneIsKnown(t *testing.T) {
	for _, c := range []struct {
		undo   []dispatch.Package
		result string
		want   resultlog.Fact
	}{
		{nil, dispatch.Succeeded, resultlog.Fact{Name: "package", Subject: "a", Value: "2", State: "rolled back"}},
		{[]dispatch.Package{{Name: "a", Version: "1"}}, dispatch.Succeeded, resultlog.Fact{Name: "package", Subject: "a", Value: "1"}},
		{[]dispatch.Package{{Name: "a", Version: "1"}}, dispatch.Failed, resultlog.Fact{Name: "package", Subject: "a", Value: "2", State: "rollback failed"}},
	} {
		s, task := claimedHost(t, dispatch.Rollback)
		task.Undo = c.undo
		s.append("acme", resultlog.Record{Kind: resultlog.Facts, Asset: "h000", Facts: []resultlog.Fact{{Name: "package", Subject: "a", Value: "2"}, {Name: "package", Subject: "b", Value: "1"}}})
		r := s.outcome(task, dispatch.Answer{State: dispatch.Finished, Outcome: &dispatch.Outcome{Result: c.result}})
		if !slices.Equal(r.Facts, []resultlog.Fact{c.want}) {
			t.Errorf("%v %s: facts %+v, wanted %+v", c.undo, c.result, r.Facts, c.want)
		}
		said := dispatch.Outcome{Result: c.result, Facts: []dispatch.Fact{{Name: "package", Subject: "a", Value: "1.5", State: "ii"}}}
		if r := s.outcome(task, dispatch.Answer{State: dispatch.Finished, Outcome: &said}); len(r.Facts) != 1 || r.Facts[0].Value != "1.5" {
			t.Errorf("%v %s: the host says 1.5, and it is %+v", c.undo, c.result, r.Facts)
		}
	}
}

func TestOverrunIsPastTheOpening(t *testing.T) {
	end := clock(t, "2026-06-11T04:00:00Z")
	for ended, want := range map[int64]bool{end: false, end + 1: true} {
		s, task := claimedHost(t, dispatch.Install)
		r := s.outcome(task, dispatch.Answer{State: dispatch.Finished, Outcome: &dispatch.Outcome{Result: dispatch.Succeeded, Began: end - 60, Ended: ended}})
		if r.Overrun != want || r.MS != 1000*(ended-end+60) {
			t.Errorf("ended %d s after the opening: overrun %t, %d ms", ended-end, r.Overrun, r.MS)
		}
	}
}

// R49: whatever a host says, a record is bounded, and facts are not lost.
func TestWhatAHostSaysIsBounded(t *testing.T) {
	s, task := claimedHost(t, dispatch.Install)
	long := strings.Repeat("\x00\xff😀", 20_000)
	got := &dispatch.Outcome{Result: dispatch.Failed, Step: long, Why: long, Output: dispatch.Output{Text: long, Bytes: 1 << 30}}
	task.Packages = nil
	for i := range 300 {
		name := fmt.Sprintf("p%03d", i)
		task.Packages = append(task.Packages, dispatch.Package{Name: name, Version: "2"})
		got.Facts = append(got.Facts, dispatch.Fact{Name: "package", Subject: name, Value: long, State: long})
		got.Before = append(got.Before, dispatch.Package{Name: name, Version: long})
	}
	all := Outcome(s.state, s.docs, task, dispatch.Answer{State: dispatch.Finished, Outcome: got, Text: long}, s.now.At)
	facts := 0
	for _, l := range all {
		line, err := canonical.Marshal(l.Record)
		if err != nil || len(line) > 60<<10 {
			t.Errorf("a record of %d bytes, %v", len(line), err)
		}
		facts += len(l.Record.Facts)
	}
	if out := all[0].Record.Out; facts != 600 || len(out.Text) > 4096 || !out.Cut || out.Bytes != 1<<30 {
		t.Errorf("%d facts, output %d of %d bytes, cut %t", facts, len(out.Text), out.Bytes, out.Cut)
	}
}

// A cause that a wave is paused for is the class of everybody who shares it: its retries
// count.
func TestSharedCauseIsTheClass(t *testing.T) {
	s, task := claimedHost(t, dispatch.Install)
	s.plan.Jobs["h000"].Relay = "lyon"
	s.plan.Jobs["h000"].Retry = map[string]Retry{"relay": {Attempts: 2, Delay: 60}}
	s.append("acme", resultlog.Record{Kind: resultlog.WavePaused, Run: task.Run, Plan: key, Wave: "all", Code: PauseTriage, Reason: "relay lyon", Why: "relay: relay lyon; 48 of 50"})
	r := s.outcome(task, dispatch.Answer{State: dispatch.Finished, Outcome: failure("precheck", 1)})
	if inShort(r) != "result failed relay precheck 2026-06-11T01:01:00Z" {
		t.Errorf("%s", inShort(r))
	}
}

// TestT3HostsForgeNothing: a host names nothing that a rollback would go back to but what was
// noted of the packages of the task, and no number of it is more than one can reckon with.
func TestT3HostsForgeNothing(t *testing.T) {
	s, task := claimedHost(t, dispatch.Install)
	r := s.outcome(task, dispatch.Answer{State: dispatch.Finished, Outcome: &dispatch.Outcome{
		Result: dispatch.Failed, Step: "install", Exit: 1, Began: -1 << 62, Ended: 1 << 62,
		Steps:  []dispatch.StepOutcome{{Name: "a", Millis: 1 << 62}, {Name: "b", Millis: 1 << 62}, {Name: "c", Millis: -1 << 62}},
		Facts:  []dispatch.Fact{{Name: "before", Subject: "openssl", Value: "0.1"}, {Name: "before", Subject: "a", Value: "0"}},
		Before: []dispatch.Package{{Name: "a", Version: "1"}, {Name: "sudo", Version: "0"}},
	}})
	if r.MS != longest {
		t.Errorf("%d ms found, %d wanted", r.MS, int64(longest))
	}
	if len(r.Facts) != 1 || r.Facts[0] != (resultlog.Fact{Name: "before", Subject: "a", Value: "1"}) {
		t.Errorf("%+v found, what the snapshot noted of a alone wanted", r.Facts)
	}
	s, task = claimedHost(t, dispatch.Install)
	r = s.outcome(task, dispatch.Answer{State: dispatch.Finished, Outcome: &dispatch.Outcome{Result: dispatch.Succeeded, Began: -1 << 62, Ended: 1 << 62}})
	if r.MS < 0 || r.MS > longest {
		t.Errorf("%d ms found, 0 to %d wanted", r.MS, int64(longest))
	}
}
