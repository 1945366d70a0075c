package controller

import (
	"testing"

	"github.com/patchops/patchops/internal/statement"
)

func TestAnApprovedChangeLands(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("add-april", map[string]string{"plans/acme/april.yaml": "plan"})
	if r := s.tick(); len(r.Merged) != 0 || len(r.Waiting) != 1 || s.kinds("_org") != "root lease" {
		t.Fatalf("unapproved: merged %v, waiting %v, log %s", r.Merged, r.Waiting, s.kinds("_org"))
	}
	s.approve("add-april", "dana", "erin")
	r := s.tick()
	if len(r.Merged) != 1 || s.content("plans/acme/april.yaml") != "plan" {
		t.Fatalf("approved: %+v", r)
	}
	if got, want := s.kinds("acme"), "root approval approval decision merge{controller}"; got != want {
		t.Errorf("log of acme: %s, wanted %s", got, want)
	}
	if st := s.fold(); st.Tip != s.main() || st.Open != nil || len(st.Spent) != 2 {
		t.Errorf("state %+v", st)
	}
	before := s.world.effects
	s.tick()
	if s.world.effects != before {
		t.Errorf("a tick without work did %v", s.world.trace[before:])
	}
}

func TestARejectionStands(t *testing.T) {
	s := makeKeys(t).begin(t)
	s.propose("add-april", map[string]string{"plans/acme/april.yaml": "plan"})
	s.approve("add-april", "dana", "erin")
	s.say("finn", statement.Reject, "add-april")
	if r := s.tick(); len(r.Merged) != 0 {
		t.Fatalf("merged %v", r.Merged)
	}
	if got, want := s.kinds("acme"), "root approval approval rejection denial"; got != want {
		t.Errorf("log of acme: %s, wanted %s", got, want)
	}
}
