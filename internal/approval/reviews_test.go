package approval

import (
	"testing"
	"time"
)

// R6: of one account's reviews the one submitted last counts, whenever the log heard of
// what became of an earlier one; a dismissal is of its review.
func TestR6TheNewestReviewCounts(t *testing.T) {
	at := func(id int64, verdict string, hour int, position int64) Act {
		return review(2, func(a *Act) { // bob
			a.Evidence += verdict + time.Duration(hour).String() + time.Duration(position).String()
			a.Verdict, a.Serial, a.Position, a.AsOf = verdict, id, position, noon.Add(time.Duration(hour-12)*time.Hour)
			if a.FirstSeen = a.AsOf; position == 0 {
				a.FirstSeen = time.Time{}
			}
		})
	}
	signed := func(verdict string, position int64) Act {
		return by("bob", func(a *Act) { a.Verdict, a.Position = verdict, position; a.Evidence += verdict })
	}
	for _, c := range []struct {
		name string
		acts []Act
		want State
		used int
	}{
		{"an older one is dismissed later", []Act{at(1, SaysRejected, 8, 1), at(2, SaysApproved, 9, 2), at(1, SaysWithdrawn, 8, 3)}, Approved, 1},
		{"not recorded yet", []Act{at(1, SaysRejected, 8, 1), at(2, SaysApproved, 9, 2), at(1, SaysWithdrawn, 8, 0)}, Approved, 1},
		{"an older approval is dismissed later", []Act{at(1, SaysApproved, 8, 1), at(2, SaysApproved, 9, 2), at(1, SaysWithdrawn, 8, 3)}, Approved, 1},
		{"the newest is dismissed", []Act{at(1, SaysApproved, 8, 1), at(2, SaysApproved, 9, 2), at(2, SaysWithdrawn, 9, 3)}, Pending, 0},
		{"a rejection that is dismissed revives nothing", []Act{at(1, SaysApproved, 8, 1), at(2, SaysRejected, 9, 2), at(2, SaysWithdrawn, 9, 3)}, Pending, 0},
		{"an older rejection is heard of late", []Act{at(2, SaysApproved, 9, 1), at(1, SaysRejected, 8, 2)}, Approved, 1},
		{"a newer rejection", []Act{at(1, SaysApproved, 8, 1), at(2, SaysRejected, 9, 2)}, Rejected, 0},
		{"in one second by their numbers", []Act{at(2, SaysApproved, 9, 1), at(1, SaysRejected, 9, 2)}, Approved, 1},
		{"a statement after the dismissal of an older one", []Act{at(1, SaysApproved, 8, 1), at(1, SaysWithdrawn, 8, 2), signed(SaysApproved, 3)}, Approved, 1},
		{"a signed rejection stays", []Act{signed(SaysRejected, 1), at(1, SaysApproved, 8, 2), at(2, SaysApproved, 9, 3)}, Rejected, 0},
	} {
		if v := Judge(someInput(one("ops")).with(c.acts...)); v.State != c.want || len(v.Used) != c.used {
			t.Errorf("%s: %s by %v, wanted %s; ignored %v", c.name, v.State, v.Used, c.want, v.Ignored)
		}
	}
}

// A rejection never revives what was said before it: a signed approval that a review turned
// against stays gone when a later review approves.
func TestASignedApprovalIsNotRevived(t *testing.T) {
	r := one("ops")
	r.Signed = true
	signed := by("bob", says(SaysApproved, 9))
	for name, acts := range map[string][]Act{
		"rejected between":  {review(2, says(SaysRejected, 8)), review(2, says(SaysApproved, 7))},
		"dismissed between": {review(2, says(SaysApproved, 8)), review(2, says(SaysWithdrawn, 7)), review(2, says(SaysApproved, 6))},
	} {
		v := Judge(someInput(r).with(append(acts, signed)...))
		if v.State != Pending || len(v.Used) > 0 {
			t.Errorf("%s: %s by %v, wanted pending", name, v.State, v.Used)
		}
	}
	if v := Judge(someInput(r).with(signed, review(2, says(SaysApproved, 7)))); v.State != Approved {
		t.Errorf("with a review beside it: %s, %v", v.State, v.Ignored)
	}
}

// An approval whose expiry is recorded is over, whatever later rules say of how long one counts.
func TestARecordedExpiryIsForGood(t *testing.T) {
	v := Judge(someInput(one("ops")).with(by("bob", func(a *Act) { a.Lapsed = true })))
	if v.State != Pending || whyOf(v, "bob") != "expired" {
		t.Errorf("%s, %v", v.State, v.Ignored)
	}
}
