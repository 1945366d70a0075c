package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/dispatch"
	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// wants makes the plan install a version, by other grants, and sessions longer, so that a schedule
// is locked for it.
func (s *stage) wants(grant, version string) {
	work := s.docs.Input.Clients[0].Plans[0].Work
	for i := range work {
		work[i].Minutes++
	}
	s.plan.Digest = "sha256:" + grant
	for name, j := range s.plan.Jobs {
		j.Grant, j.Packages = "sha256:"+grant+name, []dispatch.Package{{Name: "kb1", Version: version}}
	}
	s.commit(grant + version)
}

// have appends what hosts say that they have installed.
func (s *stage) have(version string, assets ...string) {
	for _, asset := range assets {
		s.append("acme", resultlog.Record{Kind: resultlog.Facts, Asset: asset, Facts: []resultlog.Fact{{Name: "package", Subject: "kb1", Value: version, State: "ii"}}})
	}
}

// TestAPlanChangesUnderWay: hosts that were done before a plan wants another version get that, in a
// run that follows, and once. Where it is changed otherwise nothing is done twice.
func TestAPlanChangesUnderWay(t *testing.T) {
	for name, c := range map[string]struct {
		grant, version string
		runs           int
	}{"another version": {"b", "1.2", 2}, "another window": {"b", "1.1", 1}} {
		s := newStage(t, "2026-06-10T08:00:00Z", 10)
		s.waves([]int{20, 100}, func(k int, w *Wave) { w.Soak = hour * int64(1-k) })
		s.wants("a", "1.1")
		s.until("2026-06-11T01:30:00Z")
		old := members(s.run(), "w0")
		s.have("1.1", old...)
		s.wants(c.grant, c.version)
		s.until("2026-06-12T02:00:00Z")
		if n := s.kinds(resultlog.RunBegun); n != c.runs || len(old) != 2 {
			t.Errorf("%s: %d runs, wanted %d: %v", name, n, c.runs, s.waits)
		}
		s.until("2026-06-13T08:00:00Z")
		s.have(c.version, sortedKeys(s.plan.Jobs)...)
		s.until("2026-06-15T08:00:00Z")
		if n := s.kinds(resultlog.RunBegun); n != c.runs || s.run().Outcome != "done" {
			t.Errorf("%s: %d runs in the end, the last is %q: %v", name, n, s.run().Outcome, s.waits)
		}
	}
}

// What a plan does not want of a host any more begins no run: the documents keep the host only for
// a claim of the run that is open.
func TestAPlanStandsWhateverHostsHaveThatItDoesNotWant(t *testing.T) {
	job := &Job{Asset: "h000", Grant: "sha256:b", Packages: []dispatch.Package{{Name: "kb1", Version: "1.1"}}}
	p := &Plan{Digest: "sha256:p", Jobs: map[string]*Job{"h000": job}, Gone: map[string]rollout.Code{}}
	r := &Run{Client: "acme", Digest: p.Digest, Hosts: map[string]*Host{"h000": {Asset: "h000", State: Succeeded, grant: "sha256:a"}}}
	s := &State{Facts: map[string]map[string]resultlog.Fact{"acme/h000": {FactKey("package", "kb1"): {Value: "1.2"}}}}
	for _, gone := range []bool{false, true} {
		if gone {
			p.Gone["h000"] = rollout.NotSelected
		}
		if s.stands(r, p) != gone {
			t.Errorf("not wanted there any more: %t, it stands: %t", gone, !gone)
		}
	}
}
