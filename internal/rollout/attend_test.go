package rollout

import (
	"testing"

	"github.com/patchops/patchops/internal/window"
)

// attendedScene is nightlyScene whose asset technicians attend on workdays from 22:00 to 02:30.
func attendedScene() *scene {
	s := nightlyScene()
	s.Shifts = []Shift{{
		Group: "field", ID: "Shift/_/field", Capacity: 2,
		Week: &window.Week{Zone: zoneOf("Etc/UTC"), Hours: []window.Hours{{Days: [7]bool{false, true, true, true, true, true, false}, From: 22 * 3600, To: 26*3600 + 1800}}},
	}}
	s.Assets[0].Shift = []int{0}
	s.Plans[0].Work[0].ByHand = true
	return s
}

// TestMayStartAsksForTechnicians: what is attended by hand starts only while somebody is on
// duty, to its end. The 12th of June 2026 is a Friday.
func TestMayStartAsksForTechnicians(t *testing.T) {
	s := attendedScene()
	expectAnswer(t, s.mayStart("2026-06-11T01:00:00Z", hour), "may in nightly 2026-06-11T01:00Z until 2026-06-11T01:30Z")
	expectAnswer(t, s.mayStart("2026-06-11T01:31:00Z", hour), "TECHNICIAN Shift/_/field in nightly 2026-06-11T01:00Z until 2026-06-12T01:00Z")
	expectAnswer(t, s.mayStart("2026-06-13T03:00:00Z", hour), "TECHNICIAN Shift/_/field in nightly 2026-06-13T01:00Z until 2026-06-16T01:00Z")
	expectAnswer(t, s.mayStart("2026-06-12T05:00:00Z", 100*minute), "NO_WINDOW ")
	expectAnswer(t, s.mayStart("2026-06-13T05:00:00Z", hour), "NO_WINDOW  until 2026-06-16T01:00Z")
	expectAnswer(t, s.mayStart("2026-06-11T03:00:00Z", hour, func(q *Ask) { q.Begun = true }), "may in nightly 2026-06-11T01:00Z until 2026-06-11T03:00Z")
	s.Plans[0].Work[0].ByHand = false
	expectAnswer(t, s.mayStart("2026-06-13T03:00:00Z", hour), "may in nightly 2026-06-13T01:00Z until 2026-06-13T03:00Z")
}

func TestCrew(t *testing.T) {
	s := attendedScene()
	s.Shifts = append(s.Shifts, Shift{Group: "field", ID: "Shift/_/night", Capacity: 1, Week: s.Shifts[0].Week})
	s.Assets[0].Shift = []int{1, 0}
	o := NewOracle(s.Input)
	q := Ask{Client: "acme", Plan: "os", At: instantOf("2026-06-11T01:00:00Z"), Length: hour}
	if got := o.Crew(q); got.Least != 3 || got.ID != "Shift/_/field" || got.Key == "" {
		t.Errorf("%+v, wanted three of Shift/_/field", got)
	}
	q.Length = 2 * hour
	if got := o.Crew(q); got.Least != 0 {
		t.Errorf("%+v, wanted nobody to the end", got)
	}
	if got := o.Crew(Ask{Client: "nobody", Plan: "os", At: q.At}); got.Key != "" {
		t.Errorf("%+v of an unknown client", got)
	}
	s.Plans[0].Work[0].ByHand = false
	if got := NewOracle(s.Input).Crew(q); got.Key != "" {
		t.Errorf("%+v, wanted none", got)
	}
}
