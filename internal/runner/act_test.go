package runner_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/canonical"
	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
	"github.com/patchops/patchops/internal/runner"
	"github.com/patchops/patchops/internal/runner/runnertest"
)

func notice(contact string) progress.Decision {
	return progress.Decision{
		Act: progress.Notifies, Client: "acme", Plan: "march", Notice: &rollout.Notice{Contact: contact, Window: "nightly", Occurrence: 1},
		Records: []resultlog.Record{{Kind: resultlog.Notice, Plan: "acme/march", Contact: contact, Window: "nightly", Occurrence: "1970-01-01T00:00:01Z"}},
	}
}

// A notice that cannot be delivered is recorded as failed, tried again ever later, and
// recorded once it is sent; others do not wait for it.
func TestNoticesAreTriedAgainAndRecorded(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	s.first = []progress.Decision{notice("ada"), notice("ben")}
	tries := 0
	s.Tell.Fail = func(_, contact string) error {
		if contact == "ada" {
			if tries++; tries < 4 {
				return errors.New("mailbox full")
			}
		}
		return nil
	}
	n := s.node()
	s.run(n, 60*30)
	var got []string
	for _, r := range s.Log.Of(resultlog.Notice) {
		got = append(got, r.Contact+" "+r.Outcome+" "+r.Channel+r.Why)
	}
	want := []string{"ada failed mailbox full", "ben sent file", "ada failed mailbox full", "ada failed mailbox full", "ada sent file"}
	if !slices.Equal(got, want) {
		t.Errorf("notices %q, wanted %q", got, want)
	}
	s.once(1)
}

// A notice that was sent is not sent again because its record did not get into the log.
func TestASentNoticeIsNotSentTwice(t *testing.T) {
	for _, fault := range []runnertest.Fault{runnertest.Down, runnertest.Lost, runnertest.Late, runnertest.Race, runnertest.Full} {
		s := newStage(t, runnertest.Shape{Hosts: 1})
		s.first = []progress.Decision{notice("ada")}
		n, left := s.node(), 3
		n.Ledger.Fail = func(call string) runnertest.Fault {
			if call == "flush" && left > 0 {
				left--
				return fault
			}
			return runnertest.Fine
		}
		s.run(n, 1200)
		if len(s.Tell.Told) != 1 || len(s.Log.Of(resultlog.Notice)) != 1 {
			t.Errorf("fault %d: told %d times, recorded %d", fault, len(s.Tell.Told), len(s.Log.Of(resultlog.Notice)))
		}
		s.once(1)
	}
}

// A flood of notices of one client is spread over steps.
func TestR65NoticesAreBoundedInAStep(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	for i := range 2000 {
		s.first = append(s.first, notice(fmt.Sprintf("contact-%04d", i)))
	}
	n := s.node()
	s.step(n)
	if told := len(s.Tell.Told); told == 0 || told > 100 {
		t.Errorf("told %d in one step", told)
	}
	s.run(n, 1200)
	if len(s.Tell.Told) != 2000 || len(s.Log.Of(resultlog.Notice)) != 2000 {
		t.Errorf("told %d, recorded %d", len(s.Tell.Told), len(s.Log.Of(resultlog.Notice)))
	}
}

