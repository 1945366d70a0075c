package progress

import "testing"

// WR34: nine of ten complete after 2, 5, 9, 20, 26, 30, 31, 50 and 74 hours, one never.
func TestCaseWR34TimeToPatch(t *testing.T) {
	hours := []int64{74, 2, 5, 9, 20, 26, 30, 31, 50}
	for percent, want := range map[int]int64{10: 2, 75: 50, 90: 74} {
		if got, ok := Reached(hours, 10, percent); got != want || !ok {
			t.Errorf("%d%% after %d hours (%t), wanted %d", percent, got, ok, want)
		}
	}
	for _, percent := range []int{91, 100} {
		if got, ok := Reached(hours, 10, percent); ok {
			t.Errorf("%d%% after %d hours, and one never finished", percent, got)
		}
	}
	if _, ok := Reached(nil, 0, 100); ok {
		t.Error("nothing of nothing is reached")
	}
}
