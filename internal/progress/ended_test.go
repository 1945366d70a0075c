package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/resultlog"
	"github.com/patchops/patchops/internal/rollout"
)

// TestAnEndedClient: what was planned for it is cancelled, each host once, and the run is
// over; likewise where a plan is closed while it is carried out.
func TestAnEndedClient(t *testing.T) {
	for _, code := range []rollout.Code{rollout.ClientNotActive, rollout.NotSelected, "SOMETHING_NEW"} {
		s := newStage(t, "2026-06-10T08:00:00Z", 3)
		s.until("2026-06-10T09:00:00Z")
		s.plan.Closed, s.plan.ClosedWhy = code, "it has ended"
		s.plan.Jobs = map[string]*Job{}
		s.plan.Gone = map[string]rollout.Code{"h000": code, "h001": code, "h002": code}
		s.docs.Input.Clients[0].Plans[0].Work = nil
		s.commit("c2")
		s.until("2026-06-11T09:00:00Z")
		s.expectStates(map[HostState]int{Cancelled: 3})
		if n := s.kinds(resultlog.Deferred); n != 3 || s.kinds(resultlog.RunEnded) != 1 || len(s.starts()) > 0 {
			t.Errorf("%s: %d records that hosts left, wanted 3, and the end of the run: %s", code, n, s.run().Outcome)
		}
		if code != "SOMETHING_NEW" && s.run().Outcome != "aborted" {
			t.Errorf("%s: the run is %s, wanted aborted", code, s.run().Outcome)
		}
	}
}