// A gate's probe runs every so often for the assets that were decided, and each thing that
// it found is recorded once: what it comes to is decided by all of them.
func TestGatesAreMeasuredAndRecordedEachTime(t *testing.T) {
	for name, found := range map[string][]string{
		"passes": {"pass"}, "in the end": {"fail", "inconclusive", "pass"},
		"three in a row": {"fail", "fail", "fail"}, "under way at first": {"", "", "pass"},
	} {
		s := newStage(t, runnertest.Shape{Hosts: 1})
		s.first = []progress.Decision{{
			Act: progress.Measures, Client: "acme", Plan: "march", Wave: "wave-0", Gate: &progress.Gate{Name: "probe-0", Every: 60, Fail: 3},
			Assets:  []string{"h01"},
			Records: []resultlog.Record{{Kind: resultlog.Gate, Plan: "acme/march", Wave: "wave-0", Gate: "probe-0"}},
		}}
		s.measured = int64(len(slices.DeleteFunc(slices.Clone(found), func(o string) bool { return o == "" })))
		var want, got []string
		last := int64(-60)
		s.Tell.Gate = func(_, _, _ string, _ progress.Gate) (string, string) {
			i := min(s.Tell.Measured-1, len(found)-1)
			if s.Seconds() < last+60 {
				t.Errorf("%s: measured again after %d s", name, s.Seconds()-last)
			}
			if found[i] != "" {
				last = s.Seconds()
			}
			return found[i], "because"
		}
		s.run(s.node(), 1200)
		for _, o := range found {
			if o != "" {
				want = append(want, o)
			}
		}
		for _, r := range s.Log.Of(resultlog.Gate) {
			got = append(got, r.Outcome)
		}
		if !slices.Equal(got, want) || s.Tell.Measured != len(found) || !slices.Equal(s.Tell.Assets, []string{"h01"}) {
			t.Errorf("%s: measured %d times, of %q, recorded %q", name, s.Tell.Measured, s.Tell.Assets, got)
		}
	}
}

// A hold stops what has not passed its point of no return; the rest goes to its end.
func TestAHoldStopsBeforeThePointOfNoReturn(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 2})
	s.segments = s.segments[:1]
	s.slow(20)
	s.Hosts.Host("acme", "host-001").Seconds = func(_ *dispatch.Task, step *dispatch.Step) int64 {
		if step.Name == dispatch.Installs {
			return 60
		}
		return 1
	}
	n := s.node()
	s.run(n, 25)
	s.Log.Add("acme", resultlog.Record{Kind: resultlog.Hold, Plan: "acme/march", T: "2026-03-02T12:00:25Z"})
	s.run(n, 600)
	if got := fmt.Sprint(s.outcomes()); got != "[host-000 install stopped host-001 install succeeded]" {
		t.Errorf("results %v", got)
	}
	if n.Exec.Stopped == 0 || n.Exec.Stopped > 8 {
		t.Errorf("asked to stop %d times", n.Exec.Stopped)
	}
}

// Steps that hosts are at are in State.Live while they run, and events say so.
func TestStepsAreShownWhileTheyRun(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	s.segments = s.segments[:1]
	s.slow(5)
	n := s.node()
	n.Quiet = false
	var got []string
	for range 40 {
		r, _ := s.step(n)
		for _, e := range r.Events {
			got = append(got, e.Kind+" "+e.State)
		}
		s.Pass(1)
	}
	want := []string{"claim install", "step precheck", "step snapshot", "step stage", "step install", "result succeeded"}
	if !slices.Equal(got, want) {
		t.Errorf("events %q, wanted %q", got, want)
	}
	if len(n.State.Live) != 0 {
		t.Errorf("live %v after the end", n.State.Live)
	}
}

// Events are news: not what the log held before, once others' words and never twice.
func TestEventsAreNews(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 2})
	first := s.node()
	s.run(first, 600)
	first.Ledger.Release()
	n := s.node()
	n.Quiet = false
	var got []string
	step := func() {
		r, _ := s.step(n)
		for _, e := range r.Events {
			got = append(got, fmt.Sprintf("%s %s %s/%s %d", e.Kind, e.State, e.Client, e.Plan, e.At-s.Seconds()))
		}
	}
	step()
	s.Log.Add("acme", resultlog.Record{Kind: resultlog.Hold, Plan: "acme/march", T: resultlog.Instant(time.Unix(s.Seconds()-3, 0))})
	step()
	n.Clock.Offset += 60 // has it look at everything again
	s.Pass(1)
	step()
	s.Log.Add("acme", resultlog.Record{Kind: resultlog.Hold, Plan: "acme/march", T: resultlog.Instant(time.Unix(s.Seconds(), 0))})
	n.Clock.Offset -= 60
	step()
	if want := []string{"hold  acme/march -3", "hold  acme/march 0"}; !slices.Equal(got, want) {
		t.Errorf("events %q, wanted %q", got, want)
	}
}

