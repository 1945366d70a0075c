package runner_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/progress"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/runner"
	"github.com/patchops/patchops/internal/runner/runnertest"
)

// little decides as little as the runner's rules can be seen with: every host goes through
// its segments, one attempt each, all at once.
type little struct {
	segments []dispatch.Segment
	from, to int64               // starts lie in it; 0, 0 always
	first    []progress.Decision // asked for until they are in the log, by Kind
	asked    int                 // how often Next was asked
	measured int64               // how many records of a gate are wanted; 0: one
}

func (b *little) apply(s *progress.State, records []progress.Logged, _ progress.Blobs) error {
	for i := range records {
		r := &records[i].Record
		run := s.Runs[r.Plan]
		if run == nil && r.Plan != "" {
			run = &progress.Run{Client: records[i].Client, Plan: r.Plan, Hosts: map[string]*progress.Host{}, Claims: map[string]*progress.Claim{}, Notices: map[string]int64{}}
			s.Runs[r.Plan] = run
		}
		switch r.Kind {
		case resultlog.Claim:
			at, err := time.Parse(time.RFC3339, r.NotAfter)
			if err != nil {
				return err
			}
			h := run.Hosts[r.Asset]
			if h != nil && h.Outcome != nil && h.Segment == dispatch.Segment(r.Segment) {
				return fmt.Errorf("a claim of %s, which has a result", r.Key)
			}
			run.Claims[r.Key] = &progress.Claim{Key: r.Key, Asset: r.Asset, Segment: dispatch.Segment(r.Segment), Fence: r.Fence, NotAfter: at.Unix()}
		case resultlog.Result:
			if run.Claims[r.Key] == nil {
				return fmt.Errorf("a result of %s, which is not claimed", r.Key)
			}
			delete(run.Claims, r.Key)
			run.Hosts[r.Asset] = &progress.Host{Asset: r.Asset, Segment: dispatch.Segment(r.Segment), State: progress.HostState(r.Outcome), Outcome: &dispatch.Outcome{Result: r.Outcome}}
		case resultlog.Unknown:
			if run.Claims[r.Key] == nil {
				return fmt.Errorf("an unknown of %s, which is not claimed", r.Key)
			}
			run.Claims[r.Key].Probed = true
		case resultlog.Hold:
			run.Hold = &progress.Stop{Kind: r.Kind}
		case resultlog.Notice, resultlog.Gate:
			if r.Outcome != "failed" {
				run.Notices[string(r.Kind)+r.Contact+r.Gate]++
			}
		case "malformed":
			return fmt.Errorf("a record of no kind")
		}
	}
	return nil
}

func (b *little) next(s *progress.State, d *progress.Documents, now progress.Now) (out progress.Decisions) {
	b.asked++
	for i := range b.first {
		f := b.first[i]
		run := s.Runs[f.Records[0].Plan]
		if run == nil || run.Notices[string(f.Records[0].Kind)+f.Records[0].Contact+f.Records[0].Gate] < max(1, b.measured) {
			out.Do = append(out.Do, f)
		}
	}
	for _, name := range sortedKeys(d.Plans) {
		p := d.Plans[name]
		for _, asset := range sortedKeys(p.Jobs) {
			b.host(&out, s, p, asset, now)
		}
	}
	if b.from > now.At {
		out.Wake = b.from
	}
	return out
}

