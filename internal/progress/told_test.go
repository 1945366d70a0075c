package progress

import (
	"testing"

	"github.com/patchops/patchops/internal/rollout"
)

// What something moved goes no earlier than its notice allows, in the occurrence that its
// client was told of since, either: else its start is in the schedule, and may not begin.
func TestWhatMovedKeepsItsNotice(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 3)
	s.docs.Input.Clients[0].Agreements[0].Lead = rollout.Lead{Seconds: day}
	s.begin()
	s.now.At = clock(t, "2026-06-11T02:30:00Z")
	s.freezeAll("2026-06-12T00:00:00Z", "2026-06-12T02:00:00Z")
	s.expectMoves("FREEZE 12T01:00>12T02:30 x3")
	s.expectMoves("")
	s.tell()
	s.expectMoves("")
}

// Nor where the client knew of the occurrence before, because of others: a schedule that was
// locked just now is the one that there is.
func TestWhatMovedAmongOthersStays(t *testing.T) {
	s := newStage(t, "2026-06-10T08:00:00Z", 8)
	s.docs.Input.Clients[0].Agreements[0].Lead = rollout.Lead{Seconds: day}
	s.waves([]int{25, 100}, func(_ int, w *Wave) { w.Soak = 3 * hour })
	s.begin()
	s.tell()
	s.now.At = clock(t, "2026-06-12T01:00:01Z")
	s.freezeAll("2026-06-12T01:00:01Z", "2026-06-12T03:50:00Z")
	s.expectMoves("CAPACITY 13T01:00>14T01:00 x6, FREEZE 12T01:00>13T01:01 x2")
	s.expectMoves("")
}