// What was decided and did not get into the log is no news.
func TestEventsOfAFlushThatFailedAreNotTold(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 2})
	n, left := s.node(), 3
	n.Quiet = false
	n.Ledger.Fail = func(call string) runnertest.Fault {
		if call == "flush" {
			if left--; left >= 0 {
				return runnertest.Race
			}
		}
		return runnertest.Fine
	}
	s.first = []progress.Decision{notice("ada")}
	told := map[string]int{}
	for range 60 {
		r, _ := s.step(n)
		for _, e := range r.Events {
			if e.Kind != "step" {
				told[e.Kind+" "+e.Asset+" "+e.State]++
			}
		}
		s.Pass(1)
	}
	if len(told) != 7 {
		t.Errorf("told %v", told)
	}
	for e, n := range told {
		if n != 1 && e != "result host-000 succeeded" && e != "result host-001 succeeded" || n > 2 {
			t.Errorf("%s: %d times", e, n)
		}
	}
}

// Documents are read when the tip moves or facts change, not at every step; while they
// cannot be read nothing begins.
func TestDocumentsAreReadWhenTheyMayHaveChanged(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 4})
	s.slow(10)
	n := s.node()
	s.run(n, 30)
	if s.Docs.Read != 1 {
		t.Errorf("read %d times", s.Docs.Read)
	}
	s.Log.Tip = "tip-2" // of which there are none
	started := n.Exec.Started
	s.run(n, 100)
	if n.Exec.Started != started || len(s.outcomes()) == 0 {
		t.Errorf("%d dispatches without documents, results %v", n.Exec.Started-started, s.outcomes())
	}
	if r, _ := s.step(n); r.Stop == "" || s.Docs.Read > 6 {
		t.Errorf("stop %q, read %d times", r.Stop, s.Docs.Read)
	}
	s.Docs.By["tip-2"] = runnertest.Build(runnertest.Shape{Hosts: 4, Tip: "tip-2"})
	s.run(n, 1200)
	s.once(4)
	before := s.Docs.Read
	s.Log.Add("acme", resultlog.Record{Kind: resultlog.Facts, Plan: "acme/march", T: "2026-03-02T12:00:00Z"})
	s.step(n)
	if s.Docs.Read != before+1 {
		t.Errorf("read %d times after new facts, wanted once", s.Docs.Read-before)
	}
}

// What people said that bears on what is allowed is read at once, while hosts are at work:
// a key that is lost, an approval taken back.
func TestR12DocumentsAreReadAtOnceAfterAWord(t *testing.T) {
	for _, kind := range []resultlog.Kind{
		resultlog.KeyRevoke, resultlog.Withdrawal, resultlog.Rejection, resultlog.Consent, resultlog.Override, resultlog.Expiry, resultlog.Resume,
	} {
		s := newStage(t, runnertest.Shape{Hosts: 4})
		s.slow(10)
		n := s.node()
		s.run(n, 30)
		before := s.Docs.Read
		s.Log.Add("acme", resultlog.Record{Kind: kind, T: "2026-03-02T12:00:00Z", Actor: &resultlog.Actor{Kind: "person", ID: "dana"}})
		if s.step(n); s.Docs.Read != before+1 {
			t.Errorf("%s: read %d times, wanted at once", kind, s.Docs.Read-before)
		}
	}
}

// A schedule is computed once for a cause, its blob is in the same flush, and can be read
// before that is acknowledged.
func TestReplansAreRecordedWithTheirBlobs(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	blob := []byte(`["locked"]`)
	digest := canonical.Digest(blob)
	n, computed, read := s.node(), 0, 0
	n.Think(func(st *progress.State, records []progress.Logged, blobs progress.Blobs) error {
		for _, l := range records {
			if l.Record.Kind == resultlog.Schedule {
				if b, err := blobs("acme", l.Record.Schedule); err != nil || string(b) != string(blob) {
					t.Errorf("blob %q %v", b, err)
				}
				read++
			}
		}
		return s.apply(st, records, blobs)
	}, func(_ *progress.State, _ *progress.Documents, now progress.Now) (out progress.Decisions) {
		if now.Replanned != "tip" {
			out.Do = []progress.Decision{{Act: progress.Replans, Client: "acme", Plan: "march", Cause: "tip"}}
		}
		return out
	}, s.outcome)
	n.Replan(func(*progress.State, *progress.Documents, int64, string) ([]progress.Replanned, error) {
		if computed++; computed == 1 {
			return nil, errors.New("not now")
		}
		r := resultlog.Record{Kind: resultlog.Schedule, Plan: "acme/march", Schedule: digest}
		return []progress.Replanned{{Client: "acme", Plan: "march", Records: []resultlog.Record{r}, Blob: blob}}, nil
	})
	s.run(n, 600)
	if computed != 2 || read != 1 || len(s.Log.Of(resultlog.Schedule)) != 1 || s.Log.Blobs[digest] == nil {
		t.Errorf("computed %d times, read %d, recorded %d", computed, read, len(s.Log.Of(resultlog.Schedule)))
	}
}