func (b *little) host(out *progress.Decisions, s *progress.State, p *progress.Plan, asset string, now progress.Now) {
	plan := p.Client + "/" + p.Name
	at := 0
	if run := s.Runs[plan]; run != nil {
		if h := run.Hosts[asset]; h != nil {
			if h.State != "succeeded" {
				return
			}
			at = slices.Index(b.segments, h.Segment) + 1
		}
	}
	if at == len(b.segments) {
		return
	}
	seg := b.segments[at]
	key := plan + "/" + asset + "/" + string(seg)
	task := &dispatch.Task{
		Key: key, Client: p.Client, Plan: p.Name, Asset: asset, Segment: seg, Attempt: 1, Target: p.Jobs[asset].Target, Steps: p.Jobs[asset].Steps[seg],
		Packages: p.Jobs[asset].Packages,
	}
	d := progress.Decision{Client: p.Client, Plan: p.Name, Asset: asset, Task: task}
	run := s.Runs[plan]
	claimed := run != nil && run.Claims[key] != nil
	held := run != nil && run.Hold != nil
	switch {
	case claimed && now.InHand[key]:
		if held {
			d.Act = progress.Stops
			out.Do = append(out.Do, d)
		}
		return
	case claimed && !now.Absent[key]:
		d.Act = progress.Probes
		out.Do = append(out.Do, d)
		return
	case held || now.Stop != "" || slices.Contains(now.Blocked, p.Client) || b.to > 0 && (now.At < b.from || now.At >= b.to):
		return
	}
	d.Act = progress.Starts
	d.Records = []resultlog.Record{{Kind: resultlog.Claim, Plan: plan, Asset: asset, Segment: string(seg), Attempt: 1, Key: key}}
	out.Do = append(out.Do, d)
}

func (b *little) outcome(_ *progress.State, t *dispatch.Task, a dispatch.Answer, _ int64) []progress.Logged {
	r := resultlog.Record{Kind: resultlog.Result, Plan: t.Client + "/" + t.Plan, Asset: t.Asset, Segment: string(t.Segment), Attempt: 1, Key: t.Key}
	switch a.State {
	case dispatch.Finished:
		r.Outcome = a.Outcome.Result
	case dispatch.Refused:
		r.Outcome, r.Code = dispatch.Stopped, a.Why
	default:
		r.Kind, r.Why = resultlog.Unknown, string(a.State)
	}
	return []progress.Logged{{Client: t.Client, Record: r}}
}

func sortedKeys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}

// stage is a world, and who decides in it.
type stage struct {
	*runnertest.World
	*little
	t *testing.T
}

func newStage(t *testing.T, shape runnertest.Shape) *stage {
	t.Helper()
	return &stage{World: runnertest.New(runnertest.Build(shape)), little: &little{segments: []dispatch.Segment{dispatch.Install, dispatch.Verify}}, t: t}
}

// node starts a process with the little brain.
func (s *stage) node() *runnertest.Node {
	n := s.Node()
	n.Think(s.apply, s.next, s.outcome)
	return n
}

// step is one step, whose error passes.
func (s *stage) step(n *runnertest.Node) (runner.Report, error) {
	s.t.Helper()
	r, err := n.Step(s.t.Context())
	if err != nil && !runnertest.Passes(err) {
		s.t.Fatal(err)
	}
	return r, err
}

// run steps for so many seconds.
func (s *stage) run(n *runnertest.Node, seconds int64) runner.Report {
	s.t.Helper()
	r, err := n.Run(s.Seconds() + seconds)
	if err != nil && !runnertest.Passes(err) {
		s.t.Fatal(err)
	}
	return r
}

// outcomes are the results in the log: "asset segment outcome", sorted.
func (s *stage) outcomes() []string {
	var out []string
	for _, r := range s.Log.Of(resultlog.Result) {
		out = append(out, r.Asset+" "+r.Segment+" "+r.Outcome)
	}
	slices.Sort(out)
	return out
}

// began is how often each key really began on its host, whatever anybody says.
func (s *stage) began() map[string]int {
	out := map[string]int{}
	for _, h := range s.Hosts.By {
		for _, b := range h.Began {
			out[b.Key]++
		}
	}
	return out
}

// once fails unless each segment of each host began and was recorded exactly once.
func (s *stage) once(hosts int) {
	s.t.Helper()
	began := s.began()
	if len(began) != hosts*len(s.segments) {
		s.t.Errorf("%d keys began, wanted %d: %v", len(began), hosts*len(s.segments), began)
	}
	for key, n := range began {
		if n != 1 {
			s.t.Errorf("%s began %d times", key, n)
		}
	}
	if n := len(s.outcomes()); n != hosts*len(s.segments) {
		s.t.Errorf("%d results, wanted %d: %v", n, hosts*len(s.segments), s.outcomes())
	}
}