// P9: a host that refuses at once, and a decision to try again at once: not in a tight loop.
func TestP9AttemptsAreNotMadeInATightLoop(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	s.Hosts.Host("acme", "host-000").Lies = func(a *dispatch.Answer) {
		*a = dispatch.Answer{Key: a.Key, Asked: a.Asked, State: dispatch.Refused, Why: dispatch.Locked}
	}
	s.segments = s.segments[:1]
	n, attempts := s.node(), 0
	n.Think(s.apply, func(st *progress.State, d *progress.Documents, now progress.Now) progress.Decisions {
		if run := st.Runs["acme/march"]; run != nil && len(run.Claims) == 0 && run.Hosts["host-000"] != nil {
			delete(run.Hosts, "host-000")
			attempts++
		}
		out := s.next(st, d, now)
		for i := range out.Do {
			out.Do[i].Task.Key += fmt.Sprint(attempts)
			if out.Do[i].Act == progress.Starts {
				out.Do[i].Records[0].Key = out.Do[i].Task.Key
			}
		}
		return out
	}, s.outcome)
	s.run(n, 100)
	if got := len(s.Log.Of(resultlog.Claim)); got < 2 || got > 22 {
		t.Errorf("%d attempts in 100 s, wanted one in 5", got)
	}
}

// P9, R65: a client about whom something new is decided without end stands still; it does
// not fill the log, and others go on.
func TestP9DecisionsThatNeverSettleStopOneClient(t *testing.T) {
	s := newStage(t, runnertest.Shape{Clients: []string{"acme", "globex"}, Hosts: 1})
	n := s.node()
	n.Think(s.apply, func(st *progress.State, d *progress.Documents, now progress.Now) progress.Decisions {
		out := s.next(st, d, now)
		if !slices.Contains(now.Blocked, "acme") {
			r := []resultlog.Record{{Kind: resultlog.Deferred, Plan: "acme/march"}}
			out.Do = append([]progress.Decision{{Act: progress.Records, Client: "acme", Records: r}}, out.Do...)
		}
		return out
	}, s.outcome)
	r := s.run(n, 500)
	if got := len(s.Log.Of(resultlog.Deferred)); got > 200 {
		t.Errorf("%d records of a decision that never settles", got)
	}
	if len(r.Waits) == 0 || r.Waits[0].Client != "acme" || r.Waits[0].Why == "" {
		t.Errorf("waits %+v", r.Waits)
	}
	if h := s.Hosts.Host("globex", "host-000"); len(h.Began) != 2 {
		t.Errorf("globex began %v", h.Began)
	}
}

// Other errors of the ledger are for good.
func TestAnErrorThatDoesNotPassIsGiven(t *testing.T) {
	s := newStage(t, runnertest.Shape{Hosts: 1})
	n := s.node()
	bad := errors.New("fsync: input/output error")
	n.Ledger.Hook = nil
	n.Options.Ledger = brokenLedger{n.Ledger, bad}
	if _, err := n.Step(t.Context()); !errors.Is(err, bad) || n.Exec.Started != 0 {
		t.Errorf("%v, %d dispatches", err, n.Exec.Started)
	}
}

type brokenLedger struct {
	*runnertest.Ledger
	err error
}

func (b brokenLedger) Flush(context.Context, []runner.Append) error { return b.err }
